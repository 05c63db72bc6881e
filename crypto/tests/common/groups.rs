//! A group's sender with its envelope, devices that read it, and operations on its membership.

use core::num::NonZeroU32;

use undertone_crypto::group::op::{Cut, Draft, History, InvitationSecret, OpKind, OpPicture, OpText, Role};
use undertone_crypto::group::{
    EnvelopeKey, GroupId, GroupOpenError, MessageContext, Op, OpError, OpId, ReceiverChain, Sealed,
    SenderChain, SenderKey,
};
use undertone_crypto::{DeviceId, Secret};

use super::{NOW, Party, TestRng};

pub(crate) const SENDER: DeviceId = DeviceId::new([0xde; 16]);
pub(crate) const VIEW: [u8; 32] = [0x77; 32];
pub(crate) const CONTEXT: MessageContext<'static> =
    MessageContext { view: [0x11; 16], lamport: 7, prev: &[[0x22; 16], [0x33; 16]] };

/// One device that sends in a group.
pub(crate) struct Sending {
    pub(crate) group: GroupId,
    pub(crate) envelope: EnvelopeKey,
    pub(crate) chain: SenderChain,
    pub(crate) rng: TestRng,
}

impl Sending {
    pub(crate) fn new(name: &str) -> Self {
        let mut rng = TestRng::new(name);
        let group = GroupId::generate(&mut rng);
        let envelope = EnvelopeKey::generate(&mut rng);
        let chain = SenderChain::create(group, SENDER, VIEW, NOW, &mut rng);
        Self { group, envelope, chain, rng }
    }

    /// A member that is let in now.
    pub(crate) fn reader(&self) -> ReceiverChain {
        let key = SenderKey::decode(&self.chain.skdm().encode(), SENDER).expect("a sender key");
        ReceiverChain::new(key)
    }

    pub(crate) fn frame(&mut self, text: &[u8]) -> Vec<u8> {
        self.chain.seal(CONTEXT, text, &self.envelope, &mut self.rng).expect("seal")
    }

    pub(crate) fn says(&mut self, text: &[u8]) -> Sealed {
        let frame = self.frame(text);
        self.envelope.open(&frame).expect("own envelope")
    }

    pub(crate) fn skip(&mut self, count: u32) {
        for _ in 0..count {
            self.frame(b"");
        }
    }
}

pub(crate) fn read(reader: &mut ReceiverChain, sealed: &Sealed) -> Result<Vec<u8>, GroupOpenError> {
    reader.open(sealed, NOW).map(|text| text.to_vec())
}

/// A group, a member that acts and one that is acted on.
pub(crate) struct Membership {
    pub(crate) group: GroupId,
    pub(crate) author: Party,
    pub(crate) other: Party,
}

impl Membership {
    pub(crate) fn new(name: &str) -> Self {
        let mut rng = TestRng::new(name);
        let (author, other) = (Party::new(&mut rng), Party::new(&mut rng));
        Self { group: GroupId::generate(&mut rng), author, other }
    }

    /// Follows two operations, unless it begins the group.
    pub(crate) fn draft(&self, kind: OpKind) -> Draft {
        let parents = if kind.is_create() { vec![] } else { vec![OpId::new([9; 32]), OpId::new([3; 32])] };
        Draft { group: self.group, parents, lamport: 5, time_ms: NOW, kind }
    }

    pub(crate) fn sign(&self, kind: OpKind) -> Result<Op, OpError> {
        Op::sign(self.draft(kind), &self.author.device, &self.author.cert)
    }
}

/// One operation of each kind, the creation first.
pub(crate) fn kinds(members: &Membership) -> Vec<OpKind> {
    let text = |text| OpText::new(text).expect("a short text");
    let account = members.other.account.id();
    let cut = |n| Cut { device: DeviceId::new([n; 16]), last_seq: u64::from(n) };
    let (invitation, invite) = (InvitationSecret::from_seed(&Secret::new([7; 32])), OpId::new([8; 32]));
    vec![
        OpKind::Create {
            title: text("Chess"),
            history: History::Last(NonZeroU32::new(50).expect("not zero")),
            env_commit: [1; 32],
            cert: Box::new(members.author.cert.clone()),
        },
        OpKind::Add {
            cert: Box::new(members.other.cert.clone()), role: Role::Moderator, name: text("조안")
        },
        OpKind::Remove { account, env_commit: [2; 32], cuts: vec![cut(1), cut(2)] },
        OpKind::Leave { last_seq: 12 },
        OpKind::SetRole { account, role: Role::Admin },
        OpKind::Rename { title: text("") },
        OpKind::SetPolicy { history: History::All },
        OpKind::EnvRotate { env_commit: [3; 32] },
        OpKind::SetPicture { picture: OpPicture::new(b"\xff\xd8\xff picture") },
        OpKind::SetPicture { picture: None },
        OpKind::Invite { key: invitation.public(), role: Role::ReadOnly, not_after_ms: NOW + 1, uses: 5 },
        OpKind::Admit {
            invite,
            cert: Box::new(members.other.cert.clone()),
            name: text("Bora"),
            proof: invitation.admit(&invite, &members.other.cert),
        },
        OpKind::Uninvite { invite },
    ]
}
