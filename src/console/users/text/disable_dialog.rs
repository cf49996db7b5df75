//! Texts of the disable dialog.

use pingone::time::Timestamp;
use pingone_mfa_core::ports::Locale;

/// The first option.
pub const BYPASS_WAY: &str = "Allow sign-on without MFA for";
pub const BYPASS_MEANING: &str = "MFA stays on and asks again afterwards.";
pub const HOURS: &str = "Hours";
/// The second option.
pub const DISABLE_WAY: &str = "Disable MFA until someone enables it again";
/// Shown if the deployment forbids the first option.
pub const NO_BYPASS: &str = "This deployment doesn't permit bypasses.";
/// Shown if the deployment forbids the second option.
pub const NEVER_OFF: &str = "This deployment doesn't permit turning MFA off.";
/// Has the initial focus.
pub const KEEP: &str = "Keep as it is";
pub const DISABLE: &str = "Disable MFA";

pub fn title(name: &str) -> String {
    format!("Change MFA for {name}")
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
/// Button of the first option.
pub fn allow(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
    format!("Allow until {}", here(locale, end, now))
}
/// The time if it is today, otherwise date and time: a time alone would mean today, and a date alone leaves the
/// hour open.
fn here(locale: &dyn Locale, end: Timestamp, now: Timestamp) -> String {
    let time = locale.time(end);
    if locale.is_same_day(end, now) { time } else { format!("{} {time}", locale.date(end)) }
}

pub fn disabled(devices: Option<usize>) -> String {
    let devices = match devices {
        Some(1) => "the paired device is".to_owned(),
        Some(devices) if devices > 1 => format!("the {devices} paired devices are"),
        _ => "paired devices are".to_owned(),
    };
    format!("PingOne can't ask this person for a second factor then. It doesn't say whether {devices} kept.")
}
