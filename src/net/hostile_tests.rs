//! Peers that break the rules, made of the same parts as a node but with the raw stream in hand.

use std::sync::Arc;
use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, Stream, Swarm};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use super::behaviour::{Node, NodeEvent};
use super::driver;
use super::gate::Classes;
use super::outlet::Outlets;
use super::policy::Reach;
use super::{MAX_FRAME, Net, NetConfig, NetEvent, Peer};

const TCP: &str = "/ip4/127.0.0.1/tcp/0";

/// An honest node.
struct Honest {
    net: Net,
    events: mpsc::Receiver<NetEvent>,
    address: Multiaddr,
}

impl Honest {
    async fn start() -> Self {
        let (to, mut events) = mpsc::channel(16);
        let config = NetConfig { listen: vec![TCP.into()], ..Default::default() };
        let net = Net::start(config, &Handle::current(), to).unwrap();
        loop {
            if let Some(NetEvent::Listening(addresses)) = events.recv().await {
                let address = addresses[0].parse().unwrap();
                return Self { net, events, address };
            }
        }
    }

    async fn news(&mut self) -> NetEvent {
        let event = tokio::time::timeout(Duration::from_secs(20), self.events.recv()).await;
        event.expect("no event came").expect("the network is over")
    }
}

/// A swarm that dials an honest node and then does what a test wants with the stream.
struct Rogue {
    swarm: Swarm<Node>,
    peer: Peer,
}

impl Rogue {
    /// Larger than the honest node, which then opens the stream.
    fn new(honest: &Honest) -> Self {
        loop {
            let key = libp2p::identity::Keypair::generate_ed25519();
            let peer = Peer::from_id(&key.public().to_peer_id()).unwrap();
            if peer < honest.net.local_peer() {
                continue;
            }
            let core = driver::Core {
                key,
                local: peer,
                reach: Reach::Internet,
                mdns: false,
                listen: vec![TCP.parse().unwrap()],
                bootstrap: Vec::new(),
                events: mpsc::channel(1).0,
                outlets: Outlets::new(),
                classes: watch::Sender::new(Classes::new()).subscribe(),
                circles: watch::Sender::new(super::Circles::default()).subscribe(),
                listening: watch::Sender::new(Vec::new()),
                interfaces: watch::Sender::new(Vec::new()).subscribe(),
                look: Arc::default(),
                closing: watch::Sender::new(false).subscribe(),
            };
            let Ok((swarm, ..)) = driver::open(&core, &[]) else { panic!("no swarm") };
            return Self { swarm, peer };
        }
    }

    /// A fresh stream; the connection lives while [`run`](Self::run) does.
    async fn stream(&mut self, to: &Honest) -> Stream {
        self.swarm.dial(to.address.clone()).unwrap();
        loop {
            if let SwarmEvent::Behaviour(NodeEvent::Session(opened)) = self.swarm.select_next_some().await {
                return opened.stream;
            }
        }
    }

    /// Says hello as a node does.
    async fn greet(stream: &mut Stream) {
        let mut hello = [0];
        stream.read_exact(&mut hello).await.unwrap();
        stream.write_all(&[1]).await.unwrap();
        stream.flush().await.unwrap();
    }

    /// Polls the swarm until it is disconnected.
    async fn until_dropped(&mut self) {
        loop {
            if let SwarmEvent::ConnectionClosed { .. } = self.swarm.select_next_some().await {
                return;
            }
        }
    }
}

/// What happens to a stranger that greets and then writes this.
async fn punished_for(bytes: Vec<u8>) -> Vec<NetEvent> {
    let mut honest = Honest::start().await;
    let mut rogue = Rogue::new(&honest);
    let peer = rogue.peer;
    let mut stream = rogue.stream(&honest).await;
    let writing = async {
        Rogue::greet(&mut stream).await;
        stream.write_all(&bytes).await.ok();
        stream.flush().await.ok();
        futures::future::pending::<()>().await;
    };
    let reading = async {
        let mut seen = Vec::new();
        while seen.last() != Some(&NetEvent::Disconnected { peer }) {
            seen.push(honest.news().await);
        }
        seen
    };
    tokio::select! {
        (seen, ()) = futures::future::join(reading, rogue.until_dropped()) => seen,
        () = writing => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_and_impossible_sizes_end_the_connection_at_once() {
    let oversize = u32::try_from(MAX_FRAME).unwrap().saturating_add(1).to_be_bytes();
    for bytes in [vec![0xFF; 4000], oversize.to_vec(), b"GET / HTTP/1.1\r\n\r\n".to_vec()] {
        let seen = punished_for(bytes).await;
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(matches!(seen[0], NetEvent::Connected { .. }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_with_a_large_frame_is_disconnected_before_it_is_read() {
    let mut bytes = 9000_u32.to_be_bytes().to_vec();
    bytes.extend_from_slice(&[0; 9000]);
    let seen = punished_for(bytes).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_empty_frames_ends_the_connection() {
    let seen = punished_for(vec![0; 4 * 1000]).await;
    let frames = seen.iter().filter(|event| matches!(event, NetEvent::Frame { .. })).count();
    assert!((200..400).contains(&frames), "{frames}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_broke_a_rule_is_refused_for_a_while() {
    let mut honest = Honest::start().await;
    let mut rogue = Rogue::new(&honest);
    let mut stream = rogue.stream(&honest).await;
    let writing = async {
        Rogue::greet(&mut stream).await;
        stream.write_all(&[0xFF; 4]).await.ok();
        stream.flush().await.ok();
        futures::future::pending::<()>().await;
    };
    tokio::select! {
        () = rogue.until_dropped() => {}
        () = writing => {}
    }
    while honest.news().await != (NetEvent::Disconnected { peer: rogue.peer }) {}
    rogue.swarm.dial(honest.address.clone()).unwrap();
    rogue.until_dropped().await;
    assert!(honest.events.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_does_not_greet_is_never_told_to_be_connected() {
    let honest = Honest::start().await;
    let mut rogue = Rogue::new(&honest);
    let mut stream = rogue.stream(&honest).await;
    let mut hello = [0];
    let swarm = async {
        loop {
            rogue.swarm.select_next_some().await;
        }
    };
    tokio::select! {
        () = swarm => {}
        read = stream.read_exact(&mut hello) => read.unwrap(),
    }
    // the wrong greeting: the stream is over, and the owner hears nothing
    let swarm = async {
        loop {
            rogue.swarm.select_next_some().await;
        }
    };
    let talk = async {
        stream.write_all(&[9]).await.unwrap();
        stream.flush().await.unwrap();
        stream.read(&mut hello).await.ok()
    };
    tokio::select! {
        () = swarm => {}
        read = talk => assert!(matches!(read, None | Some(0))),
    }
    let mut events = honest.events;
    assert!(events.try_recv().is_err());
    assert!(honest.net.status().peers.is_empty());
}
