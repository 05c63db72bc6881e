//! How long one group message takes, from its content to the bytes that travel and back, with ours and with OpenMLS,
//! in turns in one run so that a busy machine slows both alike. Prints the best batch of each, and ratios.
//!
//! `cargo run --release --manifest-path benches/openmls/Cargo.toml`

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use getrandom::{SysRng, rand_core::UnwrapErr};
use openmls::prelude::{
    BasicCredential, Ciphersuite, CredentialWithKey, KeyPackage, MlsGroup, MlsGroupCreateConfig,
    MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent,
    StagedWelcome, tls_codec::Deserialize,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use undertone_crypto::{
    DeviceId,
    group::{EnvelopeKey, GroupId, MessageContext, ReceiverChain, SenderChain, SenderKey},
};

const SIZES: [usize; 3] = [2, 10, 100];
const ROUNDS: usize = 40;
const BATCH: usize = 16;
const TEXT: [u8; 100] = [7; 100];
const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;
/// A message of ours takes no longer than this.
const GOAL_US: f64 = 65.0;

fn main() {
    println!("create and process one message of 100 B: best of {ROUNDS} rounds of {BATCH}");
    println!("{:>8} {:>12} {:>12} {:>14}", "members", "ours, us", "OpenMLS, us", "OpenMLS/ours");
    for members in SIZES {
        let (mut ours, mut mls) = (Ours::new(members), Mls::new(members));
        let (mut best, mut other) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            best = best.min(timed(|| ours.message()));
            other = other.min(timed(|| mls.message()));
        }
        let us = |time: Duration| time.as_secs_f64() * 1e6 / BATCH as f64;
        let met = if us(best) <= GOAL_US && best < other { "met" } else { "MISSED" };
        println!("{members:>8} {:>12.1} {:>12.1} {:>14.1} {met}", us(best), us(other), us(other) / us(best));
    }
}

/// How long a batch takes.
fn timed(mut run: impl FnMut()) -> Duration {
    let start = Instant::now();
    (0..BATCH).for_each(|_| run());
    start.elapsed()
}

/// A sender and a receiver of ours. The others change nothing about a message.
struct Ours {
    sender: SenderChain,
    reader: ReceiverChain,
    envelope: EnvelopeKey,
}

impl Ours {
    fn new(members: usize) -> Self {
        let mut rng = UnwrapErr(SysRng);
        let device = DeviceId::new([1; 16]);
        let group = GroupId::generate(&mut rng);
        let sender = SenderChain::create(group, device, [5; 32], 1_800_000_000_000, &mut rng);
        let readers: Vec<_> = (1..members)
            .map(|_| ReceiverChain::new(SenderKey::decode(&sender.skdm().encode(), device).unwrap()))
            .collect();
        let envelope = EnvelopeKey::generate(&mut rng);
        Self { sender, reader: readers.into_iter().next_back().unwrap(), envelope }
    }

    fn message(&mut self) {
        let context = MessageContext { view: [2; 16], lamport: 3, prev: &[[4; 16]] };
        let frame = self.sender.seal(context, &TEXT, &self.envelope, &mut UnwrapErr(SysRng)).unwrap();
        let sealed = self.envelope.open(&frame).unwrap();
        assert_eq!(*black_box(self.reader.open(&sealed, 1_800_000_000_000).unwrap()), TEXT);
    }
}

/// One who sends and one who receives in a group of MLS.
struct Mls {
    sender: (OpenMlsRustCrypto, SignatureKeyPair, MlsGroup),
    reader: (OpenMlsRustCrypto, MlsGroup),
}

impl Mls {
    fn new(members: usize) -> Self {
        let (provider, signer, credential) = member("first");
        let config = MlsGroupCreateConfig::builder().ciphersuite(SUITE).use_ratchet_tree_extension(true).build();
        let mut group = MlsGroup::new(&provider, &signer, &config, credential).unwrap();
        let others: Vec<_> = (1..members).map(|n| member(&format!("member {n}"))).collect();
        let package = |(provider, signer, credential): &Member| {
            let builder = KeyPackage::builder();
            builder.build(SUITE, provider, signer, credential.clone()).unwrap().key_package().clone()
        };
        let packages: Vec<_> = others.iter().map(package).collect();
        let (_, welcome, _) = group.add_members(&provider, &signer, &packages).unwrap();
        group.merge_pending_commit(&provider).unwrap();
        let welcome = MlsMessageIn::tls_deserialize_exact(welcome.to_bytes().unwrap()).unwrap();
        let MlsMessageBodyIn::Welcome(welcome) = welcome.extract() else { panic!("no welcome") };
        let (last, _, _) = others.into_iter().next_back().unwrap();
        let config = MlsGroupJoinConfig::default();
        let joined = StagedWelcome::new_from_welcome(&last, &config, welcome, None).unwrap();
        let joined = joined.into_group(&last).unwrap();
        Self { sender: (provider, signer, group), reader: (last, joined) }
    }

    fn message(&mut self) {
        let (provider, signer, group) = &mut self.sender;
        let bytes = group.create_message(provider, signer, &TEXT).unwrap().to_bytes().unwrap();
        let (provider, group) = &mut self.reader;
        let message = MlsMessageIn::tls_deserialize_exact(&bytes).unwrap();
        let message = message.try_into_protocol_message().unwrap();
        let content = group.process_message(provider, message).unwrap().into_content();
        let ProcessedMessageContent::ApplicationMessage(text) = content else { panic!("no message") };
        assert_eq!(black_box(text.into_bytes()), TEXT);
    }
}

type Member = (OpenMlsRustCrypto, SignatureKeyPair, CredentialWithKey);

fn member(name: &str) -> Member {
    let signer = SignatureKeyPair::new(SUITE.signature_algorithm()).unwrap();
    let credential = BasicCredential::new(name.as_bytes().to_vec()).into();
    let credential = CredentialWithKey { credential, signature_key: signer.to_public_vec().into() };
    (OpenMlsRustCrypto::default(), signer, credential)
}
