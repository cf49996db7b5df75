//! Users, populations and groups of an environment, with the fields that this product needs.

use std::fmt;

use uuid::Uuid;

use crate::time::Timestamp;

/// The ID of a user, unique for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub Uuid);

impl UserId {
    /// Parses an ID as people paste it: surrounding whitespace, capitals and braces are accepted.
    pub fn read(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The ID of a population. Every user is in exactly one population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PopulationId(pub Uuid);

/// The ID of a group, as PingOne assigned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupId(pub Uuid);

/// A population: a set of users with rules of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// The ID of the population, as PingOne assigned it.
    pub id: PopulationId,
    /// The name of the population, as PingOne has it.
    pub name: String,
    /// How many users it has, if PingOne says so.
    pub users: Option<u64>,
}

/// The user flag `mfaEnabled`. It permits PingOne to ask for a second factor; policies decide whether it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mfa {
    /// The flag is `true`: MFA is turned on.
    On,
    /// The flag is `false`: MFA is turned off.
    Off,
    /// The flag is absent or isn't a Boolean; it is never guessed.
    Unknown,
}

impl Mfa {
    /// The text that files have for this value.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }

    /// The value for a text in a file, if there is one.
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

/// Whether the account may be used at all. Not to be confused with [`Mfa`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Account {
    /// Enabled and not locked: the user may sign on.
    Enabled,
    /// Disabled by an administrator.
    Disabled,
    /// Locked after failed attempts.
    Locked,
    /// PingOne didn't say whether it may be used.
    Unknown,
}

/// A person's name. The parts keep their whitespace; a part of nothing but whitespace is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Name {
    /// The given name; empty if there is none.
    pub given: String,
    /// The family name, or the whole name where PingOne has it in one piece.
    pub family: String,
}

impl Name {
    /// Whether both parts of the name are empty.
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

/// A user, as read from a list or individually.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The ID, the only field that is certain to be unique for ever.
    pub id: UserId,
    /// The username, unique in the environment while the user exists.
    pub username: String,
    /// The name; empty for many service accounts.
    pub name: Name,
    /// The email address, if there is one.
    pub email: Option<String>,
    /// The ID that another system has for the user.
    pub external_id: Option<String>,
    /// The user's population, if PingOne says so.
    pub population: Option<PopulationId>,
    /// The state of the user's account.
    pub account: Account,
    /// When PingOne says the user was created.
    pub created_at: Option<Timestamp>,
    /// When the user last signed on; `None` if never.
    pub last_sign_on: Option<Timestamp>,
    /// The MFA flag of the user, `mfaEnabled`.
    pub mfa: Mfa,
}

/// A row of a list that could not be read. It is shown and counted, never dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableUser {
    /// The ID, if at least that could be read.
    pub id: Option<UserId>,
    /// The field of the row that is wrong, for example `username`.
    pub field: String,
    /// What is wrong with the field.
    pub problem: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_value_has_its_own_word() {
        for mfa in [Mfa::On, Mfa::Off, Mfa::Unknown] {
            assert_eq!(Mfa::of_word(mfa.word()), Some(mfa));
        }
        assert_eq!(Mfa::of_word("true"), None);
    }

    #[test]
    fn an_id_is_parsed_as_people_paste_it() {
        let id = UserId::read("8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4");
        assert!(id.is_some());
        assert_eq!(UserId::read("  8C1E0B52-22B1-4C0E-9A55-0D1F6A7BC2D4\n"), id);
        assert_eq!(UserId::read("{8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4}"), id);
        assert_eq!(UserId::read("jonas.brandt"), None);
        assert_eq!(UserId::read(""), None);
    }
}
