//! Texts of the import of a file of users.

pub mod guesses;

pub use crate::console::text::{CLOSE, mfa_change};
pub use crate::text::FILE_SILENT;

use pingone_mfa_core::import::{Encoding, Identity, ImportFault, Problem, Separator};
use pingone_mfa_core::ports::Locale;

use crate::console::import::match_group::MatchGroup;
use crate::console::import::state::UnreadableImport;
use crate::console::import::state::{LARGEST, LineProblem, MOST_LOOKED_UP, Understood};

pub const NAME: &str = "Import list";
/// Opens another file.
pub const ANOTHER: &str = "Choose another file";
pub const READING: &str = "Reading the file …";
/// What happens to the file.
pub const PLACE: &str = "The file stays in this browser's memory until you close this dialog. Only what is looked up is sent to PingOne.";
/// Field for the column.
pub const COLUMN: &str = "Column";
/// Field for the attribute in the column.
pub const HOLDS: &str = "Match by";
pub const PREVIEW: &str = "First lines";
pub const LINE: &str = "Line";
/// The section on how the file is read.
pub const READ_AS: &str = "How the file is read";
/// Name of the table of results.
pub const GROUPS: &str = "Users in the list";
/// Ends a lookup.
pub const STOP: &str = "Stop";
/// Resumes a paused lookup.
pub const GO_ON: &str = "Continue";
pub const SELECT: &str = "Select in table";
pub const DESELECT: &str = "Remove from selection";
/// What selecting does as well.
pub const SELECT_MEANING: &str =
    "Search and filters are cleared first, so that all selected users are shown.";
pub const NO_USERS: &str = "No users found.";
/// Shown because a lookup may find fewer users than the list would.
pub const CAPITALS: &str = "PingOne may be case-sensitive: each line was looked up as written and in lower case. In the list of all users, case doesn't matter.";

/// The attribute that identifies users.
pub const fn identity(identity: Identity) -> &'static str {
    match identity {
        Identity::UserId => "User ID",
        Identity::ExternalId => "External ID",
        Identity::Username => "Username",
        Identity::Email => "Email",
    }
}

const fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::Utf16Le => "UTF-16 (low byte first)",
        Encoding::Utf16Be => "UTF-16 (high byte first)",
        Encoding::Windows1252 => "Windows-1252",
    }
}

const fn separator(separator: Option<Separator>) -> &'static str {
    match separator {
        None => "one column",
        Some(Separator::Comma) => "separated by commas",
        Some(Separator::Semicolon) => "separated by semicolons",
        Some(Separator::Tab) => "separated by tabs",
        Some(Separator::Bar) => "separated by vertical bars",
    }
}

/// The choice of the header line.
pub fn header(locale: &dyn Locale, line: usize) -> String {
    if line == 1 {
        return "The first line names the columns".into();
    }
    format!("Line {} names the columns", locale.number(line as u64))
}

fn lines(locale: &dyn Locale, lines: usize) -> String {
    let noun = if lines == 1 { "line" } else { "lines" };
    format!("{} {noun}", locale.number(lines as u64))
}

/// How the file was interpreted.
pub fn understood(locale: &dyn Locale, list: &Understood) -> String {
    let header = if list.has_header { "below a header" } else { "without a header" };
    let (encoding, separator) = (encoding(list.encoding), separator(list.separator));
    format!("{encoding}, {separator}, {} of users {header}.", lines(locale, list.lines))
}

pub fn column(place: usize) -> String {
    format!("Column {}", place + 1)
}

/// A problem of some lines.
pub fn line_problem(locale: &dyn Locale, line_problem: &LineProblem) -> String {
    let first: Vec<String> = line_problem
        .first
        .iter()
        .map(|(line, value)| {
            let line = locale.number(*line as u64);
            if value.is_empty() { format!("line {line}") } else { format!("line {line}: {value}") }
        })
        .collect();
    let more = if line_problem.lines > line_problem.first.len() { ", …" } else { "" };
    let (lines, first) = (lines(locale, line_problem.lines), first.join(", "));
    let what = match line_problem.problem {
        Problem::Empty => "with an empty cell in this column",
        Problem::SpreadsheetNumber => {
            return format!(
                "{lines} with a number that the spreadsheet shortened; its last digits are lost ({first}{more}). Format the column as text, enter the numbers again and save the file anew."
            );
        }
        Problem::DecimalNumber => {
            return format!(
                "{lines} with a number that ends in zeros after the point ({first}{more}). They count as not found: write the numbers without decimal places and save the file anew."
            );
        }
        Problem::NotAnId => "whose cell isn't a user ID",
        Problem::NotAnAddress => "whose cell isn't a single email address",
        Problem::OtherCellCount => "with another number of cells than the other lines",
        Problem::Unreadable => "with a character that can't be read",
        Problem::Token => "with an access token, which isn't shown or sent",
        Problem::SeveralAddresses => {
            return format!(
                "{lines} with several addresses in one cell ({first}{more}). They count as not found: put each address in a line of its own."
            );
        }
        Problem::FilteredOut => {
            return format!("{lines} not taken, as you chose ({first}{more}). They count as not found.");
        }
    };
    format!("{lines} {what} ({first}{more}). They count as not found.")
}

/// Why a file can't be imported.
pub fn unusable(locale: &dyn Locale, unusable: UnreadableImport) -> String {
    match unusable {
        UnreadableImport::Fault(ImportFault::Empty) => "This file is empty: no line has any text. Choose the file that lists the users.".into(),
        UnreadableImport::Fault(ImportFault::Html) => "This file is a web page or XML, not a list. Some systems call their pages .csv or .xls: open it in a spreadsheet and save it as CSV.".into(),
        UnreadableImport::Fault(ImportFault::Json) => "This file is JSON, not a list. Save the users as CSV, or write each user in a line of its own.".into(),
        UnreadableImport::Fault(ImportFault::Document) => "This file is a document, not a list. Copy the users into a text file, each in a line of its own.".into(),
        UnreadableImport::Fault(ImportFault::Workbook) => "This file is a workbook or an archive. Open it in the spreadsheet and save the sheet as CSV.".into(),
        UnreadableImport::Fault(ImportFault::ZeroByte { line }) => format!(
            "This file isn't text: line {} has a zero byte. Save the list as CSV or as text and choose that file.",
            locale.number(line as u64)
        ),
        UnreadableImport::Fault(ImportFault::TooManyLines { limit }) => format!(
            "This list has more than {} lines. Split it into several files and import one after the other.",
            locale.number(limit as u64)
        ),
        UnreadableImport::TooLarge => format!(
            "This file is larger than {} MB and was not read. Keep only the column that identifies the users, or split the list.",
            LARGEST >> 20
        ),
        UnreadableImport::Silent => FILE_SILENT.into(),
        UnreadableImport::Unreadable => "The browser could not read this file. It may have been moved, or be open elsewhere: close it there and choose it again.".into(),
    }
}

/// Button for the lookup.
pub fn look_up(locale: &dyn Locale, list: &Understood) -> String {
    format!("Look up {} in PingOne", lines(locale, list.lines))
}

pub fn cost(locale: &dyn Locale, requests: u64, seconds: u64) -> String {
    let requests = locale.number(requests);
    let time = if seconds < 60 {
        format!("{} s", seconds.max(1))
    } else {
        format!("{} min", locale.number(seconds.div_ceil(60)))
    };
    format!("{requests} requests, about {time}. Or load all users: then no part of the list is sent.")
}

/// Shown if the file is too long for a lookup.
pub fn too_long(locale: &dyn Locale) -> String {
    let most = locale.number(MOST_LOOKED_UP as u64);
    format!(
        "Lists of more than {most} lines are compared with the list of all users, which has to be loaded first."
    )
}

pub fn looking_up(locale: &dyn Locale, done: usize, of: usize) -> String {
    format!("{} of {} looked up in PingOne.", locale.number(done as u64), locale.number(of as u64))
}

/// The source of the match: the list.
pub fn by_list(at: &str) -> String {
    format!("Compared with the list of {at}, ignoring case in usernames and email addresses.")
}

/// The source of the match: PingOne.
pub fn by_pingone(at: &str) -> String {
    format!("Looked up in PingOne at {at}.")
}

/// Lookups that PingOne didn't answer.
pub fn refused(locale: &dyn Locale, refused: usize) -> String {
    format!(
        "PingOne refused to look for {}, or its response could not be read: they count as not found.",
        lines(locale, refused)
    )
}

pub const fn group(group: MatchGroup) -> &'static str {
    match group {
        MatchGroup::Found => "found",
        MatchGroup::NotFound => "not found",
        MatchGroup::MoreThanOne => "more than one",
        MatchGroup::Duplicates => "duplicates",
    }
}

/// What a category contains.
pub const fn group_meaning(group: MatchGroup) -> &'static str {
    match group {
        MatchGroup::Found => "match one user each",
        MatchGroup::NotFound => "match no user",
        MatchGroup::MoreThanOne => "match several users, so none is chosen",
        MatchGroup::Duplicates => "duplicate an earlier line",
    }
}

pub fn save(name: MatchGroup) -> String {
    format!("Save {}", group(name))
}

pub const FILES: &str = "The files have the original lines with all columns and contain personal data.";
