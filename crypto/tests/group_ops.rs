//! Operations on a group's membership: written in one way, signed by one device, refused in any other form.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;

use core::num::NonZeroU32;

use common::NOW;
use common::groups::{Membership, kinds};
use undertone_crypto::group::op::{
    Cut, Draft, History, InvitationSecret, MAX_CUTS, MAX_PARENTS, MAX_PICTURE, MAX_TEXT, MAX_USES, OpKind,
    OpPicture, OpText, Role,
};
use undertone_crypto::group::{GroupId, Op, OpError, OpId, UnverifiedOp};
use undertone_crypto::{AccountId, DeviceId, Secret};

#[test]
fn an_operation_is_read_as_it_was_signed() {
    let members = Membership::new("operation");
    for kind in kinds(&members) {
        let op = members.sign(kind.clone()).expect("sign");
        let unverified = UnverifiedOp::parse(op.as_bytes(), &members.group).expect("parse");
        assert_eq!((unverified.id(), unverified.parents()), (op.id(), op.parents()));
        assert_eq!(unverified.author(), (members.author.account.id(), members.author.device.id()));
        assert_eq!(unverified.own_cert().is_some(), kind.is_create());
        let read = unverified.verify(&members.author.cert).expect("verify");
        assert_eq!(read, op);
        assert_eq!((read.group(), read.lamport(), read.time_ms()), (members.group, 5, NOW));
        assert_eq!(read.kind(), &kind);
        assert!(op.parents().is_sorted());
    }
}

#[test]
fn only_the_author_signs_and_only_for_its_group() {
    let members = Membership::new("author");
    for kind in kinds(&members) {
        let op = members.sign(kind).expect("sign");
        let parse = |group| UnverifiedOp::parse(op.as_bytes(), group);
        let unverified = parse(&members.group).expect("parse");
        assert_eq!(unverified.clone().verify(&members.other.cert), Err(OpError::Author));
        let renewed = members.author.account.certify(&members.author.device, common::ALWAYS, 2);
        assert!(unverified.verify(&renewed).is_ok());
        assert_eq!(parse(&GroupId::new([0; 32])), Err(OpError::OtherGroup));
    }
    let rename = OpKind::Rename { title: OpText::new("Go").expect("short") };
    let signed = Op::sign(members.draft(rename), &members.author.device, &members.other.cert);
    assert_eq!(signed, Err(OpError::Author));
}

#[test]
fn no_bit_of_an_operation_can_be_changed() {
    let members = Membership::new("bits");
    for kind in kinds(&members) {
        let op = members.sign(kind).expect("sign");
        for bit in 0..op.as_bytes().len() * 8 {
            let mut bytes = op.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let read = UnverifiedOp::parse(&bytes, &members.group);
            assert!(read.and_then(|op| op.verify(&members.author.cert)).is_err(), "bit {bit}");
        }
        assert!((0..op.as_bytes().len()).all(|len| {
            UnverifiedOp::parse(&op.as_bytes()[..len], &members.group) == Err(OpError::Layout)
        }));
        let longer = [op.as_bytes(), &[0]].concat();
        assert_eq!(UnverifiedOp::parse(&longer, &members.group), Err(OpError::Layout));
    }
}

#[test]
fn a_group_begins_once_and_everything_else_follows_something() {
    let members = Membership::new("parents");
    let sign = |parents: Vec<OpId>, kind| {
        Op::sign(Draft { parents, ..members.draft(kind) }, &members.author.device, &members.author.cert)
    };
    let [create, .., rotate] = &*kinds(&members) else { panic!("kinds") };
    let many: Vec<OpId> = (0..=8).map(|n| OpId::new([n; 32])).collect();
    assert_eq!(many.len(), MAX_PARENTS + 1);
    assert_eq!(sign(many[..1].to_vec(), create.clone()), Err(OpError::Layout));
    assert_eq!(sign(vec![], rotate.clone()), Err(OpError::Layout));
    assert_eq!(sign(many.clone(), rotate.clone()), Err(OpError::Layout));
    let shuffled = [many[2], many[1], many[2]].to_vec();
    assert_eq!(sign(shuffled, rotate.clone()).expect("sign").parents(), &many[1..3]);
    let OpKind::Create { title, history, env_commit, .. } = create.clone() else { panic!("create") };
    let foreign = OpKind::Create { title, history, env_commit, cert: Box::new(members.other.cert.clone()) };
    assert_eq!(sign(vec![], foreign), Err(OpError::Layout));
}

#[test]
fn parents_in_another_order_are_another_form_and_refused() {
    let members = Membership::new("canonical");
    let op = members.sign(OpKind::Leave { last_seq: 1 }).expect("sign");
    let mut bytes = op.as_bytes().to_vec();
    let (one, two) = bytes[35..99].split_at_mut(32);
    one.swap_with_slice(two);
    assert_eq!(UnverifiedOp::parse(&bytes, &members.group), Err(OpError::Layout));
    bytes.copy_within(35..67, 67);
    assert_eq!(UnverifiedOp::parse(&bytes, &members.group), Err(OpError::Layout));
}

#[test]
fn a_picture_is_short_and_begins_as_one_of_three_kinds_does() {
    let webp = b"RIFF\x04\0\0\0WEBP".as_slice();
    for head in [b"\x89PNG\r\n\x1a\n".as_slice(), b"\xff\xd8\xff", webp] {
        let longest = [head, &vec![7; MAX_PICTURE - head.len()]].concat();
        assert_eq!(OpPicture::new(&longest).expect("a picture").as_bytes(), longest);
        assert_eq!(OpPicture::new(&[longest.as_slice(), &[7]].concat()), None);
        assert_eq!(OpPicture::new(&head[1..]), None);
    }
    for other in [b"".as_slice(), b"GIF89a", b"RIFF\x04\0\0\0WAVE", b"RIFF", b"<svg/>"] {
        assert_eq!(OpPicture::new(other), None);
    }
    // As long as they may be together: an operation after eight others, with the largest picture.
    let members = Membership::new("picture");
    let picture = OpPicture::new(&[webp, &vec![7; MAX_PICTURE - webp.len()]].concat());
    let mut draft = members.draft(OpKind::SetPicture { picture });
    draft.parents = (1..=8).map(|n| OpId::new([n; 32])).collect();
    let op = Op::sign(draft, &members.author.device, &members.author.cert).expect("sign");
    assert!(UnverifiedOp::parse(op.as_bytes(), &members.group).is_ok());
    // Other bytes in the place of a picture are no operation.
    let op = members.sign(OpKind::SetPicture { picture: OpPicture::new(b"\xff\xd8\xff") }).expect("sign");
    let mut bytes = op.as_bytes().to_vec();
    let at = bytes.len() - 64 - 3;
    bytes[at] = 0;
    assert_eq!(UnverifiedOp::parse(&bytes, &members.group), Err(OpError::Layout));
}

#[test]
fn texts_and_cuts_have_limits() {
    assert!(OpText::new(&"x".repeat(MAX_TEXT)).is_some());
    assert!(OpText::new(&"x".repeat(MAX_TEXT + 1)).is_none());
    let members = Membership::new("limits");
    let account: AccountId = members.other.account.id();
    let remove = |devices: &[u8]| {
        let cut = |n: &u8| Cut { device: DeviceId::new([*n; 16]), last_seq: u64::from(*n) };
        let cuts = devices.iter().map(cut).collect();
        members.sign(OpKind::Remove { account, env_commit: [2; 32], cuts })
    };
    let most: Vec<u8> = (0..).take(MAX_CUTS).collect();
    assert!(remove(&[]).is_ok() && remove(&most).is_ok());
    assert_eq!(remove(&[most.as_slice(), &[99]].concat()), Err(OpError::Layout));
    assert_eq!(remove(&[2, 1]), Err(OpError::Layout));
    assert_eq!(remove(&[2, 2]), Err(OpError::Layout));
    let history = History::Last(NonZeroU32::MIN);
    let op = members.sign(OpKind::SetPolicy { history }).expect("sign");
    let mut bytes = op.as_bytes().to_vec();
    let count = bytes.len() - 64 - 1;
    bytes[count] = 0;
    assert_eq!(UnverifiedOp::parse(&bytes, &members.group), Err(OpError::Layout));
}

#[test]
fn an_invitation_lends_no_power_and_has_an_end() {
    let members = Membership::new("invitation");
    let key = InvitationSecret::from_seed(&Secret::new([5; 32])).public();
    let invite = |role, uses| members.sign(OpKind::Invite { key, role, not_after_ms: NOW, uses });
    assert!(invite(Role::ReadOnly, 1).is_ok() && invite(Role::Member, MAX_USES).is_ok());
    for (role, uses) in [
        (Role::Moderator, 1),
        (Role::Admin, 1),
        (Role::Owner, 1),
        (Role::Member, 0),
        (Role::Member, MAX_USES + 1),
    ] {
        assert_eq!(invite(role, uses), Err(OpError::Layout));
    }
    let op = invite(Role::Member, 1).expect("sign");
    let body = op.as_bytes().len() - 64 - 42;
    for (at, byte) in [(body + 32, 2), (body + 41, 0), (body + 41, 251)] {
        let mut bytes = op.as_bytes().to_vec();
        bytes[at] = byte;
        assert_eq!(UnverifiedOp::parse(&bytes, &members.group), Err(OpError::Layout));
    }
}

#[test]
fn who_holds_an_invitation_lets_in_one_device_by_that_invitation_only() {
    let members = Membership::new("admission");
    let secret = InvitationSecret::from_seed(&Secret::new([5; 32]));
    let invite = OpId::new([1; 32]);
    let proof = secret.admit(&invite, &members.other.cert);
    assert!(proof.verify(&secret.public(), &invite, &members.other.cert).is_ok());
    let another = InvitationSecret::from_seed(&Secret::new([6; 32]));
    assert!(proof.verify(&another.public(), &invite, &members.other.cert).is_err());
    assert!(proof.verify(&secret.public(), &OpId::new([2; 32]), &members.other.cert).is_err());
    assert!(proof.verify(&secret.public(), &invite, &members.author.cert).is_err());
    let renewed = members.other.account.certify(&members.other.device, common::ALWAYS, 2);
    assert!(proof.verify(&secret.public(), &invite, &renewed).is_err());
}
