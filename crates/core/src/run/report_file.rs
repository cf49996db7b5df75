//! Report of a run as a CSV or JSON file. It is written in slices, so that two hundred thousand rows are never in
//! memory at once and the page stays responsive. JSON reports can be read back.
//!
//! **CSV** begins with lines about the run (`# planNumber,7F3A-91C2`), which programs skip as comments. Then
//! follow the column names, a row for each planned user and one for each user left out. Texts are guarded so that
//! spreadsheets don't run them as formulas, as described in [`crate::directory::csv`]. A failure without an
//! answer has the status `no answer`.
//!
//! **JSON** is one object. Its first line describes the run, and each row has a line of its own:
//!
//! ```json
//! {"kind":"pingone-mfa report","version":1,"contains":"ids and states only","planNumber":"7F3A-91C2",…,"rows":[
//! {"userId":"…","from":"off","readAt":"…","to":"on","state":"changed","at":"…","readBackAt":"…","status":null,
//! "code":null,"message":null,"correlationId":"…","writes":1,"operator":0}
//! ],"leftOut":[
//! {"userId":"…","because":"protected"}
//! ],"checksum":"1c291ca3"}
//! ```
//!
//! `operator` is an index into `operators`. `checksum` is the CRC-32 of everything before `],"checksum"`, ignoring
//! carriage returns. It detects accidental truncation and changes; it proves nothing, because anyone can compute it.
//! The same holds for the file as a whole: PingOne's audit log is the authority.

use std::rc::Rc;

use pingone::json::FieldError;
use thiserror::Error;

use crate::directory::export::{Contents, Format};
use crate::slices::{Part, Slice};

use super::checksum::Checksum;
use super::plan::PlannedRow;
use super::plan_file::{Username, name};
use super::report::RunReport;
use super::row::{Failure, Row};

mod object;
mod read;
mod table;

pub use read::{ReportReader, read};

/// Maximum size of a report that is read, in bytes: two hundred thousand rows with a long message each.
pub const REPORT_LIMIT: u32 = 256 * 1024 * 1024;

const KIND: &str = "pingone-mfa report";

const VERSION: u64 = 1;

/// Separates the rows from the users left out.
const LEFT_OUT: &str = "],\"leftOut\":[";

/// Ends the users left out, and precedes the checksum.
const CHECKSUM: &str = "],\"checksum\":\"";

/// Reason why a file can't be read as a report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("report: {field}: {problem}")]
pub struct ReportFault {
    /// The path of the field, for example `rows[17].state`; `.` is the whole file.
    pub field: String,
    /// The problem as the rest of a sentence, for example `is missing`.
    pub problem: String,
}

impl ReportFault {
    fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    fn within(self, path: &str) -> Self {
        Self { field: format!("{path}.{}", self.field), ..self }
    }
}

impl From<FieldError> for ReportFault {
    fn from(wrong: FieldError) -> Self {
        Self::new(wrong.field, wrong.problem)
    }
}

/// Writer of one file: call [`slice`](Self::slice) until it returns `None`.
#[derive(Debug)]
pub struct ReportWriter {
    report: Rc<RunReport>,
    format: Format,
    contents: Contents,
    part: Part,
    sum: Checksum,
}

impl ReportWriter {
    /// Creates a writer for a file of which nothing has been written yet.
    #[must_use]
    pub fn new(report: Rc<RunReport>, format: Format, contents: Contents) -> Self {
        Self { report, format, contents, part: Part::Head, sum: Checksum::new() }
    }

    /// The name of the file: see [`RunReport::file_name`].
    #[must_use]
    pub fn file_name(&self) -> String {
        self.report.file_name(self.contents, self.format)
    }

    /// The media type for saving the file.
    #[must_use]
    pub const fn mime(&self) -> &'static str {
        self.format.mime()
    }

    /// The next part of the file, with at most `rows` rows; `None` after the last.
    pub fn slice(&mut self, rows: usize, username: Username<'_>) -> Option<String> {
        let mut out = String::new();
        let (planned, left_out) = (self.report.plan.rows.len(), self.report.plan.left_out.len());
        match self.part.advance(rows, planned, left_out)? {
            Slice::Head => self.head(&mut out),
            Slice::Rows { indexes, is_last } => {
                indexes.for_each(|index| self.row(index, username, &mut out));
                if is_last {
                    self.separator(&mut out);
                }
            }
            Slice::LeftOut { indexes, .. } => {
                indexes.for_each(|index| self.left_out(index, username, &mut out));
            }
        }
        self.sum.update(out.as_bytes());
        if self.part == Part::Done && self.format == Format::Json {
            out.push_str(&self.end());
        }
        Some(out)
    }

    fn head(&self, out: &mut String) {
        match self.format {
            Format::Csv { byte_order_mark } => table::head(&self.report, self.contents, byte_order_mark, out),
            Format::Json => object::head(&self.report, self.contents, out),
        }
    }

    fn row(&self, index: usize, username: Username<'_>, out: &mut String) {
        let (Some(planned), Some(row)) = (self.report.plan.rows.get(index), self.report.rows.get(index))
        else {
            return;
        };
        let failure = u32::try_from(index).ok().and_then(|index| self.report.failure(index));
        let line = Line { report: &self.report, planned, row, failure };
        let name = name(self.contents, planned.user, username);
        match self.format {
            Format::Csv { .. } => table::row(&line, self.contents, name, out),
            Format::Json => {
                out.push_str(if index > 0 { ",\n" } else { "\n" });
                object::row(&line, self.contents, name, out);
            }
        }
    }

    fn separator(&self, out: &mut String) {
        if self.format == Format::Json {
            out.push('\n');
            out.push_str(LEFT_OUT);
        }
    }

    fn left_out(&self, index: usize, username: Username<'_>, out: &mut String) {
        let Some(left_out) = self.report.plan.left_out.get(index) else { return };
        let name = name(self.contents, left_out.user, username);
        match self.format {
            Format::Csv { .. } => table::left_out(*left_out, self.contents, name, out),
            Format::Json => {
                out.push_str(if index > 0 { ",\n" } else { "\n" });
                object::left_out(*left_out, self.contents, name, out);
            }
        }
    }

    fn end(&mut self) -> String {
        self.sum.update(b"\n");
        format!("\n{CHECKSUM}{:08x}\"}}\n", self.sum.finish())
    }
}

/// A row of the report with all its data.
struct Line<'a> {
    report: &'a RunReport,
    planned: &'a PlannedRow,
    row: &'a Row,
    failure: Option<&'a Failure>,
}

#[cfg(test)]
mod tests;
