//! MFA status: how many users have MFA on, and what is known of their devices. Never called coverage: sign-on
//! policies decide who is asked for a second factor, and nobody here reads them.

use super::user::PopulationId;
use super::users::Class;

/// So many users, by the state of their flag and devices. Every user is in exactly one of the classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// MFA is on, and there is an active device.
    pub on_with_device: u64,
    /// MFA is on, and there is no active device.
    pub on_without_device: u64,
    /// MFA is on, and nobody has looked for devices.
    pub on_not_checked: u64,
    /// MFA is on, but a bypass was seen that has not ended.
    pub on_bypassed: u64,
    /// MFA is off.
    pub off: u64,
    /// The flag is not known: absent, no Boolean, or lost with an answer.
    pub unknown: u64,
}

impl Counts {
    /// Those whose flag is on.
    #[must_use]
    pub const fn on(&self) -> u64 {
        self.on_with_device + self.on_without_device + self.on_not_checked + self.on_bypassed
    }

    /// Counts one more.
    pub const fn add(&mut self, class: Class) {
        let count = match class {
            Class::OnWithDevice => &mut self.on_with_device,
            Class::OnWithoutDevice => &mut self.on_without_device,
            Class::OnNotChecked => &mut self.on_not_checked,
            Class::OnBypassed => &mut self.on_bypassed,
            Class::Off => &mut self.off,
            Class::Unknown => &mut self.unknown,
        };
        *count += 1;
    }

    /// Counts others too.
    pub const fn join(&mut self, others: &Self) {
        self.on_with_device += others.on_with_device;
        self.on_without_device += others.on_without_device;
        self.on_not_checked += others.on_not_checked;
        self.on_bypassed += others.on_bypassed;
        self.off += others.off;
        self.unknown += others.unknown;
    }

    /// All of them.
    #[must_use]
    pub const fn users(&self) -> u64 {
        self.on() + self.off + self.unknown
    }
}

/// The counts of one population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationStatus {
    /// Which; `None` for users who name none.
    pub population: Option<PopulationId>,
    /// Its users.
    pub counts: Counts,
}

/// The counts of everyone who was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// All users.
    pub all: Counts,
    /// By population, the largest first. They add up to all.
    pub populations: Vec<PopulationStatus>,
}
