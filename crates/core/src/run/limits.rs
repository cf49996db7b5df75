//! The limits that a deployment sets for everyone who opens its page.
//!
//! They prevent mistakes. They aren't a security boundary, because anyone who holds a token
//! can call PingOne without this page.

use pingone::user::GroupId;

use super::reference::ChangeReference;

/// What a deployment permits on its page. `Default` limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// What may be changed: nothing, one user at a time, or many in a run.
    pub access: Access,
    /// For how many users MFA may be turned off.
    pub turn_off: TurnOff,
    /// The maximum number of users in one run; `None` means no maximum.
    pub max_run_users: Option<u64>,
    /// The protected groups: their members' MFA flag is never changed.
    pub protected_groups: Vec<GroupId>,
    /// The ways in which the page may receive a token.
    pub token_sources: TokenSources,
    /// Whether a change must name its change management record, and which format the reference has.
    pub change_reference: ChangeReference,
}

/// What may be changed, ordered from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Access {
    /// Nothing may be changed; the page only reads.
    Read,
    /// One user may be changed at a time.
    One,
    /// Many users may be changed in a run, too.
    #[default]
    Run,
}

impl Access {
    /// The word for it in config.json and in saved files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::One => "one",
            Self::Run => "run",
        }
    }
}

/// How MFA may be turned off, ordered from the least to the most. It applies within [`Access`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TurnOff {
    /// MFA may not be turned off at all.
    Never,
    /// MFA may be turned off for one user at a time.
    One,
    /// MFA may be turned off for many users in a run, too.
    #[default]
    Run,
}

impl TurnOff {
    /// The word for it in config.json and in saved files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::One => "one",
            Self::Run => "run",
        }
    }
}

/// The ways in which the page may receive a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSources {
    /// The administrator signs in to PingOne from the page.
    pub sign_in: bool,
    /// The host page provides the token.
    pub host: bool,
    /// The administrator pastes the token.
    pub paste: bool,
}

impl TokenSources {
    /// No source at all, as the starting point of a list.
    pub const NONE: Self = Self { sign_in: false, host: false, paste: false };
}

impl Default for TokenSources {
    fn default() -> Self {
        Self { sign_in: true, host: true, paste: true }
    }
}

/// Why the deployment doesn't permit a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunObstacle {
    /// The deployment permits no changes.
    ReadOnly,
    /// The deployment permits changes of one user at a time only.
    OneAtATime,
    /// The deployment doesn't permit turning MFA off.
    NeverOff,
    /// The deployment permits turning MFA off for one user at a time only.
    OffOneAtATime,
    /// The run has more users than the deployment permits.
    TooMany {
        /// The maximum number of users in a run.
        most: u64,
    },
}

impl Limits {
    /// Whether MFA of one user may be turned on (`to` is `true`) or off.
    #[must_use]
    pub fn may_change_one(&self, to: bool) -> bool {
        self.access >= Access::One && (to || self.turn_off >= TurnOff::One)
    }

    /// Whether a run may turn MFA on (`to` is `true`) or off, if it doesn't have too many users.
    #[must_use]
    pub fn may_run(&self, to: bool) -> bool {
        self.run_obstacle(to, 0).is_none()
    }

    /// Why a run with this number of users may not turn MFA on (`to` is `true`) or off; `None` if it may.
    ///
    /// If several obstacles apply, the most restrictive is returned: an administrator who may never turn MFA off
    /// isn't told to do it one user at a time.
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
        let unlimited = Limits::default();
        for to in [ON, OFF] {
            assert!(unlimited.may_change_one(to) && unlimited.may_run(to));
            assert_eq!(unlimited.run_obstacle(to, u64::MAX), None);
        }
        assert!(unlimited.change_reference.fits(""));
    }

    #[test]
    fn read_only_access_permits_no_change() {
        let read = limits(Access::Read, TurnOff::Run);
        for to in [ON, OFF] {
            assert!(!read.may_change_one(to) && !read.may_run(to));
            assert_eq!(read.run_obstacle(to, 1), Some(RunObstacle::ReadOnly));
        }
    }

    #[test]
    fn one_at_a_time_permits_no_run_even_of_one_user() {
        let one = limits(Access::One, TurnOff::Run);
        for to in [ON, OFF] {
            assert!(one.may_change_one(to) && !one.may_run(to));
            assert_eq!(one.run_obstacle(to, 1), Some(RunObstacle::OneAtATime));
        }
    }

    #[test]
    fn a_ban_on_turning_mfa_off_still_permits_turning_it_on() {
        let never = limits(Access::Run, TurnOff::Never);
        assert!(never.may_change_one(ON) && never.may_run(ON));
        assert!(!never.may_change_one(OFF) && !never.may_run(OFF));
        assert_eq!(never.run_obstacle(OFF, 1), Some(RunObstacle::NeverOff));
    }

    #[test]
    fn turning_off_one_at_a_time_permits_only_runs_that_turn_on() {
        let one = limits(Access::Run, TurnOff::One);
        assert!(one.may_change_one(OFF) && !one.may_run(OFF) && one.may_run(ON));
        assert_eq!(one.run_obstacle(OFF, 1), Some(RunObstacle::OffOneAtATime));
    }

    #[test]
    fn the_ban_on_turning_off_takes_precedence_over_one_at_a_time() {
        let strict = limits(Access::One, TurnOff::Never);
        assert_eq!(strict.run_obstacle(OFF, 1), Some(RunObstacle::NeverOff));
        assert_eq!(strict.run_obstacle(ON, 1), Some(RunObstacle::OneAtATime));
    }

    #[test]
    fn a_run_above_the_maximum_number_of_users_is_refused() {
        let small = Limits { max_run_users: Some(100), ..Limits::default() };
        assert!(small.may_run(OFF));
        assert_eq!(small.run_obstacle(OFF, 100), None);
        assert_eq!(small.run_obstacle(ON, 101), Some(RunObstacle::TooMany { most: 100 }));
    }
}
