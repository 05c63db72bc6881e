//! What is said to a conversation, and what comes back.

use proptest::prelude::*;

use super::*;
use crate::rpc::{LINE_BYTES, methods};

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

fn talk(said: &[u8]) -> Vec<Value> {
    run(async { Fake::start(64).talk(said).await.0 })
}

fn code(answer: &Value) -> (i64, &str) {
    let error = &answer["error"];
    assert!(error["message"].is_string());
    (error["code"].as_i64().unwrap(), error["data"]["code"].as_str().unwrap())
}

fn is_answer(value: &Value) -> bool {
    value["jsonrpc"] == "2.0"
        && value.get("id").is_some()
        && (value.get("result").is_some() != value.get("error").is_some())
        && value.get("error").is_none_or(|error| error["code"].is_i64() && error["data"]["code"].is_string())
}

#[test]
fn every_method_answers_with_the_fields_of_the_table() {
    for method in methods() {
        let answers = talk(call(7, method.name, &params(method).into()).as_bytes());
        assert_eq!(answers.len(), 1, "{}", method.name);
        assert_eq!(answers[0]["id"], 7);
        let result = answers[0]["result"].as_object().unwrap_or_else(|| panic!("{answers:?}"));
        let named = method.result.iter().map(|field| field.trim_end_matches("[]"));
        assert!(named.clone().all(|field| result.contains_key(field)), "{}", method.name);
        assert_eq!(named.count(), result.len(), "{}", method.name);
        for field in method.result {
            let is_list = result.get(field.trim_end_matches("[]")).is_some_and(Value::is_array);
            assert_eq!(is_list, field.ends_with("[]"), "{} {field}", method.name);
        }
    }
}

#[test]
fn a_missing_or_wrong_parameter_is_answered_with_its_name() {
    for method in methods() {
        for param in method.params {
            let mut wrong = params(method);
            wrong.insert(param.name.into(), json!({"an": "object"}));
            let answers = talk(call(1, method.name, &wrong.clone().into()).as_bytes());
            assert_eq!(code(&answers[0]), (-32602, "bad-params"), "{} {}", method.name, param.name);
            assert!(answers[0]["error"]["message"].as_str().unwrap().contains(param.name));
            wrong.remove(param.name);
            let answers = talk(call(1, method.name, &wrong.into()).as_bytes());
            if param.required {
                assert_eq!(code(&answers[0]), (-32602, "bad-params"), "{} {}", method.name, param.name);
                assert!(answers[0]["error"]["message"].as_str().unwrap().contains(param.name));
            }
        }
    }
}

#[test]
fn of_two_ways_to_say_it_exactly_one_must_be_taken() {
    for (method, wrong) in [
        ("contact.add", json!({})),
        ("contact.add", json!({"link": "a", "account": "b"})),
        ("contact.verify", json!({"account": sample::account().to_string()})),
        ("contact.verify", json!({"account": sample::account().to_string(), "digits": "1", "qr": "2"})),
        (
            "chat.history",
            json!({"chat": sample::chat_id().to_string(), "limit": 1,
                "before": sample::message_id().to_string(), "around": sample::message_id().to_string()}),
        ),
        ("chat.history", json!({"chat": sample::chat_id().to_string(), "limit": 0})),
    ] {
        assert_eq!(code(&talk(call(1, method, &wrong).as_bytes())[0]), (-32602, "bad-params"), "{wrong}");
    }
}

#[test]
fn a_name_that_cannot_be_one_is_a_thing_that_is_not_there() {
    let chat = sample::chat_id().to_string();
    let elsewhere = crate::api::ConversationId::from_bytes([8; 16]).to_string();
    let message = sample::message_id().to_string();
    for (method, strange) in [
        ("contact.block", json!({"account": "nobody"})),
        ("contact.add", json!({"account": "nobody"})),
        ("chat.typing", json!({"chat": "nowhere", "typing": true})),
        ("message.send", json!({"chat": chat, "text": "x", "reply_to": "nothing"})),
        ("message.delete", json!({"chat": elsewhere, "message": message})),
    ] {
        assert_eq!(code(&talk(call(1, method, &strange).as_bytes())[0]), (-32000, "not-found"), "{strange}");
    }
}

#[test]
fn an_error_of_the_messenger_keeps_its_code() {
    let answers = talk(call(1, "contact.add", &json!({"link": "x"})).as_bytes());
    assert_eq!(code(&answers[0]), (-32000, "bad-invite"));
}

#[test]
fn null_for_what_may_be_left_out_is_leaving_it_out() {
    let answers = talk(
        call(
            1,
            "message.send",
            &json!({"chat": sample::chat_id().to_string(), "text": "x", "reply_to": null}),
        )
        .as_bytes(),
    );
    assert_eq!(answers[0]["result"]["message"], sample::message_id().to_string());
}

#[test]
fn a_batch_is_answered_together_without_its_notifications() {
    let answers = talk(
        br#"[{"jsonrpc":"2.0","id":1,"method":"contact.list"},{"jsonrpc":"2.0","method":"contact.list"},
            1,{"jsonrpc":"2.0","id":"b","method":"nothing"}]"#
            .iter()
            .copied()
            .filter(|byte| *byte != b'\n')
            .collect::<Vec<u8>>()
            .as_slice(),
    );
    let [Value::Array(batch)] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(batch.len(), 3);
    assert!(batch[0]["result"]["contacts"].is_array());
    assert_eq!((batch[1]["id"].clone(), code(&batch[1])), (Value::Null, (-32600, "bad-request")));
    assert_eq!((batch[2]["id"].clone(), code(&batch[2])), (json!("b"), (-32601, "unknown-method")));
    assert_eq!(talk(br#"[{"jsonrpc":"2.0","method":"contact.list"}]"#), Vec::<Value>::new());
}

#[test]
fn a_line_that_is_too_long_is_answered_once_and_the_next_call_works() {
    let mut said = vec![b'x'; 3 * LINE_BYTES];
    said.push(b'\n');
    said.extend_from_slice(call(1, "contact.list", &json!({})).as_bytes());
    let answers = talk(&said);
    assert_eq!(code(&answers[0]), (-32600, "too-large"));
    assert_eq!(answers[1]["id"], 1);
    assert_eq!(answers.len(), 2);
}

/// Sends, alone and in batches, with calls of other kinds between them.
fn sends(count: usize) -> (Vec<u8>, Vec<String>) {
    let chat = sample::chat_id().to_string();
    let texts: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    let calls: Vec<Value> = texts
        .iter()
        .map(|text| {
            json!({"jsonrpc": "2.0", "id": text, "method": "message.send",
                "params": {"chat": chat, "text": text}})
        })
        .collect();
    let mut said = String::new();
    for (number, some) in calls.chunks(100).enumerate() {
        if number % 2 == 0 {
            some.iter().for_each(|call| said += &format!("{call}\n"));
        } else {
            said += &format!("{}\n", Value::from(some.to_vec()));
        }
        said += &(call(0, "node.status", &json!({})) + "\n");
    }
    (said.into_bytes(), texts)
}

#[test]
fn sends_reach_the_messenger_in_the_order_in_which_they_were_said() {
    run(async {
        for queue in [1, 3, 64] {
            let mut fake = Fake::start(queue);
            let (said, texts) = sends(2000);
            let (answers, _) = fake.talk(&said).await;
            assert_eq!(fake.sent(), texts, "queue of {queue}");
            let answered: usize = answers.iter().map(|answer| answer.as_array().map_or(1, Vec::len)).sum();
            assert_eq!(answered, 2000 + 20);
        }
    });
}

/// A conversation that goes on: our ends of it, and what ends it.
struct Open {
    to: tokio::io::DuplexStream,
    from: tokio::io::BufReader<tokio::io::DuplexStream>,
    ending: watch::Sender<bool>,
    conversation: tokio::task::JoinHandle<End>,
}

impl Open {
    fn start(fake: &Fake) -> Self {
        let (to, input) = duplex(1 << 20);
        let (output, from) = duplex(1 << 16);
        let (ending, told) = watch::channel(false);
        let conversation = tokio::spawn(Conversation::new(fake.client.clone()).run(input, output, told));
        Self { to, from: tokio::io::BufReader::new(from), ending, conversation }
    }

    async fn say(&mut self, said: &str) {
        self.to.write_all(format!("{said}\n").as_bytes()).await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let mut line = String::new();
        tokio::io::AsyncBufReadExt::read_line(&mut self.from, &mut line).await.unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

#[test]
fn calls_after_unlocking_wait_for_it_in_order_but_status_does_not() {
    run(async {
        let mut fake = Fake::start(4);
        let mut open = Open::start(&fake);
        open.say(&call(1, "profile.unlock", &json!({"passphrase": "p"}))).await;
        let (said, texts) = sends(300);
        open.to.write_all(&said).await.unwrap();
        open.say(&call(2, "profile.info", &json!({}))).await;
        while open.hear().await["id"] != 2 {}
        assert_eq!(fake.sent(), Vec::<String>::new());
        fake.unlock.take().unwrap().send(()).unwrap();
        assert_eq!(open.hear().await["id"], 1);
        drop(open.to);
        open.conversation.await.unwrap();
        assert_eq!(fake.sent(), texts);
    });
}

#[test]
fn shutting_down_answers_first_and_ends_the_conversation() {
    run(async {
        let mut fake = Fake::start(64);
        let mut open = Open::start(&fake);
        open.say(&call(1, "node.shutdown", &json!({}))).await;
        let answer = open.hear().await;
        assert_eq!((&answer["id"], &answer["result"]), (&json!(1), &json!({})));
        assert_eq!(open.conversation.await.unwrap(), End::Shutdown);
        fake.unlock = None;
        let (answers, end) = fake.talk(call(2, "contact.list", &json!({})).as_bytes()).await;
        assert_eq!((code(&answers[0]), end), ((-32000, "stopped"), End::Closed));
    });
}

#[test]
fn a_conversation_that_is_told_to_end_ends() {
    run(async {
        let fake = Fake::start(64);
        let open = Open::start(&fake);
        open.ending.send_replace(true);
        assert_eq!(open.conversation.await.unwrap(), End::Closed);
        let open = Open::start(&fake);
        drop(open.ending);
        assert_eq!(open.conversation.await.unwrap(), End::Closed);
    });
}

#[test]
fn events_come_as_notifications_without_an_id() {
    run(async {
        let fake = Fake::start(64);
        let mut open = Open::start(&fake);
        for event in sample::events() {
            fake.events.send(event.clone()).unwrap();
            let heard = open.hear().await;
            assert_eq!((&heard["jsonrpc"], &heard["method"]), (&json!("2.0"), &json!("event")));
            assert_eq!(heard.get("id"), None);
            assert_eq!(heard["params"], crate::rpc::value::event(&event));
        }
    });
}

#[test]
fn a_reader_that_is_too_slow_is_told_that_it_missed_events() {
    run(async {
        let fake = Fake::start(64);
        let mut open = Open::start(&fake);
        let mut big = sample::message();
        big.text = "x".repeat(32 * 1024);
        for _ in 0..3000 {
            fake.events.send(Event::MessageReceived { message: big.clone(), notify: true }).unwrap();
            tokio::task::yield_now().await;
        }
        let mut heard = 0;
        while open.hear().await["params"]["type"] != "stale" {
            heard += 1;
        }
        assert!(heard < 2000, "{heard}");
    });
}

/// Lines that are nearly calls, and lines that are nothing.
fn a_line() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z\\PC]{0,8}".prop_map(Value::from),
        Just(json!("2.0")),
        Just(json!(sample::chat_id().to_string())),
        proptest::sample::select(methods().map(|method| json!(method.name)).collect::<Vec<_>>()),
    ];
    let key = proptest::sample::select(vec![
        "jsonrpc", "id", "method", "params", "chat", "text", "limit", "account", "on", "message", "x",
    ]);
    let json = leaf.prop_recursive(4, 24, 6, move |inner| {
        let object = prop::collection::btree_map(key.clone(), inner.clone(), 0..6)
            .prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Value>());
        let call = (inner.clone(), inner.clone(), inner.clone()).prop_map(
            |(id, method, params)| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}),
        );
        prop_oneof![object, call, prop::collection::vec(inner, 0..6).prop_map(Value::from)]
    });
    prop_oneof![
        prop::collection::vec(any::<u8>().prop_filter("one line", |byte| *byte != b'\n'), 0..80),
        json.clone().prop_map(|value| value.to_string().into_bytes()),
        (json, any::<prop::sample::Index>(), 1_u8..=255).prop_map(|(value, at, flip)| {
            let mut bytes = value.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            bytes.retain(|byte| *byte != b'\n');
            bytes
        }),
    ]
}

/// How many answers a line must get.
fn answers_due(line: &[u8]) -> usize {
    let notification = |call: &Value| {
        call.get("id").is_none()
            && call["jsonrpc"] == "2.0"
            && call["method"].is_string()
            && call
                .get("params")
                .is_none_or(|params| params.is_null() || params.is_object() || params.is_array())
    };
    match serde_json::from_slice::<Value>(line) {
        _ if line.trim_ascii().is_empty() => 0,
        Ok(Value::Array(calls)) if !calls.is_empty() => usize::from(!calls.iter().all(notification)),
        Ok(call @ Value::Object(_)) => usize::from(!notification(&call)),
        Ok(_) | Err(_) => 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_line_gets_exactly_one_answer_or_none_if_it_only_notifies(line in a_line()) {
        let answers = talk(&line);
        prop_assert_eq!(answers.len(), answers_due(&line));
        for answer in answers {
            match answer {
                Value::Array(batch) => prop_assert!(!batch.is_empty() && batch.iter().all(is_answer)),
                answer => prop_assert!(is_answer(&answer)),
            }
        }
    }

    #[test]
    fn lines_that_are_nothing_do_not_stop_the_next_call(junk in prop::collection::vec(a_line(), 0..8)) {
        let mut said = junk.join(&b'\n');
        said.push(b'\n');
        said.extend_from_slice(call(u64::MAX, "contact.block", &json!({"account": "x"})).as_bytes());
        let shut_down = junk.iter().any(|line| String::from_utf8_lossy(line).contains("node.shutdown"));
        prop_assert!(shut_down || talk(&said).iter().any(|answer| answer["id"] == u64::MAX));
    }
}
