//! What is known of a user's MFA bypass: the time until which PingOne lets the user in without a second factor.

use super::time::Timestamp;

/// What is known of a user's bypass. PingOne has it apart from the user, so that most are never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Bypass {
    /// It was not read.
    #[default]
    NotChecked,
    /// There was none when it was read.
    None,
    /// It ends at this time, or has ended.
    Until(Timestamp),
}

impl Bypass {
    /// When it ends, if it is active at `now`.
    #[must_use]
    pub fn active(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Until(end) if end > now => Some(end),
            Self::Until(_) | Self::None | Self::NotChecked => None,
        }
    }
}

impl From<Option<Timestamp>> for Bypass {
    /// What PingOne answered.
    fn from(until: Option<Timestamp>) -> Self {
        until.map_or(Self::None, Self::Until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bypass_is_active_until_its_end_and_not_at_it() {
        assert_eq!(Bypass::Until(Timestamp(5)).active(Timestamp(4)), Some(Timestamp(5)));
        assert_eq!(Bypass::Until(Timestamp(5)).active(Timestamp(5)), None);
        assert_eq!(Bypass::from(None).active(Timestamp(0)), None);
        assert_eq!(Bypass::default(), Bypass::NotChecked);
    }
}
