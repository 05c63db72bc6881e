//! What a group of thirty feels of its network: how long a text takes from one to all, as a ratio to bare gossipsub with
//! the same parameters in the same run, and what members send each other when nobody says anything.
//!
//! A text counts once the last one has it on disk and shows it; a text of bare gossipsub once the last one was handed it.
//! What the disk takes of that, with thirty stores of one computer on it at once, is measured beside it; with `TMPDIR` in
//! memory it is taken out.
//!
//! `cargo bench --bench gossip --features bench`. The bytes are those of the loopback interface, with all headers and
//! acknowledgements: run it in a network namespace of its own (`unshare -rn sh -c 'ip link set lo up && ..'`), or they
//! are those of all others too.

use std::{
    error::Error,
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use futures::StreamExt;
use libp2p::{
    Multiaddr, Swarm, SwarmBuilder,
    gossipsub::{self, IdentTopic, MessageAcceptance, MessageAuthenticity},
    noise,
    swarm::SwarmEvent,
    tcp, yamux,
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use undertone::{
    NetworkOptions, Node, OpenConfig,
    api::{Account, Client, ContactState, ConversationId, Event, History},
    bench::gossip_config,
    open,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const MEMBERS: usize = 30;
const TEXTS: usize = 100;
/// Everything that is told now and then is told once in it.
const IDLE: Duration = Duration::from_secs(600);
/// People do not write all at once.
const PAUSE: Duration = Duration::from_millis(200);

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut bare = runtime.block_on(bare_gossip())?;
    let floor = percentile(&mut bare, 50);
    println!(
        "bare gossipsub, {MEMBERS} swarms, one to all:  p50 {}, p95 {}",
        ms(floor),
        ms(percentile(&mut bare, 95))
    );
    let mut synced = disk()?;
    println!(
        "{MEMBERS} small files, written and synced at once: p50 {}, p95 {}",
        ms(percentile(&mut synced, 50)),
        ms(percentile(&mut synced, 95))
    );
    let (people, chat) = runtime.block_on(group())?;
    println!("a group of {MEMBERS} nodes is together");
    let mut times = runtime.block_on(texts(&people, chat))?;
    let median = percentile(&mut times, 50);
    println!(
        "a text in a group of {MEMBERS}, one to all:    p50 {}, p95 {} = {:.2}x (goal: median below 3x)",
        ms(median),
        ms(percentile(&mut times, 95)),
        median.as_secs_f64() / floor.as_secs_f64()
    );
    let rate = runtime.block_on(idle())?;
    println!("idle, each member sends:                {rate:.0} bytes/s with headers (goal: below 1000)");
    std::thread::spawn(move || drop(people)).join().ok();
    Ok(())
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = times.len().saturating_sub(1).saturating_mul(percent) / 100;
    times.get(at).copied().unwrap_or_default()
}

/// How long it takes until as many files as there are stores are on disk, when each grows a little at the same moment.
fn disk() -> Outcome<Vec<Duration>> {
    let dir = tempfile::tempdir()?;
    let mut times = Vec::new();
    for _ in 0..TEXTS {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for number in 0..MEMBERS {
                let path = dir.path().join(number.to_string());
                scope.spawn(move || grow(&path).ok());
            }
        });
        times.push(start.elapsed());
    }
    Ok(times)
}

fn grow(path: &Path) -> std::io::Result<()> {
    let mut file = File::options().append(true).create(true).open(path)?;
    file.write_all(&[1; 4096])?;
    file.sync_data()
}

/// From one swarm to all others, each connected to each.
async fn bare_gossip() -> Outcome<Vec<Duration>> {
    let topic = IdentTopic::new("bench");
    let (heard_to, mut heard) = mpsc::channel(4096);
    let mut addresses: Vec<Multiaddr> = Vec::new();
    let mut speakers = Vec::new();
    for number in 0..MEMBERS {
        let mut swarm = bare()?;
        swarm.behaviour_mut().subscribe(&topic)?;
        swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse()?)?;
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                break address;
            }
        };
        for address in &addresses {
            swarm.dial(address.clone())?;
        }
        addresses.push(address);
        let (speak, spoken) = mpsc::channel(4096);
        speakers.push(speak);
        tokio::spawn(run_bare(number, swarm, topic.clone(), spoken, heard_to.clone()));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut times = Vec::new();
    for text in 0..TEXTS {
        let start = Instant::now();
        let speaker = speakers.get(text % 3).ok_or("nobody")?;
        speaker.try_send(format!("{text:0480}").into_bytes())?;
        for _ in 1..MEMBERS {
            tokio::time::timeout(Duration::from_secs(10), heard.recv()).await?.ok_or("the end")?;
        }
        times.push(start.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(times)
}

async fn run_bare(
    number: usize,
    mut swarm: Swarm<gossipsub::Behaviour>,
    topic: IdentTopic,
    mut spoken: mpsc::Receiver<Vec<u8>>,
    heard: mpsc::Sender<usize>,
) {
    loop {
        tokio::select! {
            event = swarm.select_next_some() => {
                if let SwarmEvent::Behaviour(gossipsub::Event::Message { propagation_source, message_id, .. }) = event {
                    heard.try_send(number).ok();
                    swarm.behaviour_mut().report_message_validation_result(
                        &message_id,
                        &propagation_source,
                        MessageAcceptance::Accept,
                    );
                }
            }
            text = spoken.recv() => match text {
                Some(text) => drop(swarm.behaviour_mut().publish(topic.clone(), text)),
                None => return,
            },
        }
    }
}

fn bare() -> Outcome<Swarm<gossipsub::Behaviour>> {
    let behaviour = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, gossip_config()?)?;
    let swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)?
        .with_behaviour(|_| behaviour)?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
        .build();
    Ok(swarm)
}

struct Person {
    client: Client,
    account: Account,
    _node: Node,
    _dir: TempDir,
}

async fn person(name: &str, bootstrap: Vec<String>) -> Outcome<(Person, String)> {
    let dir = tempfile::tempdir()?;
    let listen = vec!["/ip4/127.0.0.1/tcp/0".into()];
    let network = NetworkOptions { listen, mdns: false, bootstrap, ..NetworkOptions::default() };
    let node = open(OpenConfig { profile: dir.path().to_owned(), network })?;
    let client = node.client();
    let created = client.create(name.into(), "correct horse battery".to_owned().into(), true).await?;
    let account = created.info.account.ok_or("no account")?;
    let address = loop {
        if let Some(address) = client.status().await?.listen.into_iter().next() {
            break address;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    Ok((Person { client, account, _node: node, _dir: dir }, address))
}

/// Thirty people, each connected to each, of whom the first knows all others and has them in a group.
async fn group() -> Outcome<(Vec<Person>, ConversationId)> {
    let (mut people, mut addresses) = (Vec::new(), Vec::new());
    for number in 0..MEMBERS {
        let (person, address) = person(&format!("Person {number}"), addresses.clone()).await?;
        addresses.push(address);
        people.push(person);
    }
    let (first, others) = people.split_first().ok_or("nobody")?;
    for other in others {
        while !other.client.nearby().await?.iter().any(|near| near.account == first.account) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        other.client.add_nearby(first.account, None).await?;
        while first.client.accept(other.account).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    loop {
        let contacts = first.client.contacts().await?;
        if contacts.iter().filter(|contact| contact.state == ContactState::Contact).count() == others.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let members = others.iter().map(|other| other.account).collect();
    let chat = first.client.create_group("Harbour".into(), members, History::None).await?.chat;
    for person in &people {
        loop {
            let known = person.client.group(chat).await;
            if known.is_ok_and(|group| group.members.iter().all(|member| member.me || member.connected)) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok((people, chat))
}

/// How long each text takes until the last one has it on disk and shows it.
async fn texts(people: &[Person], chat: ConversationId) -> Outcome<Vec<Duration>> {
    let (heard_to, mut heard) = mpsc::channel(4096);
    for person in people {
        let (mut events, heard) = (person.client.subscribe(), heard_to.clone());
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let Event::MessageReceived { message, .. } = event {
                    heard.try_send((message.text, Instant::now())).ok();
                }
            }
        });
    }
    let mut times = Vec::new();
    // The first three bring the keys.
    for text in 0..TEXTS.saturating_add(3) {
        let speaker = people.get(text % 3).ok_or("nobody")?;
        let start = Instant::now();
        let text_of = format!("{text:0200}");
        speaker.client.send(chat, text_of.clone().into(), None).await?;
        let mut last = start;
        let mut of_this = 0;
        while of_this < MEMBERS.saturating_sub(1) {
            let (said, at) =
                tokio::time::timeout(Duration::from_secs(60), heard.recv()).await?.ok_or("the end")?;
            if said == text_of {
                of_this = of_this.saturating_add(1);
                last = at;
            }
        }
        times.push(last.duration_since(start));
        tokio::time::sleep(if text < 3 { Duration::from_secs(5) } else { PAUSE }).await;
    }
    Ok(times.split_off(3))
}

/// Bytes that a member sends in a second when nobody says anything.
async fn idle() -> Outcome<f64> {
    tokio::time::sleep(Duration::from_secs(15)).await;
    let before = sent()?;
    tokio::time::sleep(IDLE).await;
    let bytes = sent()?.saturating_sub(before);
    let members = u32::try_from(MEMBERS)?;
    Ok(f64::from(u32::try_from(bytes)?) / IDLE.as_secs_f64() / f64::from(members))
}

/// Bytes that went over the loopback interface.
fn sent() -> Outcome<u64> {
    let text = std::fs::read_to_string("/proc/net/dev")?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("lo:")).ok_or("no loopback")?;
    Ok(line.split_whitespace().next().ok_or("no count")?.parse()?)
}
