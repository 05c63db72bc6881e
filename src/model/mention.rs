//! Who a text addresses by name. Says nothing about whether they take part, nor whether the author may call everybody.

use super::AccountId;

/// The accounts that a text addresses, and whether it addresses everybody: each account once, ascending, at most
/// [`Self::MOST`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    accounts: Vec<AccountId>,
    all: bool,
}

impl Mentions {
    /// Accounts that one text may address.
    pub const MOST: usize = 32;

    /// These accounts; `None` if there are too many.
    #[must_use]
    pub fn new(mut accounts: Vec<AccountId>, all: bool) -> Option<Self> {
        accounts.sort_unstable();
        accounts.dedup();
        (accounts.len() <= Self::MOST).then_some(Self { accounts, all })
    }

    /// The accounts, ascending.
    #[must_use]
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }

    /// Whether everybody is addressed.
    #[must_use]
    pub const fn all(&self) -> bool {
        self.all
    }

    /// Whether nobody is addressed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.accounts.is_empty() && !self.all
    }

    /// Whether the account is addressed, by name or with everybody.
    #[must_use]
    pub fn address(&self, account: &AccountId) -> bool {
        self.all || self.accounts.binary_search(account).is_ok()
    }

    /// What is left of it with only those accounts that `takes_part`, and with everybody only if `all`.
    #[must_use]
    pub fn among(&self, takes_part: impl Fn(&AccountId) -> bool, all: bool) -> Self {
        let accounts = self.accounts.iter().filter(|account| takes_part(account)).copied().collect();
        Self { accounts, all: self.all && all }
    }
}
