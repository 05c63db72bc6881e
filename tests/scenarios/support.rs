//! A node of a test: made, restarted, waited for. Nothing here sleeps; what does not come in time fails.

use std::{future::Future, time::Duration};

use tempfile::TempDir;
use undertone::{
    NetworkOptions, Node, OpenConfig,
    api::{Account, Client, ConversationId, Event, Events, Message},
    open,
};

pub(crate) const PASSPHRASE: &str = "correct horse battery";
const PATIENCE: Duration = Duration::from_secs(30);

/// One running messenger with a folder of its own.
pub(crate) struct TestNode {
    pub(crate) client: Client,
    pub(crate) events: Events,
    pub(crate) account: Account,
    node: Option<Node>,
    dir: TempDir,
    bootstrap: Vec<String>,
}

fn config(dir: &TempDir, bootstrap: Vec<String>) -> OpenConfig {
    let listen = vec!["/ip4/127.0.0.1/tcp/0".into(), "/ip4/127.0.0.1/udp/0/quic-v1".into()];
    let network = NetworkOptions { listen, mdns: false, bootstrap, ..NetworkOptions::default() };
    OpenConfig { profile: dir.path().to_owned(), network }
}

impl TestNode {
    /// A new visible person who dials these addresses at the start.
    pub(crate) async fn new(name: &str, bootstrap: Vec<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let node = open(config(&dir, bootstrap.clone())).unwrap();
        let client = node.client();
        let events = client.subscribe();
        let created = client.create(name.into(), PASSPHRASE.to_owned().into(), true).await.unwrap();
        let account = created.info.account.unwrap();
        Self { client, events, account, node: Some(node), dir, bootstrap }
    }

    /// The process ends in good order and starts again.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// What the next start dials.
    pub(crate) fn dial(&mut self, addresses: Vec<String>) {
        self.bootstrap = addresses;
    }

    pub(crate) async fn stop(&mut self) {
        let node = self.node.take();
        tokio::task::spawn_blocking(move || drop(node)).await.unwrap();
    }

    pub(crate) async fn start(&mut self) {
        let node = open(config(&self.dir, self.bootstrap.clone())).unwrap();
        self.client = node.client();
        self.events = self.client.subscribe();
        self.node = Some(node);
        self.client.unlock(PASSPHRASE.to_owned().into()).await.unwrap();
    }

    /// Where others can dial it.
    pub(crate) async fn addresses(&self) -> Vec<String> {
        eventually(|| async {
            let listen = self.client.status().await.unwrap().listen;
            (!listen.is_empty()).then_some(listen)
        })
        .await
    }

    /// The first event that `pick` takes.
    pub(crate) async fn event<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let wait = async {
            loop {
                if let Some(found) = pick(self.events.next().await.expect("the node is up")) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("the event came in time")
    }

    /// The next message of somebody else.
    pub(crate) async fn received(&mut self) -> Message {
        self.event(
            |event| if let Event::MessageReceived { message, .. } = event { Some(message) } else { None },
        )
        .await
    }

    pub(crate) async fn texts(&self, chat: ConversationId) -> Vec<String> {
        let page = self.client.history(chat, undertone::api::Anchor::Newest, 500).await.unwrap();
        page.messages.into_iter().map(|message| message.text).collect()
    }
}

impl Drop for TestNode {
    fn drop(&mut self) {
        // A runtime cannot be dropped from inside another one.
        let node = self.node.take();
        std::thread::spawn(move || drop(node)).join().ok();
    }
}

/// Asks again until there is an answer.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    let wait = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it came in time")
}

/// Two people who have met and agreed; gives the conversation.
pub(crate) async fn friends() -> (TestNode, TestNode, ConversationId) {
    let mut hana = TestNode::new("Hana", vec![]).await;
    let mut bora = TestNode::new("Bora", hana.addresses().await).await;
    let chat = befriend(&mut bora, &mut hana).await;
    (hana, bora, chat)
}

/// The first asks the second, who accepts; gives the conversation.
pub(crate) async fn befriend(asker: &mut TestNode, other: &mut TestNode) -> ConversationId {
    eventually(|| async {
        let near = asker.client.nearby().await.unwrap();
        near.into_iter().find(|person| person.account == other.account)
    })
    .await;
    let contact = asker.client.add_nearby(other.account, None).await.unwrap();
    let from = other
        .event(|event| if let Event::ContactRequest(contact) = event { Some(contact.account) } else { None })
        .await;
    assert_eq!(from, asker.account);
    other.client.accept(asker.account).await.unwrap();
    asker
        .event(|event| match event {
            Event::ContactChanged(contact) if contact.state == undertone::api::ContactState::Contact => {
                Some(())
            }
            _ => None,
        })
        .await;
    contact.chat
}
