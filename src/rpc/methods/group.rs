//! `group.*`: private groups.

use data_encoding::BASE64;
use serde_json::json;

use super::{Lane, Method, Outcome};
use crate::{
    api::{Client, ClientError, History, Role},
    rpc::{
        jsonrpc::Fault,
        params::{Kind, Param, Params, may, need},
        value,
    },
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "group.create",
        params: &[need("title", Kind::Text), need("members", Kind::Accounts), may("history", Kind::History)],
        result: &["chat"],
        about: "Begins a private group with these contacts in it. They are in it as soon as they are reached. \
                `history` is what those who are added later are told of what was said before: `none` (unless \
                given), `all`, or the last so many messages; never more than 5,000.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(create(client, params)),
    },
    Method {
        name: "group.info",
        params: &[need("chat", Kind::Text)],
        result: &[
            "title",
            "picture",
            "image",
            "members[]",
            "former[]",
            "role",
            "epoch",
            "heads[]",
            "waiting",
            "history",
        ],
        about: "Who takes part: `account`, `name`, `role`, `me`, `verified`, `connected`, `added_by`, and whether \
                they hold the `same` history (null if they have not told), with what `they_lack` and `we_lack`. \
                `role` is ours, null if we take no part any more. `epoch` counts the operations, `heads` are the \
                newest, `waiting` are messages that have come and cannot be read yet, in all and of each member \
                whose key is missing; `last_seen_ms` is when they were last connected. \
                `history` is what those who are added are told. \
                `picture` names the picture, `image` is it in base64, both null if there is none. \
                `former` are those who took part once: account, name.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(info(client, params)),
    },
    Method {
        name: "group.add",
        params: MEMBER,
        result: &[],
        about: "Adds a contact; `role` is `member` unless given (`read-only`, `moderator`, `admin`, `owner`).",
        lane: Lane::Shared,
        run: |client, params| Box::pin(add(client, params)),
    },
    Method {
        name: "group.remove",
        params: &[need("chat", Kind::Text), need("account", Kind::Text)],
        result: &[],
        about: "Removes a member. What they wrote counts as far as it has come here.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(remove(client, params)),
    },
    Method {
        name: "group.role",
        params: &[need("chat", Kind::Text), need("account", Kind::Text), need("role", Kind::Text)],
        result: &[],
        about: "Gives a member another role.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(role(client, params)),
    },
    Method {
        name: "group.history",
        params: &[need("chat", Kind::Text), need("history", Kind::History)],
        result: &[],
        about: "Changes what those who are added from now on are told of what was said before: `none`, `all`, or \
                the last so many messages.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(history(client, params)),
    },
    Method {
        name: "group.leave",
        params: &[need("chat", Kind::Text)],
        result: &[],
        about: "Leaves. What was said stays here.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(leave(client, params)),
    },
    Method {
        name: "group.forget",
        params: &[need("chat", Kind::Text)],
        result: &[],
        about: "Forgets a group that we take no part in any more, with everything that was said in it.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(forget(client, params)),
    },
    Method {
        name: "group.picture",
        params: &[need("chat", Kind::Text), may("image", Kind::Text)],
        result: &[],
        about: "Gives the group another picture: PNG, JPEG or WebP of at most 6144 bytes, in base64; without \
                `image` takes it away.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(picture(client, params)),
    },
    Method {
        name: "group.rename",
        params: &[need("chat", Kind::Text), need("title", Kind::Text)],
        result: &[],
        about: "Gives the group another title.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(rename(client, params)),
    },
];

const MEMBER: &[Param] = &[need("chat", Kind::Text), need("account", Kind::Text), may("role", Kind::Text)];

async fn create(client: Client, mut params: Params) -> Outcome {
    let members = params.accounts("members")?;
    let history = params.maybe_history().unwrap_or(History::None);
    let group = client.create_group(params.text("title")?, members, history).await?;
    Ok(json!({"chat": group.chat.to_string()}))
}

async fn info(client: Client, mut params: Params) -> Outcome {
    Ok(value::group_info(&client.group(params.chat()?).await?))
}

async fn add(client: Client, mut params: Params) -> Outcome {
    let role = params.maybe_text("role").map_or(Ok(Role::Member), |role| named(&role))?;
    client.add_member(params.chat()?, params.account()?, role).await?;
    Ok(value::done())
}

async fn remove(client: Client, mut params: Params) -> Outcome {
    client.remove_member(params.chat()?, params.account()?).await?;
    Ok(value::done())
}

async fn role(client: Client, mut params: Params) -> Outcome {
    let role = named(&params.text("role")?)?;
    client.set_role(params.chat()?, params.account()?, role).await?;
    Ok(value::done())
}

async fn history(client: Client, mut params: Params) -> Outcome {
    let chat = params.chat()?;
    let history = params.maybe_history().ok_or_else(|| Fault::params("`history` is missing"))?;
    client.set_history(chat, history).await?;
    Ok(value::done())
}

async fn leave(client: Client, mut params: Params) -> Outcome {
    client.leave_group(params.chat()?).await?;
    Ok(value::done())
}

async fn forget(client: Client, mut params: Params) -> Outcome {
    client.forget_group(params.chat()?).await?;
    Ok(value::done())
}

async fn picture(client: Client, mut params: Params) -> Outcome {
    let image = params.maybe_text("image").map(|image| BASE64.decode(image.as_bytes())).transpose();
    let image = image.map_err(|_not_base64| Fault::params("`image` must be base64"))?;
    client.set_picture(params.chat()?, image).await?;
    Ok(value::done())
}

async fn rename(client: Client, mut params: Params) -> Outcome {
    client.rename_group(params.chat()?, params.text("title")?).await?;
    Ok(value::done())
}

fn named(role: &str) -> Result<Role, Fault> {
    let words = "a role is `read-only`, `member`, `moderator`, `admin` or `owner`";
    Role::named(role).ok_or_else(|| ClientError::Invalid(words).into())
}
