//! What a run is going to change, frozen before anything is sent: who, from what, to what, and who is left out.

use std::fmt;

use super::tenant::EnvironmentId;
use super::time::Timestamp;
use super::user::{Mfa, UserId};

/// A frozen plan. Nothing outside it is ever written by the run that carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The environment of all its users.
    pub environment: EnvironmentId,
    /// The value that every row is to have.
    pub to: bool,
    /// When it was frozen.
    pub made_at: Timestamp,
    /// The rows, in the order in which they are written, but for a few that the run puts off to check them.
    pub rows: Vec<PlannedRow>,
    /// Who was chosen and is not changed.
    pub left_out: Vec<LeftOut>,
    /// The change reference, as typed; empty for none.
    pub reference: String,
    /// Where the run waits for a person.
    pub stops: Stops,
    /// Why MFA is turned off, as typed; empty where nobody was asked.
    pub reason: String,
    /// The run that this one undoes.
    pub undoes: Option<Undone>,
}

/// A run that another one undoes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Its plan number.
    pub number: PlanNumber,
    /// Its change reference; empty for none, and where an earlier version of the page didn't keep it.
    pub reference: String,
}

/// One user's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedRow {
    /// Whose flag.
    pub user: UserId,
    /// What it was.
    pub from: Mfa,
    /// When that was read.
    pub read_at: Timestamp,
}

/// Somebody who was chosen and is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Who.
    pub user: UserId,
    /// Why.
    pub why: Exclusion,
}

/// Why somebody who was chosen is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exclusion {
    /// The flag has the value already.
    AlreadySo,
    /// The account is disabled.
    AccountDisabled,
    /// A member of a group that the deployment protects.
    Protected,
    /// The user was not there when the values were read again.
    Gone,
    /// MFA is to be turned on, and there is no active device.
    NoDevice,
    /// MFA is to be turned on, and nobody knows of devices.
    DevicesNotKnown,
    /// The flag could not be read.
    Unreadable,
    /// The run is taken back, and the flag no longer has the value that the run gave it.
    ChangedBySomeoneElse,
    /// The run is taken back, and nobody knows what the flag was before it.
    EarlierNotKnown,
    /// The account of the person who is signed in.
    OwnAccount,
}

impl Exclusion {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::AlreadySo,
        Self::AccountDisabled,
        Self::Protected,
        Self::Gone,
        Self::NoDevice,
        Self::DevicesNotKnown,
        Self::Unreadable,
        Self::ChangedBySomeoneElse,
        Self::EarlierNotKnown,
        Self::OwnAccount,
    ];

    /// The words that files have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AlreadySo => "already so",
            Self::AccountDisabled => "account disabled",
            Self::Protected => "protected",
            Self::Gone => "no longer exists",
            Self::NoDevice => "no active device",
            Self::DevicesNotKnown => "devices not known",
            Self::Unreadable => "could not be read",
            Self::ChangedBySomeoneElse => "changed by someone else",
            Self::EarlierNotKnown => "earlier value not known",
            Self::OwnAccount => "own account",
        }
    }

    /// The reason that a file's words stand for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }

    /// The state that files give somebody who is left out for it.
    #[must_use]
    pub const fn state(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            _ => "left out",
        }
    }
}

/// Where a run waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stops {
    /// After the first row, which is the test user's.
    pub after_test_user: bool,
    /// After every so many further rows.
    pub every: Option<u32>,
}

/// The number of a plan: what it will change, in eight characters, "7F3A-91C2".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlanNumber(pub u32);

impl fmt::Display for PlanNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}-{:04X}", self.0 >> 16, self.0 & 0xffff)
    }
}

impl PlanNumber {
    /// Reads a number as it is shown: `7F3A-91C2`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (first, second) = text.split_once('-')?;
        let half = |text: &str| {
            let is_half = text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_half.then(|| u32::from_str_radix(text, 16).ok()).flatten()
        };
        Some(Self(half(first)? << 16 | half(second)?))
    }
}

impl Plan {
    /// Its number. Two plans have the same one only if they are for the same environment, rows, values and time, or by
    /// an accident of one in four thousand million.
    #[must_use]
    pub fn number(&self) -> PlanNumber {
        let mut hash = crc32fast::Hasher::new();
        hash.update(self.environment.0.as_bytes());
        hash.update(&[u8::from(self.to)]);
        hash.update(&self.made_at.0.to_be_bytes());
        for row in &self.rows {
            hash.update(row.user.0.as_bytes());
            hash.update(&[match row.from {
                Mfa::Off => 0,
                Mfa::On => 1,
                Mfa::Unknown => 2,
            }]);
        }
        PlanNumber(hash.finalize())
    }

    /// How many are left out for a reason.
    #[must_use]
    pub fn left_out_for(&self, why: Exclusion) -> usize {
        self.left_out.iter().filter(|left_out| left_out.why == why).count()
    }

    /// Puts the test user's row first. `false` if there is no such row; then nothing is changed.
    pub fn start_with(&mut self, user: UserId) -> bool {
        let Some(place) = self.rows.iter().position(|row| row.user == user) else { return false };
        if let Some(rows) = self.rows.get_mut(..=place) {
            rows.rotate_right(1);
        }
        self.stops.after_test_user = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn plan(users: u128) -> Plan {
        let row =
            |user| PlannedRow { user: UserId(Uuid::from_u128(user)), from: Mfa::Off, read_at: Timestamp(1) };
        Plan {
            environment: EnvironmentId(Uuid::from_u128(9)),
            to: true,
            made_at: Timestamp(7),
            rows: (1..=users).map(row).collect(),
            left_out: vec![],
            reference: String::new(),
            stops: Stops::default(),
            reason: String::new(),
            undoes: None,
        }
    }

    #[test]
    fn a_number_has_two_groups_and_changes_with_what_is_changed() {
        let number = plan(3).number();
        assert_eq!(number.to_string().len(), 9);
        assert_eq!(PlanNumber(0x7f3a_01c2).to_string(), "7F3A-01C2");
        assert_eq!(number, plan(3).number());
        assert_ne!(number, plan(4).number());
        assert_ne!(number, Plan { to: false, ..plan(3) }.number());
        let mut other = plan(3);
        other.rows[1].from = Mfa::Unknown;
        assert_ne!(number, other.number());
    }

    #[test]
    fn a_number_is_read_as_it_is_shown() {
        let number = PlanNumber(0x7f3a_01c2);
        assert_eq!(PlanNumber::read(&number.to_string()), Some(number));
        for text in
            ["", "7F3A01C2", "7F3A-01C", "7F3A-01CX", "+F3A-01C2", "7F3A-+1C2", "7F3A-01C2 ", "ä3A-01C2"]
        {
            assert_eq!(PlanNumber::read(text), None, "{text}");
        }
    }

    #[test]
    fn every_reason_to_leave_somebody_out_has_words_of_its_own() {
        for why in Exclusion::ALL {
            assert_eq!(Exclusion::of_word(why.word()), Some(why));
        }
        assert_eq!(Exclusion::of_word("other"), None);
    }

    #[test]
    fn the_test_user_comes_first_and_nobody_is_lost() {
        let mut plan = plan(5);
        assert!(plan.start_with(UserId(Uuid::from_u128(4))));
        let order: Vec<u128> = plan.rows.iter().map(|row| row.user.0.as_u128()).collect();
        assert_eq!((order, plan.stops.after_test_user), (vec![4, 1, 2, 3, 5], true));
        assert!(!plan.start_with(UserId(Uuid::from_u128(77))));
    }
}
