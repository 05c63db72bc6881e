//! What a person feels of a conversation: how long a text takes from one node to the other when it is durable
//! on both sides before it is acknowledged, and how many texts a second go through. As ratios to what the parts
//! cost alone, measured in the same run: a libp2p stream echo and one durable write of the store.
//!
//! `cargo bench --bench talk --features bench`

use std::{
    error::Error,
    time::{Duration, Instant},
};

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, noise, tcp, yamux};
use tempfile::TempDir;
use undertone::{
    NetworkOptions, Node, OpenConfig,
    api::{Account, Client, ConversationId, Event, Events, MessageState},
    bench::time_commits,
    open,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let echo = runtime.block_on(echo_half_round_trip())?;
    let flush = durable_write()?;
    println!("libp2p stream echo, half a round trip: p50 {}", us(echo));
    println!("one flush of the store (one row):      p50 {}", us(flush));
    let (hana, bora, chat) = runtime.block_on(friends())?;
    let one_way = runtime.block_on(one_way(&hana.client, &bora, chat))?;
    let floor = echo.saturating_add(flush);
    println!(
        "one text, one way:                     p50 {}, p95 {} = {:.2}x (goal: at most 3x echo + write)",
        us(one_way.0),
        us(one_way.1),
        one_way.0.as_secs_f64() / floor.as_secs_f64()
    );
    let (rate, lost) = runtime.block_on(sustained(&hana.client, &bora, chat))?;
    println!(
        "sustained:                             {rate:.0} texts/s, {lost} lost (goal: at least 5000, 0)"
    );
    std::thread::spawn(move || drop((hana, bora))).join().ok();
    Ok(())
}

fn us(time: Duration) -> String {
    format!("{} us", time.as_micros())
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = times.len().saturating_sub(1).saturating_mul(percent) / 100;
    times.get(at).copied().unwrap_or_default()
}

/// Two bare libp2p nodes, TCP with Noise and Yamux, one stream, 512 bytes there and back.
async fn echo_half_round_trip() -> Outcome<Duration> {
    let protocol = StreamProtocol::new("/bench/echo/1");
    let (mut there, mut here) = (bare()?, bare()?);
    there.listen_on("/ip4/127.0.0.1/tcp/0".parse()?)?;
    let address = loop {
        if let libp2p::swarm::SwarmEvent::NewListenAddr { address, .. } = there.select_next_some().await {
            break address;
        }
    };
    let peer: PeerId = *there.local_peer_id();
    let mut incoming = there.behaviour().new_control().accept(protocol.clone())?;
    let mut control = here.behaviour().new_control();
    let dial: Multiaddr = address;
    here.dial(dial)?;
    tokio::spawn(async move { while let Some(_event) = there.next().await {} });
    let (connected_to, connected) = tokio::sync::oneshot::channel();
    let mut connected_to = Some(connected_to);
    tokio::spawn(async move {
        while let Some(event) = here.next().await {
            if let (libp2p::swarm::SwarmEvent::ConnectionEstablished { .. }, Some(to)) =
                (event, connected_to.take())
            {
                to.send(()).ok();
            }
        }
    });
    connected.await?;
    tokio::spawn(async move {
        while let Some((_, mut stream)) = incoming.next().await {
            let mut frame = [0; 512];
            while stream.read_exact(&mut frame).await.is_ok() {
                if stream.write_all(&frame).await.is_err() || stream.flush().await.is_err() {
                    break;
                }
            }
        }
    });
    let mut stream = control.open_stream(peer, protocol).await.map_err(|error| error.to_string())?;
    let mut times = Vec::new();
    for _ in 0..2_000 {
        let start = Instant::now();
        let mut frame = [7; 512];
        stream.write_all(&frame).await?;
        stream.flush().await?;
        stream.read_exact(&mut frame).await?;
        times.push(start.elapsed() / 2);
    }
    Ok(percentile(&mut times, 50))
}

fn bare() -> Outcome<Swarm<libp2p_stream::Behaviour>> {
    let swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)?
        .with_behaviour(|_| libp2p_stream::Behaviour::new())?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
        .build();
    Ok(swarm)
}

/// One row, sealed, written and flushed by the store.
fn durable_write() -> Outcome<Duration> {
    let dir = tempfile::tempdir()?;
    Ok(percentile(&mut time_commits(dir.path(), 1_000)?, 50))
}

struct Person {
    client: Client,
    account: Account,
    _node: Node,
    _dir: TempDir,
}

async fn person(name: &str, bootstrap: Vec<String>) -> Outcome<Person> {
    let dir = tempfile::tempdir()?;
    let listen = vec!["/ip4/127.0.0.1/tcp/0".into(), "/ip4/127.0.0.1/udp/0/quic-v1".into()];
    let network = NetworkOptions { listen, mdns: false, bootstrap, ..NetworkOptions::default() };
    let node = open(OpenConfig { profile: dir.path().to_owned(), network })?;
    let client = node.client();
    let created = client.create(name.into(), "correct horse battery".to_owned().into(), true).await?;
    let account = created.info.account.ok_or("no account")?;
    Ok(Person { client, account, _node: node, _dir: dir })
}

async fn friends() -> Outcome<(Person, Person, ConversationId)> {
    let hana = person("Hana", vec![]).await?;
    let addresses = loop {
        let listen = hana.client.status().await?.listen;
        if !listen.is_empty() {
            break listen;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let mut asked = hana.client.subscribe();
    let bora = person("Bora", addresses).await?;
    while bora.client.nearby().await?.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let chat = bora.client.add_nearby(hana.account, None).await?.chat;
    until(&mut asked, |event| matches!(event, Event::ContactRequest(_))).await?;
    hana.client.accept(bora.account).await?;
    while bora.client.contacts().await?.iter().any(|c| c.state != undertone::api::ContactState::Contact) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok((hana, bora, chat))
}

async fn until(events: &mut Events, found: impl Fn(&Event) -> bool) -> Outcome<()> {
    loop {
        let event = events.next().await.ok_or("the node ended")?;
        if found(&event) {
            return Ok(());
        }
    }
}

async fn one_way(from: &Client, to: &Person, chat: ConversationId) -> Outcome<(Duration, Duration)> {
    let (mut events, mut mine) = (to.client.subscribe(), from.subscribe());
    let mut times = Vec::new();
    for i in 0..500 {
        let start = Instant::now();
        let sent = from.send(
            chat,
            format!("a text of about a hundred bytes, as people write them, number {i:030}"),
            None,
        );
        let (sent, arrived) =
            tokio::join!(sent, until(&mut events, |event| matches!(event, Event::MessageReceived { .. })));
        let message = sent?.id;
        arrived?;
        times.push(start.elapsed());
        // A person does not write the next one before this one is through.
        until(&mut mine, |event| matches!(event, Event::MessageState { message: of, state: MessageState::Delivered, .. } if *of == message)).await?;
    }
    Ok((percentile(&mut times.clone(), 50), percentile(&mut times, 95)))
}

async fn sustained(from: &Client, to: &Person, chat: ConversationId) -> Outcome<(f64, usize)> {
    const TEXTS: usize = 30_000;
    const WRITERS: usize = 128;
    let before = count(&to.client, chat).await?;
    let start = Instant::now();
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let from = from.clone();
        writers.push(tokio::spawn(async move {
            for i in (writer..TEXTS).step_by(WRITERS) {
                from.send(
                    chat,
                    format!("a text of about a hundred bytes, as people write them, number {i:030}"),
                    None,
                )
                .await?;
            }
            Ok::<_, undertone::api::ClientError>(())
        }));
    }
    for writer in writers {
        writer.await??;
    }
    while from.status().await?.outbox > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let seconds = start.elapsed().as_secs_f64();
    let arrived = count(&to.client, chat).await?.saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = TEXTS as f64 / seconds;
    Ok((rate, TEXTS.saturating_sub(arrived)))
}

async fn count(client: &Client, chat: ConversationId) -> Outcome<usize> {
    let chats = client.chats().await?;
    let unread = chats.iter().find(|row| row.chat == chat).map_or(0, |row| row.unread);
    Ok(usize::try_from(unread)?)
}
