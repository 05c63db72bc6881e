//! The app where there is no screen.

use std::process::{Command, Stdio};

#[test]
fn without_a_display_the_app_says_so_in_one_line_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profile");
    let mut command = Command::new(env!("CARGO_BIN_EXE_undertone"));
    command.arg("--profile").arg(&profile).stdin(Stdio::null());
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(variable);
    }
    let ended = command.output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stdout.is_empty());
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(said, "undertone: no display was found; for a computer without one there is `undertoned`\n");
    assert!(!profile.exists(), "nothing was touched");
}
