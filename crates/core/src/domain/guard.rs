//! Whether a user may be written. There is one answer for every path that writes: a single switch, a bypass, a run from a
//! selection, an import, a retry, an undo, a stored run or a run file.
//!
//! [`decide`] is that answer. What makes a request that writes wants a permit ([`MfaPermit`], [`BypassPermit`]), and only
//! this module makes one, after it has asked [`decide`]: a path that forgets the check doesn't compile.
//!
//! ```compile_fail
//! use pingone_mfa_core::domain::guard::MfaPermit;
//! use pingone_mfa_core::domain::user::UserId;
//! fn forge(user: UserId) -> MfaPermit { MfaPermit { user, to: true } }
//! ```
//! ```compile_fail
//! use pingone_mfa_core::domain::guard::BypassPermit;
//! use pingone_mfa_core::domain::user::UserId;
//! fn forge(user: UserId) -> BypassPermit { BypassPermit { user } }
//! ```

use std::collections::HashSet;
use std::fmt;

use super::limits::{Access, Limits, RunObstacle};
use super::plan::Exclusion;
use super::user::{Account, UserId};
use super::users::Devices;

/// What is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// The flag.
    Mfa {
        /// On or off.
        to: bool,
    },
    /// The end of a bypass.
    Bypass,
}

/// How many users are written together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One user, whom a person looks at.
    One,
    /// The users of a plan.
    Run,
}

/// Whether a user is a member of a group that the deployment protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// A member of at least one.
    Member,
    /// Of none.
    NotMember,
    /// The groups were not read, or can't be.
    NotKnown,
}

/// What is known of the user who is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether the deployment protects the user.
    pub protection: Protection,
    /// Whether it is the account of the person who is signed in.
    pub is_own: bool,
    /// The account.
    pub account: Account,
    /// The active devices.
    pub devices: Devices,
}

/// Why a user is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteRefusal {
    /// The deployment permits no changes.
    ReadOnly,
    /// The deployment permits changes of one user at a time.
    OneAtATime,
    /// The deployment doesn't permit turning MFA off.
    NeverOff,
    /// The deployment permits turning MFA off for one user at a time.
    OffOneAtATime,
    /// The run has more users than the deployment permits.
    TooMany,
    /// The deployment doesn't permit bypasses.
    NoBypass,
    /// The user is in a group that the deployment protects.
    Protected,
    /// Whether the user is in such a group isn't known.
    ProtectionNotKnown,
}

impl WriteRefusal {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ReadOnly,
        Self::OneAtATime,
        Self::NeverOff,
        Self::OffOneAtATime,
        Self::TooMany,
        Self::NoBypass,
        Self::Protected,
        Self::ProtectionNotKnown,
    ];

    /// The words that files have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "no changes permitted",
            Self::OneAtATime => "one user at a time",
            Self::NeverOff => "MFA is never turned off",
            Self::OffOneAtATime => "MFA is turned off for one user at a time",
            Self::TooMany => "too many users",
            Self::NoBypass => "no bypasses permitted",
            Self::Protected => "protected",
            Self::ProtectionNotKnown => "protected groups not read",
        }
    }
}

impl fmt::Display for WriteRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl From<RunObstacle> for WriteRefusal {
    fn from(obstacle: RunObstacle) -> Self {
        match obstacle {
            RunObstacle::ReadOnly => Self::ReadOnly,
            RunObstacle::OneAtATime => Self::OneAtATime,
            RunObstacle::NeverOff => Self::NeverOff,
            RunObstacle::OffOneAtATime => Self::OffOneAtATime,
            RunObstacle::TooMany { .. } => Self::TooMany,
        }
    }
}

/// What a person has to accept before a user is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Concern {
    /// The account is disabled. A person who looks at one user sees that beside the switch.
    AccountDisabled,
    /// It is the account of the person who is signed in.
    OwnAccount,
    /// MFA is turned on, and there is no active device.
    NoDevice,
    /// MFA is turned on, and the devices aren't known.
    DevicesNotKnown,
}

impl Concern {
    /// All of them, in the order in which a user who has several is counted.
    pub const ALL: [Self; 4] =
        [Self::AccountDisabled, Self::OwnAccount, Self::NoDevice, Self::DevicesNotKnown];

    /// Why the user is skipped while nobody has accepted it.
    #[must_use]
    pub const fn exclusion(self) -> Exclusion {
        match self {
            Self::AccountDisabled => Exclusion::AccountDisabled,
            Self::OwnAccount => Exclusion::OwnAccount,
            Self::NoDevice => Exclusion::NoDevice,
            Self::DevicesNotKnown => Exclusion::DevicesNotKnown,
        }
    }

    fn applies(self, scope: Scope, write: Write, facts: Facts) -> bool {
        let turns_on = write == Write::Mfa { to: true };
        match self {
            Self::AccountDisabled => scope == Scope::Run && facts.account == Account::Disabled,
            Self::OwnAccount => facts.is_own,
            Self::NoDevice => turns_on && facts.devices == Devices::Usable(0),
            Self::DevicesNotKnown => turns_on && facts.devices == Devices::NotChecked,
        }
    }
}

/// What a person has accepted; `Default` is nothing, with which every review and every single change begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a checkbox of its own")]
pub struct Choices {
    /// Users whose account is disabled.
    pub disabled: bool,
    /// The person's own account.
    pub own_account: bool,
    /// Where MFA is turned on, users without an active device.
    pub without_device: bool,
    /// Where MFA is turned on, users whose devices aren't known.
    pub devices_not_known: bool,
}

impl Choices {
    /// Everything.
    pub const ALL: Self =
        Self { disabled: true, own_account: true, without_device: true, devices_not_known: true };

    /// For a run that is sent again or undone: its users were chosen once, in a review of their own. The person's own
    /// account is asked about each time, because who is signed in may be another person.
    pub const CHOSEN_BEFORE: Self = Self { own_account: false, ..Self::ALL };

    /// Whether a concern is accepted.
    #[must_use]
    pub const fn accepts(&self, concern: Concern) -> bool {
        match concern {
            Concern::AccountDisabled => self.disabled,
            Concern::OwnAccount => self.own_account,
            Concern::NoDevice => self.without_device,
            Concern::DevicesNotKnown => self.devices_not_known,
        }
    }

    /// The same with these concerns accepted too.
    #[must_use]
    pub fn with(mut self, concerns: &[Concern]) -> Self {
        for concern in concerns {
            *match concern {
                Concern::AccountDisabled => &mut self.disabled,
                Concern::OwnAccount => &mut self.own_account,
                Concern::NoDevice => &mut self.without_device,
                Concern::DevicesNotKnown => &mut self.devices_not_known,
            } = true;
        }
        self
    }
}

/// Whether a user may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The user may be written.
    Allowed,
    /// The user is not written, whatever a person accepts.
    Refused(WriteRefusal),
    /// A person has to accept these first.
    Ask(Vec<Concern>),
}

/// Whether a user may be written.
#[must_use]
pub fn decide(rules: &Rules, scope: Scope, write: Write, facts: Facts, accepted: Choices) -> Decision {
    match rules.refusal(scope, write) {
        Some(refusal) => Decision::Refused(refusal),
        None => decide_user(scope, write, facts, accepted),
    }
}

/// The part of [`decide`] that is about the user alone. A review weighs users by it, and says once for all of them
/// whether the deployment permits the run.
#[must_use]
pub fn decide_user(scope: Scope, write: Write, facts: Facts, accepted: Choices) -> Decision {
    match facts.protection {
        Protection::Member => return Decision::Refused(WriteRefusal::Protected),
        Protection::NotKnown => return Decision::Refused(WriteRefusal::ProtectionNotKnown),
        Protection::NotMember => {}
    }
    let applies = |concern: &Concern| concern.applies(scope, write, facts) && !accepted.accepts(*concern);
    let open: Vec<Concern> = Concern::ALL.into_iter().filter(applies).collect();
    if open.is_empty() { Decision::Allowed } else { Decision::Ask(open) }
}

/// What a deployment permits to be written; `Default` limits nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    limits: Limits,
    may_bypass: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { limits: Limits::default(), may_bypass: true }
    }
}

impl Rules {
    /// Of a deployment's limits, and whether it permits bypasses.
    #[must_use]
    pub const fn new(limits: Limits, may_bypass: bool) -> Self {
        Self { limits, may_bypass }
    }

    /// Why nobody may be written so; `None` where users may be.
    #[must_use]
    pub fn refusal(&self, scope: Scope, write: Write) -> Option<WriteRefusal> {
        match (write, scope) {
            (Write::Bypass, _) if self.limits.access < Access::One => Some(WriteRefusal::ReadOnly),
            (Write::Bypass, _) => (!self.may_bypass).then_some(WriteRefusal::NoBypass),
            (Write::Mfa { to }, Scope::Run) => self.limits.run_obstacle(to, 0).map(WriteRefusal::from),
            (Write::Mfa { to }, Scope::One) if self.limits.may_change_one(to) => None,
            (Write::Mfa { .. }, Scope::One) if self.limits.access < Access::One => {
                Some(WriteRefusal::ReadOnly)
            }
            (Write::Mfa { .. }, Scope::One) => Some(WriteRefusal::NeverOff),
        }
    }

    /// Whether nothing may be written before the members of the protected groups are known.
    #[must_use]
    pub fn needs_members(&self) -> bool {
        !self.limits.protected_groups.is_empty()
    }
}

/// Makes permits, by the deployment's rules, the members of its protected groups, and who is signed in.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    rules: Rules,
    /// `None` where they were not read.
    members: Option<HashSet<UserId>>,
    own: Option<UserId>,
}

/// Why there is no permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// There never is.
    Refused(WriteRefusal),
    /// There is once a person has accepted these.
    Ask(Vec<Concern>),
}

impl Guard {
    /// A guard that knows no members: where the deployment protects a group, it permits nothing.
    #[must_use]
    pub const fn new(rules: Rules, own: Option<UserId>) -> Self {
        Self { rules, members: None, own }
    }

    /// The same with the members of all protected groups, as PingOne names them.
    #[must_use]
    pub fn with_members(self, members: HashSet<UserId>) -> Self {
        Self { members: Some(members), ..self }
    }

    /// Whether a user is protected.
    #[must_use]
    pub fn protection(&self, user: UserId) -> Protection {
        match &self.members {
            Some(members) if members.contains(&user) => Protection::Member,
            None if self.rules.needs_members() => Protection::NotKnown,
            Some(_) | None => Protection::NotMember,
        }
    }

    /// What is known of a user with this account and these devices.
    #[must_use]
    pub fn facts(&self, user: UserId, account: Account, devices: Devices) -> Facts {
        Facts { protection: self.protection(user), is_own: self.own == Some(user), account, devices }
    }

    /// Why a run of so many users may not be carried out; `None` if it may.
    #[must_use]
    pub fn run_refusal(&self, to: bool, users: u64) -> Option<WriteRefusal> {
        self.rules.limits.run_obstacle(to, users).map(WriteRefusal::from)
    }

    /// The permit to set one user's flag, for a person who looks at that user.
    ///
    /// # Errors
    /// Why there is none.
    pub fn change(
        &self,
        user: UserId,
        to: bool,
        devices: Devices,
        accepted: Choices,
    ) -> Result<MfaPermit, Objection> {
        let facts = self.facts(user, Account::Unknown, devices);
        self.ask(Scope::One, Write::Mfa { to }, facts, accepted).map(|()| MfaPermit { user, to })
    }

    /// The permit to set the end of one user's bypass.
    ///
    /// # Errors
    /// Why there is none.
    pub fn bypass(&self, user: UserId, accepted: Choices) -> Result<BypassPermit, Objection> {
        let facts = self.facts(user, Account::Unknown, Devices::NotChecked);
        self.ask(Scope::One, Write::Bypass, facts, accepted).map(|()| BypassPermit { user })
    }

    /// The permit to carry out one row of a plan. What a person has to accept was accepted when the plan was reviewed.
    ///
    /// # Errors
    /// Why there is none.
    pub fn planned(&self, user: UserId, to: bool) -> Result<MfaPermit, WriteRefusal> {
        let facts = self.facts(user, Account::Unknown, Devices::NotChecked);
        match decide(&self.rules, Scope::Run, Write::Mfa { to }, facts, Choices::ALL) {
            // Everything is accepted, so that nothing is asked.
            Decision::Allowed | Decision::Ask(_) => Ok(MfaPermit { user, to }),
            Decision::Refused(refusal) => Err(refusal),
        }
    }

    fn ask(&self, scope: Scope, write: Write, facts: Facts, accepted: Choices) -> Result<(), Objection> {
        match decide(&self.rules, scope, write, facts, accepted) {
            Decision::Allowed => Ok(()),
            Decision::Refused(refusal) => Err(Objection::Refused(refusal)),
            Decision::Ask(concerns) => Err(Objection::Ask(concerns)),
        }
    }
}

/// Leave to set one user's flag to one value. Only a [`Guard`] makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MfaPermit {
    user: UserId,
    to: bool,
}

impl MfaPermit {
    /// Whose flag.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// On or off.
    #[must_use]
    pub const fn to(&self) -> bool {
        self.to
    }
}

/// Leave to set the end of one user's bypass. Only a [`Guard`] makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BypassPermit {
    user: UserId,
}

impl BypassPermit {
    /// Whose bypass.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }
}

#[cfg(test)]
mod tests;
