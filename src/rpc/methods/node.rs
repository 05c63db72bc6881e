//! `nearby.*`, `node.*` and `invite.*`: who is around, how the program is doing, and links for people to come in.

use serde_json::{Value, json};

use super::{Lane, Method, Outcome};
use crate::{
    api::Client,
    rpc::{
        params::{Kind, Params, may, need},
        value,
    },
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "nearby.list",
        params: &[],
        result: &["nearby[]"],
        about: "People who chose to be visible on this network: account, name, fingerprint. The name is what \
                they say.",
        lane: Lane::Shared,
        run: |client, _| Box::pin(nearby(client)),
    },
    Method {
        name: "node.visible",
        params: &[need("on", Kind::Flag)],
        result: &[],
        about: "Whether people on this network may see our name.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(visible(client, params)),
    },
    Method {
        name: "node.status",
        params: &[],
        result: &["listen[]", "peers[]", "relays[]", "outbox", "uptime_ms", "rss_bytes"],
        about: "How the program is doing. A peer is `peer_id`, `address` and, once recognised, `account`; \
                `outbox` counts entries on their way.",
        lane: Lane::Free,
        run: |client, _| Box::pin(async move { Ok(value::status(&client.status().await?)) }),
    },
    Method {
        name: SHUTDOWN,
        params: &[],
        result: &[],
        about: "Ends the program: answers when everything is on disk, then exits 0.",
        lane: Lane::Free,
        run: |client, _| {
            Box::pin(async move {
                client.shutdown().await?;
                Ok(value::done())
            })
        },
    },
    Method {
        name: "invite.create",
        params: &[may("expires_s", Kind::Count), may("single_use", Kind::Flag)],
        result: &["link"],
        about: "Makes an invite link. `expires_s` counts from now; with `single_use` (default false) the \
                first person to come uses it up.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(invite(client, params)),
    },
];

/// The method after which the conversation with us ends.
pub(in crate::rpc) const SHUTDOWN: &str = "node.shutdown";

async fn nearby(client: Client) -> Outcome {
    Ok(json!({"nearby": client.nearby().await?.iter().map(value::nearby).collect::<Value>()}))
}

async fn visible(client: Client, mut params: Params) -> Outcome {
    client.visible(params.flag("on")?).await?;
    Ok(value::done())
}

async fn invite(client: Client, mut params: Params) -> Outcome {
    let expires_s = params.maybe_count("expires_s");
    let single_use = params.maybe_flag("single_use").unwrap_or(false);
    Ok(json!({"link": client.invite(expires_s, single_use).await?}))
}
