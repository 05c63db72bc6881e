//! A member with a changed program who would let people into a group whom no holder of an invitation named.

use undertone_crypto::{
    Secret,
    group::{
        GroupId, OpId as SignedId,
        op::{self, AdmissionProof, InvitationSecret, OpKind, OpText},
    },
    identity::{DevCert, DeviceKeys},
};

use crate::{
    model::{ContactState, ConversationId, OpId, Role},
    protocol::sim::World,
    wire::{GroupLink, Join, Note},
};

const HANA: usize = 0;
const BORA: usize = 1;
const MALLORY: usize = 2;
const DAMI: usize = 3;
const EUN: usize = 4;

/// A group of Hana, Bora and Mallory, and a link to it.
fn invited(seed: u64) -> (World, ConversationId, GroupLink) {
    let mut world = World::new(&["Hana", "Bora", "Mallory", "Dami", "Eun"], seed);
    world.befriend(HANA, BORA);
    world.befriend(HANA, MALLORY);
    let chat = world.begin(&[BORA, MALLORY], crate::model::History::None);
    world.meet(&[HANA, BORA, MALLORY]);
    world.pass(3);
    let week = 7 * 24 * 3_600_000;
    let (_, link) =
        world.act(HANA, |engine, ctx| engine.invite_to_group(chat, (Role::Member, 9), week, ctx)).unwrap();
    world.pass(3);
    (world, chat, GroupLink::decode(&link).unwrap())
}

fn cert(world: &World, node: usize) -> DevCert {
    DevCert::parse(&world.nodes[node].disk.profile.cert).unwrap()
}

/// Mallory writes that somebody is let in, and hands it to everybody. Whether Hana or Bora believes it.
fn lets_in(
    world: &mut World,
    chat: ConversationId,
    invite: OpId,
    (who, proof): (usize, AdmissionProof),
) -> bool {
    let group = *world.nodes[HANA].disk.groups[&chat].group.first_chunk().unwrap();
    let keys = DeviceKeys::from_bytes(&world.nodes[MALLORY].disk.profile.device).unwrap();
    let (_, heads) = world.nodes[MALLORY].engine.group_heads(chat);
    let parents = heads.iter().map(|id| SignedId::new(id.0)).collect();
    let (name, cert) = (OpText::new("Dami").unwrap(), Box::new(cert(world, who)));
    let kind = OpKind::Admit { invite: SignedId::new(invite.0), cert, name, proof };
    let time_ms = world.nodes[MALLORY].clock_ms;
    let draft = op::Draft { group: GroupId::new(group), parents, lamport: 1000, time_ms, kind };
    let signed = op::Op::sign(draft, &keys, &self::cert(world, MALLORY)).unwrap();
    let (from, device) = (world.account(MALLORY), world.nodes[MALLORY].engine.device());
    let note = Note::Ops { group, ops: vec![signed.as_bytes()] }.encode();
    let who = world.account(who);
    [HANA, BORA].into_iter().any(|node| {
        world.act(node, |engine, ctx| engine.on_note(from, device, &note, ctx));
        let (_, state) = world.nodes[node].engine.group(chat).unwrap();
        state.members.contains_key(&who)
    })
}

#[test]
fn nobody_is_let_in_whom_no_holder_of_the_invitation_named() {
    let (mut world, chat, link) = invited(1);
    let real = InvitationSecret::from_seed(&Secret::new(*link.seed));
    let name = SignedId::new(link.invite.0);
    let forged = InvitationSecret::from_seed(&Secret::new([9; 32])).admit(&name, &cert(&world, DAMI));
    assert!(!lets_in(&mut world, chat, link.invite, (DAMI, forged)));
    // That of somebody else.
    let of_another = real.admit(&name, &cert(&world, EUN));
    assert!(!lets_in(&mut world, chat, link.invite, (DAMI, of_another)));
    // For another invitation of the same key.
    let for_another = real.admit(&SignedId::new([1; 32]), &cert(&world, DAMI));
    assert!(!lets_in(&mut world, chat, link.invite, (DAMI, for_another)));
    assert!(!lets_in(&mut world, chat, OpId([1; 32]), (DAMI, for_another)));
    let proof = real.admit(&name, &cert(&world, DAMI));
    assert!(lets_in(&mut world, chat, link.invite, (DAMI, proof)));
}

#[test]
fn who_shows_what_another_was_to_be_let_in_with_is_not_let_in() {
    let (mut world, chat, link) = invited(2);
    world.connect(BORA, EUN);
    world.act(EUN, |engine, ctx| engine.join_group(&link, ctx)).unwrap();
    world.pass(10);
    // Eun, who is in by now, hands on what is Dami's, with a name of its own.
    let real = InvitationSecret::from_seed(&Secret::new(*link.seed));
    let theirs = cert(&world, DAMI);
    let proof = *real.admit(&SignedId::new(link.invite.0), &theirs).as_bytes();
    let name = crate::model::Name::new("Eun").unwrap();
    let join = Join { invite: link.invite.0, cert: theirs.as_bytes(), name, proof, join: [1; 8] };
    let (from, device) = (world.account(EUN), world.nodes[EUN].engine.device());
    let note = Note::Join(join).encode();
    world.act(BORA, |engine, ctx| engine.on_note(from, device, &note, ctx));
    world.pass(5);
    let (_, state) = world.nodes[BORA].engine.group(chat).unwrap();
    let is_in = |node| state.members.contains_key(&world.account(node));
    assert!(is_in(EUN) && !is_in(DAMI));
}

#[test]
fn asking_again_and_again_makes_no_outbox_longer() {
    let (mut world, chat, link) = invited(3);
    world.connect(BORA, EUN);
    world.act(EUN, |engine, ctx| engine.join_group(&link, ctx)).unwrap();
    world.pass(10);
    let away = world.account(EUN);
    // Nothing is acknowledged any more.
    world.cut(BORA, EUN);
    let real = InvitationSecret::from_seed(&Secret::new(*link.seed));
    let cert = cert(&world, EUN);
    let device = world.nodes[EUN].engine.device();
    let ask = |world: &mut World, invite: OpId, join: u8| {
        let proof = *real.admit(&SignedId::new(invite.0), &cert).as_bytes();
        let name = crate::model::Name::new("Eun").unwrap();
        let join = Join { invite: invite.0, cert: cert.as_bytes(), name, proof, join: [join; 8] };
        let note = Note::Join(join).encode();
        world.act(BORA, |engine, ctx| engine.on_note(away, device, &note, ctx));
        let rows = &world.nodes[BORA].disk.outbox;
        rows.iter().filter(|((to, _), _)| *to == away).count()
    };
    let welcomed = ask(&mut world, link.invite, 1);
    assert!(welcomed > 0);
    assert_eq!(ask(&mut world, link.invite, 2), welcomed);
    let refused = ask(&mut world, OpId([1; 32]), 3);
    assert!(refused > welcomed);
    assert_eq!(ask(&mut world, OpId([1; 32]), 3), refused);
    assert!(world.nodes[BORA].engine.group(chat).unwrap().1.members.contains_key(&away));
}

#[test]
fn who_holds_a_link_and_was_not_let_in_says_nothing_but_that_they_ask() {
    let (mut world, chat, link) = invited(4);
    world.connect(BORA, EUN);
    world.act(HANA, |engine, ctx| engine.uninvite(chat, link.invite, ctx)).unwrap();
    world.pass(5);
    world.act(EUN, |engine, ctx| engine.join_group(&link, ctx)).unwrap();
    world.pass(10);
    assert_eq!(world.contact(BORA, EUN).state, ContactState::Member);
    let secrets = |world: &World| world.nodes[BORA].engine.groups[&chat].envelopes.len();
    let before = secrets(&world);
    let (from, device) = (world.account(EUN), world.nodes[EUN].engine.device());
    let group = *world.nodes[HANA].disk.groups[&chat].group.first_chunk().unwrap();
    let note = Note::Envelope { group, secret: [6; 32] }.encode();
    world.act(BORA, |engine, ctx| engine.on_note(from, device, &note, ctx));
    assert_eq!(secrets(&world), before);
    // Of a member it is taken.
    let (from, device) = (world.account(MALLORY), world.nodes[MALLORY].engine.device());
    world.act(BORA, |engine, ctx| engine.on_note(from, device, &note, ctx));
    assert_eq!(secrets(&world), before + 1);
}
