//! JSON-RPC 2.0 (jsonrpc.org/specification): what a line asks, and what an answer looks like. Knows no method
//! and no messenger.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::api::ClientError;

/// What a line asks.
#[derive(Debug)]
pub enum Incoming {
    /// Not a call at all.
    Bad(Fault),
    /// Several calls, answered together.
    Batch(Vec<Call>),
    /// Nothing: an empty line, which is not answered.
    Blank,
    /// One call.
    One(Call),
}

/// One call. `Debug` shows no parameter: they hold texts and passphrases.
pub struct Call {
    /// What the answer is marked with; none for a notification, which is not answered whatever comes of it.
    pub id: Option<Value>,
    /// What is called with which parameters, or why that is not a call.
    pub what: Result<(String, Map<String, Value>), Fault>,
}

impl Incoming {
    /// Reads one line, without its end. Any bytes give a value.
    #[must_use]
    pub fn read(line: &[u8]) -> Self {
        if line.trim_ascii().is_empty() {
            return Self::Blank;
        }
        match serde_json::from_slice(line) {
            Err(_not_json) => Self::Bad(Fault::not_json()),
            Ok(Value::Array(calls)) if calls.is_empty() => Self::Bad(Fault::request("an empty batch")),
            Ok(Value::Array(calls)) if calls.len() > BATCH_CALLS => {
                Self::Bad(Fault::request("more than 1000 calls in a batch"))
            }
            Ok(Value::Array(calls)) => Self::Batch(calls.into_iter().map(Call::read).collect()),
            Ok(call) => Self::One(Call::read(call)),
        }
    }
}

impl Call {
    fn read(call: Value) -> Self {
        let Value::Object(mut call) = call else {
            return Self::bad(Value::Null, "a call is an object");
        };
        let id = match call.remove("id") {
            None => None,
            Some(id @ (Value::Null | Value::Number(_) | Value::String(_))) => Some(id),
            Some(Value::Array(_) | Value::Bool(_) | Value::Object(_)) => {
                return Self::bad(Value::Null, "`id` must be a string or a number");
            }
        };
        let known = id.clone().unwrap_or(Value::Null);
        if call.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Self::bad(known, "`jsonrpc` must be \"2.0\"");
        }
        let Some(Value::String(method)) = call.remove("method") else {
            return Self::bad(known, "`method` must be a string");
        };
        match call.remove("params") {
            None | Some(Value::Null) => Self { id, what: Ok((method, Map::new())) },
            Some(Value::Object(params)) => Self { id, what: Ok((method, params)) },
            // Many libraries write no parameters as an empty list.
            Some(Value::Array(list)) if list.is_empty() => Self { id, what: Ok((method, Map::new())) },
            Some(Value::Array(_)) => {
                Self { id, what: Err(Fault::params("parameters go by name: `params` must be an object")) }
            }
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Self::bad(known, "`params` must be an object")
            }
        }
    }

    fn bad(id: Value, why: &str) -> Self {
        Self { id: Some(id), what: Err(Fault::request(why)) }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what.as_ref().map(|(method, _params)| method);
        f.debug_struct("Call").field("id", &self.id).field("what", &what).finish()
    }
}

/// Why a call is not answered with a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    code: i32,
    name: &'static str,
    message: String,
}

impl Fault {
    /// The line is not JSON.
    #[must_use]
    pub fn not_json() -> Self {
        Self { code: -32700, name: "bad-json", message: "not JSON: one JSON object or array per line".into() }
    }

    /// The JSON is not a call.
    #[must_use]
    pub fn request(why: &str) -> Self {
        Self { code: -32600, name: "bad-request", message: format!("not a JSON-RPC 2.0 call: {why}") }
    }

    /// The line is longer than [`super::LINE_BYTES`].
    #[must_use]
    pub fn line_too_long() -> Self {
        Self { code: -32600, name: "too-large", message: "a line longer than 1 MiB was skipped".into() }
    }

    /// There is no such method.
    #[must_use]
    pub fn method(name: &str) -> Self {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        Self { code: -32601, name: "unknown-method", message: format!("no such method: {shown}") }
    }

    /// A parameter is missing or of a wrong kind.
    #[must_use]
    pub fn params(why: impl Into<String>) -> Self {
        Self { code: -32602, name: "bad-params", message: why.into() }
    }

    /// The standard or application code.
    #[must_use]
    pub const fn code(&self) -> i32 {
        self.code
    }

    /// The stable name in `data.code`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl From<ClientError> for Fault {
    fn from(error: ClientError) -> Self {
        Self { code: APPLICATION, name: error.code(), message: error.to_string() }
    }
}

/// The answer to one call.
pub(super) fn answer(id: &Value, result: Result<Value, Fault>) -> Value {
    match result {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(Fault { code, name, message }) => json!({
            "jsonrpc": "2.0",
            "id": id,
            "error": {"code": code, "message": message, "data": {"code": name}},
        }),
    }
}

/// Something that nobody asked for.
pub(super) fn notification(params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": "event", "params": params})
}

/// The code of every error that is not one of the standard ones.
const APPLICATION: i32 = -32000;
/// Calls in one batch: bounds the answer to a line of nothing but commas.
const BATCH_CALLS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(line: &str) -> (Value, i32) {
        match Incoming::read(line.as_bytes()) {
            Incoming::Bad(fault) => (Value::Null, fault.code),
            Incoming::One(Call { id: Some(id), what: Err(fault) }) => (id, fault.code),
            other => panic!("{line} is {other:?}"),
        }
    }

    #[test]
    fn what_is_not_a_call_is_answered_with_the_standard_code_and_the_id_if_there_is_one() {
        for (line, id, code) in [
            ("{", json!(null), -32700),
            ("\u{1}", json!(null), -32700),
            ("[]", json!(null), -32600),
            ("1", json!(null), -32600),
            ("{}", json!(null), -32600),
            (r#"{"jsonrpc":"2.0","method":1,"params":"bar"}"#, json!(null), -32600),
            (r#"{"jsonrpc":"2.0","id":{},"method":"a"}"#, json!(null), -32600),
            (r#"{"jsonrpc":"1.0","id":7,"method":"a"}"#, json!(7), -32600),
            (r#"{"id":7,"method":"a"}"#, json!(7), -32600),
            (r#"{"jsonrpc":"2.0","id":"x"}"#, json!("x"), -32600),
            (r#"{"jsonrpc":"2.0","id":7,"method":"a","params":3}"#, json!(7), -32600),
            (r#"{"jsonrpc":"2.0","id":7,"method":"a","params":[3]}"#, json!(7), -32602),
        ] {
            assert_eq!(fault(line), (id, code), "{line}");
        }
        assert_eq!(fault(&"[".repeat(100_000)), (json!(null), -32700));
        assert_eq!(fault(&format!("[{}1]", "1,".repeat(1000))), (json!(null), -32600));
    }

    #[test]
    fn a_call_without_an_id_is_a_notification_and_a_null_id_is_an_id() {
        let Incoming::One(call) = Incoming::read(br#"{"jsonrpc":"2.0","method":"a"}"#) else { panic!() };
        assert_eq!(call.id, None);
        let Incoming::One(call) = Incoming::read(br#"{"jsonrpc":"2.0","id":null,"method":"a","params":[]}"#)
        else {
            panic!()
        };
        assert_eq!(call.id, Some(Value::Null));
        assert_eq!(call.what, Ok(("a".into(), Map::new())));
    }

    #[test]
    fn an_empty_line_asks_nothing() {
        assert!(matches!(Incoming::read(b" \t\r"), Incoming::Blank));
    }
}
