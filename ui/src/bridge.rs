//! Between the window and the messenger: what is asked goes out as tasks, what happens comes in as batches.
//!
//! The window never waits: asking returns a future at once, and events arrive at most once per 8 ms. Knows no
//! screen.

mod invitation;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use iced::futures::StreamExt as _;
use iced::futures::future::BoxFuture;
use iced::futures::stream::{self, BoxStream};
use undertone::api::{
    Account, Anchor, Chat, Client, ClientError, Contact, ConversationId, Created, Event, Evidence, Group,
    History, Invitation, Join, Message, MessageId, Nearby, NodeStatus, NotifyMode, Page, ProfileInfo, Role,
    SafetyNumber, StateAt,
};
use zeroize::Zeroizing;

use crate::model::draft::Draft;
pub use invitation::InvitationAsk;

/// What the window needs of a messenger. The real one is [`Client`]; tests have one that follows a script.
pub trait Core: Send + Sync {
    /// Events from now on; ends when the messenger has ended.
    fn events(&self) -> BoxStream<'static, Event>;

    /// Asks one thing. The answer comes when it is on disk.
    fn perform(&self, ask: Ask) -> BoxFuture<'static, Answer>;
}

/// Something a person typed that must not get into a log.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(pub Zeroizing<String>);

impl Secret {
    /// Takes a text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Messages of one page of history.
pub const PAGE: usize = 120;

/// One thing to ask of the messenger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the method of `Client` with its name")]
pub enum Ask {
    Accept(Account),
    AddByLink(Secret),
    AddNearby(Account),
    Block(Account),
    Chats,
    Contacts,
    Create { name: String, passphrase: Secret, visible: bool },
    Delete(MessageId),
    Edit { message: MessageId, draft: Draft },
    Evidence(Account),
    Group { chat: ConversationId, ask: GroupAsk },
    GroupCreate { title: String, members: Vec<Account>, history: History, picture: Option<Image> },
    GroupForget(ConversationId),
    History { chat: ConversationId, anchor: Anchor, visit: u64 },
    Info,
    Invitation(InvitationAsk),
    Invite { single_use: bool },
    Lock,
    NameContact { account: Account, name: Option<String> },
    Nearby,
    Notify { chat: ConversationId, mode: NotifyMode, until_ms: Option<u64> },
    PhraseKept,
    Reached(MessageId),
    React { message: MessageId, emoji: String, on: bool },
    Read { chat: ConversationId, upto: MessageId },
    RecoveryPhrase(Secret),
    Remove(Account),
    Rename(String),
    Restore { phrase: Secret, name: String, passphrase: Secret },
    SafetyNumber(Account),
    Send { chat: ConversationId, draft: Draft, reply_to: Option<MessageId> },
    Shutdown,
    Status,
    Typing { chat: ConversationId, on: bool },
    Unblock(Account),
    Unlock(Secret),
    Verify { account: Account, seen: Secret },
    Visible(bool),
}

/// A picture as it travels. A log says only how large it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Image(pub Arc<[u8]>);

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({} bytes)", self.0.len())
    }
}

/// One thing to ask about one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupAsk {
    /// Add these contacts, one after the other.
    Add(Vec<Account>),
    /// Change what those who are added from now on see of earlier messages.
    History(History),
    /// Who takes part, and who holds what.
    Info,
    /// Leave.
    Leave,
    /// Give it another picture, or take it away.
    Picture(Option<Image>),
    /// Remove a member.
    Remove(Account),
    /// Give it another title.
    Rename(String),
    /// Give a member another role.
    Role(Account, Role),
}

/// What came of an [`Ask`], with as much of the question as is needed to place it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant answers the `Ask` of a like name")]
pub enum Answer {
    Added(Result<Contact, ClientError>),
    Changed { message: MessageId, result: Result<Message, ClientError> },
    Chats(Result<Vec<Chat>, ClientError>),
    Contacts(Result<Vec<Contact>, ClientError>),
    Created(Result<Created, ClientError>),
    Done(Result<(), ClientError>),
    Edited { chat: ConversationId, draft: Draft, result: Result<Message, ClientError> },
    Ended,
    Evidence { account: Account, result: Result<Vec<Evidence>, ClientError> },
    Group { chat: ConversationId, result: Result<Group, ClientError> },
    GroupCreated(Result<Group, ClientError>),
    GroupForgotten { chat: ConversationId, result: Result<(), ClientError> },
    GroupInvite { chat: ConversationId, result: Result<Secret, ClientError> },
    History { chat: ConversationId, anchor: Anchor, visit: u64, result: Result<Page, ClientError> },
    Info(Result<ProfileInfo, ClientError>),
    Invitations { chat: ConversationId, result: Result<Vec<Invitation>, ClientError> },
    Joining(Result<Join, ClientError>),
    Invite(Result<Secret, ClientError>),
    Nearby(Result<Vec<Nearby>, ClientError>),
    Phrase(Result<Secret, ClientError>),
    PhraseKept(Result<(), ClientError>),
    Reached { message: MessageId, result: Result<Vec<StateAt>, ClientError> },
    Removed { account: Account, result: Result<(), ClientError> },
    Renamed(Result<ProfileInfo, ClientError>),
    Restored(Result<ProfileInfo, ClientError>),
    SafetyNumber { account: Account, result: Result<SafetyNumber, ClientError> },
    Sent { chat: ConversationId, draft: Draft, result: Result<Message, ClientError> },
    Status(Result<NodeStatus, ClientError>),
    Unlocked(Result<ProfileInfo, ClientError>),
    Verified { account: Account, result: Result<bool, ClientError> },
    Visible { on: bool, result: Result<(), ClientError> },
}

impl Core for Client {
    fn events(&self) -> BoxStream<'static, Event> {
        stream::unfold(self.subscribe(), |mut events| async move {
            let event = events.next().await?;
            Some((event, events))
        })
        .boxed()
    }

    fn perform(&self, ask: Ask) -> BoxFuture<'static, Answer> {
        let client = self.clone();
        Box::pin(async move { perform(&client, ask).await })
    }
}

async fn perform(client: &Client, ask: Ask) -> Answer {
    match ask {
        Ask::Create { name, passphrase, visible } => {
            Answer::Created(client.create(name, passphrase.0, visible).await)
        }
        Ask::Invitation(ask) => invitation::perform(client, ask).await,
        Ask::Info => Answer::Info(client.info().await),
        Ask::Lock => Answer::Done(client.lock().await),
        Ask::PhraseKept => Answer::PhraseKept(client.phrase_kept().await),
        Ask::RecoveryPhrase(passphrase) => {
            Answer::Phrase(client.recovery_phrase(passphrase.0).await.map(Secret))
        }
        Ask::Rename(name) => Answer::Renamed(client.rename(name).await),
        Ask::Restore { phrase, name, passphrase } => {
            Answer::Restored(client.restore(phrase.0, name, passphrase.0).await)
        }
        Ask::Status => Answer::Status(client.status().await),
        Ask::Unlock(passphrase) => Answer::Unlocked(client.unlock(passphrase.0).await),
        Ask::Visible(on) => Answer::Visible { on, result: client.visible(on).await },
        Ask::Shutdown => {
            // nobody waits longer for a messenger that hangs; what is on disk is safe in any case
            let done = tokio::time::timeout(Duration::from_secs(2), client.shutdown()).await;
            if done.is_err() {
                tracing::warn!("the messenger did not end in time");
            }
            Answer::Ended
        }
        Ask::Accept(_)
        | Ask::AddByLink(_)
        | Ask::AddNearby(_)
        | Ask::Block(_)
        | Ask::Contacts
        | Ask::Evidence(_)
        | Ask::Invite { .. }
        | Ask::NameContact { .. }
        | Ask::Nearby
        | Ask::Remove(_)
        | Ask::SafetyNumber(_)
        | Ask::Unblock(_)
        | Ask::Verify { .. } => perform_people(client, ask).await,
        Ask::Chats
        | Ask::Delete(_)
        | Ask::Edit { .. }
        | Ask::Group { .. }
        | Ask::GroupCreate { .. }
        | Ask::GroupForget(_)
        | Ask::History { .. }
        | Ask::Notify { .. }
        | Ask::Reached(_)
        | Ask::React { .. }
        | Ask::Read { .. }
        | Ask::Send { .. }
        | Ask::Typing { .. } => perform_chat(client, ask).await,
    }
}

async fn perform_people(client: &Client, ask: Ask) -> Answer {
    match ask {
        Ask::Accept(account) => Answer::Done(client.accept(account).await),
        Ask::AddByLink(mut link) => {
            let link = std::mem::take(&mut *link.0);
            Answer::Added(client.add_by_link(link, None).await)
        }
        Ask::AddNearby(account) => Answer::Added(client.add_nearby(account, None).await),
        Ask::Block(account) => Answer::Done(client.block(account).await),
        Ask::Evidence(account) => Answer::Evidence { account, result: client.evidence(account).await },
        Ask::Invite { single_use } => Answer::Invite(client.invite(None, single_use).await.map(Secret::new)),
        Ask::NameContact { account, name } => Answer::Done(client.name_contact(account, name).await),
        Ask::Nearby => Answer::Nearby(client.nearby().await),
        Ask::Remove(account) => Answer::Removed { account, result: client.remove(account).await },
        Ask::SafetyNumber(account) => {
            Answer::SafetyNumber { account, result: client.safety_number(account).await }
        }
        Ask::Unblock(account) => Answer::Done(client.unblock(account).await),
        Ask::Verify { account, mut seen } => {
            let seen = std::mem::take(&mut *seen.0);
            Answer::Verified { account, result: client.verify(account, seen).await }
        }
        _ => Answer::Contacts(client.contacts().await),
    }
}

async fn perform_chat(client: &Client, ask: Ask) -> Answer {
    match ask {
        Ask::Delete(message) => Answer::Changed { message, result: client.delete(message).await },
        Ask::Edit { message, draft } => {
            let result = client.edit(message, draft.written()).await;
            Answer::Edited { chat: message.conversation, draft, result }
        }
        Ask::Group { chat, ask } => Answer::Group { chat, result: perform_group(client, chat, ask).await },
        Ask::GroupCreate { title, members, history, picture } => {
            let created = client.create_group(title, members, history).await;
            Answer::GroupCreated(match (created, picture) {
                // the group is there in any case; its details are where a picture can be tried again
                (Ok(group), Some(Image(image))) => {
                    Ok(client.set_picture(group.chat, Some(image.to_vec())).await.unwrap_or(group))
                }
                (created, _) => created,
            })
        }
        Ask::GroupForget(chat) => Answer::GroupForgotten { chat, result: client.forget_group(chat).await },
        Ask::History { chat, anchor, visit } => {
            Answer::History { chat, anchor, visit, result: client.history(chat, anchor, PAGE).await }
        }
        Ask::Notify { chat, mode, until_ms } => Answer::Done(client.notify(chat, mode, until_ms).await),
        Ask::Reached(message) => Answer::Reached { message, result: client.message_status(message).await },
        Ask::React { message, emoji, on } => {
            Answer::Changed { message, result: client.react(message, emoji, on).await }
        }
        Ask::Read { chat, upto } => Answer::Done(client.read(chat, upto).await),
        Ask::Send { chat, draft, reply_to } => {
            let result = client.send(chat, draft.written(), reply_to).await;
            Answer::Sent { chat, draft, result }
        }
        Ask::Typing { chat, on } => Answer::Done(client.typing(chat, on).await),
        _ => Answer::Chats(client.chats().await),
    }
}

async fn perform_group(client: &Client, chat: ConversationId, ask: GroupAsk) -> Result<Group, ClientError> {
    match ask {
        GroupAsk::Add(accounts) => {
            for account in accounts {
                client.add_member(chat, account, Role::Member).await?;
            }
            client.group(chat).await
        }
        GroupAsk::History(history) => client.set_history(chat, history).await,
        GroupAsk::Info => client.group(chat).await,
        GroupAsk::Leave => client.leave_group(chat).await,
        GroupAsk::Picture(image) => client.set_picture(chat, image.map(|Image(image)| image.to_vec())).await,
        GroupAsk::Remove(account) => client.remove_member(chat, account).await,
        GroupAsk::Rename(title) => client.rename_group(chat, title).await,
        GroupAsk::Role(account, role) => client.set_role(chat, account, role).await,
    }
}

/// The messenger as the source of a subscription: there is one for each run of the program.
#[derive(Clone)]
pub struct Feed(pub Arc<dyn Core>);

impl std::hash::Hash for Feed {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).cast::<()>().hash(state);
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feed")
    }
}

/// Events in batches; an empty batch says that the messenger has ended.
pub fn batches(feed: &Feed) -> BoxStream<'static, Arc<[Event]>> {
    let batches = batched(feed.0.events(), Duration::from_millis(8));
    batches.chain(stream::once(async { Arc::from([]) })).boxed()
}

/// At most 256 events a batch, and at most one batch per interval; the first comes at once.
fn batched(events: BoxStream<'static, Event>, apart: Duration) -> BoxStream<'static, Arc<[Event]>> {
    let start = (events.ready_chunks(256), false);
    stream::unfold(start, move |(mut chunks, rest)| async move {
        if rest {
            tokio::time::sleep(apart).await;
        }
        let chunk = chunks.next().await?;
        Some((Arc::from(chunk), (chunks, true)))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ten_thousand_events_make_forty_batches_and_none_is_lost() {
        let events: Vec<Event> = (0..10_000).map(|n| Event::Offline(n % 2 == 0)).collect();
        let batches: Vec<_> = batched(stream::iter(events.clone()).boxed(), Duration::ZERO).collect().await;
        assert_eq!(batches.len(), 40);
        assert_eq!(batches.iter().flat_map(|batch| batch.iter().cloned()).collect::<Vec<_>>(), events);
    }

    #[test]
    fn what_was_typed_is_in_no_log() {
        let ask =
            Ask::Create { name: "Hana".into(), passphrase: Secret::new("hunter2".into()), visible: true };
        assert!(!format!("{ask:?}").contains("hunter2"));
        let chat = crate::model::example::chat_id(1);
        let draft = Draft { text: "meet me".into(), ..Draft::default() };
        assert!(!format!("{:?}", Ask::Send { chat, draft, reply_to: None }).contains("meet me"));
    }
}
