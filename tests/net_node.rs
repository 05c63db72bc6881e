//! Whole networks on the loopback interface, seen through the public face alone.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;
use undertone::net::{Class, MAX_FRAME, Net, NetConfig, NetError, NetEvent, Peer, SendError, Via};

/// Far longer than anything here takes: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);
const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

struct Node {
    net: Net,
    events: mpsc::Receiver<NetEvent>,
    addresses: Vec<String>,
}

impl Node {
    async fn start(listen: &[&str]) -> Self {
        Self::with(
            NetConfig { listen: listen.iter().map(|&text| text.into()).collect(), ..Default::default() },
            256,
        )
        .await
    }

    async fn with(config: NetConfig, capacity: usize) -> Self {
        let listeners = config.listen.len();
        let (to, events) = mpsc::channel(capacity);
        let net = Net::start(config, &Handle::current(), to).unwrap();
        let mut node = Self { net, events, addresses: Vec::new() };
        while node.addresses.len() < listeners {
            if let NetEvent::Listening(addresses) = node.event().await {
                node.addresses = addresses;
            }
        }
        node
    }

    fn peer(&self) -> Peer {
        self.net.local_peer()
    }

    async fn event(&mut self) -> NetEvent {
        timeout(PATIENCE, self.events.recv()).await.expect("no event came").expect("the network is over")
    }

    /// The next event that is not about addresses.
    async fn news(&mut self) -> NetEvent {
        loop {
            match self.event().await {
                NetEvent::Listening(_) | NetEvent::Offline(_) => {}
                event => return event,
            }
        }
    }

    async fn connected(&mut self, peer: Peer) {
        assert_eq!(self.news().await, NetEvent::Connected { peer, via: Via::Direct });
    }

    async fn frame(&mut self, peer: Peer) -> Vec<u8> {
        match self.news().await {
            NetEvent::Frame { peer: from, bytes } if from == peer => bytes,
            other => panic!("no frame but {other:?}"),
        }
    }
}

/// Two nodes with a stream between them, and a contact of each other.
async fn pair(listen: &str) -> (Node, Node) {
    let (mut a, mut b) = (Node::start(&[listen]).await, Node::start(&[listen]).await);
    a.net.classify(b.peer(), Class::Contact);
    b.net.classify(a.peer(), Class::Contact);
    a.net.dial(b.addresses.clone());
    a.connected(b.peer()).await;
    b.connected(a.peer()).await;
    (a, b)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_travel_both_ways_over_each_transport() {
    for listen in [TCP, QUIC, "/ip6/::1/tcp/0", "/ip6/::1/udp/0/quic-v1"] {
        let (mut a, mut b) = pair(listen).await;
        for size in [0, 1, 1000, MAX_FRAME] {
            a.net.send(b.peer(), vec![1; size]).unwrap();
            b.net.send(a.peer(), vec![2; size]).unwrap();
            assert_eq!(b.frame(a.peer()).await, vec![1; size]);
            assert_eq!(a.frame(b.peer()).await, vec![2; size]);
        }
        assert_eq!(a.net.send(b.peer(), vec![0; MAX_FRAME + 1]), Err(SendError::TooLarge));
        assert_eq!(a.net.status().peers.len(), 1);
        assert_eq!(a.net.status().peers[0].0, b.peer());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_end_may_dial_whoever_has_the_smaller_name() {
    for _ in 0..4 {
        // names are random, so both orders occur
        let (mut a, mut b) = (Node::start(&[TCP]).await, Node::start(&[TCP]).await);
        b.net.dial(a.addresses.clone());
        a.connected(b.peer()).await;
        b.connected(a.peer()).await;
        a.net.send(b.peer(), b"hello".to_vec()).unwrap();
        assert_eq!(b.frame(a.peer()).await, b"hello");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simultaneous_dials_end_in_one_stream() {
    for _ in 0..4 {
        let (mut a, mut b) = (Node::start(&[TCP, QUIC]).await, Node::start(&[TCP, QUIC]).await);
        a.net.dial(b.addresses.clone());
        b.net.dial(a.addresses.clone());
        a.connected(b.peer()).await;
        b.connected(a.peer()).await;
        // nothing but the frames follows, and they arrive in order
        for n in 0..100_u8 {
            a.net.send(b.peer(), vec![n]).unwrap();
            b.net.send(a.peer(), vec![n]).unwrap();
        }
        for n in 0..100_u8 {
            assert_eq!(b.frame(a.peer()).await, [n]);
            assert_eq!(a.frame(b.peer()).await, [n]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_to_nobody_are_refused() {
    let node = Node::start(&[TCP]).await;
    assert_eq!(node.net.send(Peer::from_bytes([1; 32]), vec![1]), Err(SendError::Gone));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_leaves_is_told_once() {
    let (mut a, b) = pair(TCP).await;
    let peer = b.peer();
    b.net.shutdown().await;
    assert_eq!(a.news().await, NetEvent::Disconnected { peer });
    assert_eq!(a.net.send(peer, vec![1]), Err(SendError::Gone));
    assert!(a.net.status().peers.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_queued_leaves_before_a_shutdown() {
    for listen in [TCP, QUIC] {
        let (a, mut b) = pair(listen).await;
        for n in 0..50_u8 {
            a.net.send(b.peer(), vec![n; 1000]).unwrap();
        }
        a.net.shutdown().await;
        for n in 0..50_u8 {
            assert_eq!(b.frame(a.peer()).await, vec![n; 1000]);
        }
        assert_eq!(b.news().await, NetEvent::Disconnected { peer: a.peer() });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_does_not_read_makes_the_sender_busy_and_later_writable() {
    for listen in [TCP, QUIC] {
        let mut a = Node::start(&[listen]).await;
        let config = NetConfig { listen: vec![listen.into()], ..Default::default() };
        let mut b = Node::with(config, 1).await;
        a.net.classify(b.peer(), Class::Contact);
        b.net.classify(a.peer(), Class::Contact);
        a.net.dial(b.addresses.clone());
        a.connected(b.peer()).await;
        b.connected(a.peer()).await;
        let mut sent = 0_u32;
        let mut refused_in_a_row = 0;
        // the queue fills for good only when the windows of the stream are full too
        while refused_in_a_row < 200 {
            let mut frame = vec![0; 16 * 1024];
            frame[..4].copy_from_slice(&sent.to_be_bytes());
            match a.net.send(b.peer(), frame) {
                Ok(()) => {
                    sent += 1;
                    refused_in_a_row = 0;
                }
                Err(error) => {
                    assert_eq!(error, SendError::Busy);
                    refused_in_a_row += 1;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            // 4 MiB of window, 1 MiB of queue, and the socket's own buffers
            assert!(sent < 2000, "{sent} frames were taken that nobody reads");
        }
        while let Ok(event) = a.events.try_recv() {
            assert_eq!(event, NetEvent::Writable { peer: b.peer() });
        }
        for n in 0..sent {
            assert_eq!(b.frame(a.peer()).await[..4], n.to_be_bytes());
        }
        assert_eq!(a.news().await, NetEvent::Writable { peer: b.peer() });
        assert_eq!(a.net.send(b.peer(), vec![1]), Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_that_floods_is_disconnected_and_a_contact_is_not() {
    let (mut a, mut b) = (Node::start(&[TCP]).await, Node::start(&[TCP]).await);
    a.net.dial(b.addresses.clone());
    a.connected(b.peer()).await;
    b.connected(a.peer()).await;
    for _ in 0..250 {
        a.net.send(b.peer(), vec![1; 100]).unwrap();
    }
    let mut frames = 0;
    loop {
        match b.news().await {
            NetEvent::Frame { .. } => frames += 1,
            event => {
                assert_eq!(event, NetEvent::Disconnected { peer: a.peer() });
                break;
            }
        }
    }
    assert!((200..250).contains(&frames), "{frames}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_that_sends_a_large_frame_is_read_once_it_is_a_contact() {
    let (mut a, mut b) = (Node::start(&[TCP]).await, Node::start(&[TCP]).await);
    a.net.dial(b.addresses.clone());
    a.connected(b.peer()).await;
    b.connected(a.peer()).await;
    a.net.send(b.peer(), vec![1]).unwrap();
    a.net.send(b.peer(), vec![2; MAX_FRAME]).unwrap();
    assert_eq!(b.frame(a.peer()).await, [1]);
    b.net.classify(a.peer(), Class::Contact);
    assert_eq!(b.frame(a.peer()).await, vec![2; MAX_FRAME]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_peer_is_dropped_and_cannot_come_back() {
    let (mut a, mut b) = pair(TCP).await;
    b.net.classify(a.peer(), Class::Blocked);
    assert_eq!(b.news().await, NetEvent::Disconnected { peer: a.peer() });
    assert_eq!(a.news().await, NetEvent::Disconnected { peer: b.peer() });
    a.net.dial(b.addresses.clone());
    assert!(timeout(Duration::from_millis(500), b.events.recv()).await.is_err());
    b.net.classify(a.peer(), Class::Stranger);
    a.net.dial(b.addresses.clone());
    b.connected(a.peer()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuilt_network_has_the_same_addresses_and_finds_its_peers_again() {
    for listen in [TCP, QUIC] {
        let (mut a, mut b) = pair(listen).await;
        let before = b.addresses.clone();
        b.net.rebuild();
        assert_eq!(a.news().await, NetEvent::Disconnected { peer: b.peer() });
        assert_eq!(b.news().await, NetEvent::Disconnected { peer: a.peer() });
        a.connected(b.peer()).await;
        b.connected(a.peer()).await;
        b.net.send(a.peer(), b"again".to_vec()).unwrap();
        assert_eq!(a.frame(b.peer()).await, b"again");
        assert_eq!(b.net.status().listen, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seed_names_the_node() {
    let config = || NetConfig { listen: vec![TCP.into()], seed: Some([7; 32]), ..Default::default() };
    let first = Node::with(config(), 16).await.peer();
    assert_eq!(Node::with(config(), 16).await.peer(), first);
    assert_ne!(Node::start(&[TCP]).await.peer(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_cannot_work_is_refused() {
    let start = |listen: &str| {
        let config = NetConfig { listen: vec![listen.into()], ..Default::default() };
        Net::start(config, &Handle::current(), mpsc::channel(1).0)
    };
    assert!(matches!(start("nonsense"), Err(NetError::Address)));
    assert!(matches!(start("/ip4/203.0.113.1/tcp/0"), Err(NetError::Listen)));
    assert!(matches!(start("/dns/localhost/tcp/0"), Err(NetError::Listen)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_without_a_name_is_dialed_too() {
    let (mut a, mut b) = (Node::start(&[TCP]).await, Node::start(&[TCP]).await);
    let (bare, _) = b.addresses[0].split_once("/p2p/").unwrap();
    a.net.dial(vec![bare.into()]);
    a.connected(b.peer()).await;
    b.connected(a.peer()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_without_configured_addresses_listens_on_everything() {
    let mut node = Node::with(NetConfig::default(), 16).await;
    let mut seen = BTreeSet::new();
    // loopback is everywhere; which other interfaces there are differs
    while seen.len() < 2 {
        if let NetEvent::Listening(addresses) = node.event().await {
            for address in addresses {
                if address.starts_with("/ip4/127.0.0.1/") {
                    seen.insert(address.contains("quic"));
                }
            }
        }
    }
}
