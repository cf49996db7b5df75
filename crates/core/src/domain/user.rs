//! People of an environment, as far as this product needs them.

use std::fmt;

use uuid::Uuid;

use super::time::Timestamp;

/// A user's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub Uuid);

impl UserId {
    /// Reads an id as people paste it: blanks around it, capitals and braces are taken.
    pub fn read(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A population's id. Every user is in exactly one population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PopulationId(pub Uuid);

/// A group's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupId(pub Uuid);

/// A population: a set of users with rules of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Its id.
    pub id: PopulationId,
    /// Its name.
    pub name: String,
    /// How many users it has, where PingOne says so.
    pub users: Option<u64>,
}

/// The user flag `mfaEnabled`. It permits PingOne to ask for a second factor; policies decide whether it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mfa {
    /// `true`.
    On,
    /// `false`.
    Off,
    /// Absent, or anything that is no Boolean: never guessed.
    Unknown,
}

impl Mfa {
    /// The word that files have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }

    /// The value that a file's word stands for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::On, Self::Off, Self::Unknown].into_iter().find(|mfa| mfa.word() == word)
    }
}

impl From<bool> for Mfa {
    fn from(enabled: bool) -> Self {
        if enabled { Self::On } else { Self::Off }
    }
}

/// Whether the account may be used at all. Not to be mixed up with [`Mfa`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Account {
    /// May sign on.
    Enabled,
    /// Switched off by an administrator.
    Disabled,
    /// Locked after failed attempts.
    Locked,
    /// PingOne did not say.
    Unknown,
}

/// What a person is called. The parts keep their blanks; one that holds nothing else is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Name {
    /// The given name.
    pub given: String,
    /// The family name, or the whole name where PingOne has it in one piece.
    pub family: String,
}

impl Name {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.family.is_empty()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.given.is_empty() || self.family.is_empty() { "" } else { " " };
        write!(f, "{}{gap}{}", self.given, self.family)
    }
}

/// A user, as read from a list or alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id, the only thing that is sure to be unique for ever.
    pub id: UserId,
    /// Unique in the environment while the user exists.
    pub username: String,
    /// The name; empty for many a service account.
    pub name: Name,
    /// The e-mail address.
    pub email: Option<String>,
    /// The id that another system has for the user.
    pub external_id: Option<String>,
    /// The population.
    pub population: Option<PopulationId>,
    /// The account's state.
    pub account: Account,
    /// When the user was created.
    pub created_at: Option<Timestamp>,
    /// When the user last signed on. `None`: never.
    pub last_sign_on: Option<Timestamp>,
    /// The flag.
    pub mfa: Mfa,
}

/// A row of a list that could not be read. It is shown and counted, never dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableUser {
    /// The id, where at least that much was readable.
    pub id: Option<UserId>,
    /// Which field of the row is wrong, for example `username`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_the_flag_has_a_word_of_its_own() {
        for mfa in [Mfa::On, Mfa::Off, Mfa::Unknown] {
            assert_eq!(Mfa::of_word(mfa.word()), Some(mfa));
        }
        assert_eq!(Mfa::of_word("true"), None);
    }

    #[test]
    fn an_id_is_read_as_people_paste_it() {
        let id = UserId::read("8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4");
        assert!(id.is_some());
        assert_eq!(UserId::read("  8C1E0B52-22B1-4C0E-9A55-0D1F6A7BC2D4\n"), id);
        assert_eq!(UserId::read("{8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4}"), id);
        assert_eq!(UserId::read("jonas.brandt"), None);
        assert_eq!(UserId::read(""), None);
    }
}
