//! The handle that programs hold: one method per thing they can ask for. Cheap to clone. Every method waits
//! for the node's answer, and the node answers when the result is on disk.

use std::sync::Arc;

use tokio::sync::{Mutex, broadcast, mpsc, oneshot};
use zeroize::Zeroizing;

use super::{
    Account, Anchor, Chat, ClientError, Command, Contact, ConversationId, Created, Event, Evidence, Message,
    MessageId, Nearby, NodeStatus, NotifyMode, Page, ProfileInfo, Reply, SafetyNumber, StateAt, Written,
};

/// Asks the node for things, in the order in which the futures of its methods are first polled. Cheap to clone.
/// A future that was polled must be polled on or dropped: while it waits for room in the queue, all others wait
/// behind it.
#[derive(Clone, Debug)]
pub struct Client {
    commands: mpsc::Sender<Command>,
    events: broadcast::Sender<Event>,
    /// Held while a command waits for room in the queue. Without it, a command that comes just when there is
    /// room again could overtake those that wait.
    turn: Arc<Mutex<()>>,
}

/// The events from the moment of subscribing on.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// The next event; [`Event::Stale`] if some were missed; `None` when the node has ended.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::Stale),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// An event that is there already, without waiting.
    pub fn ready(&mut self) -> Option<Event> {
        match self.0.try_recv() {
            Ok(event) => Some(event),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(Event::Stale),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => None,
        }
    }
}

impl Client {
    pub(crate) fn new(commands: mpsc::Sender<Command>, events: broadcast::Sender<Event>) -> Self {
        Self { commands, events, turn: Arc::default() }
    }

    /// Starts listening to events.
    #[must_use]
    pub fn subscribe(&self) -> Events {
        Events(self.events.subscribe())
    }

    pub(super) async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, ClientError> {
        let (done, answer) = oneshot::channel();
        let turn = self.turn.lock().await;
        self.commands.send(command(done)).await.map_err(|_ended| ClientError::Stopped)?;
        drop(turn);
        answer.await.map_err(|_ended| ClientError::Stopped)?
    }

    /// Makes a profile in the folder and unlocks it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create(
        &self,
        name: String,
        passphrase: Zeroizing<String>,
        visible: bool,
    ) -> Result<Created, ClientError> {
        self.ask(|done| Command::Create { name, passphrase, visible, done }).await
    }

    /// Brings an account back from its recovery phrase as a new device, and unlocks it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn restore(
        &self,
        phrase: Zeroizing<String>,
        name: String,
        passphrase: Zeroizing<String>,
    ) -> Result<ProfileInfo, ClientError> {
        self.ask(|done| Command::Restore { phrase, name, passphrase, done }).await
    }

    /// Unlocks the profile.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn unlock(&self, passphrase: Zeroizing<String>) -> Result<ProfileInfo, ClientError> {
        self.ask(|done| Command::Unlock { passphrase, done }).await
    }

    /// Our own profile; works while locked.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn info(&self) -> Result<ProfileInfo, ClientError> {
        self.ask(|done| Command::Info { done }).await
    }

    /// Changes the name we go by.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn rename(&self, name: String) -> Result<ProfileInfo, ClientError> {
        self.ask(|done| Command::Rename { name, done }).await
    }

    /// Locks the profile: the network ends, and the keys are wiped from memory. Nothing happens if it is locked.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn lock(&self) -> Result<(), ClientError> {
        self.ask(|done| Command::Lock { done }).await
    }

    /// Changes the passphrase.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn change_passphrase(
        &self,
        old: Zeroizing<String>,
        new: Zeroizing<String>,
    ) -> Result<(), ClientError> {
        self.ask(|done| Command::ChangePassphrase { old, new, done }).await
    }

    /// Shows the recovery phrase again; needs the passphrase.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn recovery_phrase(
        &self,
        passphrase: Zeroizing<String>,
    ) -> Result<Zeroizing<String>, ClientError> {
        self.ask(|done| Command::RecoveryPhrase { passphrase, done }).await
    }

    /// The person says that the recovery phrase is written down.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn phrase_kept(&self) -> Result<(), ClientError> {
        self.ask(|done| Command::PhraseKept { done }).await
    }

    /// Whether people on this network may see our name.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn visible(&self, on: bool) -> Result<(), ClientError> {
        self.ask(|done| Command::Visible { on, done }).await
    }

    /// People who chose to be visible on this network.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn nearby(&self) -> Result<Vec<Nearby>, ClientError> {
        self.ask(|done| Command::Nearby { done }).await
    }

    /// Makes an invite link. `expires_s` counts from now.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn invite(&self, expires_s: Option<u64>, single_use: bool) -> Result<String, ClientError> {
        self.ask(|done| Command::Invite { expires_s, single_use, done }).await
    }

    /// Asks the person who made this invite link to become a contact.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn add_by_link(&self, link: String, name: Option<String>) -> Result<Contact, ClientError> {
        self.ask(|done| Command::AddByLink { link, name, done }).await
    }

    /// Asks somebody nearby to become a contact.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn add_nearby(&self, account: Account, name: Option<String>) -> Result<Contact, ClientError> {
        self.ask(|done| Command::AddNearby { account, name, done }).await
    }

    /// All contacts and requests.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn contacts(&self) -> Result<Vec<Contact>, ClientError> {
        self.ask(|done| Command::Contacts { done }).await
    }

    /// Accepts a request, or a contact's changed key.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn accept(&self, account: Account) -> Result<(), ClientError> {
        self.ask(|done| Command::Accept { account, done }).await
    }

    /// Blocks an account: nothing goes to or comes from it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn block(&self, account: Account) -> Result<(), ClientError> {
        self.ask(|done| Command::Block { account, done }).await
    }

    /// Unblocks an account.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn unblock(&self, account: Account) -> Result<(), ClientError> {
        self.ask(|done| Command::Unblock { account, done }).await
    }

    /// Removes a contact or request, with the conversation.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn remove(&self, account: Account) -> Result<(), ClientError> {
        self.ask(|done| Command::Remove { account, done }).await
    }

    /// Gives a contact a name of our own; `None` takes theirs again.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn name_contact(&self, account: Account, name: Option<String>) -> Result<(), ClientError> {
        self.ask(|done| Command::NameContact { account, name, done }).await
    }

    /// What two people compare.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn safety_number(&self, account: Account) -> Result<SafetyNumber, ClientError> {
        self.ask(|done| Command::SafetyNumber { account, done }).await
    }

    /// What was shown of the contact's devices that had to be looked at, oldest first; at most [`Evidence::KEPT`].
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn evidence(&self, account: Account) -> Result<Vec<Evidence>, ClientError> {
        self.ask(|done| Command::Evidence { account, done }).await
    }

    /// Compares digits or the text of a QR code; `true` marks the contact as verified, `false` changes nothing.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn verify(&self, account: Account, digits_or_qr: String) -> Result<bool, ClientError> {
        self.ask(|done| Command::Verify { account, digits_or_qr, done }).await
    }

    /// The conversation list, newest first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn chats(&self) -> Result<Vec<Chat>, ClientError> {
        self.ask(|done| Command::Chats { done }).await
    }

    /// The 1:1 conversation with a contact.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn open_chat(&self, account: Account) -> Result<ConversationId, ClientError> {
        self.ask(|done| Command::OpenChat { account, done }).await
    }

    /// A part of a conversation, at most 500 messages.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn history(
        &self,
        chat: ConversationId,
        anchor: Anchor,
        limit: usize,
    ) -> Result<Page, ClientError> {
        self.ask(|done| Command::History { chat, anchor, limit, done }).await
    }

    /// Everything up to this message has been seen.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn read(&self, chat: ConversationId, upto: MessageId) -> Result<(), ClientError> {
        self.ask(|done| Command::Read { chat, upto, done }).await
    }

    /// Which messages of a conversation we want to be told of; with `until_ms` only until then, and of all after it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn notify(
        &self,
        chat: ConversationId,
        mode: NotifyMode,
        until_ms: Option<u64>,
    ) -> Result<(), ClientError> {
        self.ask(|done| Command::Notify { chat, mode, until_ms, done }).await
    }

    /// We are writing, or have stopped.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn typing(&self, chat: ConversationId, on: bool) -> Result<(), ClientError> {
        self.ask(|done| Command::Typing { chat, on, done }).await
    }

    /// Says a text. It is on disk when this returns. Those whom it addresses and who take no part are left out; addressing
    /// everybody takes the role of a moderator.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn send(
        &self,
        chat: ConversationId,
        written: Written,
        reply_to: Option<MessageId>,
    ) -> Result<Message, ClientError> {
        self.ask(|done| Command::Send { chat, written, reply_to, done }).await
    }

    /// Replaces the text of a message of ours, and whom it addresses.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn edit(&self, message: MessageId, written: Written) -> Result<Message, ClientError> {
        self.ask(|done| Command::Edit { message, written, done }).await
    }

    /// Takes a message of ours back, for everybody; in a group also one of others, if our role allows it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete(&self, message: MessageId) -> Result<Message, ClientError> {
        self.ask(|done| Command::Delete { message, done }).await
    }

    /// Sets or takes back one emoji of ours on a message.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn react(&self, message: MessageId, emoji: String, on: bool) -> Result<Message, ClientError> {
        self.ask(|done| Command::React { message, emoji, on, done }).await
    }

    /// How far a message of ours has come.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn message_status(&self, message: MessageId) -> Result<Vec<StateAt>, ClientError> {
        self.ask(|done| Command::MessageStatus { message, done }).await
    }

    /// How the program is doing.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn status(&self) -> Result<NodeStatus, ClientError> {
        self.ask(|done| Command::Status { done }).await
    }

    /// Ends the program in good order. Returns when everything is on disk.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn shutdown(&self) -> Result<(), ClientError> {
        self.ask(|done| Command::Shutdown { done }).await
    }
}
