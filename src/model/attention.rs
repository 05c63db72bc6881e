//! What of a conversation our person wants to be told, and what waits for them there. Local: it never travels.

/// Which messages of a conversation our person is told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NotifyMode {
    /// All.
    #[default]
    All,
    /// Those that address them, and answers to what they said.
    Mentions,
    /// None.
    None,
}

impl NotifyMode {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::None => "none",
        }
    }

    /// The mode with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::All, Self::Mentions, Self::None].into_iter().find(|mode| mode.as_str() == word)
    }
}

/// What a conversation may ask of our person's attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    /// Shown entries of others after what was read that address our person.
    pub mentions: u32,
    /// What they want to be told.
    pub notify: NotifyMode,
    /// Until when, milliseconds since the epoch; then they are told of everything again. None: for good.
    pub until_ms: Option<u64>,
}

impl Attention {
    /// Tells of everything again if the time is over. Whether that changed something.
    pub fn expire(&mut self, now_ms: u64) -> bool {
        let over = self.until_ms.is_some_and(|until| until <= now_ms);
        if over {
            (self.notify, self.until_ms) = (NotifyMode::All, None);
        }
        over
    }
}
