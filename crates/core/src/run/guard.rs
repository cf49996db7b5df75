//! Decides whether a user may be written, with one decision for every path that writes: a single switch, a bypass, a
//! run from a selection, an import, a retry, an undo, a stored run or a run file.
//!
//! [`decide`] makes that decision. Every function that builds a writing request requires a permit
//! ([`MfaPermit`], [`BypassPermit`]). Only this module creates permits, and only after calling [`decide`], so a
//! path that forgets the check doesn't compile.
//!
//! ```compile_fail
//! use pingone_mfa_core::run::guard::MfaPermit;
//! use pingone::user::UserId;
//! fn forge(user: UserId) -> MfaPermit { MfaPermit { user, to: true } }
//! ```
//! ```compile_fail
//! use pingone_mfa_core::run::guard::BypassPermit;
//! use pingone::user::UserId;
//! fn forge(user: UserId) -> BypassPermit { BypassPermit { user } }
//! ```

use pingone::fault::WriteRefusal;
use std::collections::HashSet;

use pingone::device::Devices;
use pingone::user::{Account, UserId};

use super::limits::{Access, Limits, RunObstacle};
use super::plan::Exclusion;

/// The kind of write, and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// The user's MFA flag (`mfaEnabled`) is set.
    Mfa {
        /// Whether MFA is turned on (`true`) or off.
        to: bool,
    },
    /// The end of the user's MFA bypass is set.
    Bypass,
}

/// Whether one user is written or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One user that a person has open on the page.
    One,
    /// All users of a plan, changed in a run.
    Run,
}

/// Whether a user is a member of a group that the deployment protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// The user is in at least one protected group.
    Member,
    /// The user isn't in any protected group.
    NotMember,
    /// The members of the groups weren't read, or can't be read.
    NotKnown,
}

/// What is known about the user to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether the deployment protects the user.
    pub protection: Protection,
    /// Whether it is the account of the signed-in person.
    pub is_own: bool,
    /// The state of the user's account.
    pub account: Account,
    /// The number of active devices, if it was read.
    pub devices: Devices,
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

/// A concern that a person has to accept before a user is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Concern {
    /// The account is disabled. It applies only to runs: for a single user, the page shows it beside the switch.
    AccountDisabled,
    /// It is the account of the signed-in person.
    OwnAccount,
    /// MFA is turned on, but the user has no active device.
    NoDevice,
    /// MFA is turned on, but the user's devices aren't known.
    DevicesNotKnown,
}

impl Concern {
    /// Every concern. A user with several is counted under the first in this order.
    pub const ALL: [Self; 4] =
        [Self::AccountDisabled, Self::OwnAccount, Self::NoDevice, Self::DevicesNotKnown];

    /// The reason for which the user is skipped until the concern is accepted.
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

/// The concerns that a person has accepted. `Default` accepts none; every review and
/// every single change starts with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a checkbox of its own")]
pub struct Choices {
    /// Accepts users whose account is disabled.
    pub disabled: bool,
    /// Accepts the signed-in person's own account.
    pub own_account: bool,
    /// Accepts users without an active device when MFA is turned on.
    pub without_device: bool,
    /// Accepts users whose devices aren't known when MFA is turned on.
    pub devices_not_known: bool,
}

impl Choices {
    /// The choice that accepts every concern.
    pub const ALL: Self =
        Self { disabled: true, own_account: true, without_device: true, devices_not_known: true };

    /// For a run that is retried or undone: its users were chosen earlier, in their own review. The person's own
    /// account needs confirmation each time, because someone else may be signed in now.
    pub const CHOSEN_BEFORE: Self = Self { own_account: false, ..Self::ALL };

    /// Whether the concern is accepted.
    #[must_use]
    pub const fn accepts(&self, concern: Concern) -> bool {
        match concern {
            Concern::AccountDisabled => self.disabled,
            Concern::OwnAccount => self.own_account,
            Concern::NoDevice => self.without_device,
            Concern::DevicesNotKnown => self.devices_not_known,
        }
    }

    /// The same choices with these concerns accepted too.
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

/// The decision whether a user may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The user may be written as requested.
    Allowed,
    /// The user may not be written, whatever a person accepts.
    Refused(WriteRefusal),
    /// The user may be written once a person accepts these concerns.
    Ask(Vec<Concern>),
}

/// Decides whether a user may be written, by the deployment's rules, the facts and the accepted concerns.
#[must_use]
pub fn decide(rules: &Rules, scope: Scope, write: Write, facts: Facts, accepted: Choices) -> Decision {
    match rules.refusal(scope, write) {
        Some(refusal) => Decision::Refused(refusal),
        None => decide_user(scope, write, facts, accepted),
    }
}

/// The part of [`decide`] that depends only on the user. A review applies it to each user, and reports once for all
/// of them whether the deployment permits the run.
#[must_use]
pub fn decide_user(scope: Scope, write: Write, facts: Facts, accepted: Choices) -> Decision {
    match facts.protection {
        Protection::Member => return Decision::Refused(WriteRefusal::Protected),
        Protection::NotKnown => return Decision::Refused(WriteRefusal::ProtectionNotKnown),
        Protection::NotMember => {}
    }
    let applies = |concern: &Concern| concern.applies(scope, write, facts) && !accepted.accepts(*concern);
    let unaccepted: Vec<Concern> = Concern::ALL.into_iter().filter(applies).collect();
    if unaccepted.is_empty() { Decision::Allowed } else { Decision::Ask(unaccepted) }
}

/// What a deployment permits to be written. `Default` limits nothing.
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
    /// Creates rules from a deployment's limits and whether it permits bypasses.
    #[must_use]
    pub const fn new(limits: Limits, may_bypass: bool) -> Self {
        Self { limits, may_bypass }
    }

    /// Why this write isn't permitted for any user; `None` if it is permitted.
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

    /// Whether the members of the protected groups must be known before anything may be written.
    #[must_use]
    pub fn needs_members(&self) -> bool {
        !self.limits.protected_groups.is_empty()
    }
}

/// Creates permits by the deployment's rules, the members of its protected groups, and the signed-in user.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    rules: Rules,
    /// The members of all protected groups; `None` if they weren't read.
    members: Option<HashSet<UserId>>,
    own: Option<UserId>,
}

/// Why a guard gave no permit for a single user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// The write isn't permitted, whatever a person accepts.
    Refused(WriteRefusal),
    /// The write is permitted once a person accepts these concerns.
    Ask(Vec<Concern>),
}

impl Guard {
    /// Creates a guard that doesn't know the protected members. If the deployment protects a group, it permits nothing.
    #[must_use]
    pub const fn new(rules: Rules, own: Option<UserId>) -> Self {
        Self { rules, members: None, own }
    }

    /// The same guard with the members of all protected groups, as PingOne lists them.
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

    /// The facts about a user with this account state and these devices.
    #[must_use]
    pub fn facts(&self, user: UserId, account: Account, devices: Devices) -> Facts {
        Facts { protection: self.protection(user), is_own: self.own == Some(user), account, devices }
    }

    /// Why a run with this number of users isn't permitted; `None` if it is.
    #[must_use]
    pub fn run_refusal(&self, to: bool, users: u64) -> Option<WriteRefusal> {
        self.rules.limits.run_obstacle(to, users).map(WriteRefusal::from)
    }

    /// The permit to set one user's flag, for a person who looks at that user.
    ///
    /// # Errors
    /// The refusal, or the concerns that a person has to accept first.
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
    /// The refusal, or the concerns that a person has to accept first.
    pub fn bypass(&self, user: UserId, accepted: Choices) -> Result<BypassPermit, Objection> {
        let facts = self.facts(user, Account::Unknown, Devices::NotChecked);
        self.ask(Scope::One, Write::Bypass, facts, accepted).map(|()| BypassPermit { user })
    }

    /// The permit to carry out one row of a plan. All concerns were accepted when the plan was reviewed.
    ///
    /// # Errors
    /// The refusal, if the write isn't permitted.
    pub fn planned(&self, user: UserId, to: bool) -> Result<MfaPermit, WriteRefusal> {
        let facts = self.facts(user, Account::Unknown, Devices::NotChecked);
        match decide(&self.rules, Scope::Run, Write::Mfa { to }, facts, Choices::ALL) {
            // All concerns are accepted, so `Ask` can't occur.
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

/// Permission to set one user's flag to one value. Only a [`Guard`] creates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MfaPermit {
    user: UserId,
    to: bool,
}

impl MfaPermit {
    /// The user whose flag may be set.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The value that the flag may be set to.
    #[must_use]
    pub const fn to(&self) -> bool {
        self.to
    }
}

/// Permission to set the end of one user's bypass. Only a [`Guard`] creates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BypassPermit {
    user: UserId,
}

impl BypassPermit {
    /// The user whose bypass may be set.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }
}

#[cfg(test)]
mod tests;
