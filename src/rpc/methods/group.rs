//! `group.*`: the names are kept for conversations of more than two, which this version does not have. Each
//! says so instead of being unknown, so that a program can tell the two apart.

use super::{Lane, Method, Outcome};
use crate::{
    api::ClientError,
    rpc::params::{Kind, Param, may, need},
};

pub(super) const METHODS: &[Method] = &[
    later("group.create", &[need("title", Kind::Text), need("members", Kind::Accounts)], &["chat"]),
    later("group.info", &[need("chat", Kind::Text)], &["title", "members[]", "epoch", "heads"]),
    later("group.add", MEMBER, &[]),
    later("group.remove", MEMBER, &[]),
    later("group.role", MEMBER, &[]),
    later("group.leave", &[need("chat", Kind::Text)], &[]),
    later("group.rename", &[need("chat", Kind::Text), need("title", Kind::Text)], &[]),
];

const MEMBER: &[Param] = &[need("chat", Kind::Text), need("account", Kind::Text), may("role", Kind::Text)];

const fn later(name: &'static str, params: &'static [Param], result: &'static [&'static str]) -> Method {
    Method {
        name,
        params,
        result,
        about: "Not in this version: answers `not-allowed`.",
        lane: Lane::Shared,
        run: |_, _| Box::pin(async { not_in_this_version() }),
    }
}

fn not_in_this_version() -> Outcome {
    Err(ClientError::NotAllowed("groups are not in this version").into())
}
