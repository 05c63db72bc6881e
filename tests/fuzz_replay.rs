//! The fuzz targets on the stable toolchain: with bytes of every shape, repeatable, and with everything that
//! was ever found and kept under fuzz/kept. Keeps the targets from rotting between runs of the fuzzer.
#![cfg(test)]

#[allow(unreachable_pub, dead_code, reason = "a crate of its own in fuzz/, where this is used")]
#[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, reason = "counts small numbers")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::{fs, path::Path};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use targets::{TARGETS, Target};

/// Bytes as they come, texts, and changes to what is genuine (an odd first byte asks for that).
fn shapes() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((0_u8..8, any::<u8>(), any::<u8>()), 0..4);
    let damage = (changes, vec(any::<u8>(), 0..3)).prop_map(|(changes, tail)| {
        let changes = changes.into_iter().flat_map(|(high, low, by)| [high, low, by]);
        [1].into_iter().chain(changes).chain(tail).collect()
    });
    let kinds = (0_u8..0x24, vec(any::<u8>(), 0..300)).prop_map(|(kind, rest)| [vec![kind], rest].concat());
    prop_oneof![vec(any::<u8>(), 0..600), kinds, "\\PC{0,200}".prop_map(String::into_bytes), damage]
}

fn run(name: &str, cases: u32) {
    let target: Target = TARGETS.iter().find(|(known, _)| *known == name).unwrap().1;
    let mut config = Config { failure_persistence: None, ..Config::default() };
    // PROPTEST_CASES asks for more, and for others each time.
    let mut runner = if std::env::var_os("PROPTEST_CASES").is_some() {
        TestRunner::new(config)
    } else {
        config.cases = cases;
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
    };
    let tested = runner.run(&shapes(), |bytes| {
        target(&bytes);
        Ok(())
    });
    tested.unwrap_or_else(|error| panic!("{name}: {error}"));
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/kept").join(name);
    for file in fs::read_dir(kept).into_iter().flatten().flatten() {
        target(&fs::read(file.path()).unwrap());
    }
}

#[test]
fn no_bytes_disturb_a_decoder() {
    for (name, _) in TARGETS.iter().filter(|(name, _)| !["discovery", "engine", "rpc"].contains(name)) {
        run(name, 600);
    }
}

#[test]
fn no_bytes_disturb_the_interface_for_programs() {
    run("rpc", 600);
}

#[test]
fn no_bytes_disturb_discovery() {
    run("discovery", 600);
}

#[test]
fn two_engines_agree_after_any_schedule() {
    run("engine", 40);
}

#[test]
fn every_target_has_its_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut programs: Vec<_> = fs::read_dir(folder.join("fuzz_targets"))
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    programs.sort();
    let names: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(programs, names);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    assert!(names.iter().all(|name| manifest.contains(&format!("name = \"{name}\""))));
}
