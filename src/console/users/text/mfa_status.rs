//! Texts of the MFA status. They never call it coverage.

use pingone::fault::{Fault, RetryKind};
use pingone::time::Timestamp;
use pingone_mfa_core::directory::snapshot::Presence;
use pingone_mfa_core::directory::status::Counts;
use pingone_mfa_core::ports::Locale;

use pingone_mfa_core::directory::snapshot_file::SnapshotFault;

use crate::console::unreadable_body::UnreadableBody;
use crate::console::users::directory::Report;

pub const NAME: &str = "MFA status";
/// What on means, and what the page doesn't know.
pub const MEANING: &str = "On means that PingOne may ask this user for a second factor. Whether it asks is decided by sign-on policies and DaVinci flows, which this page doesn't read.";
/// Which users the numbers count.
pub const VISIBLE: &str =
    "Counted are those that your token may see; a role may be limited to some populations.";
pub const NOT_READ: &str = "PingOne's report of devices isn't loaded.";
pub const READ_DEVICES: &str = "Read PingOne's report of devices";
pub const REPORT_COST: &str = "PingOne makes one every 5 s at most; its data is up to 15 min old.";
pub const READING_DEVICES: &str = "Reading PingOne's report of devices …";
/// Shown if `PingID` is in use.
pub const PINGID: &str = "PingID is in use here. For users of PingID this flag may not decide whether they are asked for a second factor.";
pub const HEADS: [&str; 9] =
    ["Population", "Users", "On", "Share", "No device", "Not checked", "Bypassed", "Off", "Unknown"];
pub const ALL: &str = "All users";
pub const NO_POPULATION: &str = "No population";
pub const COPY_SUMMARY: &str = "Copy summary";
pub const SAVE_SNAPSHOT: &str = "Save snapshot";
pub const COMPARE: &str = "Compare with a snapshot …";
pub const STOP_COMPARING: &str = "Stop comparing";

pub fn unusable(unusable: &UnreadableBody<SnapshotFault>) -> String {
    super::saving::unusable("snapshot", "1 MB", unusable)
}

pub const PRINT: &str = "Print";
pub const USERS: &str = "users";
pub const ON: &str = "MFA on";
pub const NO_DEVICE: &str = "MFA on, no device";
pub const NOT_CHECKED: &str = "MFA on, devices not checked";
pub const BYPASSED: &str = "MFA on, but bypassed";
pub const OFF: &str = "MFA off";
pub const UNKNOWN: &str = "MFA unknown";
/// Shown instead of a number if no user's devices were checked.
pub const NOT_CHECKED_YET: &str = "not checked";
pub const LEGEND_ON: &str = "on, with a device";
pub const LEGEND_BYPASSED: &str = "on, bypassed";
pub const LEGEND_NOT_CHECKED: &str = "on, not checked";
pub const LEGEND_NO_DEVICE: &str = "on, no device";
pub const LEGEND_OFF: &str = "off";
pub const LEGEND_UNKNOWN: &str = "unknown";

/// Shown after a number if only some users' devices were checked.
pub fn of_checked(checked: &str) -> String {
    format!(" of {checked} checked")
}

pub fn headline(locale: &dyn Locale, counts: &Counts) -> String {
    let (on, users) = (locale.number(counts.on()), locale.number(counts.users()));
    let share = super::percent(counts.on(), counts.users()).map(|share| format!(" ({share} %)"));
    format!("MFA is on for {on} of {users} users{}.", share.unwrap_or_default())
}
/// On paper: when the list behind the numbers was loaded.
pub fn read_on(locale: &dyn Locale, at: Timestamp) -> String {
    format!("List read on {} at {}.", locale.date(at), locale.time(at))
}
/// The device report that was merged with the list.
pub fn report(locale: &dyn Locale, report: &Report) -> String {
    let number = |number: usize| locale.number(number as u64);
    let unreadable = match report.unreadable {
        0 => String::new(),
        rows => format!(" {} of its rows could not be read.", number(rows)),
    };
    let at = locale.time(report.made_at);
    format!(
        "Devices: PingOne's report of {at}, with {} users. Its data is up to 15 min older.{unreadable}",
        number(report.users)
    )
}
/// Why the device report is missing.
pub fn no_report(fault: &Fault) -> String {
    let way = "Devices of a selection can be read one by one.";
    match fault {
        _ if fault.retry() == RetryKind::WithNewToken => {
            format!("{} With another token the report of devices goes on.", super::fault(fault))
        }
        Fault::RoleMissing(_) => format!("Your token may not use PingOne's report of devices. {way}"),
        _ => format!("{} {way}", super::fault(fault)),
    }
}

pub fn compared(at: &str) -> String {
    format!("Compared with the snapshot of {at}:")
}
/// How a population has changed.
pub fn change(locale: &dyn Locale, name: &str, presence: &Presence) -> String {
    let on = |counts: &Counts| format!("{} of {}", locale.number(counts.on()), locale.number(counts.users()));
    match presence {
        Presence::Stayed { before, after } if before == after => {
            format!("{name}: unchanged, on {}", on(after))
        }
        Presence::Stayed { before, after } => format!("{name}: on {}, was {}", on(after), on(before)),
        Presence::Came { after } => format!("{name}: on {}, was not in it", on(after)),
        Presence::Went { before } => format!("{name}: was {}, has no users now", on(before)),
    }
}
/// A number that can be pressed.
pub fn show(count: &str, whose: &str, label: &str) -> String {
    format!("Show {count}: {whose}, {label}")
}
/// Populations that are not in the table.
pub fn rest(populations: &str) -> String {
    format!("And {populations} smaller populations; the filter has them all.")
}
