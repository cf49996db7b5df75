//! What a run is going to change, frozen before anything is sent: the users, their current values, the target
//! value, and who is left out.

use std::fmt;

use pingone::environment::EnvironmentId;
use pingone::time::Timestamp;
use pingone::user::{Mfa, UserId};

use super::checksum::Checksum;

/// A frozen plan. The run that carries it out never writes a user outside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The environment of all users of the plan.
    pub environment: EnvironmentId,
    /// The target value of every row.
    pub to: bool,
    /// When the plan was frozen, by the computer's clock.
    pub made_at: Timestamp,
    /// The rows in the order in which they are written, except for a few that the run postpones in order to check them.
    pub rows: Vec<PlannedRow>,
    /// Users who were chosen and are not changed.
    pub left_out: Vec<LeftOut>,
    /// The change reference, as typed; empty if there is none.
    pub reference: String,
    /// Where the run pauses for a person.
    pub stops: PlannedPauses,
    /// Why MFA is turned off, as typed; empty where no reason was asked for.
    pub reason: String,
    /// The run that this one undoes, if any.
    pub undoes: Option<Undone>,
}

/// A run that another run undoes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The plan number of the run that is undone.
    pub number: PlanNumber,
    /// The change reference of that run; empty if it had none, or if an earlier version of the page didn't keep it.
    pub reference: String,
}

/// The planned change of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedRow {
    /// The user whose flag is changed.
    pub user: UserId,
    /// The value of the flag when the plan was made.
    pub from: Mfa,
    /// When that value was read from PingOne.
    pub read_at: Timestamp,
}

/// A user who was chosen and is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// The user who was chosen and is left out.
    pub user: UserId,
    /// The reason why the user is left out.
    pub why: Exclusion,
}

/// Why a user who was chosen is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exclusion {
    /// The flag already has the target value.
    AlreadySet,
    /// The user's account is disabled.
    AccountDisabled,
    /// The user is a member of a group that the deployment protects.
    Protected,
    /// The user did not exist when the values were refreshed.
    Gone,
    /// MFA is to be turned on, and the user has no active device.
    NoDevice,
    /// MFA is to be turned on, and the user's devices are not known.
    DevicesNotKnown,
    /// The user's flag could not be read.
    Unreadable,
    /// The run is undone, and the flag no longer has the value that the run gave it.
    ChangedBySomeoneElse,
    /// The run is undone, and the value of the flag before it is not known.
    EarlierNotKnown,
    /// The account of the person who is signed in.
    OwnAccount,
}

impl Exclusion {
    /// All reasons, in the order of their variants.
    pub const ALL: [Self; 10] = [
        Self::AlreadySet,
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

    /// The text for this reason in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AlreadySet => "already so",
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

    /// The reason for a text in a file, if there is one.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }

    /// The state that files give a user who is left out for this reason.
    #[must_use]
    pub const fn state(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            _ => "left out",
        }
    }
}

/// Where a run pauses for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlannedPauses {
    /// Whether the run pauses after the first row, which is the pilot user's.
    pub after_pilot: bool,
    /// Number of further rows after which the run pauses each time; `None` for no pause.
    pub every: Option<u32>,
}

/// The number of a plan, a checksum of what it changes, shown in eight hexadecimal digits: "7F3A-91C2".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlanNumber(pub u32);

impl fmt::Display for PlanNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}-{:04X}", self.0 >> 16, self.0 & 0xffff)
    }
}

impl PlanNumber {
    /// Parses a number in its displayed form: `7F3A-91C2`.
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
    /// The plan's number. Two plans have the same number only if they have the same environment, rows, values and time,
    /// or by a coincidence of one in four billion.
    #[must_use]
    pub fn number(&self) -> PlanNumber {
        let mut hash = Checksum::new();
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
        PlanNumber(hash.finish())
    }

    /// How many users are left out for a reason.
    #[must_use]
    pub fn left_out_for(&self, why: Exclusion) -> usize {
        self.left_out.iter().filter(|left_out| left_out.why == why).count()
    }

    /// Moves the pilot user's row to the front. `false` if the plan has no such row; then nothing is changed.
    pub fn put_pilot_first(&mut self, user: UserId) -> bool {
        let Some(index) = self.rows.iter().position(|row| row.user == user) else { return false };
        if let Some(rows) = self.rows.get_mut(..=index) {
            rows.rotate_right(1);
        }
        self.stops.after_pilot = true;
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
            stops: PlannedPauses::default(),
            reason: String::new(),
            undoes: None,
        }
    }

    #[test]
    fn a_number_has_two_groups_and_depends_on_the_changes() {
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
    fn a_number_is_parsed_in_its_displayed_form() {
        let number = PlanNumber(0x7f3a_01c2);
        assert_eq!(PlanNumber::read(&number.to_string()), Some(number));
        for text in
            ["", "7F3A01C2", "7F3A-01C", "7F3A-01CX", "+F3A-01C2", "7F3A-+1C2", "7F3A-01C2 ", "ä3A-01C2"]
        {
            assert_eq!(PlanNumber::read(text), None, "{text}");
        }
    }

    #[test]
    fn every_exclusion_has_its_own_word() {
        for why in Exclusion::ALL {
            assert_eq!(Exclusion::of_word(why.word()), Some(why));
        }
        assert_eq!(Exclusion::of_word("other"), None);
    }

    #[test]
    fn the_pilot_user_comes_first_and_no_row_is_lost() {
        let mut plan = plan(5);
        assert!(plan.put_pilot_first(UserId(Uuid::from_u128(4))));
        let order: Vec<u128> = plan.rows.iter().map(|row| row.user.0.as_u128()).collect();
        assert_eq!((order, plan.stops.after_pilot), (vec![4, 1, 2, 3, 5], true));
        assert!(!plan.put_pilot_first(UserId(Uuid::from_u128(77))));
    }
}
