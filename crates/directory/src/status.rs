//! MFA status: how many users have MFA on, and what is known of their devices.
//!
//! It is never called coverage: sign-on policies decide who is asked for a second factor, and this
//! product doesn't read them.

use pingone::user::PopulationId;

/// The class of a user on the status page. Every user is in exactly one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// MFA is on, with an active device.
    OnWithDevice,
    /// MFA is on, without an active device.
    OnWithoutDevice,
    /// MFA is on, and devices were not read.
    OnNotChecked,
    /// MFA is on, and a bypass is active.
    OnBypassed,
    /// MFA is off, whatever is known of devices.
    Off,
    /// The flag is not known, or was not read.
    Unknown,
}

/// Numbers of users by the state of their flag and devices. Every user is in exactly one of the classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// MFA is on, and the user has an active device.
    pub on_with_device: u64,
    /// MFA is on, and the user has no active device.
    pub on_without_device: u64,
    /// MFA is on, and devices were not read.
    pub on_not_checked: u64,
    /// MFA is on, but a bypass was read that has not expired.
    pub on_bypassed: u64,
    /// MFA is off, whatever is known of devices.
    pub off: u64,
    /// The flag is not known: absent, not a Boolean, or its answer was lost.
    pub unknown: u64,
    /// MFA is on, and the bypass was read, whether there is one or not. This isn't a class: these users
    /// are also counted in theirs.
    pub bypass_checked: u64,
}

/// A number of users that had to be checked for. It is only about those who were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// How many of the checked users were found.
    pub found: u64,
    /// How many users were checked.
    pub checked: u64,
    /// How many users there are to check in total.
    pub of: u64,
}

impl Checked {
    /// Whether no user was checked, so that the number has no meaning.
    #[must_use]
    pub const fn is_not_checked(&self) -> bool {
        self.checked == 0 && self.of > 0
    }

    /// Whether some users were checked and others not.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.checked > 0 && self.checked < self.of
    }
}

impl Counts {
    /// The number of users whose flag is on.
    #[must_use]
    pub const fn on(&self) -> u64 {
        self.on_with_device + self.on_without_device + self.on_not_checked + self.on_bypassed
    }

    /// Users with MFA on and an active bypass.
    #[must_use]
    pub const fn bypassed(&self) -> Checked {
        Checked { found: self.on_bypassed, checked: self.bypass_checked, of: self.on() }
    }

    /// Users with MFA on and no active device. Users with an active bypass are counted there.
    #[must_use]
    pub const fn without_device(&self) -> Checked {
        let checked = self.on_with_device + self.on_without_device;
        Checked { found: self.on_without_device, checked, of: checked + self.on_not_checked }
    }

    /// Counts one more user, whose bypass was read or not.
    pub const fn add(&mut self, class: Class, is_bypass_checked: bool) {
        let is_on = !matches!(class, Class::Off | Class::Unknown);
        self.bypass_checked += (is_on && is_bypass_checked) as u64;
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

    /// Adds the counts of other users to these.
    pub const fn join(&mut self, others: &Self) {
        self.on_with_device += others.on_with_device;
        self.on_without_device += others.on_without_device;
        self.on_not_checked += others.on_not_checked;
        self.on_bypassed += others.on_bypassed;
        self.off += others.off;
        self.unknown += others.unknown;
        self.bypass_checked += others.bypass_checked;
    }

    /// The number of users in all classes.
    #[must_use]
    pub const fn users(&self) -> u64 {
        self.on() + self.off + self.unknown
    }
}

/// The counts of one population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationStatus {
    /// The population; `None` for users without one.
    pub population: Option<PopulationId>,
    /// The counts of the population's users.
    pub counts: Counts,
}

/// The counts of all users that were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The counts of all populations together.
    pub all: Counts,
    /// By population, the largest first. They add up to `all`.
    pub populations: Vec<PopulationStatus>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_not_checked_is_not_zero() {
        let mut counts = Counts::default();
        assert!(!counts.bypassed().is_not_checked(), "without users there is nothing to check");
        for class in [Class::OnNotChecked, Class::OnNotChecked, Class::Off, Class::Unknown] {
            counts.add(class, false);
        }
        assert!(counts.bypassed().is_not_checked() && counts.without_device().is_not_checked());
        counts.add(Class::OnWithDevice, true);
        assert_eq!(counts.bypassed(), Checked { found: 0, checked: 1, of: 3 });
        assert!(counts.bypassed().is_partial() && counts.without_device().is_partial());
    }

    #[test]
    fn a_bypass_is_ignored_if_the_flag_is_off_or_not_known() {
        let mut counts = Counts::default();
        for class in [Class::Off, Class::Unknown, Class::OnBypassed, Class::OnWithoutDevice] {
            counts.add(class, true);
        }
        assert_eq!(counts.bypassed(), Checked { found: 1, checked: 2, of: 2 });
        assert_eq!(counts.without_device(), Checked { found: 1, checked: 1, of: 1 });
        let mut twice = counts;
        twice.join(&counts);
        assert_eq!(twice.bypassed(), Checked { found: 2, checked: 4, of: 4 });
        assert!(!twice.bypassed().is_partial());
    }
}
