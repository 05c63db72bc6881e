//! How the window looks, kept in `ui.json` beside the profile. No secrets; a file that cannot be read is
//! as good as none.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::time::Language;

/// What is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// The language; the system's if none.
    pub language: Option<Tongue>,
    /// Light or dark.
    pub theme: Appearance,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Appearance {
    /// Always dark.
    Dark,
    /// Always light.
    Light,
    /// As the system has it.
    #[default]
    System,
}

/// A language by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tongue {
    /// English.
    En,
    /// 한국어.
    Ko,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::En => Self::English,
            Tongue::Ko => Self::Korean,
        }
    }
}

impl From<Language> for Tongue {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::En,
            Language::Korean => Self::Ko,
        }
    }
}

/// Reads the file in a profile's folder.
#[must_use]
pub fn load(profile: &Path) -> Prefs {
    let path = profile.join(FILE);
    let small = fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
    let text = if small { fs::read(&path).ok() } else { None };
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Writes the file, whole or not at all.
///
/// # Errors
/// When the disk does.
pub fn save(profile: &Path, prefs: Prefs) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(&prefs)?;
    let new = profile.join(format!("{FILE}.new"));
    fs::write(&new, text)?;
    fs::rename(new, profile.join(FILE))
}

const FILE: &str = "ui.json";
/// Nobody writes more into it than we do.
const LARGEST: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let chosen = Prefs { language: Some(Tongue::Ko), theme: Appearance::Dark };
        save(folder.path(), chosen).unwrap();
        assert_eq!(load(folder.path()), chosen);
    }

    #[test]
    fn a_broken_a_huge_and_a_missing_file_are_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()), Prefs::default());
        for text in ["", "[]", "{\"theme\":\"pink\"}", "\0"] {
            fs::write(folder.path().join(FILE), text).unwrap();
            assert_eq!(load(folder.path()), Prefs::default());
        }
        fs::write(folder.path().join(FILE), " ".repeat(70_000)).unwrap();
        assert_eq!(load(folder.path()), Prefs::default());
    }

    #[test]
    fn what_a_newer_version_added_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{\"theme\":\"light\",\"zoom\":2}").unwrap();
        assert_eq!(load(folder.path()).theme, Appearance::Light);
    }
}
