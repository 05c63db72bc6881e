//! The transports: TCP with a secure channel and Yamux, and QUIC, behind the address policy. No names are resolved.
//! Knows nothing of peers.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::Either;
use libp2p::core::Transport;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, OrTransport, TransportError, TransportEvent};
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId, quic, tcp, yamux};

use super::config::NetError;
use super::policy::Policy;
use super::security::Security;

type Connection = (PeerId, StreamMuxerBox);

/// Everything this node dials and listens with.
pub(super) fn build(key: &Keypair, policy: Policy) -> Result<Boxed<Connection>, NetError> {
    let mut muxer = yamux::Config::default();
    muxer.set_max_num_streams(MAX_STREAMS);
    let tcp = tcp::tokio::Transport::new(tcp::Config::new().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(Security::new(key)?)
        .multiplex(muxer)
        .timeout(HANDSHAKE)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let quic = quic::tokio::Transport::new(quic_config(key))
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let both = OrTransport::new(quic, tcp).map(|either, _| match either {
        Either::Left(connection) | Either::Right(connection) => connection,
    });
    Ok(PolicyTransport { inner: both.boxed(), policy }.boxed())
}

fn quic_config(key: &Keypair) -> quic::Config {
    let mut config = quic::Config::new(key);
    config.handshake_timeout = HANDSHAKE;
    config.max_idle_timeout = 30_000;
    config.keep_alive_interval = Duration::from_secs(15);
    config.max_concurrent_stream_limit = 32;
    config.max_stream_data = 4 * 1024 * 1024;
    config.max_connection_data = 16 * 1024 * 1024;
    config
}

/// Refuses to dial what the policy does not allow, whoever asks. Inbound connections are judged by the gate.
struct PolicyTransport {
    inner: Boxed<Connection>,
    policy: Policy,
}

impl Transport for PolicyTransport {
    type Output = Connection;
    type Error = io::Error;
    type ListenerUpgrade = <Boxed<Connection> as Transport>::ListenerUpgrade;
    type Dial = <Boxed<Connection> as Transport>::Dial;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<io::Error>> {
        self.inner.listen_on(id, address)
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        self.inner.remove_listener(id)
    }

    fn dial(
        &mut self,
        address: Multiaddr,
        options: DialOpts,
    ) -> Result<Self::Dial, TransportError<io::Error>> {
        if self.policy.allows(&address) {
            self.inner.dial(address, options)
        } else {
            Err(TransportError::MultiaddrNotSupported(address))
        }
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, io::Error>> {
        Pin::new(&mut self.inner).poll(cx)
    }
}

/// One stream is for frames; ping and identify need a few more for a moment.
const MAX_STREAMS: usize = 32;
const HANDSHAKE: Duration = Duration::from_secs(10);
