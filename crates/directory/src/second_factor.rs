//! What a user's account, flag, bypass and devices mean together at sign-in.
//!
//! The user drawer shows these parts and the conclusion side by side, so both use the same facts: a part that wasn't
//! read isn't guessed from another source.

use pingone::bypass::Bypass;
use pingone::device::Devices;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa};

/// The facts that the user drawer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInFacts {
    /// The state of the user's account.
    pub account: Account,
    /// The MFA flag of the user, `mfaEnabled`.
    pub mfa: Mfa,
    /// What is known of the user's bypass.
    pub bypass: Bypass,
    /// What is known of the user's active devices.
    pub devices: Devices,
}

/// Why an account can't sign in, or may not be able to. It is shown first, because nothing else
/// matters until it is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountNote {
    /// Locked after failed attempts.
    Locked,
    /// Disabled by an administrator.
    Disabled,
    /// PingOne didn't say whether the account can be used.
    NotStated,
}

/// The conclusion about the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// It isn't known whether the flag is on.
    FlagNotKnown,
    /// The flag is off, whatever else is known.
    Off,
    /// The flag is on, and a bypass is active until this time.
    Bypassed(Timestamp),
    /// The flag is on, and the user has no active device.
    NoActiveDevice,
    /// The flag is on, and devices were not read.
    DevicesNotRead,
    /// The flag is on and there is an active device, but whether a bypass is active was not read.
    BypassNotRead,
    /// The flag is on, there is an active device and no bypass, but the account can't sign in, or may not be able to.
    Ready,
    /// The user can complete MFA: all facts are known, and none prevents it.
    CanComplete,
}

/// The conclusion about a user's sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInOutlook {
    /// A note about the account, if the account itself prevents signing in.
    pub account: Option<AccountNote>,
    /// The conclusion about the second factor.
    pub factor: SecondFactor,
}

impl SignInFacts {
    /// What the facts mean together at `now`.
    #[must_use]
    pub fn outlook(self, now: Timestamp) -> SignInOutlook {
        let account = match self.account {
            Account::Enabled => None,
            Account::Locked => Some(AccountNote::Locked),
            Account::Disabled => Some(AccountNote::Disabled),
            Account::Unknown => Some(AccountNote::NotStated),
        };
        SignInOutlook { account, factor: self.factor(account.is_none(), now) }
    }

    fn factor(self, is_usable: bool, now: Timestamp) -> SecondFactor {
        match self.mfa {
            Mfa::Unknown => return SecondFactor::FlagNotKnown,
            Mfa::Off => return SecondFactor::Off,
            Mfa::On => {}
        }
        if let Some(until) = self.bypass.active(now) {
            return SecondFactor::Bypassed(until);
        }
        match (self.devices, self.bypass) {
            (Devices::NotChecked, _) => SecondFactor::DevicesNotRead,
            (Devices::Usable(0), _) => SecondFactor::NoActiveDevice,
            (Devices::Usable(_), Bypass::NotChecked) => SecondFactor::BypassNotRead,
            (Devices::Usable(_), _) if is_usable => SecondFactor::CanComplete,
            (Devices::Usable(_), _) => SecondFactor::Ready,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1000);
    const LATER: Timestamp = Timestamp(1001);
    const ACCOUNTS: [Account; 4] = [Account::Enabled, Account::Locked, Account::Disabled, Account::Unknown];
    const BYPASSES: [Bypass; 5] = [
        Bypass::NotChecked,
        Bypass::None,
        Bypass::Until(LATER),
        Bypass::Until(NOW),
        Bypass::Until(Timestamp(1)),
    ];
    const DEVICES: [Devices; 4] =
        [Devices::NotChecked, Devices::Usable(0), Devices::Usable(1), Devices::Usable(255)];

    fn all() -> impl Iterator<Item = (SignInFacts, SignInOutlook)> {
        let facts = ACCOUNTS.into_iter().flat_map(|account| {
            [Mfa::On, Mfa::Off, Mfa::Unknown].into_iter().flat_map(move |mfa| {
                BYPASSES.into_iter().flat_map(move |bypass| {
                    DEVICES.map(|devices| SignInFacts { account, mfa, bypass, devices })
                })
            })
        });
        facts.map(|facts| (facts, facts.outlook(NOW)))
    }

    #[test]
    fn a_user_can_complete_mfa_only_if_every_fact_agrees() {
        for (facts, outlook) in all() {
            let is_reported = outlook.factor == SecondFactor::CanComplete;
            let has_device = matches!(facts.devices, Devices::Usable(1..));
            let has_no_bypass =
                facts.bypass == Bypass::None || matches!(facts.bypass, Bypass::Until(end) if end <= NOW);
            let is_enabled_and_on = facts.account == Account::Enabled && facts.mfa == Mfa::On;
            assert_eq!(is_reported, is_enabled_and_on && has_device && has_no_bypass, "{facts:?}");
        }
    }

    #[test]
    fn an_account_that_cannot_sign_in_is_reported_whatever_the_other_facts() {
        for (facts, outlook) in all() {
            let expected = match facts.account {
                Account::Enabled => None,
                Account::Locked => Some(AccountNote::Locked),
                Account::Disabled => Some(AccountNote::Disabled),
                Account::Unknown => Some(AccountNote::NotStated),
            };
            assert_eq!(outlook.account, expected, "{facts:?}");
        }
    }

    #[test]
    fn no_conclusion_contradicts_a_fact_or_uses_one_that_was_not_read() {
        for (facts, outlook) in all() {
            let holds = match outlook.factor {
                SecondFactor::FlagNotKnown => facts.mfa == Mfa::Unknown,
                SecondFactor::Off => facts.mfa == Mfa::Off,
                SecondFactor::Bypassed(until) => {
                    facts.mfa == Mfa::On && facts.bypass == Bypass::Until(until) && until > NOW
                }
                SecondFactor::NoActiveDevice => facts.devices == Devices::Usable(0),
                SecondFactor::DevicesNotRead => facts.devices == Devices::NotChecked,
                SecondFactor::BypassNotRead => facts.bypass == Bypass::NotChecked,
                SecondFactor::Ready | SecondFactor::CanComplete => {
                    matches!(facts.devices, Devices::Usable(1..)) && facts.bypass != Bypass::NotChecked
                }
            };
            let is_on = matches!(outlook.factor, SecondFactor::FlagNotKnown | SecondFactor::Off)
                || facts.mfa == Mfa::On;
            let is_not_bypassed = matches!(outlook.factor, SecondFactor::Bypassed(_))
                || facts.mfa != Mfa::On
                || facts.bypass.active(NOW).is_none();
            assert!(holds && is_on && is_not_bypassed, "{facts:?}: {outlook:?}");
        }
    }

    #[test]
    fn the_usual_cases_have_the_expected_conclusions() {
        let facts = |account, mfa, bypass, devices| SignInFacts { account, mfa, bypass, devices };
        let on = |account, bypass, devices| facts(account, Mfa::On, bypass, devices).outlook(NOW);
        let none = Bypass::None;
        for (outlook, account, factor) in [
            (on(Account::Enabled, none, Devices::Usable(1)), None, SecondFactor::CanComplete),
            (on(Account::Locked, none, Devices::Usable(1)), Some(AccountNote::Locked), SecondFactor::Ready),
            (
                on(Account::Disabled, none, Devices::Usable(2)),
                Some(AccountNote::Disabled),
                SecondFactor::Ready,
            ),
            (
                on(Account::Unknown, none, Devices::Usable(1)),
                Some(AccountNote::NotStated),
                SecondFactor::Ready,
            ),
            (
                on(Account::Locked, Bypass::Until(LATER), Devices::Usable(0)),
                Some(AccountNote::Locked),
                SecondFactor::Bypassed(LATER),
            ),
            (on(Account::Enabled, Bypass::Until(NOW), Devices::Usable(1)), None, SecondFactor::CanComplete),
            (on(Account::Enabled, Bypass::NotChecked, Devices::Usable(1)), None, SecondFactor::BypassNotRead),
            (
                on(Account::Enabled, Bypass::NotChecked, Devices::Usable(0)),
                None,
                SecondFactor::NoActiveDevice,
            ),
            (on(Account::Enabled, none, Devices::NotChecked), None, SecondFactor::DevicesNotRead),
        ] {
            assert_eq!(outlook, SignInOutlook { account, factor });
        }
        let off = facts(Account::Locked, Mfa::Off, Bypass::Until(LATER), Devices::Usable(1)).outlook(NOW);
        assert_eq!(off, SignInOutlook { account: Some(AccountNote::Locked), factor: SecondFactor::Off });
    }
}
