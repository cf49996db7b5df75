//! The list, filtered by a run's report.

use pingone_mfa_core::ports::Locale;
use pingone_mfa_core::run::report::Part;
use pingone_mfa_core::run::report_file::ReportFault;

use crate::state::unusable::UnreadableBody;

use super::{run, saving};

/// The button.
pub const OPEN: &str = "From a run's report …";
/// The button at a run that is over.
pub const SHOW_IN_LIST: &str = "Show in the list";
/// While the file is read.
pub const READING: &str = "Reading the report …";
/// The choice among the report's people.
pub const PART: &str = "Result of the run";
/// Lets the report go.
pub const CLOSE: &str = "Close report";

/// Why a file can't be used.
pub fn unusable(unusable: &UnreadableBody<ReportFault>) -> String {
    match unusable {
        UnreadableBody::Fault(fault) if fault.field == "." => {
            format!("This file {}. Choose a report that this page saved as JSON.", fault.problem)
        }
        _ => saving::unusable("report", "256 MB", unusable),
    }
}

/// Which report it is.
pub fn shown(number: &str, at: &str) -> String {
    format!("Report of run {number} of {at}:")
}

/// Some of its people.
pub fn part(locale: &dyn Locale, part: Part, count: usize) -> String {
    let word = match part {
        Part::Planned => "everyone planned",
        Part::In(state) => run::state(state),
        Part::LeftOut => "left out",
    };
    format!("{word} ({})", locale.number(count as u64))
}

/// How many of them can't be shown.
pub fn unlisted(locale: &dyn Locale, unlisted: usize, is_partial: bool) -> String {
    let verb = if unlisted == 1 { "is" } else { "are" };
    let number = locale.number(unlisted as u64);
    let advice = if is_partial { " The list isn't complete: load all users to see them." } else { "" };
    format!("{number} of them {verb} not in the list.{advice}")
}
