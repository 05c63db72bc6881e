//! Every course of events among three people of a group, as far as a few operations go, looked at without exception:
//! whatever order the operations come in, they come to the same, and nobody comes back unasked. Knows nothing of how
//! operations travel: writing with some knowledge is writing after that much has come.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use stateright::{Checker, Model, Property};
use undertone_crypto::identity::AccountKey;

use super::dag::OpLog;
use super::resolve::{Resolution, resolve};
use crate::model::{AccountId, DeviceId, GroupOp, History, Name, OpId, OpKind, Role};

/// An owner and two admins, from the senior one to the junior one.
const PEOPLE: usize = 3;
/// Two more who may be let in by an invitation.
const OUTSIDE: usize = 2;
/// So many operations with whatever their authors knew.
const MOST_KNOWING: usize = 3;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Deed {
    Remove(usize),
    Add(usize),
    Demote(usize),
    Leave,
    /// By the invitation that the group began with.
    Admit(usize),
    Uninvite,
}

/// An operation: who wrote it, what it is, and the operations that its author knew, by number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Written {
    by: usize,
    deed: Deed,
    knew: BTreeSet<u64>,
}

/// The operations that there are, by a number made of their content.
type Ops = BTreeMap<u64, Written>;

/// Three people write operations.
#[derive(Debug)]
struct Membership {
    /// Who they are.
    accounts: [AccountId; PEOPLE + OUTSIDE],
    /// In all.
    most: usize,
    /// Whether the junior admin has made an invitation for one, and nobody adds by hand.
    invited: bool,
}

impl Membership {
    fn new(most: usize, invited: bool) -> Self {
        let seed = |n: usize| [u8::try_from(n + 1).unwrap(); 32];
        Self { accounts: std::array::from_fn(|n| AccountKey::from_seed(&seed(n)).id()), most, invited }
    }

    /// The group as it is begun, in a row.
    fn beginning(&self) -> Vec<GroupOp> {
        let name = || Name::new("g").unwrap();
        let mut ops: Vec<GroupOp> = Vec::new();
        for person in 0..PEOPLE {
            let (account, device) = (self.accounts[person], device(person));
            let what = if person == 0 {
                OpKind::Create { title: name(), history: History::None, envelope: [1; 32] }
            } else {
                OpKind::Add { account, device, role: Role::Admin, name: name() }
            };
            let parents = ops.last().map(|op| op.id).into_iter().collect();
            let lamport = u64::try_from(person).unwrap() + 1;
            let id = OpId([u8::try_from(person).unwrap(); 32]);
            let (author, device) = (self.accounts[0], self::device(0));
            ops.push(GroupOp { id, parents, author, device, lamport, time_ms: 0, what });
        }
        if self.invited {
            let what = OpKind::Invite { key: [3; 32], role: Role::Member, not_after_ms: 0, uses: 1 };
            let parents = vec![ops[PEOPLE - 1].id];
            let (author, device) = (self.accounts[PEOPLE - 1], device(PEOPLE - 1));
            ops.push(GroupOp { id: INVITE, parents, author, device, lamport: 4, time_ms: 0, what });
        }
        ops
    }

    fn kind(&self, deed: Deed) -> OpKind {
        match deed {
            Deed::Remove(n) => {
                OpKind::Remove { account: self.accounts[n], cuts: Vec::new(), envelope: [9; 32] }
            }
            Deed::Add(n) => OpKind::Add {
                account: self.accounts[n],
                device: device(n),
                role: Role::Member,
                name: Name::new("x").unwrap(),
            },
            Deed::Demote(n) => OpKind::SetRole { account: self.accounts[n], role: Role::Member },
            Deed::Leave => OpKind::Leave { last_seq: 1 },
            Deed::Admit(n) => OpKind::Admit {
                invite: INVITE,
                account: self.accounts[n],
                device: device(n),
                name: Name::new("x").unwrap(),
            },
            Deed::Uninvite => OpKind::Uninvite { invite: INVITE },
        }
    }

    /// The operations as the log takes them.
    fn ops(&self, state: &Ops) -> BTreeMap<u64, GroupOp> {
        let last = self.beginning().last().map(|op| (op.id, op.lamport)).unwrap();
        let mut ops: BTreeMap<u64, GroupOp> = BTreeMap::new();
        while ops.len() < state.len() {
            let ready = |(id, it): &(&u64, &Written)| {
                !ops.contains_key(id) && it.knew.iter().all(|k| ops.contains_key(k))
            };
            let (id, it) = state.iter().find(ready).unwrap();
            let newest =
                it.knew.iter().filter(|k| !it.knew.iter().any(|other| state[other].knew.contains(k)));
            let mut parents: Vec<OpId> = newest.map(|k| ops[k].id).collect();
            parents.sort();
            let lamport = it.knew.iter().map(|k| ops[k].lamport).max().unwrap_or(last.1) + 1;
            if parents.is_empty() {
                parents.push(last.0);
            }
            let mut name = [0xaa; 32];
            name[..8].copy_from_slice(&id.to_be_bytes());
            let (author, device) = (self.accounts[it.by], device(it.by));
            let what = self.kind(it.deed);
            ops.insert(*id, GroupOp { id: OpId(name), parents, author, device, lamport, time_ms: 0, what });
        }
        ops
    }

    /// All of them, resolved at once.
    fn outcome(&self, state: &Ops) -> Resolution {
        let mut ops: Vec<GroupOp> = self.ops(state).into_values().collect();
        ops.sort_by_key(|op| op.lamport);
        let mut log = OpLog::default();
        for op in self.beginning().into_iter().chain(ops) {
            assert!(log.insert(op).unwrap());
        }
        resolve(&log)
    }

    /// One after another, each resolved as it comes.
    fn grown(&self, ops: &BTreeMap<u64, GroupOp>, order: &[u64]) -> Resolution {
        let (mut log, mut resolution) = (OpLog::default(), Resolution::default());
        let come = self.beginning().into_iter().chain(order.iter().map(|id| ops[id].clone()));
        for op in come {
            assert!(log.insert(op).unwrap());
            resolution.extend(&log);
        }
        resolution
    }
}

const INVITE: OpId = OpId([0x55; 32]);

fn device(person: usize) -> DeviceId {
    DeviceId::new([u8::try_from(person + 1).unwrap(); 16])
}

/// All orders in which the operations can come: each after those that its author knew.
fn orders(state: &Ops) -> Vec<Vec<u64>> {
    let mut orders = vec![Vec::new()];
    for _ in 0..state.len() {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<u64>| {
                let next = |(id, it): &(&u64, &Written)| {
                    !order.contains(id) && it.knew.iter().all(|known| order.contains(known))
                };
                let next: Vec<u64> = state.iter().filter(next).map(|(id, _)| *id).collect();
                next.into_iter().map(move |id| [order.as_slice(), &[id]].concat())
            })
            .collect();
    }
    orders
}

impl Model for Membership {
    type State = Ops;
    type Action = Written;

    fn init_states(&self) -> Vec<Ops> {
        vec![Ops::new()]
    }

    fn actions(&self, state: &Ops, actions: &mut Vec<Written>) {
        // More than that only of people who know nothing of each other and end memberships.
        let crowded = state.len() >= MOST_KNOWING;
        let ends = |deed: &Deed| matches!(deed, Deed::Remove(_) | Deed::Leave);
        let apart = |it: &Written| it.knew.iter().all(|known| state[known].by == it.by);
        let plain = |it: &Written| apart(it) && ends(&it.deed);
        if state.len() >= self.most || (crowded && !state.values().all(plain)) {
            return;
        }
        let others = |by: usize| (0..PEOPLE).filter(move |other| *other != by);
        for by in 0..PEOPLE {
            let to_others = [Deed::Remove, Deed::Add, Deed::Demote].into_iter();
            let deeds: Vec<Deed> = if self.invited {
                invited_deeds(by)
            } else {
                to_others.flat_map(|deed| others(by).map(deed)).chain([Deed::Leave]).collect()
            };
            let deeds = deeds.into_iter().filter(|deed| !crowded || ends(deed));
            let known = knowledge(state, by, crowded);
            actions.extend(
                deeds.flat_map(|deed| known.iter().map(move |knew| Written { by, deed, knew: knew.clone() })),
            );
        }
    }

    fn next_state(&self, state: &Ops, action: Written) -> Option<Ops> {
        let mut hasher = DefaultHasher::new();
        action.hash(&mut hasher);
        let mut next = state.clone();
        next.insert(hasher.finish(), action);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("every order comes to the same", |model, state| {
                let (ops, all) = (model.ops(state), model.outcome(state));
                let mut outcomes = orders(state).into_iter().map(|order| model.grown(&ops, &order));
                outcomes.all(|one| (one.void, one.state) == (all.void.clone(), all.state.clone()))
            }),
            Property::always("who was removed takes part only if added by one who knew", |model, state| {
                let (ops, resolution) = (model.ops(state), model.outcome(state));
                let stands = |id: &&u64| !resolution.void.contains(&ops[*id].id);
                let members = &resolution.state.as_ref().unwrap().members;
                // Who leaves while being removed may be added again by who knew of the removal alone.
                let removed = |who| state.values().any(|it| it.deed == Deed::Remove(who));
                let mut removals = state.keys().filter(stands).filter_map(|id| match state[id].deed {
                    Deed::Remove(who) => Some((id, who)),
                    Deed::Leave => Some((id, state[id].by)).filter(|(_, who)| !removed(*who)),
                    _ => None,
                });
                let brings = |id: &u64, who: usize| {
                    state.values().any(|it| it.deed == Deed::Add(who) && it.knew.contains(id))
                };
                removals.all(|(id, who)| !members.contains_key(&model.accounts[who]) || brings(id, who))
            }),
            Property::always("there is an owner while there are members", |model, state| {
                let state = model.outcome(state).state.unwrap();
                state.members.is_empty() || state.members.values().any(|member| member.role == Role::Owner)
            }),
            Property::always("the owner goes only by leaving", |model, state| {
                let leaves = |it: &Written| it.by == 0 && it.deed == Deed::Leave;
                let members = model.outcome(state).state.unwrap().members;
                members.contains_key(&model.accounts[0]) || state.values().any(leaves)
            }),
            Property::always("an invitation for one lets in one", |model, state| {
                let members = model.outcome(state).state.unwrap().members;
                model.accounts[PEOPLE..].iter().filter(|one| members.contains_key(one)).count() <= 1
            }),
            Property::always("nobody is let in beside or after the end of the invitation", |model, state| {
                let (ops, resolution) = (model.ops(state), model.outcome(state));
                let counts = |id: &u64| !resolution.void.contains(&ops[id].id);
                let ends =
                    |it: &Written| matches!(it.deed, Deed::Uninvite | Deed::Remove(2) | Deed::Demote(2));
                let mut ends = state.iter().filter(|(id, it)| ends(it) && counts(id));
                ends.all(|(_, end)| {
                    let admits = |it: &Written| matches!(it.deed, Deed::Admit(_));
                    let mut admitted = state.iter().filter(|(id, it)| admits(it) && counts(id));
                    admitted.all(|(id, _)| end.knew.contains(id))
                })
            }),
            Property::sometimes("two removed each other", |model, state: &Ops| {
                let removes = |by, who| state.values().any(|it| it.by == by && it.deed == Deed::Remove(who));
                model.invited || (removes(1, 2) && removes(2, 1))
            }),
        ]
    }
}

/// What is done about an invitation: each by those for whom it makes a difference.
fn invited_deeds(by: usize) -> Vec<Deed> {
    let mut deeds = vec![Deed::Admit(PEOPLE), Deed::Admit(PEOPLE + 1), Deed::Remove(PEOPLE)];
    match by {
        0 => deeds.extend([Deed::Remove(2), Deed::Demote(2), Deed::Uninvite]),
        1 => deeds.extend([Deed::Remove(2), Deed::Demote(2)]),
        _ => deeds.push(Deed::Leave),
    }
    deeds
}

/// What somebody may know who writes next: their own, and of the others' any that were there before each other;
/// nothing of the others if they are `apart`.
fn knowledge(state: &Ops, by: usize, apart: bool) -> Vec<BTreeSet<u64>> {
    let ids: Vec<u64> = state.keys().copied().collect();
    let own = |set: &BTreeSet<u64>| state.iter().all(|(id, it)| it.by != by || set.contains(id));
    let whole = |set: &BTreeSet<u64>| set.iter().all(|id| state[id].knew.is_subset(set));
    let alone = |set: &BTreeSet<u64>| !apart || set.iter().all(|id| state[id].by == by);
    (0_u32..1 << ids.len())
        .map(|mask| (0..ids.len()).filter(|at| mask >> at & 1 == 1).map(|at| ids[at]).collect())
        .filter(|set: &BTreeSet<u64>| own(set) && whole(set) && alone(set))
        .collect()
}

#[test]
fn any_few_operations_of_three_people_come_to_one_thing_in_every_order() {
    let checker = Membership::new(4, false).checker().threads(2).spawn_dfs().join();
    assert!(checker.unique_state_count() > 20_000);
    checker.assert_properties();
}

#[test]
fn an_invitation_comes_to_one_thing_in_every_order_and_ends_when_somebody_says_so() {
    let checker = Membership::new(3, true).checker().threads(2).spawn_dfs().join();
    assert!(checker.unique_state_count() > 2_000, "{}", checker.unique_state_count());
    checker.assert_properties();
}
