//! Conversations with a messenger that is made up: it answers every command at once, with one sample of
//! everything, and remembers what it was asked to send.

mod calls;
mod reference;
mod sample;
mod socket;

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    sync::{broadcast, mpsc, oneshot, watch},
};

use super::{Conversation, End, Kind, Method};
use crate::api::{Client, ClientError, Command, Event};

/// A messenger that is made up.
struct Fake {
    client: Client,
    events: broadcast::Sender<Event>,
    sent: Arc<Mutex<Vec<String>>>,
    /// Unlocking takes until this is used.
    unlock: Option<oneshot::Sender<()>>,
}

impl Fake {
    /// One whose queue takes `queue` commands.
    fn start(queue: usize) -> Self {
        let (commands, mut asked) = mpsc::channel(queue);
        let (events, _) = broadcast::channel(1024);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (unlock, opened) = oneshot::channel();
        let (log, mut opened) = (Arc::clone(&sent), Some(opened));
        tokio::spawn(async move {
            while let Some(command) = asked.recv().await {
                match command {
                    Command::Unlock { done, .. } => {
                        let wait = opened.take();
                        tokio::spawn(async move {
                            if let Some(wait) = wait {
                                wait.await.ok();
                            }
                            done.send(Ok(sample::info())).ok();
                        });
                    }
                    Command::Send { written, done, .. } => {
                        log.lock().unwrap().push(written.text);
                        done.send(Ok(sample::message())).ok();
                    }
                    Command::Shutdown { done } => {
                        done.send(Ok(())).ok();
                        return;
                    }
                    other => answer(other),
                }
            }
        });
        Self { client: Client::new(commands, events.clone()), events, sent, unlock: Some(unlock) }
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }

    /// A conversation in which everything is said at once, and then nothing more.
    async fn talk(&mut self, said: &[u8]) -> (Vec<Value>, End) {
        self.unlock = None;
        let (mut ours, theirs) = duplex(1 << 16);
        let (_ending, told) = watch::channel(false);
        let (input, output) = tokio::io::split(theirs);
        let conversation = tokio::spawn(Conversation::new(self.client.clone()).run(input, output, told));
        let (mut heard, mut mouth) = (Vec::new(), Vec::from(said));
        let (mut reader, mut writer) = tokio::io::split(&mut ours);
        tokio::join!(
            async {
                mouth.push(b'\n');
                writer.write_all(&mouth).await.ok();
                writer.shutdown().await.ok();
            },
            async {
                reader.read_to_end(&mut heard).await.ok();
            }
        );
        (lines(&heard), conversation.await.unwrap())
    }
}

/// What was written, line by line; each must be one JSON value.
fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A call as a line.
fn call(id: u64, method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

/// Parameters that a method takes: those that are needed, and all others that can stand beside them.
fn params(method: &Method) -> Map<String, Value> {
    let mut params: Map<String, Value> = method
        .params
        .iter()
        .filter(|param| !ALTERNATIVES.contains(&(method.name, param.name)))
        .map(|param| (param.name.to_owned(), value(param.name, param.kind)))
        .collect();
    params.insert("from_a_later_version".into(), json!(true));
    params
}

/// A value for a parameter.
fn value(name: &str, kind: Kind) -> Value {
    match (name, kind) {
        ("account", _) => sample::account().to_string().into(),
        ("chat", _) => sample::chat_id().to_string().into(),
        ("message" | "upto" | "before" | "after" | "around" | "reply_to", _) => {
            sample::message_id().to_string().into()
        }
        ("role", _) => "member".into(),
        ("mode", _) => "all".into(),
        ("invitation", _) => sample::invitation().id.to_string().into(),
        ("join", _) => sample::join_id().to_string().into(),
        ("image", _) => "AQI=".into(),
        (_, Kind::Accounts) => json!([sample::account().to_string()]),
        (_, Kind::Count) => json!(7),
        (_, Kind::Flag) => json!(true),
        (_, Kind::History) => json!(20),
        (_, Kind::Text) => json!("some text"),
    }
}

/// Parameters of which another one is given instead.
const ALTERNATIVES: [(&str, &str); 4] = [
    ("contact.add", "link"),
    ("contact.verify", "digits"),
    ("chat.history", "after"),
    ("chat.history", "around"),
];

fn answer(command: Command) {
    match command {
        Command::Create { done, .. } => drop(done.send(Ok(sample::created()))),
        Command::Unlock { done, .. }
        | Command::Restore { done, .. }
        | Command::Rename { done, .. }
        | Command::Info { done } => drop(done.send(Ok(sample::info()))),
        Command::RecoveryPhrase { done, .. } => drop(done.send(Ok("some words".to_owned().into()))),
        Command::Nearby { done } => drop(done.send(Ok(vec![sample::nearby()]))),
        Command::Invite { done, .. } => drop(done.send(Ok("a link".into()))),
        Command::AddByLink { done, .. } => drop(done.send(Err(ClientError::BadInvite))),
        Command::AddNearby { done, .. } => drop(done.send(Ok(sample::contact()))),
        Command::Contacts { done } => drop(done.send(Ok(vec![sample::contact()]))),
        Command::Evidence { done, .. } => drop(done.send(Ok(vec![sample::evidence()]))),
        Command::SafetyNumber { done, .. } => drop(done.send(Ok(sample::safety_number()))),
        Command::Verify { done, .. } => drop(done.send(Ok(false))),
        Command::Chats { done } => drop(done.send(Ok(vec![sample::chat()]))),
        Command::OpenChat { done, .. } => drop(done.send(Ok(sample::chat_id()))),
        Command::History { done, .. } => drop(done.send(Ok(sample::page()))),
        Command::Send { done, .. }
        | Command::Edit { done, .. }
        | Command::Delete { done, .. }
        | Command::React { done, .. } => drop(done.send(Ok(sample::message()))),
        Command::Group(command) => answer_group(command),
        Command::Invitation(command) => answer_invitation(command),
        Command::MessageStatus { done, .. } => drop(done.send(Ok(vec![sample::state_at()]))),
        Command::Status { done } => drop(done.send(Ok(sample::status()))),
        Command::PhraseKept { done }
        | Command::ChangePassphrase { done, .. }
        | Command::Lock { done }
        | Command::Visible { done, .. }
        | Command::Accept { done, .. }
        | Command::Block { done, .. }
        | Command::Unblock { done, .. }
        | Command::Remove { done, .. }
        | Command::NameContact { done, .. }
        | Command::Read { done, .. }
        | Command::Notify { done, .. }
        | Command::Typing { done, .. }
        | Command::Shutdown { done } => drop(done.send(Ok(()))),
    }
}

fn answer_invitation(command: crate::api::InvitationCommand) {
    use crate::api::InvitationCommand as I;
    match command {
        I::Make { done, .. } => drop(done.send(Ok((sample::invitation().id, "a link".to_owned().into())))),
        I::End { done, .. } => drop(done.send(Ok(sample::group()))),
        I::List { done, .. } => drop(done.send(Ok(vec![sample::invitation()]))),
        I::Join { done, .. } => drop(done.send(Ok(crate::api::Join::Asked(sample::join_id())))),
        I::Joins { done } => drop(done.send(Ok(vec![sample::join_id()]))),
        I::GiveUp { done, .. } => drop(done.send(Ok(()))),
    }
}

fn answer_group(command: crate::api::GroupCommand) {
    use crate::api::GroupCommand as G;
    match command {
        G::Create { done, .. }
        | G::Info { done, .. }
        | G::Add { done, .. }
        | G::Remove { done, .. }
        | G::Role { done, .. }
        | G::History { done, .. }
        | G::Leave { done, .. }
        | G::Picture { done, .. }
        | G::Rename { done, .. } => drop(done.send(Ok(sample::group()))),
        G::Forget { done, .. } => drop(done.send(Ok(()))),
    }
}
