//! The house rules that no compiler holds: which layer may name which, how long a file may grow, what every
//! file begins with, and words that do not belong into a repository. Reads the sources as text, so it knows
//! nothing of types; each rule is proved on a few lines of its own that break it.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What a layer of the core may name of the others (ARCHITECTURE.md, "Layers"). `crypto` is a crate of its
/// own; it is in the list of those that may name `undertone_crypto`.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &["crypto"]),
    ("wire", &["crypto", "model"]),
    ("protocol", &["crypto", "model", "wire"]),
    ("store", &["crypto", "model", "wire"]),
    ("net", &[]),
    ("api", &["crypto", "model"]),
    ("node", &["api", "crypto", "model", "net", "protocol", "store", "wire"]),
    (
        "rpc",
        &["api", "doctor", "model", "open", "Node", "OpenConfig", "NetworkOptions", "read_passphrase_file"],
    ),
    // the headless program and the doors that only tests and fuzzers use
    (
        "main",
        &["api", "doctor", "open", "rpc", "Node", "OpenConfig", "NetworkOptions", "read_passphrase_file"],
    ),
    ("fuzzing", &["crypto", "model", "net", "protocol", "rpc", "store", "wire"]),
];

/// What the desktop app may name of the core: its face, and the checked values that the face speaks in.
const FACE: &[&str] =
    &["api", "doctor", "model", "open", "Node", "OpenConfig", "NetworkOptions", "read_passphrase_file"];

/// Where in `ui/src` a window may be known. The rest (`model` above all) is plain data and tested as such.
const DRAWING: &[&str] = &["main", "lib", "app", "bridge", "kit", "screen", "window"];

/// Crates that would give `crypto` a disk, a network, a runtime or a random source of its own.
const IMPURE: &[&str] = &["getrandom", "iced", "libp2p", "rand", "sled", "tokio"];

/// Lines of a file without its tests.
const LONGEST: usize = 400;

/// Files that are longer, why, and how long they are. Nothing is added; who shortens one, lowers its number.
const LONGER: &[(&str, usize, &str)] = &[
    ("crypto/src/vault.rs", 420, "one format, written and read in one place"),
    ("ui/src/kit/pressable.rs", 432, "one widget: the trait it implements is long"),
    ("ui/src/kit/timeline/mod.rs", 454, "one widget: the trait it implements is long"),
];

/// Words of unfinished work and of one person's machine.
const FORBIDDEN: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("dbg", "!("),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
];

#[test]
fn no_layer_names_one_above_it() {
    let all: Vec<_> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    let mut found = Vec::new();
    for file in sources("src") {
        let path = module_path(&file.name);
        let Some(layer) = path.first().map(String::as_str) else { continue };
        let allowed = LAYERS.iter().find(|(name, _)| *name == layer).map(|(_, allowed)| *allowed);
        match allowed {
            Some(allowed) => {
                found.extend(upward(&file.text, &path, layer, allowed).iter().map(|n| file.says(n)));
            }
            None => found.push(file.says(&format!("`{layer}` is not one of the layers {all:?}"))),
        }
    }
    nothing(&found);
}

#[test]
fn the_app_sees_only_the_face_of_the_core() {
    let files = sources("ui/src").into_iter().chain(sources("ui/tests"));
    nothing(&files.flat_map(|file| beyond_the_face(&file.text, &file.name)).collect::<Vec<_>>());
}

#[test]
fn only_the_parts_that_draw_know_the_toolkit() {
    let drawing = |file: &Source| {
        let path = module_path(file.name.strip_prefix("ui/").unwrap_or(&file.name));
        path.first().is_none_or(|part| DRAWING.contains(&part.as_str()))
    };
    let files = sources("ui/src").into_iter().filter(|file| !drawing(file));
    nothing(
        &files.filter(|file| names_iced(&file.text)).map(|file| file.says("names iced")).collect::<Vec<_>>(),
    );
}

#[test]
fn the_cryptography_has_no_disk_network_runtime_or_randomness_of_its_own() {
    let manifest = fs::read_to_string(root().join("crypto/Cargo.toml")).unwrap();
    assert_eq!(impure(&manifest), Vec::<String>::new());
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let files = rust_files().into_iter().filter(|file| !file.text.starts_with("//! "));
    nothing(&files.map(|file| file.says("does not begin with `//! `")).collect::<Vec<_>>());
}

#[test]
fn files_stay_short() {
    let mut known: BTreeMap<_, _> = LONGER.iter().map(|(name, limit, _)| (*name, *limit)).collect();
    let mut found = Vec::new();
    for file in rust_files().iter().filter(|file| !is_test(&file.name)) {
        let limit = known.remove(file.name.as_str());
        found.extend(misfit(file.text.as_str(), limit).map(|what| file.says(&what)));
    }
    found.extend(known.keys().map(|name| format!("{name}: is gone, take it off the list")));
    nothing(&found);
    assert!(LONGER.iter().all(|(_, _, reason)| reason.len() > 10), "every exception has a reason");
}

#[test]
fn every_queue_has_a_bound() {
    let files = sources("src").into_iter().chain(sources("ui/src"));
    nothing(
        &files.filter(|file| unbounded(&file.text)).map(|file| file.says("unbounded")).collect::<Vec<_>>(),
    );
}

#[test]
fn the_clock_and_the_random_source_are_read_in_one_file() {
    let files = sources("src").into_iter().chain(sources("crypto/src"));
    let files = files.filter(|file| file.name != "src/node/clock.rs" && !is_test(&file.name));
    let found = files.filter(|file| reads_the_world(without_tests(&file.text).as_str()));
    nothing(&found.map(|file| file.says("reads the clock or makes randomness")).collect::<Vec<_>>());
}

#[test]
fn nothing_unfinished_and_no_path_of_a_machine_is_left() {
    let mut files = rust_files();
    for name in ["start", "check", ".ci/run"] {
        files.extend(Source::read(&root().join(name)));
    }
    walk(&root(), &["md", "toml", "ftl", "sh", "py"], &mut files);
    let found = files.iter().flat_map(|file| forbidden(&file.text).into_iter().map(|word| file.says(word)));
    nothing(&found.collect::<Vec<_>>());
}

#[test]
fn every_test_that_a_page_names_is_there() {
    let code: String = rust_files().into_iter().map(|file| file.text).collect();
    let mut pages = Vec::new();
    for page in ["ARCHITECTURE.md", "SECURITY.md", "docs/wire.md", "docs/storage.md"] {
        pages.extend(Source::read(&root().join(page)));
    }
    assert_eq!(pages.len(), 4);
    let gone = |file: &Source| {
        let names = named_tests(&file.text).into_iter();
        let gone = names.filter(|name| !code.contains(&format!("fn {name}(")));
        gone.map(|name| file.says(&format!("there is no test `{name}`"))).collect::<Vec<_>>()
    };
    nothing(&pages.iter().flat_map(gone).collect::<Vec<_>>());
}

// ---- the rules, on text ----

/// What stands in backticks and reads like a sentence: three words or more.
fn named_tests(text: &str) -> Vec<&str> {
    let like_a_test = |name: &&str| {
        name.matches('_').count() >= 3
            && name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    text.split('`').skip(1).step_by(2).filter(like_a_test).collect()
}

/// What a file of this layer names that it may not.
fn upward(text: &str, path: &[String], layer: &str, allowed: &[&str]) -> Vec<String> {
    let mut names = named_from_root(&tokens(text), path);
    if tokens(text).iter().any(|token| token == "undertone_crypto") {
        names.push("crypto".into());
    }
    // The program is a crate beside the library and calls it by its name.
    if layer == "main" {
        names.extend(after(&tokens(text), "undertone"));
    }
    names.retain(|name| name != layer && !allowed.contains(&name.as_str()));
    names.into_iter().map(|name| format!("`{layer}` names `{name}`")).collect()
}

fn beyond_the_face(text: &str, name: &str) -> Vec<String> {
    let names = after(&tokens(text), "undertone");
    let names = names.into_iter().filter(|part| !FACE.contains(&part.as_str()));
    names.map(|part| format!("{name}: names `undertone::{part}`")).collect()
}

fn names_iced(text: &str) -> bool {
    tokens(text).iter().any(|token| token == "iced")
}

/// Dependencies in a manifest's own table that are not pure; those of tests and benches may be.
fn impure(manifest: &str) -> Vec<String> {
    let mut in_table = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_table = line.contains("dependencies") && !line.contains("dev-dependencies");
            let inline = line.trim_end_matches(']').rsplit('.').next().unwrap_or_default();
            found.extend((in_table && IMPURE.contains(&inline)).then(|| inline.to_owned()));
        } else if in_table {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            found.extend(IMPURE.contains(&name).then(|| name.to_owned()));
        }
    }
    found
}

/// Why a file's length is not as it should be: over the limit, or on the list for no reason any more.
fn misfit(text: &str, exception: Option<usize>) -> Option<String> {
    let lines = without_tests(text).lines().count();
    match exception {
        None if lines > LONGEST => Some(format!("{lines} lines without tests, {LONGEST} is the limit")),
        Some(limit) if lines > limit => Some(format!("{lines} lines without tests, {limit} before")),
        Some(_) if lines <= LONGEST => Some(format!("{lines} lines: take it off the list")),
        _ => None,
    }
}

/// The text up to the test module at the end of it.
fn without_tests(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    code.to_owned()
}

fn unbounded(text: &str) -> bool {
    let tokens = tokens(text);
    let named = tokens.iter().any(|token| token == "unbounded_channel" || token == "unbounded");
    // `mpsc::channel` with nothing in its brackets is the one of the standard library.
    let calls = tokens.windows(3).enumerate().filter(|(_, three)| *three == ["mpsc", "::", "channel"]);
    let mut rests = calls.map(|(at, _)| &tokens[at + 3..]);
    named || rests.any(|rest| after_generics(rest).starts_with(&["(".into(), ")".into()]))
}

/// What follows `::<..>`, if that is there.
fn after_generics(tokens: &[String]) -> &[String] {
    if tokens.first().is_none_or(|token| token != "::") {
        return tokens;
    }
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        depth += match token.as_str() {
            "<" => 1,
            ">" => -1,
            _ => 0,
        };
        if depth == 0 {
            return &tokens[at + 1..];
        }
    }
    &[]
}

fn reads_the_world(text: &str) -> bool {
    let tokens = tokens(text);
    let clock = tokens.windows(3).any(|three| three == ["SystemTime", "::", "now"]);
    clock || tokens.iter().any(|token| token == "SysRng" || token == "OsRng" || token == "thread_rng")
}

fn forbidden(text: &str) -> Vec<&'static str> {
    FORBIDDEN.iter().copied().filter(|word| text.contains(word)).collect()
}

// ---- reading Rust, as far as this needs it ----

/// Names and punctuation, without comments, strings and character literals.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        if c == '/' && next == Some('/') {
            at = find(&chars, at, "\n");
        } else if c == '/' && next == Some('*') {
            at = find(&chars, at + 2, "*/");
        } else if c == '"' {
            at = end_of_string(&chars, at + 1);
        } else if c == 'r' && matches!(next, Some('"' | '#')) && raw_string(&chars, at).is_some() {
            at = raw_string(&chars, at).unwrap();
        } else if c == '\'' && (next == Some('\\') || chars.get(at + 2) == Some(&'\'')) {
            at = find(&chars, if next == Some('\\') { at + 3 } else { at + 2 }, "'");
        } else if c.is_alphanumeric() || c == '_' {
            let name: String = chars[at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
            at += name.chars().count();
            out.push(name);
        } else if c == ':' && next == Some(':') {
            out.push("::".into());
            at += 2;
        } else {
            out.extend((!c.is_whitespace()).then(|| c.to_string()));
            at += 1;
        }
    }
    out
}

/// Just past the next occurrence of these characters.
fn find(chars: &[char], from: usize, what: &str) -> usize {
    let what: Vec<char> = what.chars().collect();
    let rest = chars.get(from..).unwrap_or_default();
    rest.windows(what.len())
        .position(|window| window == what)
        .map_or(chars.len(), |at| from + at + what.len())
}

fn end_of_string(chars: &[char], mut at: usize) -> usize {
    while let Some(&c) = chars.get(at) {
        at += if c == '\\' { 2 } else { 1 };
        if c == '"' {
            break;
        }
    }
    at
}

/// Just past a raw string that begins here, if one does.
fn raw_string(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    (chars.get(open) == Some(&'"')).then(|| find(chars, open + 1, &format!("\"{}", "#".repeat(hashes))))
}

/// The first parts of all paths that begin with `root::`, groups included.
fn after(tokens: &[String], root: &str) -> Vec<String> {
    let starts = tokens.windows(2).enumerate().filter(|(_, two)| *two == [root, "::"]);
    starts.flat_map(|(at, _)| heads(&tokens[at + 2..])).collect()
}

/// The name that begins here, or those that begin the members of the group that does.
fn heads(tokens: &[String]) -> Vec<String> {
    let Some(first) = tokens.first() else { return Vec::new() };
    if first != "{" {
        return vec![first.clone()];
    }
    let (mut out, mut depth, mut expects) = (Vec::new(), 0, false);
    for token in tokens {
        match token.as_str() {
            "{" => (depth, expects) = (depth + 1, depth == 0),
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "," => expects = depth == 1,
            name => {
                out.extend((expects && depth == 1).then(|| name.to_owned()));
                expects = false;
            }
        }
    }
    out
}

/// What a file names by `crate::` and by so many `super::` that they lead to the crate's root.
fn named_from_root(tokens: &[String], path: &[String]) -> Vec<String> {
    let mut out = after(tokens, "crate");
    // How deep each open brace of an inline module is.
    let (mut braces, mut modules) = (0_usize, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => {
                let opens_module = at >= 2 && tokens[at - 2] == "mod";
                modules.extend(opens_module.then_some(braces));
                braces += 1;
            }
            "}" => {
                braces = braces.saturating_sub(1);
                modules.retain(|depth| *depth < braces);
            }
            "super" if at < 2 || tokens[at - 2] != "super" => {
                let chain = tokens[at..].chunks(2).take_while(|two| *two == ["super", "::"]).count();
                if chain >= path.len() + modules.len() {
                    out.extend(heads(&tokens[at + 2 * chain..]));
                }
            }
            _ => {}
        }
    }
    out
}

/// The module that a file of a crate is: `src/wire/entry.rs` is `wire`, `entry`; `src/lib.rs` is the root.
fn module_path(name: &str) -> Vec<String> {
    let inside = name.strip_prefix("src/").unwrap_or(name).trim_end_matches(".rs");
    let parts = inside.split('/').filter(|part| *part != "mod" && *part != "lib");
    parts.map(str::to_owned).collect()
}

// ---- files ----

struct Source {
    name: String,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Option<Self> {
        let name = path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned();
        fs::read_to_string(path).ok().map(|text| Self { name, text })
    }

    fn says(&self, what: &str) -> String {
        format!("{}: {what}", self.name)
    }
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn sources(folder: &str) -> Vec<Source> {
    let mut out = Vec::new();
    walk(&root().join(folder), &["rs"], &mut out);
    out
}

fn rust_files() -> Vec<Source> {
    sources("")
}

fn is_test(name: &str) -> bool {
    let part = |part: &str| name.starts_with(part) || name.contains(&format!("/{part}"));
    part("tests/")
        || part("benches/")
        || part("sim/")
        || ["tests.rs", "/conformance.rs"].iter().any(|end| name.ends_with(end))
}

/// All files with these endings, without what tools make.
fn walk(folder: &Path, endings: &[&str], out: &mut Vec<Source>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let made = ["target", "artifacts", "corpus", "proptest-regressions"].contains(&name.as_str());
        if path.is_dir() && !made && !name.starts_with('.') {
            walk(&path, endings, out);
        } else if path.extension().is_some_and(|end| endings.iter().any(|ending| end == *ending)) {
            out.extend(Source::read(&path));
        }
    }
}

fn nothing(found: &[String]) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

// ---- the rules can fail ----

fn module(path: &str) -> Vec<String> {
    path.split("::").map(str::to_owned).collect()
}

#[test]
fn an_upward_name_is_found_however_it_is_written() {
    for text in [
        "use crate::net::Net;",
        "use crate::{model::Text,\n    net::{Net, Peer}};",
        "fn f() { crate::net::start() }",
        "use super::super::net::Net;",
        "mod tests { use super::super::super::{net, model}; }",
    ] {
        let found = upward(text, &module("wire::frame"), "wire", &["model"]);
        assert_eq!(found, ["`wire` names `net`"], "{text}");
    }
    assert_eq!(upward("use undertone_crypto::kdf;", &module("net"), "net", &[]), ["`net` names `crypto`"]);
    assert_eq!(upward("undertone::net::Net::start()", &module("main"), "main", &["open"]).len(), 1);
}

#[test]
fn a_name_that_is_allowed_said_in_passing_or_close_by_is_not_found() {
    for text in [
        "use crate::model::{Text, Name};",
        "use super::{net_name, fixed}; use super::net::x;",
        "// crate::net\n/* crate::net */ const A: &str = \"crate::net\"; const B: &str = r#\"crate::net\"#;",
        "mod tests { use super::super::net; }",
        "const Q: char = '\"'; fn f<'a>(x: &'a str) { let _ = '\\''; } use crate::model::X;",
    ] {
        assert!(upward(text, &module("wire::frame"), "wire", &["model"]).is_empty(), "{text}");
    }
}

#[test]
fn a_look_behind_the_face_is_found() {
    assert_eq!(beyond_the_face("use undertone::{api::Client, store::Store};", "a.rs").len(), 1);
    assert_eq!(beyond_the_face("use undertone::net::Net;", "a.rs").len(), 1);
    assert!(beyond_the_face("use undertone::api::Client; use undertone_ui::net;", "a.rs").is_empty());
    assert!(names_iced("use iced::Element;") && !names_iced("use iced_test::x; // iced"));
}

#[test]
fn an_impure_dependency_is_found() {
    assert_eq!(impure("[dependencies]\ntokio = \"1\"\n[dev-dependencies]\nsled = \"0\""), ["tokio"]);
    assert_eq!(impure("[dependencies.sled]\nversion = \"0\""), ["sled"]);
    assert_eq!(impure("[target.'cfg(unix)'.dependencies]\ngetrandom.workspace = true"), ["getrandom"]);
    assert!(impure("[dependencies]\nrand_core = \"1\"\n[dev-dependencies]\ngetrandom = \"0\"").is_empty());
}

#[test]
fn a_file_that_grows_is_found_and_so_is_one_that_shrank() {
    let lines = |count: usize| "x\n".repeat(count);
    assert!(misfit(&lines(400), None).is_none() && misfit(&lines(401), None).is_some());
    assert!(misfit(&lines(410), Some(410)).is_none() && misfit(&lines(411), Some(410)).is_some());
    assert!(misfit(&lines(399), Some(410)).is_some());
    assert!(misfit(&format!("{}\n#[cfg(test)]\nmod tests {{\n{}}}", lines(300), lines(300)), None).is_none());
}

#[test]
fn a_queue_without_a_bound_is_found() {
    for text in
        ["mpsc::unbounded_channel()", "mpsc::channel::<Vec<u8>>()", "use std::sync::mpsc; mpsc::channel()"]
    {
        assert!(unbounded(text), "{text}");
    }
    assert!(!unbounded("mpsc::channel(64); oneshot::channel(); mpsc::channel::<u8>(4); // unbounded"));
}

#[test]
fn a_test_is_known_by_its_sentence() {
    let page = "`wire` has `a_name_of_many_words`, `cargo test a_b_c_d` and `two_words`.";
    assert_eq!(named_tests(page), ["a_name_of_many_words"]);
}

#[test]
fn a_second_clock_and_an_unfinished_word_are_found() {
    assert!(reads_the_world("let now = SystemTime::now();") && reads_the_world("UnwrapErr(SysRng)"));
    assert!(!reads_the_world("fn f(now: SystemTime) {} // SystemTime::now"));
    assert_eq!(forbidden(concat!("// TO", "DO: later")), [concat!("TO", "DO")]);
    assert_eq!(forbidden(concat!("/ho", "me/hana/x and dbg", "!(x)")).len(), 2);
}
