//! Where a profile lives if nobody says otherwise.

use std::path::PathBuf;

/// `undertone` in the user's data folder, after the XDG base directory specification; `None` without a home.
#[must_use]
pub fn default_profile() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = if cfg!(windows) {
        absolute("APPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
    };
    data.map(|data| data.join("undertone"))
}
