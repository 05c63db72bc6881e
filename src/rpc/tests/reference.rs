//! docs/rpc.md says what the tables say, and the tables say what is written.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::rpc::{EVENTS, methods, value as write};

const REFERENCE: &str = include_str!("../../../docs/rpc.md");

/// The rows of the table whose head starts with this cell.
fn rows(head: &str) -> Vec<String> {
    REFERENCE
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {head} |")))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(str::to_owned)
        .collect()
}

fn fields(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_reference_has_every_method_as_it_is_and_no_other() {
    let due: Vec<String> = methods()
        .map(|method| {
            let params: Vec<String> = method
                .params
                .iter()
                .map(|param| format!("{}{}", param.name, if param.required { "" } else { "?" }))
                .collect();
            let (params, result) = (params.join(", "), method.result.join(", "));
            format!("| `{}` | {params} | {result} | {} |", method.name, method.about)
        })
        .collect();
    assert_eq!(rows("method"), due, "the table should be:\n{}", due.join("\n"));
}

#[test]
fn the_reference_has_every_event_as_it_is_and_no_other() {
    let due: Vec<String> = EVENTS
        .iter()
        .map(|event| format!("| `{}` | {} | {} |", event.name, event.fields.join(", "), event.about))
        .collect();
    assert_eq!(rows("event"), due, "the table should be:\n{}", due.join("\n"));
}

#[test]
fn every_event_is_written_with_the_fields_of_the_table() {
    let written: Vec<Value> = sample::events().iter().map(write::event).collect();
    let written: BTreeMap<&str, BTreeSet<&str>> =
        written.iter().map(|event| (event["type"].as_str().unwrap(), fields(event))).collect();
    let due: BTreeMap<&str, BTreeSet<&str>> = EVENTS
        .iter()
        .map(|event| (event.name, event.fields.iter().copied().chain(["type"]).collect()))
        .collect();
    assert_eq!(written, due);
    assert_eq!(EVENTS.len(), due.len());
}

#[test]
fn the_reference_names_every_field_of_the_values() {
    let contact = write::contact(&sample::contact());
    let status = write::status(&sample::status());
    let values = [
        ("message", write::message(&sample::message())),
        ("change", json!({"what": "", "account": "", "title": "", "role": "", "history": "", "there": true})),
        ("member", write::group(&sample::group())["members"][0].clone()),
        ("presence", contact["presence"].clone()),
        ("contact", contact),
        ("chat", write::chat(&sample::chat())),
        ("evidence", write::evidence(&sample::evidence())),
        ("person nearby", write::nearby(&sample::nearby())),
        ("state", write::state_at(&sample::state_at())),
        ("peer", status["peers"][0].clone()),
    ];
    let rows = rows("value");
    assert_eq!(rows.len(), values.len());
    for (name, value) in values {
        let row = rows.iter().find(|row| row.starts_with(&format!("| {name} |"))).unwrap();
        let named: BTreeSet<&str> = row.split('`').skip(1).step_by(2).collect();
        assert_eq!(named, fields(&value), "{name}");
    }
}

#[test]
fn the_reference_has_every_error_code_and_no_other() {
    let standard = ["bad-json", "bad-request", "too-large", "unknown-method", "bad-params"];
    let due: BTreeSet<String> =
        sample::errors().iter().map(ClientError::code).chain(standard).map(str::to_owned).collect();
    let named: BTreeSet<String> =
        rows("data.code").iter().filter_map(|row| row.split('`').nth(1)).map(str::to_owned).collect();
    assert_eq!(named, due);
}
