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
pub const VISIBLE: &str = "Counts include only users your role can see.";
/// What the device report doesn't say. The user drawer, which reads the devices themselves, may show fewer active ones.
pub const REPORTED: &str = "PingOne's device report doesn't say which devices are blocked or locked, so they count as active until the user's own devices are read.";
/// Button that shows the meaning.
pub const WHAT_ON_MEANS: &str = "What “on” means";
pub const BY_POPULATION: &str = "By population";
pub const LOAD_DEVICES: &str = "Load device report";
pub const REPORT_AGE: &str = "Data may be up to 15 minutes old";
pub const LOADING_DEVICES: &str = "Loading device report …";
pub const NOT_LOADED: &str = "Device report not loaded";
pub const REFRESH_DEVICES: &str = "Refresh device report";
pub const PINGID_IN_USE: &str = "PingID is in use";
/// Shown if `PingID` is in use.
pub const PINGID: &str =
    "For users of PingID this flag may not decide whether they are asked for a second factor.";
pub const HEADS: [&str; 9] =
    ["Population", "Users", "On", "Share", "No device", "Not checked", "Bypassed", "Off", "Unknown"];
pub const ALL: &str = "All users";
pub const NO_POPULATION: &str = "No population";
pub const COPY_SUMMARY: &str = "Copy summary";
pub const SAVE_SNAPSHOT: &str = "Save snapshot";
pub const COMPARE: &str = "Compare with snapshot…";
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

/// Shown after a number if only some users' devices were checked.
pub fn of_checked(checked: &str) -> String {
    format!(" of {checked} checked")
}

pub fn headline(locale: &dyn Locale, counts: &Counts) -> String {
    let (on, users) = (locale.number(counts.on()), locale.number(counts.users()));
    let noun = if counts.users() == 1 { "user" } else { "users" };
    format!("MFA is on for {on} of {users} {noun}")
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
        rows => format!(" {} of its rows couldn't be read.", number(rows)),
    };
    format!("Devices from PingOne's report of {}.{unreadable}", locale.time(report.made_at))
}
/// Why the device report is missing.
pub fn no_report(fault: &Fault) -> String {
    let way = "Devices of selected users can be checked one by one.";
    match fault {
        _ if fault.retry() == RetryKind::WithNewToken => {
            format!("{} The device report continues with a new token.", super::fault(fault))
        }
        Fault::RoleMissing(_) => format!("Your token doesn't have access to PingOne's device report. {way}"),
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
