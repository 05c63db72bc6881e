//! People who know each other before a story begins: profiles that were made and introduced without a window, and
//! what opens them. A story about something else need not meet first.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use undertone::api::{Client, ContactState};
use undertone::{NetworkOptions, Node, OpenConfig};
use zeroize::Zeroizing;

const PASSPHRASE: &str = "three people, one computer";
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes a profile for each name in the folder of that name, and introduces the first to all others. Afterwards
/// nothing of them runs.
pub(crate) fn introduce(folder: &Path, names: &[&str], hub: &str) {
    let (first, others) = names.split_first().unwrap();
    let host = node(folder, first, hub, None);
    let inviter = host.client();
    on(&host, async {
        create(&inviter, first).await;
        until(|| async { !inviter.status().await.unwrap().listen.is_empty() }).await;
    });
    let guests: Vec<Node> =
        others.iter().map(|name| node(folder, name, "/ip4/127.0.0.1/tcp/0", Some(hub))).collect();
    for (guest, name) in guests.iter().zip(others) {
        let client = guest.client();
        let link = on(&host, inviter.invite(None, true)).unwrap();
        on(guest, async {
            create(&client, name).await;
            client.add_by_link(link, None).await.unwrap();
            until(|| known(&client, 1)).await;
        });
    }
    on(&host, until(|| known(&inviter, others.len())));
}

/// What the app's command line needs to open such a profile unlocked.
pub(crate) fn passphrase_file(folder: &Path) -> String {
    let path = folder.join("passphrase");
    std::fs::write(&path, format!("{PASSPHRASE}\n")).unwrap();
    path.into_os_string().into_string().unwrap()
}

fn node(folder: &Path, name: &str, listen: &str, bootstrap: Option<&str>) -> Node {
    let network = NetworkOptions {
        listen: vec![listen.to_owned()],
        bootstrap: bootstrap.map(str::to_owned).into_iter().collect(),
        mdns: false,
        ..NetworkOptions::default()
    };
    undertone::open(OpenConfig { profile: folder.join(name), network }).unwrap()
}

async fn create(client: &Client, name: &str) {
    let phrase = Zeroizing::new(PASSPHRASE.to_owned());
    client.create(name.to_owned(), phrase, false).await.unwrap();
    client.phrase_kept().await.unwrap();
}

/// Whether so many people are contacts now.
async fn known(client: &Client, count: usize) -> bool {
    let people = client.contacts().await.unwrap();
    people.iter().filter(|person| person.state == ContactState::Contact).count() == count
}

fn on<T>(node: &Node, work: impl Future<Output = T>) -> T {
    node.runtime().unwrap().block_on(work)
}

/// Asks again until it is so.
async fn until<F: Future<Output = bool>>(mut ask: impl FnMut() -> F) {
    let wait = async {
        while !ask().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it came in time");
}
