//! Texts of the list that is filtered by a run report.

use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::report::Part;
use pingone_mfa_core::run::report_file::ReportFault;

use crate::console::unreadable_body::UnreadableBody;

use crate::console::users::text::{mfa_change, saving};

pub const OPEN: &str = "Filter by report…";
/// Button of a finished run.
pub const SHOW_IN_LIST: &str = "Show in list";
pub const READING: &str = "Loading the report …";
/// The choice of a part of the report.
pub const PART: &str = "Result of the run";
pub const CLOSE: &str = "Clear report filter";

/// Why a file can't be used.
pub fn unusable(unusable: &UnreadableBody<ReportFault>) -> String {
    match unusable {
        UnreadableBody::Fault(fault) if fault.field == "." => {
            format!("This file {}. Choose a report that this tool saved as JSON.", fault.problem)
        }
        _ => saving::unusable("report", "256 MB", unusable),
    }
}

pub fn shown(number: &str, at: &str) -> String {
    format!("Report of run {number} of {at}:")
}

pub fn part(locale: &dyn Locale, part: Part, to: bool, count: usize) -> String {
    let word = match part {
        Part::Planned => "all planned",
        Part::In(state) => mfa_change::state(state, to),
        Part::LeftOut => "skipped",
    };
    format!("{word} ({})", locale.number(count as u64))
}

/// Users of the report that can't be shown.
pub fn unlisted(locale: &dyn Locale, unlisted: usize, is_partial: bool) -> String {
    let verb = if unlisted == 1 { "isn't" } else { "aren't" };
    let number = locale.number(unlisted as u64);
    let advice = if is_partial { " The list isn't complete: load all users to see them." } else { "" };
    format!("{number} of them {verb} in the list.{advice}")
}
