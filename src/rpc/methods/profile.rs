//! `profile.*`: making, opening and describing our own profile.

use serde_json::{Value, json};
use zeroize::Zeroizing;

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
        name: "profile.create",
        params: &[need("name", Kind::Text), need("passphrase", Kind::Text), may("visible", Kind::Flag)],
        result: &["account", "name", "fingerprint", "peer_id", "recovery_phrase"],
        about: "Makes a profile in the folder and unlocks it. `visible` (default false): people on this \
                network can find me. Whoever has the 24 words of the recovery phrase is the account.",
        lane: Lane::Alone,
        run: |client, params| Box::pin(create(client, params)),
    },
    Method {
        name: "profile.restore",
        params: &[need("phrase", Kind::Text), need("name", Kind::Text), need("passphrase", Kind::Text)],
        result: WHO,
        about: "Brings an account back from its recovery phrase as a new device, and unlocks it.",
        lane: Lane::Alone,
        run: |client, params| Box::pin(restore(client, params)),
    },
    Method {
        name: "profile.unlock",
        params: &[need("passphrase", Kind::Text)],
        result: WHO,
        about: "Unlocks the profile.",
        lane: Lane::Alone,
        run: |client, params| Box::pin(unlock(client, params)),
    },
    Method {
        name: "profile.info",
        params: &[],
        result: &[
            "account",
            "name",
            "fingerprint",
            "peer_id",
            "addresses[]",
            "locked",
            "exists",
            "visible",
            "phrase_kept",
            "version",
        ],
        about: "Our own profile. Works while it is locked (`account` is null then) or not there (`exists`).",
        lane: Lane::Free,
        run: |client, _| Box::pin(async move { Ok(value::profile_info(&client.info().await?)) }),
    },
    Method {
        name: "profile.rename",
        params: &[need("name", Kind::Text)],
        result: WHO,
        about: "Changes the name we go by.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(rename(client, params)),
    },
    Method {
        name: "profile.lock",
        params: &[],
        result: &[],
        about: "Locks the profile: the network ends, and the keys are wiped from memory.",
        lane: Lane::Shared,
        run: |client, _| {
            Box::pin(async move {
                client.lock().await?;
                Ok(value::done())
            })
        },
    },
    Method {
        name: "profile.change_passphrase",
        params: &[need("old", Kind::Text), need("new", Kind::Text)],
        result: &[],
        about: "Changes the passphrase.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(change_passphrase(client, params)),
    },
    Method {
        name: "profile.recovery_phrase",
        params: &[need("passphrase", Kind::Text)],
        result: &["recovery_phrase"],
        about: "Shows the recovery phrase again.",
        lane: Lane::Shared,
        run: |client, params| Box::pin(recovery_phrase(client, params)),
    },
    Method {
        name: "profile.phrase_kept",
        params: &[],
        result: &[],
        about: "The person says that the recovery phrase is written down.",
        lane: Lane::Shared,
        run: |client, _| {
            Box::pin(async move {
                client.phrase_kept().await?;
                Ok(value::done())
            })
        },
    },
];

const WHO: &[&str] = &["account", "name", "fingerprint", "peer_id"];

async fn create(client: Client, mut params: Params) -> Outcome {
    let name = params.text("name")?;
    let passphrase = Zeroizing::new(params.text("passphrase")?);
    let visible = params.maybe_flag("visible").unwrap_or(false);
    let created = client.create(name, passphrase, visible).await?;
    let mut answer = value::profile(&created.info);
    if let Value::Object(fields) = &mut answer {
        fields.insert("recovery_phrase".into(), created.recovery_phrase.into());
    }
    Ok(answer)
}

async fn restore(client: Client, mut params: Params) -> Outcome {
    let phrase = Zeroizing::new(params.text("phrase")?);
    let name = params.text("name")?;
    let passphrase = Zeroizing::new(params.text("passphrase")?);
    Ok(value::profile(&client.restore(phrase, name, passphrase).await?))
}

async fn unlock(client: Client, mut params: Params) -> Outcome {
    let passphrase = Zeroizing::new(params.text("passphrase")?);
    Ok(value::profile(&client.unlock(passphrase).await?))
}

async fn rename(client: Client, mut params: Params) -> Outcome {
    let name = params.text("name")?;
    Ok(value::profile(&client.rename(name).await?))
}

async fn change_passphrase(client: Client, mut params: Params) -> Outcome {
    let old = Zeroizing::new(params.text("old")?);
    let new = Zeroizing::new(params.text("new")?);
    client.change_passphrase(old, new).await?;
    Ok(value::done())
}

async fn recovery_phrase(client: Client, mut params: Params) -> Outcome {
    let passphrase = Zeroizing::new(params.text("passphrase")?);
    let phrase = client.recovery_phrase(passphrase).await?;
    Ok(json!({"recovery_phrase": phrase.as_str()}))
}
