//! `group.invite` and the other methods about links that let people into a group.

use serde_json::json;
use zeroize::Zeroizing;

use super::{Lane, Method, Outcome};
use crate::{
    api::{Client, ClientError, InvitationId, Join, JoinId, NewInvitation, Role},
    rpc::{
        jsonrpc::Fault,
        params::{Kind, Params, may, need},
        value,
    },
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "group.invite",
        params: &[
            need("chat", Kind::Text),
            may("role", Kind::Text),
            may("expires_s", Kind::Count),
            may("uses", Kind::Count),
        ],
        result: &["invitation", "link"],
        about: "Makes a link that lets whoever is given it into the group, by any member whom they meet. `role` is \
                `member` unless given (or `read-only`), it ends after a week, at most a year, and lets in one, at most \
                250 (`uses`). The link is shown this once.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(invite(client, params)),
    },
    Method {
        name: "group.uninvite",
        params: &[need("chat", Kind::Text), need("invitation", Kind::Text)],
        result: &[],
        about: "Ends an invitation. Those whom it has let in stay.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(uninvite(client, params)),
    },
    Method {
        name: "group.invitations",
        params: &[need("chat", Kind::Text)],
        result: &["invitations[]"],
        about: "The invitations that can still let somebody in: `invitation`, who made it (`by`), `made_ms`, `role`, \
                `uses`, how many it has let in (`used`), `expires_ms`.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(invitations(client, params)),
    },
    Method {
        name: "group.join",
        params: &[need("link", Kind::Text)],
        result: &["chat", "join"],
        about: "Asks the members whom a link names to let us in; they need not be there now. `chat` if we are in that \
                group already, else `join`, by which `group.joined` or `group.refused` tells what came of it.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(join(client, params)),
    },
    Method {
        name: "group.joins",
        params: &[],
        result: &["joins[]"],
        about: "The links that were used and have led nowhere yet, by their `join`.",
        lane: Lane::Shared,
        run: |client, _| Box::pin(joins(client)),
    },
    Method {
        name: "group.unjoin",
        params: &[need("join", Kind::Text)],
        result: &[],
        about: "Asks nobody any more to let us in. Who was asked may still do it.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(unjoin(client, params)),
    },
];

async fn invite(client: Client, mut params: Params) -> Outcome {
    let chat = params.chat()?;
    let usual = NewInvitation::default();
    let role = params.maybe_text("role").map_or(Some(usual.role), |role| Role::named(&role));
    let role = role.ok_or(ClientError::Invalid("an invitation is for `read-only` or `member`"))?;
    let expires_s = params.maybe_count("expires_s").unwrap_or(usual.expires_s);
    let uses = params.maybe_count("uses").map_or(Ok(usual.uses), u8::try_from);
    let uses = uses.map_err(|_too_many| ClientError::Invalid("an invitation lets in 1 to 250 people"))?;
    let (id, link) = client.invite_to_group(chat, NewInvitation { role, expires_s, uses }).await?;
    Ok(json!({"invitation": id.to_string(), "link": link.as_str()}))
}

async fn uninvite(client: Client, mut params: Params) -> Outcome {
    let chat = params.chat()?;
    let id = InvitationId::parse(&params.text("invitation")?);
    client.uninvite(chat, id.ok_or_else(|| Fault::params("`invitation` is no name of one"))?).await?;
    Ok(value::done())
}

async fn invitations(client: Client, mut params: Params) -> Outcome {
    let invitations = client.invitations(params.chat()?).await?;
    Ok(json!({"invitations": invitations.iter().map(value::invitation).collect::<serde_json::Value>()}))
}

async fn join(client: Client, mut params: Params) -> Outcome {
    let (chat, join) = match client.join_group(Zeroizing::new(params.text("link")?)).await? {
        Join::In(chat) => (Some(chat.to_string()), None),
        Join::Asked(join) => (None, Some(join.to_string())),
    };
    Ok(json!({"chat": chat, "join": join}))
}

async fn joins(client: Client) -> Outcome {
    let joins: Vec<String> = client.joins().await?.iter().map(JoinId::to_string).collect();
    Ok(json!({"joins": joins}))
}

async fn unjoin(client: Client, mut params: Params) -> Outcome {
    let join = JoinId::parse(&params.text("join")?);
    client.give_up_join(join.ok_or_else(|| Fault::params("`join` is no name of one"))?).await?;
    Ok(value::done())
}
