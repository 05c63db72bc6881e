//! Whether a window can be opened at all, asked before anything is touched: the window system's own libraries
//! answer by ending the process.

use std::path::PathBuf;

/// Whether a window system can be reached. Where there always is one, and for displays of other computers,
/// the answer is yes until opening the window says otherwise.
#[must_use]
pub fn reachable() -> bool {
    if !cfg!(all(unix, not(target_os = "macos"))) {
        return true;
    }
    wayland() || x11()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn wayland() -> bool {
    if variable("WAYLAND_SOCKET").is_some() {
        return true;
    }
    let Some(display) = variable("WAYLAND_DISPLAY") else { return false };
    let path = PathBuf::from(variable("XDG_RUNTIME_DIR").unwrap_or_default()).join(display);
    path.is_absolute() && connects(&path.to_string_lossy())
}

fn x11() -> bool {
    let Some(display) = variable("DISPLAY") else { return false };
    match local_number(&display) {
        Some(number) => connects(&format!("/tmp/.X11-unix/X{number}")),
        None => true,
    }
}

/// The number of a display on this computer: `:3`, `unix:3`, `:3.0`; none for a display elsewhere.
fn local_number(display: &str) -> Option<u16> {
    let (host, rest) = display.rsplit_once(':')?;
    if !host.is_empty() && host != "unix" {
        return None;
    }
    rest.split('.').next()?.parse().ok()
}

#[cfg(unix)]
fn connects(path: &str) -> bool {
    std::os::unix::net::UnixStream::connect(path).is_ok() || abstract_connects(path)
}

#[cfg(not(unix))]
fn connects(_path: &str) -> bool {
    true
}

/// X servers on Linux often listen without a file as well.
#[cfg(target_os = "linux")]
fn abstract_connects(path: &str) -> bool {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixStream};
    SocketAddr::from_abstract_name(path).is_ok_and(|address| UnixStream::connect_addr(&address).is_ok())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn abstract_connects(_path: &str) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_on_this_computer_is_told_from_one_elsewhere() {
        for (display, number) in
            [(":0", Some(0)), (":77.1", Some(77)), ("unix:3", Some(3)), ("far:1", None), ("x", None)]
        {
            assert_eq!(local_number(display), number, "{display}");
        }
    }

    #[test]
    fn a_socket_that_nobody_listens_on_is_not_a_display() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("X0");
        assert!(!connects(&path.to_string_lossy()));
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(connects(&path.to_string_lossy()));
    }
}
