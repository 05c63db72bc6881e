//! Gossip between real nodes over loopback, and somebody outside who listens and shouts.

use std::time::Duration;

use futures::StreamExt;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, ValidationMode};
use libp2p::identity::Keypair;
use libp2p::swarm::{self, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, Swarm, identify, ping};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::policy::{Policy, Reach};
use super::{Circles, Class, Net, NetConfig, NetEvent, Peer, Verdict, behaviour, transport};

const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const TOPIC: &str = "abcdefghijklmnopqrstuvwxyz234567";

/// A node of ours, and what it was told.
struct Member {
    net: Net,
    events: mpsc::Receiver<NetEvent>,
    address: String,
}

impl Member {
    async fn start(seed: Option<[u8; 32]>) -> Self {
        let (to, mut events) = mpsc::channel(256);
        let config = NetConfig { listen: vec![TCP.into()], seed, ..Default::default() };
        let net = Net::start(config, &Handle::current(), to).unwrap();
        loop {
            if let Some(NetEvent::Listening(addresses)) = events.recv().await {
                let address = addresses[0].clone();
                return Self { net, events, address };
            }
        }
    }

    fn peer(&self) -> Peer {
        self.net.local_peer()
    }

    /// Takes part in the topic, and speaks with these.
    fn with(&self, others: &[Peer]) {
        let peers = others.iter().copied().collect();
        self.net.set_circles(Circles { topics: [TOPIC.to_owned()].into(), peers });
    }

    async fn connect(&mut self, to: &mut Self) {
        for (a, b) in [(&self.net, to.peer()), (&to.net, self.peer())] {
            a.classify(b, Class::Contact);
        }
        self.net.dial(vec![to.address.clone()]);
        self.connected().await;
        to.connected().await;
    }

    async fn next(&mut self) -> NetEvent {
        let event = timeout(Duration::from_secs(20), self.events.recv()).await;
        event.expect("no event came").expect("the network is over")
    }

    async fn connected(&mut self) {
        while !matches!(self.next().await, NetEvent::Connected { .. }) {}
    }

    /// The next message, judged.
    async fn hears(&mut self, verdict: Verdict) -> (Peer, Vec<u8>) {
        self.hears_and(|_| verdict).await
    }

    /// The next message, judged by what it says.
    async fn hears_and(&mut self, judge: impl Fn(&[u8]) -> Verdict) -> (Peer, Vec<u8>) {
        loop {
            if let NetEvent::Gossip { peer, topic, token, bytes } = self.next().await {
                assert_eq!(topic, TOPIC);
                self.net.judge(token, judge(&bytes));
                return (peer, bytes);
            }
        }
    }

    /// Publishes until the other has heard something of it, which it does once the two have told each other their topics.
    async fn reaches(&self, other: &mut Self) {
        for number in 0_u8..100 {
            let mut greeting = self.peer().as_bytes().to_vec();
            greeting.push(number);
            self.net.publish(TOPIC.into(), greeting);
            if timeout(Duration::from_millis(100), other.hears(Verdict::Accept)).await.is_ok() {
                return;
            }
        }
        panic!("nothing comes through");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_travels_through_somebody_between_if_they_accept_it() {
    let (mut a, mut b, mut c) =
        (Member::start(None).await, Member::start(None).await, Member::start(None).await);
    a.with(&[b.peer()]);
    b.with(&[a.peer(), c.peer()]);
    c.with(&[b.peer()]);
    a.connect(&mut b).await;
    b.connect(&mut c).await;
    a.reaches(&mut b).await;
    b.reaches(&mut c).await;
    let verdict = |said: &[u8]| match said {
        b"bad" => Verdict::Reject,
        b"early" => Verdict::Ignore,
        _ => Verdict::Accept,
    };
    for text in ["bad", "early", "good"] {
        a.net.publish(TOPIC.into(), text.into());
        while b.hears_and(verdict).await.1 != text.as_bytes() {}
    }
    let heard = loop {
        let (from, bytes) = c.hears(Verdict::Accept).await;
        assert_eq!(from, b.peer());
        if bytes.len() != 33 {
            break bytes;
        }
    };
    assert_eq!(heard, b"good");
}

/// Somebody who speaks gossipsub as anybody does, and says hello as our programs do.
#[derive(NetworkBehaviour)]
struct Stranger {
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    gossip: gossipsub::Behaviour,
}

fn stranger() -> Swarm<Stranger> {
    let key = Keypair::generate_ed25519();
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .heartbeat_initial_delay(Duration::from_millis(10))
        .heartbeat_interval(Duration::from_millis(20))
        .build()
        .unwrap();
    let mut gossip = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config).unwrap();
    gossip.subscribe(&IdentTopic::new(TOPIC)).unwrap();
    let identify = identify::Behaviour::new(identify::Config::new(behaviour::IDENTIFY.into(), key.public()));
    let policy = Policy::new(Reach::Internet, watch::Sender::new(Vec::new()).subscribe());
    let transport = transport::build(&key, policy).unwrap();
    let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(Duration::from_secs(60));
    Swarm::new(
        transport,
        Stranger { identify, ping: ping::Behaviour::default(), gossip },
        key.public().to_peer_id(),
        config,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_let_in_sees_no_topic_and_gets_no_message() {
    let (mut a, mut b) = (Member::start(None).await, Member::start(None).await);
    a.with(&[b.peer()]);
    b.with(&[a.peer()]);
    let mut outside = stranger();
    for address in [&a.address, &b.address] {
        outside.dial(address.parse::<Multiaddr>().unwrap()).unwrap();
    }
    // Both have told it which protocols they speak, and both have refused it this one.
    let (mut refused, mut told) = (0, 0);
    while refused < 2 || told < 2 {
        let event = timeout(Duration::from_secs(20), outside.select_next_some()).await.unwrap();
        match event {
            SwarmEvent::Behaviour(StrangerEvent::Gossip(event)) => {
                assert!(matches!(event, gossipsub::Event::GossipsubNotSupported { .. }), "{event:?}");
                refused += 1;
            }
            SwarmEvent::Behaviour(StrangerEvent::Identify(identify::Event::Received { info, .. })) => {
                assert!(!info.protocols.iter().any(|name| name.as_ref().contains("meshsub")), "{info:?}");
                told += 1;
            }
            _ => {}
        }
    }
    a.connect(&mut b).await;
    a.reaches(&mut b).await;
    b.reaches(&mut a).await;
    // Another connection, now that they speak it with each other.
    let mut late = stranger();
    late.dial(b.address.parse::<Multiaddr>().unwrap()).unwrap();
    // Whatever it says to the topic finds nobody who listens.
    outside.behaviour_mut().gossip.publish(IdentTopic::new(TOPIC), b"noise".to_vec()).unwrap_err();
    let talk = async {
        for number in 0..200_u32 {
            a.net.publish(TOPIC.into(), number.to_be_bytes().to_vec());
            assert_eq!(b.hears(Verdict::Accept).await.0, a.peer());
        }
    };
    let listen = async {
        loop {
            let event = tokio::select! {
                event = outside.select_next_some() => event,
                event = late.select_next_some() => event,
            };
            if let SwarmEvent::Behaviour(StrangerEvent::Gossip(event)) = event {
                assert!(matches!(event, gossipsub::Event::GossipsubNotSupported { .. }), "{event:?}");
            }
        }
    };
    tokio::select! {
        () = talk => {}
        () = listen => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_shut_out_hears_nothing_more_and_who_is_let_in_again_hears_again() {
    let (mut a, mut b) = (Member::start(None).await, Member::start(None).await);
    a.with(&[b.peer()]);
    b.with(&[a.peer()]);
    a.connect(&mut b).await;
    a.reaches(&mut b).await;
    a.with(&[]);
    b.with(&[]);
    a.net.publish(TOPIC.into(), b"alone".to_vec());
    a.with(&[b.peer()]);
    b.with(&[a.peer()]);
    a.reaches(&mut b).await;
    b.reaches(&mut a).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gossip_goes_on_after_the_sockets_were_replaced() {
    let (mut a, mut b) = (Member::start(None).await, Member::start(None).await);
    a.with(&[b.peer()]);
    b.with(&[a.peer()]);
    a.connect(&mut b).await;
    a.reaches(&mut b).await;
    b.net.rebuild();
    b.connected().await;
    a.reaches(&mut b).await;
    b.reaches(&mut a).await;
}

/// Gossipsub tells its topics once to each peer, so a program that comes back under the same name is not to be taken for
/// the one that went.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_starts_again_under_the_same_name_hears_and_is_heard() {
    let mut a = Member::start(None).await;
    let first = tokio::runtime::Runtime::new().unwrap();
    let start = || Member::start(Some([7; 32]));
    let mut b = first.spawn(start()).await.unwrap();
    a.with(&[b.peer()]);
    b.with(&[a.peer()]);
    b.connect(&mut a).await;
    a.reaches(&mut b).await;
    // gone without a word, and back at once
    first.shutdown_background();
    let mut again = start().await;
    assert_eq!(again.peer(), b.peer());
    again.with(&[a.peer()]);
    again.connect(&mut a).await;
    a.reaches(&mut again).await;
    again.reaches(&mut a).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_passes_on_what_no_honest_program_does_is_not_heard_any_more_and_others_are() {
    let mut liar = Member::start(None).await;
    let (mut honest, mut judge) = (Member::start(None).await, Member::start(None).await);
    for one in [&liar, &honest] {
        one.with(&[judge.peer()]);
    }
    judge.with(&[liar.peer(), honest.peer()]);
    liar.connect(&mut judge).await;
    honest.connect(&mut judge).await;
    liar.reaches(&mut judge).await;
    honest.reaches(&mut judge).await;
    for bad in 0..3_u32 {
        liar.net.publish(TOPIC.into(), format!("bad {bad}").into());
    }
    let verdict = |said: &[u8]| if said.starts_with(b"bad") { Verdict::Reject } else { Verdict::Accept };
    while judge.hears_and(verdict).await.1 != b"bad 2" {}
    for number in 0..50_u32 {
        liar.net.publish(TOPIC.into(), format!("lie {number}").into());
        honest.net.publish(TOPIC.into(), format!("word {number}").into());
        // the last verdict may reach the network after the first lies
        while judge.hears(Verdict::Accept).await != (honest.peer(), format!("word {number}").into()) {
            assert!(number < 20, "somebody who lied is still heard");
        }
    }
}
