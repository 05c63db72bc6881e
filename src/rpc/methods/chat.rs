//! `chat.*`: conversations and what stands in them.

use serde_json::{Value, json};

use super::{Lane, Method, Outcome};
use crate::{
    api::{Anchor, Client, ClientError, NotifyMode},
    model::limits::PAGE,
    rpc::{
        jsonrpc::Fault,
        params::{Kind, Params, may, need},
        value,
    },
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "chat.list",
        params: &[],
        result: &["chats[]"],
        about: "The conversation list, newest first.",
        lane: Lane::Shared,
        run: |client, _| Box::pin(list(client)),
    },
    Method {
        name: "chat.open",
        params: &[need("account", Kind::Text)],
        result: &["chat"],
        about: "The 1:1 conversation with a contact.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(open(client, params)),
    },
    Method {
        name: "chat.history",
        params: &[
            need("chat", Kind::Text),
            need("limit", Kind::Count),
            may("before", Kind::Text),
            may("after", Kind::Text),
            may("around", Kind::Text),
        ],
        result: &["messages[]", "more_before", "more_after"],
        about: "A part of a conversation in display order, oldest first: the newest messages, or those just \
                before, just after or around a message (at most one of the three). A `limit` above 500 \
                counts as 500.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(history(client, params)),
    },
    Method {
        name: "chat.read",
        params: &[need("chat", Kind::Text), need("upto", Kind::Text)],
        result: &[],
        about: "Everything up to this message has been seen.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(read(client, params)),
    },
    Method {
        name: "chat.notify",
        params: &[need("chat", Kind::Text), need("mode", Kind::Text), may("until", Kind::Count)],
        result: &[],
        about: "Which messages we want to be told of: `all`, `mentions` (those that address us, and answers to \
                ours) or `none`; with `until` (ms) only until then, and of all after it.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(notify(client, params)),
    },
    Method {
        name: "chat.typing",
        params: &[need("chat", Kind::Text), need("typing", Kind::Flag)],
        result: &[],
        about: "We are writing, or have stopped. Not stored, and lost if nobody is there.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(typing(client, params)),
    },
];

async fn list(client: Client) -> Outcome {
    Ok(json!({"chats": client.chats().await?.iter().map(value::chat).collect::<Value>()}))
}

async fn open(client: Client, mut params: Params) -> Outcome {
    Ok(json!({"chat": client.open_chat(params.account()?).await?.to_string()}))
}

async fn history(client: Client, mut params: Params) -> Outcome {
    let chat = params.chat()?;
    let limit = usize::try_from(params.count("limit")?).unwrap_or(PAGE).min(PAGE);
    if limit == 0 {
        return Err(Fault::params("`limit` must be at least 1"));
    }
    let (before, after, around) =
        (params.maybe_message("before")?, params.maybe_message("after")?, params.maybe_message("around")?);
    let anchor = match (before, after, around) {
        (None, None, None) => Anchor::Newest,
        (Some(message), None, None) => Anchor::Before(message),
        (None, Some(message), None) => Anchor::After(message),
        (None, None, Some(message)) => Anchor::Around(message),
        _ => return Err(Fault::params("at most one of `before`, `after` and `around` can be given")),
    };
    Ok(value::page(&client.history(chat, anchor, limit).await?))
}

async fn read(client: Client, mut params: Params) -> Outcome {
    client.read(params.chat()?, params.message("upto")?).await?;
    Ok(value::done())
}

async fn notify(client: Client, mut params: Params) -> Outcome {
    let mode = NotifyMode::named(&params.text("mode")?)
        .ok_or(ClientError::Invalid("a mode is `all`, `mentions` or `none`"))?;
    client.notify(params.chat()?, mode, params.maybe_count("until")).await?;
    Ok(value::done())
}

async fn typing(client: Client, mut params: Params) -> Outcome {
    client.typing(params.chat()?, params.flag("typing")?).await?;
    Ok(value::done())
}
