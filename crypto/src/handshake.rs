//! The handshake PQXDH-I: four X25519 agreements and one ML-KEM-768 encapsulation, with the initiator's identity
//! sealed and everything bound into one transcript (docs/protocol.md, "Handshake"). Knows nothing of transports,
//! replay caches or which session is used.

use core::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroize;

use crate::aead::{self, TAG};
use crate::bytes::Reader;
use crate::dh::{DhPublic, DhSecret};
use crate::identity::{DEV_CERT, DevCert, DeviceKeys};
use crate::init_msg::{INIT_PREFIX, INIT_TYPE, InitMsg, SEALED_ID};
use crate::kdf;
use crate::kem::CIPHERTEXT;
use crate::label;
use crate::prekey::{Bundle, Opk, OpkSecret, PrekeySecret, SUITE};
use crate::ratchet::{Ratchet, RootKeys};
use crate::secret::Secret;
use crate::session::Session;

/// Size of an invite's name, in bytes.
const INVITE_ID: usize = 8;

/// Proof that the initiator holds an invite of the responder. Wiped when dropped.
pub struct Invite {
    /// Its name; not all zero.
    pub id: [u8; INVITE_ID],
    /// Its secret.
    pub secret: [u8; 16],
}

impl Drop for Invite {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invite(..)")
    }
}

/// What the initiator says about itself and how it knows the responder.
#[derive(Debug)]
pub struct Initiation {
    /// One more than the highest generation seen with the peer device.
    pub generation: u32,
    /// Head of the initiator's device list.
    pub devlist_head: [u8; 32],
    /// Head of the responder's device list as the initiator knows it.
    pub devlist_head_seen: [u8; 32],
    /// The invite through which the responder was found, if any.
    pub invite: Option<Invite>,
}

/// Why a session cannot be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InitiateError {
    /// The certificate given as one's own certifies other keys.
    #[error("the certificate does not belong to this device's keys")]
    NotOwn,
    /// The bundle is of this very device.
    #[error("the bundle is this device's own")]
    Oneself,
    /// The one-time prekey belongs to another device than the bundle.
    #[error("the one-time prekey belongs to another device")]
    Opk,
    /// The invite's name is all zero.
    #[error("the invite has no name")]
    Invite,
    /// A key does not contribute.
    #[error("a key of the bundle is not usable")]
    Key,
}

/// Why a first message is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RespondError {
    /// It was made with other prekeys than those given.
    #[error("the first message uses other prekeys")]
    WrongPrekey,
    /// The prekeys are past the time at which they are destroyed.
    #[error("the prekeys of the first message are no longer alive")]
    Expired,
    /// It names an invite that is not open.
    #[error("the first message names an unknown invite")]
    UnknownInvite,
    /// Anything else: one reason on purpose.
    #[error("the first message cannot be opened")]
    Rejected,
}

/// An answered first message.
pub struct Response {
    /// The new session; [`Session::peer`] is the initiator's verified device.
    pub session: Session,
    /// What the first message said.
    pub plaintext: Vec<u8>,
    /// The generation the initiator claims.
    pub generation: u32,
    /// Head of the initiator's device list.
    pub devlist_head: [u8; 32],
    /// Head of our device list as the initiator knows it.
    pub devlist_head_seen: [u8; 32],
    /// The invite whose secret the initiator proved to hold.
    pub invite_id: Option<[u8; INVITE_ID]>,
}

impl fmt::Debug for Response {
    /// Without what was said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("generation", &self.generation).finish_non_exhaustive()
    }
}

impl Session {
    /// Starts a session with the device of `bundle`. `cert` certifies `device`.
    ///
    /// # Errors
    /// [`InitiateError`] says what does not fit.
    pub fn initiate(
        device: &DeviceKeys,
        cert: &DevCert,
        bundle: &Bundle,
        opk: Option<&Opk>,
        initiation: &Initiation,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, InitiateError> {
        check_parties(device, cert, bundle, opk, initiation)?;
        let ephemeral = DhSecret::generate(rng);
        let (ciphertext, shared) = bundle.kem().encapsulate(rng);
        let public = Public {
            bundle_hash: bundle.hash(),
            opk: opk.map(Opk::dh),
            ephemeral: ephemeral.public(),
            ciphertext: &ciphertext,
        };
        let agree =
            |secret: &DhSecret, public: &DhPublic| secret.agree(public).map_err(|_| InitiateError::Key);
        let agreed = Agreed {
            dh1: agree(device.dh(), bundle.dh())?,
            dh2: agree(&ephemeral, bundle.cert().dh())?,
            dh3: agree(&ephemeral, bundle.dh())?,
            dh4: opk.map(|opk| agree(&ephemeral, opk.dh())).transpose()?,
            shared,
        };
        let th0 = public.transcript();
        let identity = write_identity(cert, initiation);
        let (sealed_id, tag) = seal_identity(&agreed, &th0, &identity).ok_or(InitiateError::Key)?;
        let psk = initiation.invite.as_ref().map_or_else(Secret::zero, |invite| psk(&invite.secret));
        let keys = agreed.root_keys(&binding(&th0, &identity), &psk);

        let mut prefix = Vec::with_capacity(INIT_PREFIX);
        prefix.push(INIT_TYPE);
        prefix.extend_from_slice(&SUITE.to_be_bytes());
        prefix.extend_from_slice(&bundle.reference());
        prefix.extend_from_slice(&opk.map_or(0, |opk| opk.id().get()).to_be_bytes());
        prefix.extend_from_slice(ephemeral.public().as_bytes());
        prefix.extend_from_slice(ciphertext.as_slice());
        prefix.extend_from_slice(&u16::try_from(SEALED_ID).unwrap_or(u16::MAX).to_be_bytes());
        prefix.extend_from_slice(&sealed_id);
        prefix.extend_from_slice(&tag);
        let ratchet = Ratchet::initiate(keys, *bundle.dh(), rng).map_err(|_| InitiateError::Key)?;
        Ok(Self::new(ratchet, bundle.cert().clone(), initiation.generation, Some(prefix)))
    }
}

fn check_parties(
    device: &DeviceKeys,
    cert: &DevCert,
    bundle: &Bundle,
    opk: Option<&Opk>,
    initiation: &Initiation,
) -> Result<(), InitiateError> {
    if !device.matches(cert) {
        return Err(InitiateError::NotOwn);
    }
    if bundle.cert().device() == cert.device() {
        return Err(InitiateError::Oneself);
    }
    if opk.is_some_and(|opk| opk.device() != bundle.cert().device()) {
        return Err(InitiateError::Opk);
    }
    if initiation.invite.as_ref().is_some_and(|invite| invite.id == [0; INVITE_ID]) {
        return Err(InitiateError::Invite);
    }
    Ok(())
}

/// Answers a first message with the prekeys it was made for. `invite_secret` gives the secret of an open invite.
///
/// The caller keeps [`InitMsg::id`] of every answered message until `prekey` is destroyed, answers none twice,
/// and destroys `opk` at once: without that a first message could be replayed.
///
/// # Errors
/// [`RespondError`]; nothing was changed.
pub fn respond(
    device: &DeviceKeys,
    prekey: &PrekeySecret,
    opk: Option<&OpkSecret>,
    init: &InitMsg,
    invite_secret: impl FnOnce(&[u8; INVITE_ID]) -> Option<[u8; 16]>,
    now_ms: u64,
) -> Result<Response, RespondError> {
    let opk = opk.filter(|_| init.opk_id != 0);
    if prekey.reference() != init.bundle_reference || opk.map_or(0, |opk| opk.id().get()) != init.opk_id {
        return Err(RespondError::WrongPrekey);
    }
    if now_ms >= prekey.destroy_after_ms() {
        return Err(RespondError::Expired);
    }
    let rejected = RespondError::Rejected;
    let ephemeral = DhPublic::parse(&init.ephemeral).map_err(|_| rejected)?;
    let public = Public {
        bundle_hash: prekey.bundle_hash(),
        opk: opk.map(|opk| opk.dh().public()),
        ephemeral: &ephemeral,
        ciphertext: &init.ciphertext,
    };
    let th0 = public.transcript();
    let agree = |secret: &DhSecret, public: &DhPublic| secret.agree(public).map_err(|_| rejected);
    let dh3 = agree(prekey.dh(), &ephemeral)?;
    let shared = prekey.kem().decapsulate(&init.ciphertext);
    let identity = open_identity(&dh3, &shared, &th0, &init.sealed_id).ok_or(rejected)?;
    let claim = read_identity(&identity).ok_or(rejected)?;
    let peer = DevCert::parse(claim.cert).map_err(|_| rejected)?;
    if !peer.valid_at(now_ms) || peer.device() == device.id() {
        return Err(rejected);
    }
    let psk = match &claim.invite_id {
        None => Secret::zero(),
        Some(id) => {
            let mut secret = invite_secret(id).ok_or(RespondError::UnknownInvite)?;
            let psk = psk(&secret);
            secret.zeroize();
            psk
        }
    };
    let agreed = Agreed {
        dh1: agree(prekey.dh(), peer.dh())?,
        dh2: agree(device.dh(), &ephemeral)?,
        dh3,
        dh4: opk.map(|opk| agree(opk.dh(), &ephemeral)).transpose()?,
        shared,
    };
    let keys = agreed.root_keys(&binding(&th0, &identity), &psk);
    let mut session =
        Session::new(Ratchet::respond(keys, prekey.dh().duplicate()), peer, claim.generation, None);
    let plaintext = session.open(init.dr_msg(), now_ms).map_err(|_| rejected)?;
    Ok(Response {
        session,
        plaintext,
        generation: claim.generation,
        devlist_head: claim.devlist_head,
        devlist_head_seen: claim.devlist_head_seen,
        invite_id: claim.invite_id,
    })
}

/// Everything of the handshake that an eavesdropper sees or could look up.
struct Public<'a> {
    bundle_hash: &'a [u8; 32],
    opk: Option<&'a DhPublic>,
    ephemeral: &'a DhPublic,
    ciphertext: &'a [u8; CIPHERTEXT],
}

impl Public<'_> {
    fn transcript(&self) -> [u8; 32] {
        kdf::hash(
            label::TRANSCRIPT_PUBLIC,
            &[
                &SUITE.to_be_bytes(),
                self.bundle_hash,
                &[u8::from(self.opk.is_some())],
                self.opk.map_or(&[0; 32], |opk| opk.as_bytes()),
                self.ephemeral.as_bytes(),
                &kdf::plain_hash(self.ciphertext),
            ],
        )
    }
}

/// What both sides and nobody else computed.
struct Agreed {
    dh1: Secret<32>,
    dh2: Secret<32>,
    dh3: Secret<32>,
    dh4: Option<Secret<32>>,
    shared: Secret<32>,
}

impl Agreed {
    fn root_keys(&self, binding: &[u8; 32], psk: &Secret<32>) -> RootKeys {
        let dh4: &[u8] = self.dh4.as_ref().map_or(&[], |dh4| dh4.expose());
        let ikm: [&[u8]; 7] = [
            &[0xff; 32],
            self.dh1.expose(),
            self.dh2.expose(),
            self.dh3.expose(),
            dh4,
            self.shared.expose(),
            psk.expose(),
        ];
        let has_opk = [u8::from(self.dh4.is_some())];
        let [root, initiator_header, responder_header] =
            kdf::split3(&kdf::derive(binding, &ikm, label::ROOT, &has_opk));
        RootKeys { root, initiator_header, responder_header, binding: *binding }
    }
}

/// The final transcript hash: everything public, and the identity that was sealed.
fn binding(th0: &[u8; 32], identity: &[u8]) -> [u8; 32] {
    kdf::hash(label::TRANSCRIPT, &[th0, &kdf::plain_hash(identity)])
}

fn psk(invite_secret: &[u8; 16]) -> Secret<32> {
    kdf::derive(&[], &[invite_secret], label::INVITE_PSK, &[])
}

fn identity_key(dh3: &Secret<32>, shared: &Secret<32>, th0: &[u8; 32]) -> Secret<32> {
    kdf::derive(th0, &[dh3.expose(), shared.expose()], label::SEALED_ID, &[])
}

/// The key is used once, hence the constant nonce.
const ONCE: [u8; 12] = [0; 12];

fn seal_identity(agreed: &Agreed, th0: &[u8; 32], identity: &[u8]) -> Option<(Vec<u8>, [u8; TAG])> {
    let mut sealed = identity.to_vec();
    let key = identity_key(&agreed.dh3, &agreed.shared, th0);
    let tag = aead::seal(&key, &ONCE, th0, &mut sealed).ok()?;
    Some((sealed, tag))
}

fn open_identity(dh3: &Secret<32>, shared: &Secret<32>, th0: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
    let (body, tag) = sealed.split_last_chunk::<TAG>()?;
    let mut identity = body.to_vec();
    aead::open(&identity_key(dh3, shared, th0), &ONCE, th0, &mut identity, tag).ok()?;
    Some(identity)
}

fn write_identity(cert: &DevCert, initiation: &Initiation) -> Vec<u8> {
    let mut out = Vec::with_capacity(SEALED_ID);
    out.extend_from_slice(cert.as_bytes());
    out.extend_from_slice(&initiation.devlist_head);
    out.extend_from_slice(&initiation.devlist_head_seen);
    out.extend_from_slice(&initiation.generation.to_be_bytes());
    out.extend_from_slice(&initiation.invite.as_ref().map_or([0; INVITE_ID], |invite| invite.id));
    out
}

/// What an initiator claims; only the certificate in it is signed, the rest is authenticated by the session.
struct Claim<'a> {
    cert: &'a [u8],
    devlist_head: [u8; 32],
    devlist_head_seen: [u8; 32],
    generation: u32,
    invite_id: Option<[u8; INVITE_ID]>,
}

fn read_identity(identity: &[u8]) -> Option<Claim<'_>> {
    let mut reader = Reader::new(identity);
    let claim = Claim {
        cert: reader.slice(DEV_CERT)?,
        devlist_head: *reader.array()?,
        devlist_head_seen: *reader.array()?,
        generation: reader.u32()?,
        invite_id: Some(*reader.array()?).filter(|id| *id != [0; INVITE_ID]),
    };
    reader.end()?;
    Some(claim)
}

#[cfg(test)]
mod tests;
