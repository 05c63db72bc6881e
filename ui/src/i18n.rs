//! What the interface says, in every language it speaks. Knows no screen.
//!
//! Texts live in `i18n/<language>/undertone.ftl`. [`t!`](crate::t) looks one up; an id or an argument that does not exist
//! in English does not compile, and a test holds the other languages to the same set.

mod josa;

use std::fmt;

use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::FluentLanguageLoader;
use i18n_embed::unic_langid::LanguageIdentifier;
use rust_embed::RustEmbed;

pub use crate::model::time::Language;
pub use josa::josa;

#[derive(RustEmbed)]
#[folder = "i18n/"]
struct Files;

/// The texts of one language; what it lacks is said in English.
pub struct Texts {
    loader: FluentLanguageLoader,
    language: Language,
}

impl Language {
    /// Every language, in the order settings list them.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The code of RFC 5646.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// The language with a code, whatever region follows.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.split(['-', '_', '.']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The first language of the system's list that we speak, else English.
    #[must_use]
    pub fn of_the_system() -> Self {
        let wanted = i18n_embed::DesktopLanguageRequester::requested_languages();
        wanted.iter().find_map(|id| Self::from_code(id.language.as_str())).unwrap_or_default()
    }
}

impl Texts {
    /// The texts of a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let loader = FluentLanguageLoader::new("undertone", identifier(Language::English));
        if let Err(error) = loader.load_languages(&Files, &[identifier(language)]) {
            // the files are part of the program, so only a broken build gets here; ids are shown instead of texts
            tracing::error!(%error, language = language.code(), "texts could not be loaded");
        }
        // isolation marks are invisible, but get copied and searched along
        loader.set_use_isolating(false);
        loader.with_bundles_mut(|bundle| {
            if let Err(error) = bundle.add_function("JOSA", josa::function) {
                tracing::error!(%error, "particles could not be set up");
            }
        });
        Self { loader, language }
    }

    /// Which language this is.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The loader behind, for [`t!`](crate::t).
    #[must_use]
    pub const fn loader(&self) -> &FluentLanguageLoader {
        &self.loader
    }

    /// What to tell a person about an error code of the messenger (kebab case); codes not known yet get a general answer.
    #[must_use]
    pub fn error(&self, code: &str) -> String {
        let id = format!("error-{code}");
        if self.loader.has(&id) { self.loader.get(&id) } else { self.loader.get("error-unknown") }
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("language", &self.language).finish_non_exhaustive()
    }
}

fn identifier(language: Language) -> LanguageIdentifier {
    language.code().parse().unwrap_or_default()
}

/// A text by its id: `t!(texts, "cancel")`, `t!(texts, "typing-one", name = name)`.
#[macro_export]
macro_rules! t {
    ($texts:expr, $id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        ::i18n_embed_fl::fl!($texts.loader(), $id $(, $name = $value)*)
    };
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Every message of a file with the variables it uses.
    fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let path = format!("{}/undertone.ftl", language.code());
        let file = Files::get(&path).expect("the file is embedded");
        let text = String::from_utf8(file.data.into_owned()).expect("the file is UTF-8");
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in text.lines() {
            if let Some((id, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                id.clone_into(&mut current);
                assert!(found.insert(current.clone(), BTreeSet::new()).is_none(), "{id} is said twice");
            }
            for part in line.split('$').skip(1) {
                let name: String =
                    part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                found.entry(current.clone()).or_default().insert(name);
            }
        }
        found
    }

    #[test]
    fn every_text_exists_in_every_language() {
        let english = messages(Language::English);
        let korean = messages(Language::Korean);
        assert!(english.len() > 200);
        let ids = |m: &BTreeMap<String, BTreeSet<String>>| m.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(ids(&english), ids(&korean));
        for (id, variables) in &korean {
            assert!(variables.is_subset(&english[id]), "{id} uses a variable that English does not have");
        }
    }

    #[test]
    fn every_text_can_be_said() {
        for language in Language::ALL {
            let texts = Texts::new(language);
            for (id, variables) in messages(language) {
                let args: std::collections::HashMap<String, &str> =
                    variables.into_iter().map(|name| (name, "3")).collect();
                let said =
                    if args.is_empty() { texts.loader.get(&id) } else { texts.loader.get_args(&id, args) };
                assert!(!said.contains(['{', '}', '$']) && !said.contains("No localization"), "{id}: {said}");
            }
        }
    }

    #[test]
    fn korean_sentences_are_polite_and_calm() {
        let texts = Texts::new(Language::Korean);
        for (id, variables) in messages(Language::Korean) {
            let args: std::collections::HashMap<String, &str> =
                variables.into_iter().map(|name| (name, "하나")).collect();
            let said = if args.is_empty() { texts.loader.get(&id) } else { texts.loader.get_args(&id, args) };
            assert!(!said.contains('!'), "{id} shouts");
            if id.starts_with("about-") || !said.ends_with('.') {
                continue;
            }
            for sentence in said.split_inclusive('.').map(str::trim) {
                assert!(sentence.ends_with("요.") || sentence.ends_with("까?"), "{id}: {sentence}");
            }
        }
    }

    #[test]
    fn names_are_put_in_without_invisible_marks() {
        let texts = Texts::new(Language::Korean);
        assert_eq!(crate::t!(texts, "typing-one", name = "민수"), "민수님이 입력하고 있어요…");
        assert_eq!(
            crate::t!(texts, "group-event-renamed", name = "하나", title = "산책"),
            "하나님이 그룹 이름을 \"산책\"으로 바꿨어요"
        );
        assert_eq!(crate::t!(Texts::new(Language::English), "unread-count", count = 1), "1 unread message");
    }

    #[test]
    fn every_error_code_has_a_sentence_and_new_ones_a_general_one() {
        let texts = Texts::new(Language::English);
        for code in [
            "locked",
            "not-found",
            "bad-invite",
            "invite-used",
            "invite-expired",
            "wrong-passphrase",
            "profile-in-use",
            "profile-damaged",
            "profile-newer",
            "too-large",
            "not-allowed",
            "blocked",
            "key-changed",
            "disk-full",
        ] {
            assert_ne!(texts.error(code), texts.error("of-tomorrow"), "{code}");
        }
        assert_eq!(texts.error("of-tomorrow"), "Something went wrong. Try again.");
    }

    #[test]
    fn the_language_follows_the_code() {
        assert_eq!(Language::from_code("ko-KR"), Some(Language::Korean));
        assert_eq!(Language::from_code("en_GB.UTF-8"), Some(Language::English));
        assert_eq!(Language::from_code("fr"), None);
        assert_eq!(Texts::new(Language::Korean).language(), Language::Korean);
    }
}
