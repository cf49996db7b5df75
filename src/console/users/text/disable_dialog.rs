//! Texts of the disable dialog and of the form for a bypass.

use pingone::time::Timestamp;
use pingone_mfa_core::ports::Locale;

/// Button that opens the form for a bypass.
pub const ALLOW: &str = "Allow…";
pub const BYPASS_MEANING: &str =
    "Allow sign-in without MFA for a while. MFA stays on and applies again afterwards.";
/// In the dialog, above the bypass as the milder way.
pub const INSTEAD: &str =
    "Only for a while? Allow a temporary bypass instead: MFA stays on and applies again afterwards.";
pub const HOURS: &str = "Hours";
/// Shown if the deployment forbids bypasses.
pub const NO_BYPASS: &str = "This deployment doesn't permit bypasses.";
/// Shown if the deployment forbids turning MFA off.
pub const NEVER_OFF: &str = "This deployment doesn't permit turning MFA off.";
/// Has the initial focus.
pub const CANCEL: &str = "Cancel";
pub const DISABLE: &str = "Disable MFA";

pub fn title(name: &str) -> String {
    format!("Disable MFA for {name}?")
}
/// Used if only a bypass is permitted.
pub fn title_of_bypass(name: &str) -> String {
    format!("Allow an MFA bypass for {name}?")
}

pub fn place(environment: &str, kind: &str) -> String {
    format!("{environment}, {kind}")
}

pub fn hours(hours: u64) -> String {
    if hours == 1 { "1 hour".into() } else { format!("{hours} hours") }
}
/// The end of the bypass, in local time and in UTC for a colleague elsewhere.
pub fn until(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
    format!("until {} ({})", here(locale, end, now), super::utc(end))
}
/// Button that allows the bypass.
pub fn allow(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
    format!("Allow until {}", here(locale, end, now))
}
/// The time if it is today, otherwise date and time: a time alone would mean today, and a date alone leaves the
/// hour open.
pub(super) fn here(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
    let time = locale.time(end);
    if locale.is_same_day(end, now) { time } else { format!("{} {time}", locale.date(end)) }
}

pub fn disabled(devices: Option<usize>) -> String {
    let kept = match devices {
        Some(0) => "",
        Some(1) => " PingOne doesn't document whether the paired device is kept.",
        _ => " PingOne doesn't document whether paired devices are kept.",
    };
    format!("PingOne can't ask this user for a second factor until MFA is enabled again.{kept}")
}
