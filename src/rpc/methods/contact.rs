//! `contact.*`: asking, accepting, verifying and ending it with people.

use serde_json::{Value, json};

use super::{Lane, Method, Outcome};
use crate::{
    api::{Account, Client, ClientError},
    rpc::{
        jsonrpc::Fault,
        params::{Kind, Param, Params, may, need},
        value,
    },
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "contact.add",
        params: &[may("link", Kind::Text), may("account", Kind::Text), may("name", Kind::Text)],
        result: &["account", "name", "state"],
        about: "Asks the person who made this invite `link`, or somebody nearby by `account` (exactly one of \
                the two), to become a contact. `name` is what we call them.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(add(client, params)),
    },
    Method {
        name: "contact.list",
        params: &[],
        result: &["contacts[]"],
        about: "All contacts, and requests in both directions.",
        lane: Lane::Shared,
        run: |client, _| Box::pin(list(client)),
    },
    Method {
        name: "contact.accept",
        params: ACCOUNT,
        result: &[],
        about: "Accepts a request, or a contact's changed key.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(accept(client, params)),
    },
    Method {
        name: "contact.remove",
        params: ACCOUNT,
        result: &[],
        about: "Removes a contact or a request, with the conversation.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(remove(client, params)),
    },
    Method {
        name: "contact.block",
        params: ACCOUNT,
        result: &[],
        about: "Blocks an account: nothing goes to or comes from it.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(block(client, params)),
    },
    Method {
        name: "contact.unblock",
        params: ACCOUNT,
        result: &[],
        about: "Unblocks an account.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(unblock(client, params)),
    },
    Method {
        name: "contact.rename",
        params: &[need("account", Kind::Text), may("name", Kind::Text)],
        result: &[],
        about: "Gives a contact a name of our own; without `name`, theirs again.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(rename(client, params)),
    },
    Method {
        name: "contact.safety_number",
        params: ACCOUNT,
        result: &["digits", "words", "qr"],
        about: "What two people compare: 60 digits in groups of 5, the same as words, and the text of the QR \
                code that we show.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(safety_number(client, params)),
    },
    Method {
        name: "contact.evidence",
        params: ACCOUNT,
        result: &["evidence[]"],
        about: "What was shown of the contact's devices that had to be looked at: the newest 8, oldest first.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(evidence(client, params)),
    },
    Method {
        name: "contact.verify",
        params: &[need("account", Kind::Text), may("digits", Kind::Text), may("qr", Kind::Text)],
        result: &["verified"],
        about: "Compares the `digits` or the text of the `qr` code (exactly one of the two) that the contact \
                shows. False changes nothing.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(verify(client, params)),
    },
];

const ACCOUNT: &[Param] = &[need("account", Kind::Text)];

async fn add(client: Client, mut params: Params) -> Outcome {
    let name = params.maybe_text("name");
    let contact = match one_of(&mut params, "link", "account")? {
        Either::First(link) => client.add_by_link(link, name).await?,
        Either::Second(account) => {
            let account: Account =
                account.parse().map_err(|_not_an_account| ClientError::NotFound("account"))?;
            client.add_nearby(account, name).await?
        }
    };
    Ok(json!({
        "account": contact.account.to_string(),
        "name": contact.name,
        "state": contact.state.as_str(),
    }))
}

async fn list(client: Client) -> Outcome {
    Ok(json!({"contacts": client.contacts().await?.iter().map(value::contact).collect::<Value>()}))
}

async fn accept(client: Client, mut params: Params) -> Outcome {
    client.accept(params.account()?).await?;
    Ok(value::done())
}

async fn remove(client: Client, mut params: Params) -> Outcome {
    client.remove(params.account()?).await?;
    Ok(value::done())
}

async fn block(client: Client, mut params: Params) -> Outcome {
    client.block(params.account()?).await?;
    Ok(value::done())
}

async fn unblock(client: Client, mut params: Params) -> Outcome {
    client.unblock(params.account()?).await?;
    Ok(value::done())
}

async fn rename(client: Client, mut params: Params) -> Outcome {
    let name = params.maybe_text("name");
    client.name_contact(params.account()?, name).await?;
    Ok(value::done())
}

async fn safety_number(client: Client, mut params: Params) -> Outcome {
    Ok(value::safety_number(&client.safety_number(params.account()?).await?))
}

async fn evidence(client: Client, mut params: Params) -> Outcome {
    let kept = client.evidence(params.account()?).await?;
    Ok(json!({"evidence": kept.iter().map(value::evidence).collect::<Value>()}))
}

async fn verify(client: Client, mut params: Params) -> Outcome {
    let (Either::First(shown) | Either::Second(shown)) = one_of(&mut params, "digits", "qr")?;
    Ok(json!({"verified": client.verify(params.account()?, shown).await?}))
}

enum Either {
    First(String),
    Second(String),
}

fn one_of(params: &mut Params, first: &str, second: &str) -> Result<Either, Fault> {
    match (params.maybe_text(first), params.maybe_text(second)) {
        (Some(text), None) => Ok(Either::First(text)),
        (None, Some(text)) => Ok(Either::Second(text)),
        (Some(_), Some(_)) | (None, None) => {
            Err(Fault::params(format!("exactly one of `{first}` and `{second}` must be given")))
        }
    }
}
