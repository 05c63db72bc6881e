//! The secure channel of a TCP connection: TLS, else Noise. Knows nothing of what runs inside.
//!
//! TLS comes first because its key agreement is post-quantum (X25519MLKEM768); Noise stays for those without it.

use futures::future::{BoxFuture, Either};
use futures::{AsyncRead, AsyncWrite, FutureExt, TryFutureExt};
use libp2p::core::UpgradeInfo;
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade};
use libp2p::identity::Keypair;
use libp2p::{PeerId, noise, tls};

use super::config::NetError;

/// Offers both, and takes what the other end takes.
#[derive(Clone)]
pub(super) struct Security {
    tls: tls::Config,
    noise: noise::Config,
}

impl Security {
    pub(super) fn new(key: &Keypair) -> Result<Self, NetError> {
        let tls = tls::Config::new(key).map_err(|_certificate| NetError::Security)?;
        let noise = noise::Config::new(key).map_err(|_signing| NetError::Security)?;
        Ok(Self { tls, noise })
    }
}

/// The channel did not come about. The cause stays inside: nobody treats the two differently.
#[derive(Debug, thiserror::Error)]
pub(super) enum SecurityError {
    #[error("the TLS handshake failed")]
    Tls(#[source] tls::UpgradeError),
    #[error("the Noise handshake failed")]
    Noise(#[source] noise::Error),
}

type Channel<C> = Either<tls::TlsStream<C>, noise::Output<C>>;

impl UpgradeInfo for Security {
    type Info = &'static str;
    type InfoIter = Vec<&'static str>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.tls.protocol_info().chain(self.noise.protocol_info()).collect()
    }
}

impl<C> InboundConnectionUpgrade<C> for Security
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = (PeerId, Channel<C>);
    type Error = SecurityError;
    type Future = BoxFuture<'static, Result<Self::Output, SecurityError>>;

    fn upgrade_inbound(self, socket: C, name: &'static str) -> Self::Future {
        if self.tls.protocol_info().any(|own| own == name) {
            let channel = self.tls.upgrade_inbound(socket, name);
            channel.map_ok(|(peer, io)| (peer, Either::Left(io))).map_err(SecurityError::Tls).boxed()
        } else {
            let channel = self.noise.upgrade_inbound(socket, name);
            channel.map_ok(|(peer, io)| (peer, Either::Right(io))).map_err(SecurityError::Noise).boxed()
        }
    }
}

impl<C> OutboundConnectionUpgrade<C> for Security
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = (PeerId, Channel<C>);
    type Error = SecurityError;
    type Future = BoxFuture<'static, Result<Self::Output, SecurityError>>;

    fn upgrade_outbound(self, socket: C, name: &'static str) -> Self::Future {
        if self.tls.protocol_info().any(|own| own == name) {
            let channel = self.tls.upgrade_outbound(socket, name);
            channel.map_ok(|(peer, io)| (peer, Either::Left(io))).map_err(SecurityError::Tls).boxed()
        } else {
            let channel = self.noise.upgrade_outbound(socket, name);
            channel.map_ok(|(peer, io)| (peer, Either::Right(io))).map_err(SecurityError::Noise).boxed()
        }
    }
}
