//! `message.*`: saying, changing and following messages.

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
        name: "message.send",
        params: &[
            need("chat", Kind::Text),
            need("text", Kind::Text),
            may("reply_to", Kind::Text),
            may("mentions", Kind::Accounts),
        ],
        result: &["message"],
        about: "Says a text; `message` is its id. It is on disk when this answers, and goes out as soon as \
                the other person is there. `mentions`: accounts that it addresses, at most 32, and `all` (moderators and \
                above).",
        lane: Lane::Shared,
        run: |client, params| Box::pin(send(client, params)),
    },
    Method {
        name: "message.edit",
        params: &[
            need("chat", Kind::Text),
            need("message", Kind::Text),
            need("text", Kind::Text),
            may("mentions", Kind::Accounts),
        ],
        result: &[],
        about: "Replaces the text of a message of ours, and whom it addresses.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(edit(client, params)),
    },
    Method {
        name: "message.delete",
        params: &[need("chat", Kind::Text), need("message", Kind::Text)],
        result: &[],
        about: "Takes a message of ours back, for everybody; in a group also one of somebody whose role is below ours \
                (moderators and above).",
        lane: Lane::Shared,
        run: |client, params| Box::pin(delete(client, params)),
    },
    Method {
        name: "message.react",
        params: &[
            need("chat", Kind::Text),
            need("message", Kind::Text),
            need("emoji", Kind::Text),
            need("on", Kind::Flag),
        ],
        result: &[],
        about: "Sets or takes back one emoji of ours on a message.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(react(client, params)),
    },
    Method {
        name: "message.status",
        params: &[need("message", Kind::Text)],
        result: &["states[]"],
        about: "How far a message of ours has come: for each person account, state and at_ms. In a group these are the \
                members whom it was sent to and who still take part; `at_ms` is when we learnt it, of this message \
                or of a later one, and when it was sent for who has nothing of it yet (`queued`).",
        lane: Lane::Shared,
        run: |client, params| Box::pin(status(client, params)),
    },
];

async fn send(client: Client, mut params: Params) -> Outcome {
    let chat = params.chat()?;
    let reply_to = params.maybe_message("reply_to")?;
    let sent = client.send(chat, params.written()?, reply_to).await?;
    Ok(json!({"message": sent.id.to_string()}))
}

async fn edit(client: Client, mut params: Params) -> Outcome {
    let message = params.message_in_chat()?;
    client.edit(message, params.written()?).await?;
    Ok(value::done())
}

async fn delete(client: Client, mut params: Params) -> Outcome {
    client.delete(params.message_in_chat()?).await?;
    Ok(value::done())
}

async fn react(client: Client, mut params: Params) -> Outcome {
    let message = params.message_in_chat()?;
    let emoji = params.text("emoji")?;
    client.react(message, emoji, params.flag("on")?).await?;
    Ok(value::done())
}

async fn status(client: Client, mut params: Params) -> Outcome {
    let states = client.message_status(params.message("message")?).await?;
    Ok(json!({"states": states.iter().map(value::state_at).collect::<Value>()}))
}
