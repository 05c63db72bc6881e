//! A messenger that follows a script: it answers from canned values and remembers what it was asked.

use std::sync::Mutex;

use iced::futures::StreamExt as _;
use iced::futures::future::BoxFuture;
use iced::futures::stream::{self, BoxStream};
use undertone::api::{
    Anchor, Chat, ClientError, Contact, ConversationId, Created, Event, Evidence, Group, Invitation, Join,
    Message, MessageState, Nearby, NodeStatus, Page, ProfileInfo, Role, SafetyNumber, StateAt,
};
use undertone_ui::bridge::{Answer, Ask, Core, GroupAsk, Image, InvitationAsk, Secret};

use super::example;

/// The script, and what was asked so far.
pub struct FakeCore {
    pub profile: ProfileInfo,
    pub passphrase: &'static str,
    pub contacts: Vec<Contact>,
    pub chats: Vec<Chat>,
    pub groups: Vec<Group>,
    pub invitations: Vec<Invitation>,
    pub nearby: Vec<Nearby>,
    pub messages: Vec<Message>,
    pub evidence: Vec<Evidence>,
    pub reached: Vec<StateAt>,
    pub trouble: Option<ClientError>,
    pub asked: Mutex<Vec<Ask>>,
}

impl Default for FakeCore {
    fn default() -> Self {
        Self {
            profile: example::profile(),
            passphrase: "open sesame",
            contacts: Vec::new(),
            chats: Vec::new(),
            groups: Vec::new(),
            invitations: Vec::new(),
            nearby: Vec::new(),
            messages: Vec::new(),
            evidence: Vec::new(),
            reached: Vec::new(),
            trouble: None,
            asked: Mutex::new(Vec::new()),
        }
    }
}

/// The recovery phrase of everybody.
pub const PHRASE: &str = "abandon ability able about above absent absorb abstract absurd abuse access accident \
                          account accuse achieve acid acoustic acquire across act action actor actress actual";

impl FakeCore {
    /// A profile that is locked.
    pub fn locked() -> Self {
        let profile = ProfileInfo { account: None, name: String::new(), locked: true, ..example::profile() };
        Self { profile, ..Self::default() }
    }

    /// An empty folder.
    pub fn new_folder() -> Self {
        let profile = ProfileInfo { exists: false, ..Self::locked().profile };
        Self { profile, ..Self::default() }
    }

    fn invitation(&self, ask: &InvitationAsk) -> Answer {
        let done = self.trouble.clone().map_or(Ok(()), Err);
        match *ask {
            InvitationAsk::End(chat, id) => {
                let left = self.invitations.iter().filter(|invitation| invitation.id != id);
                Answer::Invitations { chat, result: Ok(left.cloned().collect()) }
            }
            InvitationAsk::GiveUp(_) => Answer::Done(done),
            InvitationAsk::Join(_) => Answer::Joining(done.map(|()| Join::Asked(example::join()))),
            InvitationAsk::List(chat) => Answer::Invitations { chat, result: Ok(self.invitations.clone()) },
            InvitationAsk::Make(chat, _) => {
                let link = format!("undertone:g/{}", "AbCdEfGh0123".repeat(19));
                Answer::GroupInvite { chat, result: done.map(|()| Secret::new(link)) }
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "a line or two for each answer")]
    fn answer(&self, ask: Ask) -> Answer {
        if let Some(trouble) = &self.trouble {
            match ask {
                Ask::AddByLink(_) => return Answer::Added(Err(trouble.clone())),
                Ask::GroupCreate { .. } => return Answer::GroupCreated(Err(trouble.clone())),
                Ask::Send { chat, draft, .. } => {
                    return Answer::Sent { chat, draft, result: Err(trouble.clone()) };
                }
                _ => {}
            }
        }
        match ask {
            Ask::AddByLink(_) | Ask::AddNearby(_) => Answer::Added(Ok(example::contact(9, "Nari"))),
            Ask::Chats => Answer::Chats(Ok(self.chats.clone())),
            Ask::Contacts => Answer::Contacts(Ok(self.contacts.clone())),
            Ask::Create { .. } => Answer::Created(Ok(Created {
                info: ProfileInfo { phrase_kept: false, ..example::profile() },
                recovery_phrase: PHRASE.to_owned(),
            })),
            Ask::Delete(message) => {
                self.changed(message, |held| Message { deleted: true, text: String::new(), ..held })
            }
            Ask::Edit { message, draft } => {
                let held = self.held(message);
                let result = Ok(Message { text: draft.text.clone(), edited: true, ..held });
                Answer::Edited { chat: message.conversation, draft, result }
            }
            Ask::Evidence(account) => Answer::Evidence { account, result: Ok(self.evidence.clone()) },
            Ask::Group { chat, ask } => Answer::Group { chat, result: Ok(self.group(chat, ask)) },
            Ask::GroupCreate { title, members, history, picture } => {
                let others = members.into_iter().map(|account| undertone::api::GroupMember {
                    account,
                    ..example::member(1, "Somebody", Role::Member)
                });
                let picture = picture.map(drawn);
                Answer::GroupCreated(Ok(Group {
                    history,
                    picture,
                    ..example::group(77, &title, others.collect())
                }))
            }
            Ask::GroupForget(chat) => Answer::GroupForgotten { chat, result: Ok(()) },
            Ask::History { chat, anchor, visit } => {
                let of_chat = self.messages.iter().filter(|message| message.chat == chat);
                let messages: Vec<Message> = match anchor {
                    Anchor::Newest | Anchor::Around(_) => of_chat.cloned().collect(),
                    Anchor::Before(id) => of_chat.filter(|message| message.id < id).cloned().collect(),
                    Anchor::After(id) => of_chat.filter(|message| message.id > id).cloned().collect(),
                };
                let result = Ok(Page { messages, more_before: false, more_after: false });
                Answer::History { chat, anchor, visit, result }
            }
            Ask::Info => Answer::Info(Ok(self.profile.clone())),
            Ask::Invitation(ask) => self.invitation(&ask),
            Ask::Invite { .. } => {
                Answer::Invite(Ok(Secret::new("undertone:invite/kq7w3mzp2f6xvh4tj5rn8c9d0s1ayb".to_owned())))
            }
            Ask::Nearby => Answer::Nearby(Ok(self.nearby.clone())),
            Ask::PhraseKept => Answer::PhraseKept(Ok(())),
            Ask::React { message, emoji, on } => self.changed(message, |mut held| {
                let people = held.reactions.entry(emoji).or_default();
                people.retain(|account| *account != example::me());
                if on {
                    people.push(example::me());
                }
                held
            }),
            Ask::Reached(message) => Answer::Reached { message, result: Ok(self.reached.clone()) },
            Ask::RecoveryPhrase(passphrase) if passphrase.as_str() == self.passphrase => {
                Answer::Phrase(Ok(Secret::new(PHRASE.to_owned())))
            }
            Ask::RecoveryPhrase(_) => Answer::Phrase(Err(ClientError::WrongPassphrase)),
            Ask::Remove(account) => Answer::Removed { account, result: Ok(()) },
            Ask::Rename(name) => Answer::Renamed(Ok(ProfileInfo { name, ..example::profile() })),
            Ask::Restore { name, .. } => Answer::Restored(Ok(ProfileInfo { name, ..example::profile() })),
            Ask::SafetyNumber(account) => Answer::SafetyNumber {
                account,
                result: Ok(SafetyNumber {
                    digits: "04825 93716 22059 81347 66120 50938 47712 30956 18264 75093 82615 39407"
                        .to_owned(),
                    words: "river stone lamp".to_owned(),
                    qr: "undertone:verify/04825937162205981347".to_owned(),
                }),
            },
            Ask::Send { chat, draft, reply_to } => {
                let lamport = self.messages.iter().map(|message| message.lamport).max().unwrap_or(80) + 1;
                let n = chat.as_bytes()[0];
                let message = example::ours(n, lamport, &draft.text);
                let message = Message { reply_to, state: MessageState::Queued, ..message };
                Answer::Sent { chat, draft, result: Ok(message) }
            }
            Ask::Shutdown => Answer::Ended,
            Ask::Status => Answer::Status(Ok(NodeStatus {
                listen: vec![],
                peers: vec![],
                relays: vec![],
                outbox: 0,
                uptime_ms: 0,
                rss_bytes: 0,
            })),
            Ask::Unlock(passphrase) if passphrase.as_str() == self.passphrase => {
                Answer::Unlocked(Ok(example::profile()))
            }
            Ask::Unlock(_) => Answer::Unlocked(Err(ClientError::WrongPassphrase)),
            Ask::Verify { account, seen } => {
                Answer::Verified { account, result: Ok(seen.as_str().starts_with("04825")) }
            }
            Ask::Visible(on) => Answer::Visible { on, result: Ok(()) },
            Ask::Accept(_)
            | Ask::Block(_)
            | Ask::Lock
            | Ask::NameContact { .. }
            | Ask::Notify { .. }
            | Ask::Read { .. }
            | Ask::Typing { .. }
            | Ask::Unblock(_) => Answer::Done(Ok(())),
        }
    }

    fn group(&self, chat: ConversationId, ask: GroupAsk) -> Group {
        let mut group =
            self.groups.iter().find(|group| group.chat == chat).cloned().expect("the group is in the script");
        match ask {
            GroupAsk::Add(accounts) => {
                group.members.extend(accounts.into_iter().map(|account| undertone::api::GroupMember {
                    account,
                    ..example::member(1, "Somebody", Role::Member)
                }));
            }
            GroupAsk::History(history) => group.history = history,
            GroupAsk::Info => {}
            GroupAsk::Leave => {
                group.role = None;
                group.members.retain(|member| !member.me);
            }
            GroupAsk::Picture(image) => group.picture = image.map(drawn),
            GroupAsk::Remove(account) => group.members.retain(|member| member.account != account),
            GroupAsk::Rename(title) => group.title = title,
            GroupAsk::Role(account, role) => {
                let members = group.members.iter_mut().filter(|member| member.account == account);
                members.for_each(|member| member.role = role);
            }
        }
        group
    }

    fn held(&self, id: undertone::api::MessageId) -> Message {
        self.messages.iter().find(|message| message.id == id).cloned().expect("the message is in the script")
    }

    fn changed(&self, message: undertone::api::MessageId, change: impl FnOnce(Message) -> Message) -> Answer {
        Answer::Changed { message, result: Ok(change(self.held(message))) }
    }
}

/// A picture as it comes back.
pub fn drawn(Image(image): Image) -> undertone::api::Picture {
    undertone::api::Picture { id: format!("{} bytes", image.len()), image }
}

impl Core for FakeCore {
    fn events(&self) -> BoxStream<'static, Event> {
        stream::pending().boxed()
    }

    fn perform(&self, ask: Ask) -> BoxFuture<'static, Answer> {
        self.asked.lock().expect("nobody panicked").push(ask.clone());
        let answer = self.answer(ask);
        Box::pin(async move { answer })
    }
}
