//! The table of events, for the reference; `value::event` writes them.

/// One kind of event.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Its `type`.
    pub name: &'static str,
    /// Its other fields.
    pub fields: &'static [&'static str],
    /// One sentence for the reference.
    pub about: &'static str,
}

/// All events, in the order of the reference.
pub const EVENTS: &[Told] = &[
    told("ready", &[], "The profile is unlocked and the network is starting."),
    told("locked", &[], "The profile was locked."),
    told("nearby.changed", &[], "The answer of `nearby.list` is another now."),
    told("contact.request", CONTACT, "A stranger asks to become a contact."),
    told("contact.changed", CONTACT, "A contact changed."),
    told("contact.removed", &["account"], "A contact was removed, with the conversation."),
    told(
        "key.alarm",
        CONTACT,
        "Somebody showed device keys of this person that contradict what is known; nothing was changed.",
    ),
    told("key.changed", CONTACT, "A person has a new device; sending is held until `contact.accept`."),
    told(
        "message.received",
        &["chat", "message", "notify"],
        "A message of somebody else has arrived, or addresses us since it was edited; `notify`: we want to be told of \
         it (`chat.notify`).",
    ),
    told("message.stored", MESSAGE, "A message of ours is on our disk, sent by this or another program."),
    told("message.changed", MESSAGE, "A message was edited, deleted or reacted to."),
    told(
        "message.state",
        &["chat", "message", "account", "state", "at_ms", "upto"],
        "A message of ours (`message` is its id) has come further; with `upto`, all of ours before it too.",
    ),
    told(
        "chat.changed",
        &[
            "chat",
            "kind",
            "title",
            "account",
            "unread",
            "mentions",
            "notify",
            "notify_until_ms",
            "last",
            "active_at_ms",
        ],
        "A row of the conversation list changed.",
    ),
    told(
        "group.changed",
        &["chat", "title", "picture", "members", "former", "role", "epoch", "heads", "waiting", "history"],
        "Who takes part in a group, its title or picture, or who holds what changed.",
    ),
    told("group.forgotten", &["chat"], "A group that we took no part in any more was forgotten."),
    told("group.joined", &["join", "chat"], "We were let into a group by a link (`group.join`)."),
    told(
        "group.refused",
        &["join", "why"],
        "We are not let in by a link, and nobody is asked any more; `why` is `unable`, `invalid`, `ended`, `expired`, \
         `used`, `removed` or `full`.",
    ),
    told("group.past", &["chat"], "Messages from before we joined were told: read the conversation again."),
    told("typing", &["chat", "account", "typing"], "Somebody is writing, or has stopped."),
    told("presence", &["account", "presence"], "A person came or went."),
    told("offline", &["offline"], "Whether this computer has a network at all."),
    told("stale", &[], "The reader was too slow and events were missed: ask again for what matters."),
    told("error", &["code", "message"], "Something went wrong that nobody asked for."),
];

const CONTACT: &[&str] = &["account", "contact"];
const MESSAGE: &[&str] = &["chat", "message"];

const fn told(name: &'static str, fields: &'static [&'static str], about: &'static str) -> Told {
    Told { name, fields, about }
}
