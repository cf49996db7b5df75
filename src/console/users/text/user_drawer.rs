//! Texts of the user drawer.

use pingone::device::{Device, DeviceState};
use pingone_mfa_core::directory::second_factor::{AccountNote, SecondFactor, SignInOutlook};

pub const NAME: &str = "User";
pub const READING: &str = "Reading the user …";
pub const READING_PART: &str = "reading …";
/// Shown if it could not be read whether a user is protected.
pub fn protection_unread(fault: &str) -> String {
    format!("Whether this person is in a protected group could not be read, so nothing was sent. {fault}")
}
/// A part that was not requested.
pub const NOT_READ: &str = "not read";
pub const CLOSE: &str = "Close";
pub const COPY_ID: &str = "Copy ID";
pub const ID: &str = "ID";
pub const BYPASS: &str = "Bypass";
pub const NO_BYPASS: &str = "none";
pub const GROUPS: &str = "Groups";
pub const DEFAULT: &str = "Default";
/// Shown if the role doesn't permit reading the default.
pub const DEFAULT_FORBIDDEN: &str =
    "for new users: not readable with this role. An Environment Admin can look it up.";
pub const BYPASSING: &str = "Allowing …";
/// Shown if the role doesn't permit writing a bypass.
pub const BYPASS_FORBIDDEN: &str = "PingOne refused: your role may not allow a bypass. Nothing was changed. In PingOne's console it is under Directory, Users, the user, Services, Authentication: Allow MFA bypass.";

pub fn read_at(at: &str) -> String {
    format!("read {at}")
}

pub fn devices(devices: &[Device]) -> String {
    let usable = devices.iter().filter(|device| device.state == DeviceState::Active).count();
    match (devices.len(), usable) {
        (0, _) => "none".into(),
        (all, usable) if all == usable => format!("{usable} active"),
        (all, usable) => format!("{usable} active of {all}"),
    }
}

pub fn paired(date: &str) -> String {
    format!("paired {date}")
}

pub const fn no_groups(is_told: bool) -> &'static str {
    if is_told { "none" } else { "PingOne doesn't say" }
}

pub const fn default(enabled: Option<bool>) -> &'static str {
    match enabled {
        Some(true) => "new users begin with MFA on",
        Some(false) => "new users begin with MFA off",
        None => "for new users: PingOne doesn't say",
    }
}
/// Shown first if the account itself prevents signing in.
pub const fn account_note(note: AccountNote) -> &'static str {
    match note {
        AccountNote::Locked => {
            "Account is locked: unlock it in PingOne's console. Until then this user can't sign in."
        }
        AccountNote::Disabled => {
            "Account is disabled: enable it in PingOne's console. Until then this user can't sign in."
        }
        AccountNote::NotStated => "PingOne doesn't say whether this account can sign in.",
    }
}
/// What account, flag, bypass and devices mean together. If the account prevents signing in, that is shown first,
/// and nothing here says that the user signs in.
pub const fn meaning(outlook: &SignInOutlook) -> &'static str {
    let is_usable = outlook.account.is_none();
    match outlook.factor {
        SecondFactor::CanComplete => {
            "Can complete MFA: has an active device. Sign-on policies decide whether PingOne asks."
        }
        SecondFactor::Ready => "MFA is on, and there is an active device.",
        SecondFactor::NoActiveDevice if is_usable => {
            "MFA is on, but there is no active device. Depending on your sign-on policy this user is let in without a second factor or turned away. This page can't see which."
        }
        SecondFactor::NoActiveDevice => "MFA is on, but there is no active device.",
        SecondFactor::DevicesNotRead => {
            "MFA is on. Whether this user could complete it isn't known: devices were not read."
        }
        SecondFactor::BypassNotRead => {
            "MFA is on, and there is an active device. Whether a bypass is active isn't known: it was not read."
        }
        SecondFactor::Bypassed(_) if is_usable => {
            "MFA is on, but a bypass is active: until it ends this person is let in without a second factor."
        }
        SecondFactor::Bypassed(_) => "MFA is on, and a bypass is active.",
        SecondFactor::Off => "MFA is off: PingOne can't ask this user for a second factor.",
        SecondFactor::FlagNotKnown => "The flag is not known.",
    }
}

pub fn bypassed(until: &str, at: &str) -> String {
    format!("Bypass {until}. PingOne answered at {at}.")
}

pub fn not_bypassed(why: &str) -> String {
    format!("{why} No bypass was set.")
}
/// A bypass whose response was lost.
pub fn bypass_lost(why: &str) -> String {
    format!("Sent, answer lost: the bypass may have been set or not. {why}")
}
