//! Hands links to the system. Links are hostile: only web and mail addresses leave, as one argument of a
//! program and never through a shell.

use std::io;
use std::process::{Command, Stdio};

/// Opens a web or mail address in whatever program the person uses for it.
///
/// # Errors
/// When it is neither, or when there is no such program.
pub fn open(link: &str) -> io::Result<()> {
    if !may_open(link) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (program, before): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(before).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // its end is waited for elsewhere, so that it does not stay behind as a zombie
    std::thread::Builder::new().name("link".into()).spawn(move || child.wait().map(drop))?;
    Ok(())
}

fn may_open(link: &str) -> bool {
    let scheme = ["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
    scheme && link.len() <= LONGEST && !link.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// Longer ones are no use to a browser, bytes.
const LONGEST: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_and_mail_addresses_leave() {
        assert!(may_open("https://example.org/?q=%20") && may_open("mailto:hana@example.org"));
        for bad in
            ["file:///etc/passwd", "-x", "javascript:alert(1)", "https://a b", "HTTPS://x", "https://\n"]
        {
            assert!(!may_open(bad), "{bad}");
        }
        assert!(!may_open(&format!("https://{}", "x".repeat(9000))));
    }
}
