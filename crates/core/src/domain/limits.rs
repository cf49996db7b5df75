//! The limits that a deployment sets for everyone who opens its page. They prevent mistakes; they are no security
//! boundary, because whoever holds a token can call PingOne without this page.

use super::reference::ChangeReference;
use super::user::GroupId;

/// What a deployment permits on its page; `Default` limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// What may be changed at all.
    pub access: Access,
    /// How MFA may be turned off.
    pub turn_off: TurnOff,
    /// How many users one run may have at most.
    pub max_run_users: Option<u64>,
    /// The groups whose members keep their flag as it is.
    pub protected_groups: Vec<GroupId>,
    /// How a token may reach the page.
    pub token_sources: TokenSources,
    /// Whether a change names the record of change management that it belongs to.
    pub change_reference: ChangeReference,
}

/// What may be changed, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Access {
    /// Nothing.
    Read,
    /// One user at a time.
    One,
    /// Many users in a run, too.
    #[default]
    Run,
}

impl Access {
    /// The word that config.json and files have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::One => "one",
            Self::Run => "run",
        }
    }
}

/// How MFA may be turned off, from the least to the most. It holds within [`Access`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TurnOff {
    /// Not at all.
    Never,
    /// For one user at a time.
    One,
    /// For many users in a run, too.
    #[default]
    Run,
}

impl TurnOff {
    /// The word that config.json and files have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::One => "one",
            Self::Run => "run",
        }
    }
}

/// The ways in which a token may reach the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSources {
    /// The administrator signs in to PingOne from the page.
    pub sign_in: bool,
    /// The host page hands it over.
    pub host: bool,
    /// The administrator pastes it.
    pub paste: bool,
}

impl TokenSources {
    /// No way at all, to begin a list with.
    pub const NONE: Self = Self { sign_in: false, host: false, paste: false };
}

impl Default for TokenSources {
    fn default() -> Self {
        Self { sign_in: true, host: true, paste: true }
    }
}

/// Why a run may not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunObstacle {
    /// Nothing may be changed.
    ReadOnly,
    /// Only one user at a time may be changed.
    OneAtATime,
    /// MFA may not be turned off.
    NeverOff,
    /// MFA may be turned off for one user at a time only.
    OffOneAtATime,
    /// The run has more users than a run may have.
    TooMany {
        /// How many it may have.
        most: u64,
    },
}

impl Limits {
    /// Whether MFA of one user may be turned on (`to` is `true`) or off.
    #[must_use]
    pub fn may_change_one(&self, to: bool) -> bool {
        self.access >= Access::One && (to || self.turn_off >= TurnOff::One)
    }

    /// Whether a run may turn MFA on (`to` is `true`) or off, if it hasn't too many users.
    #[must_use]
    pub fn may_run(&self, to: bool) -> bool {
        self.run_obstacle(to, 0).is_none()
    }

    /// Why a run over so many users may not turn MFA on (`to` is `true`) or off; `None` if it may. Of several
    /// obstacles it is the one that leaves the least: who may never turn MFA off isn't sent to do it one by one.
    #[must_use]
    pub fn run_obstacle(&self, to: bool, users: u64) -> Option<RunObstacle> {
        if self.access < Access::One {
            return Some(RunObstacle::ReadOnly);
        }
        if !self.may_change_one(to) {
            return Some(RunObstacle::NeverOff);
        }
        if self.access < Access::Run {
            return Some(RunObstacle::OneAtATime);
        }
        if !to && self.turn_off < TurnOff::Run {
            return Some(RunObstacle::OffOneAtATime);
        }
        self.max_run_users.filter(|most| users > *most).map(|most| RunObstacle::TooMany { most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: bool = true;
    const OFF: bool = false;

    fn limits(access: Access, turn_off: TurnOff) -> Limits {
        Limits { access, turn_off, ..Limits::default() }
    }

    #[test]
    fn by_default_nothing_is_limited() {
        let free = Limits::default();
        for to in [ON, OFF] {
            assert!(free.may_change_one(to) && free.may_run(to));
            assert_eq!(free.run_obstacle(to, u64::MAX), None);
        }
        assert!(free.change_reference.fits(""));
    }

    #[test]
    fn who_may_only_read_changes_nobody() {
        let read = limits(Access::Read, TurnOff::Run);
        for to in [ON, OFF] {
            assert!(!read.may_change_one(to) && !read.may_run(to));
            assert_eq!(read.run_obstacle(to, 1), Some(RunObstacle::ReadOnly));
        }
    }

    #[test]
    fn one_at_a_time_is_no_run_not_even_of_one_user() {
        let one = limits(Access::One, TurnOff::Run);
        for to in [ON, OFF] {
            assert!(one.may_change_one(to) && !one.may_run(to));
            assert_eq!(one.run_obstacle(to, 1), Some(RunObstacle::OneAtATime));
        }
    }

    #[test]
    fn where_mfa_is_never_turned_off_it_is_still_turned_on() {
        let never = limits(Access::Run, TurnOff::Never);
        assert!(never.may_change_one(ON) && never.may_run(ON));
        assert!(!never.may_change_one(OFF) && !never.may_run(OFF));
        assert_eq!(never.run_obstacle(OFF, 1), Some(RunObstacle::NeverOff));
    }

    #[test]
    fn where_mfa_is_turned_off_one_at_a_time_a_run_turns_it_on_only() {
        let one = limits(Access::Run, TurnOff::One);
        assert!(one.may_change_one(OFF) && !one.may_run(OFF) && one.may_run(ON));
        assert_eq!(one.run_obstacle(OFF, 1), Some(RunObstacle::OffOneAtATime));
    }

    #[test]
    fn who_may_never_turn_mfa_off_is_not_sent_to_do_it_one_by_one() {
        let strict = limits(Access::One, TurnOff::Never);
        assert_eq!(strict.run_obstacle(OFF, 1), Some(RunObstacle::NeverOff));
        assert_eq!(strict.run_obstacle(ON, 1), Some(RunObstacle::OneAtATime));
    }

    #[test]
    fn a_run_has_at_most_as_many_users_as_it_may_have() {
        let small = Limits { max_run_users: Some(100), ..Limits::default() };
        assert!(small.may_run(OFF));
        assert_eq!(small.run_obstacle(OFF, 100), None);
        assert_eq!(small.run_obstacle(ON, 101), Some(RunObstacle::TooMany { most: 100 }));
    }
}
