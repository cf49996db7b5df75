//! Texts of the runs that are stored in this browser, and of run files.

use crate::console::runs::run::FilteredOut;
use crate::console::runs::text::run::users_or_one;

/// Added to what is said about a stored run that was saved for another computer.
pub fn was_handed_over(when: &str) -> String {
    format!(" Saved for another computer at {when}: you will be asked before it continues here.")
}
/// Deletes a stored run.
pub const DELETE: &str = "Delete…";
/// Shows a stored run that has finished.
pub const OPEN: &str = "Open";
/// Continues a run from a file.
pub const OPEN_FILE: &str = "Open run file…";

/// Why a run file is not accepted.
pub fn not_taken(why: &FilteredOut) -> String {
    match why {
        FilteredOut::Fault(fault) => {
            format!("This run file can't be used: {fault}. Nothing was stored or sent.")
        }
        FilteredOut::Unreadable => "The file could not be read. Nothing was stored or sent.".into(),
        FilteredOut::Silent => format!("{} Nothing was stored or sent.", super::FILE_SILENT),
        FilteredOut::NotListed(why) => format!(
            "Runs that were stored here earlier can't be shown ({why}). One of them may be unfinished: reload the page before you start another."
        ),
        FilteredOut::OtherEnvironment => {
            "The run file is of another environment. Connect to that one. Nothing was stored or sent.".into()
        }
        FilteredOut::HereAlready => {
            "This run is stored in this browser already. Continue it in the table, or delete it first.".into()
        }
        FilteredOut::WorkingElsewhere => {
            "A run in this environment is working in another tab. Stop it there before you delete one.".into()
        }
        FilteredOut::NotStored(fault) => super::fault(fault),
    }
}

/// Heading of the stored runs.
pub const STORED: &str = "Runs stored in this browser";

/// How long runs are kept.
pub fn kept(days: u64) -> String {
    let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    format!("Stored in this browser for {days}. Reports and run files last longer.")
}

pub const NONE_STORED: &str = "No runs stored in this browser";
pub const NONE_STORED_MEANING: &str = "A run changes MFA of many users: select users in the tab Users, then Enable MFA or Disable MFA. To continue a run from another computer, open its run file.";
/// The headers of the table of runs.
pub const PLAN: &str = "Plan";
pub const WHAT: &str = "What";
pub const USERS: &str = "Users";
pub const RESULT: &str = "Result";
pub const STARTED: &str = "Started";
pub const BY: &str = "By";
pub const REFERENCE: &str = "Reference";
pub const ACTIONS: &str = "Actions";
/// Shows the tab with the runs.
pub const SHOW_RUNS: &str = "Show runs";
/// Why a stored run can't be opened or continued now.
pub const ANOTHER_IS_OPEN: &str = "Finish or stop the current run first.";
/// In place of a value that is not there.
pub const NOTHING: &str = "–";

/// That a stored run isn't finished.
pub fn unfinished(to: bool, number: &str, count: u32, left: &str) -> String {
    format!(
        "A run isn't finished: {}, plan {number}, {left} {} remaining.",
        super::mfa_change::action(to),
        users_or_one(count)
    )
}

/// That several stored runs aren't finished.
pub fn several_unfinished(runs: usize) -> String {
    format!("{runs} runs aren't finished.")
}

/// How far a stored run is.
pub fn so_far(done: &str, all: &str, open: u32) -> String {
    let checked =
        if open > 0 { ". Users whose request may already have been sent are checked first" } else { "" };
    format!("Not finished: {done} of {all} done{checked}")
}

/// The result of a stored run.
pub fn result(
    changed: &str,
    not_changed: &(u32, String),
    lost: &(u32, String),
    not_touched: &(u32, String),
) -> String {
    let part = |(count, users): &(u32, String), what: &str| {
        if *count > 0 { format!(", {users} {what}") } else { String::new() }
    };
    let sum = format!("{changed} changed{}{}", part(not_changed, "not"), part(lost, "with a lost response"));
    if not_touched.0 > 0 { format!("Stopped: {sum}{}", part(not_touched, "not touched")) } else { sum }
}

/// A stored run that can't be read.
pub fn damaged(why: &str) -> String {
    format!("Damaged: {why}. It can't be continued.")
}
