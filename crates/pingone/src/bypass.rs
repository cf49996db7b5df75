//! The last known state of a user's MFA bypass: the time until which PingOne lets the user
//! sign in without a second factor.

use crate::time::Timestamp;

/// A user's bypass as it was last read. PingOne stores it apart from the user, so for most users it is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Bypass {
    /// The bypass hasn't been read from PingOne.
    #[default]
    NotChecked,
    /// The user had no bypass when it was read.
    None,
    /// The bypass expires at this time, or has already expired.
    Until(Timestamp),
}

impl Bypass {
    /// The expiry time, if the bypass is active at `now`.
    #[must_use]
    pub fn active(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Until(end) if end > now => Some(end),
            Self::Until(_) | Self::None | Self::NotChecked => None,
        }
    }
}

impl From<Option<Timestamp>> for Bypass {
    /// Converts PingOne's answer, in which `None` means no bypass.
    fn from(until: Option<Timestamp>) -> Self {
        until.map_or(Self::None, Self::Until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bypass_is_active_before_its_expiry_and_not_at_it() {
        assert_eq!(Bypass::Until(Timestamp(5)).active(Timestamp(4)), Some(Timestamp(5)));
        assert_eq!(Bypass::Until(Timestamp(5)).active(Timestamp(5)), None);
        assert_eq!(Bypass::from(None).active(Timestamp(0)), None);
        assert_eq!(Bypass::default(), Bypass::NotChecked);
    }
}
