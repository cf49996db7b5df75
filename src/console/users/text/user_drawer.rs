//! Texts of the user drawer.

use pingone::device::{Device, DeviceState};
use pingone::time::Timestamp;
use pingone::user::Account;
use pingone_mfa_core::directory::second_factor::{AccountNote, SecondFactor, SignInOutlook};
use pingone_mfa_core::ports::Locale;

/// Names the drawer until the user's name is known.
pub const NAME: &str = "User";
pub const READING_PART: &str = "reading …";
/// A part whose read failed; why is shown on request.
pub const UNREADABLE: &str = "Couldn't be read";
/// A part that was not requested.
pub const NOT_READ: &str = "Not read";
pub const NONE: &str = "None";
pub const COPY: &str = "Copy";
pub const COPY_ID: &str = "Copy user ID";
pub const ID: &str = "User ID";
pub const BYPASS: &str = "Bypass";
pub const GROUPS: &str = "Groups";
pub const REFRESH: &str = "Refresh";
pub const BYPASSING: &str = "Allowing …";
/// Shown if the deployment protects the user.
pub const PROTECTED: &str = "Protected account (set by your administrator). Nothing was sent.";
/// Shown if `PingID` is in use.
pub const PINGID: &str = "PingID is in use here. Its settings, not this flag, may decide whether this user is asked for a second factor.";
/// Shown if the role doesn't permit writing a bypass.
pub const BYPASS_FORBIDDEN: &str = "PingOne refused: your role doesn't permit bypasses. Nothing was changed. In PingOne's console: Directory, Users, the user, Services, Authentication, Allow MFA bypass.";

/// Shown if it could not be read whether a user is protected.
pub fn protection_unread(fault: &str) -> String {
    format!("Couldn't read whether this user is in a protected group, so nothing was sent. {fault}")
}

/// The initials in the circle: of the first and the last word of the name, or of the username. The style sheet makes
/// them capitals, so that the tables of all capitals aren't part of the program.
pub fn initials(name: &str, username: &str) -> String {
    let initial = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let name = if name == super::directory::NO_NAME { username } else { name };
    let mut words =
        name.split(|letter: char| letter.is_whitespace() || ".-_@".contains(letter)).filter_map(initial);
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

pub fn read_at(at: &str) -> String {
    format!("read {at}")
}

pub fn changed_at(at: &str) -> String {
    format!("changed {at}")
}

/// The accessible name of the button behind a value that shows more of it.
pub fn more(row: &str, has_failed: bool, is_open: bool) -> String {
    format!("{}: {row}", more_word(has_failed, is_open))
}

pub const fn more_word(has_failed: bool, is_open: bool) -> &'static str {
    match (is_open, has_failed) {
        (true, _) => "Hide",
        (false, true) => "Why?",
        (false, false) => "Show",
    }
}

pub fn more_groups(rest: usize) -> String {
    format!("{rest} more")
}

pub const fn account(account: Account) -> &'static str {
    match account {
        Account::Enabled => "Enabled",
        Account::Disabled => "Disabled",
        Account::Locked => "Locked",
        Account::Unknown => "Unknown",
    }
}

pub fn devices(devices: &[Device]) -> String {
    let usable = devices.iter().filter(|device| device.state == DeviceState::Active).count();
    match (devices.len(), usable) {
        (0, _) => NONE.into(),
        (all, usable) if all == usable => format!("{usable} active"),
        (all, usable) => format!("{usable} active of {all}"),
    }
}

pub fn paired(date: &str) -> String {
    format!("paired {date}")
}

pub const fn no_groups(is_told: bool) -> &'static str {
    if is_told { NONE } else { "Not returned by PingOne" }
}

/// The end of an active bypass.
pub fn until(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
    format!("Until {}", super::disable_dialog::here(locale, end, now))
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
pub const fn meaning(outlook: &SignInOutlook, has_pingid: bool) -> &'static str {
    let is_usable = outlook.account.is_none();
    match outlook.factor {
        SecondFactor::CanComplete => {
            "Can complete MFA: has an active device. Sign-on policies decide whether PingOne asks."
        }
        SecondFactor::Ready => "MFA is on, and this user has an active device.",
        SecondFactor::NoActiveDevice if is_usable => {
            "MFA is on, but this user has no active device. Depending on your sign-on policy they are let in without a second factor or turned away."
        }
        SecondFactor::NoActiveDevice => "MFA is on, but this user has no active device.",
        SecondFactor::DevicesNotRead => {
            "MFA is on. Devices weren't read, so it isn't known whether this user can complete MFA."
        }
        SecondFactor::BypassNotRead => {
            "MFA is on, and this user has an active device. Whether a bypass is active isn't known."
        }
        SecondFactor::Bypassed(_) => "MFA is on, and an MFA bypass is active.",
        SecondFactor::Off if has_pingid => "MFA is off: PingOne MFA can't ask this user for a second factor.",
        SecondFactor::Off => "MFA is off: PingOne can't ask this user for a second factor.",
        SecondFactor::FlagNotKnown => "Whether MFA is on isn't known.",
    }
}

/// An active bypass, of an account that can sign in or not.
pub fn bypass_active(until: &str, is_usable: bool) -> String {
    let then = if is_usable { " Until then this user signs in without a second factor." } else { "" };
    format!("MFA is on, but an MFA bypass is active {until}.{then}")
}

pub fn not_bypassed(why: &str) -> String {
    format!("{why} No bypass was set.")
}

/// A bypass whose response was lost.
pub fn bypass_lost(why: &str) -> String {
    format!("The request was sent, but the response was lost: the bypass may or may not have been set. {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        for (name, username, expected) in [
            ("Jonas Brandt", "jonas.brandt", "JB"),
            ("Ana Maria de Souza", "ana", "AS"),
            ("(no name)", "svc-print-07", "s0"),
            ("(no name)", "admin", "a"),
            ("  ", "x", ""),
        ] {
            assert_eq!(initials(name, username), expected, "{name}");
        }
    }
}
