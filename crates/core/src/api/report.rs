//! The report of a run as a file, written in slices, so that two hundred thousand rows never stand in memory at once and
//! the page can do something else in between; and read back from JSON.
//!
//! **CSV** begins with lines about the run (`# planNumber,7F3A-91C2`), which programs that skip comments skip. Then come
//! the columns' names, a row for everyone of the plan and one for everyone who was left out. Texts are guarded against
//! being taken for formulas, as [`crate::domain::csv`] says. A failure without an answer has the status `no answer`.
//!
//! **JSON** is one object. The run is its first line, and then there is a line for every row:
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
//! `operator` is a place in `operators`. `checksum` is the CRC-32 of everything before `],"checksum"` but carriage
//! returns. It finds what was cut or altered by accident; it proves nothing, because everyone can compute it.
//! The same goes for the file as a whole: PingOne's audit log is the authority.

use std::rc::Rc;

use thiserror::Error;

use crate::domain::export::{Contents, Format};
use crate::domain::plan::PlannedRow;
use crate::domain::report::RunReport;
use crate::domain::row::{Failure, Row};

use super::json::FieldError;
use super::part::{Part, Slice};
use super::plan::{Username, name};

mod object;
mod read;
mod table;

pub use read::{ReportReader, read};

/// The largest report that is read, in bytes: two hundred thousand rows with a long message each.
pub const REPORT_LIMIT: u32 = 256 * 1024 * 1024;

const KIND: &str = "pingone-mfa report";

const VERSION: u64 = 1;

/// What stands between the rows and those who were left out.
const LEFT_OUT: &str = "],\"leftOut\":[";

/// What stands before the checksum.
const CHECKSUM: &str = "],\"checksum\":\"";

/// Why a file is no report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("report: {field}: {problem}")]
pub struct ReportFault {
    /// The path of the field, for example `rows[17].state`; `.` is the whole.
    pub field: String,
    /// What is wrong with it.
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

/// Writes one file: every [`slice`](Self::slice) until there is none.
#[derive(Debug)]
pub struct ReportWriter {
    report: Rc<RunReport>,
    format: Format,
    contents: Contents,
    part: Part,
    sum: crc32fast::Hasher,
}

impl ReportWriter {
    /// Of a file of which nothing is written yet.
    #[must_use]
    pub fn new(report: Rc<RunReport>, format: Format, contents: Contents) -> Self {
        Self { report, format, contents, part: Part::Head, sum: crc32fast::Hasher::new() }
    }

    /// What the file is called.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.report.file_name(self.contents, self.format)
    }

    /// Its media type.
    #[must_use]
    pub const fn mime(&self) -> &'static str {
        self.format.mime()
    }

    /// The next part of the file, with at most so many rows; `None` after the last.
    pub fn slice(&mut self, rows: usize, username: Username<'_>) -> Option<String> {
        let mut out = String::new();
        let (planned, left_out) = (self.report.plan.rows.len(), self.report.plan.left_out.len());
        match self.part.advance(rows, planned, left_out)? {
            Slice::Head => self.head(&mut out),
            Slice::Rows { places, is_last } => {
                places.for_each(|place| self.row(place, username, &mut out));
                if is_last {
                    self.between(&mut out);
                }
            }
            Slice::LeftOut { places, .. } => {
                places.for_each(|place| self.left_out(place, username, &mut out));
            }
        }
        self.sum.update(out.as_bytes());
        if self.part == Part::Ended && self.format == Format::Json {
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

    fn row(&self, place: usize, username: Username<'_>, out: &mut String) {
        let (Some(planned), Some(row)) = (self.report.plan.rows.get(place), self.report.rows.get(place))
        else {
            return;
        };
        let failure = u32::try_from(place).ok().and_then(|place| self.report.failure(place));
        let line = Line { report: &self.report, planned, row, failure };
        let name = name(self.contents, planned.user, username);
        match self.format {
            Format::Csv { .. } => table::row(&line, self.contents, name, out),
            Format::Json => {
                out.push_str(if place > 0 { ",\n" } else { "\n" });
                object::row(&line, self.contents, name, out);
            }
        }
    }

    fn between(&self, out: &mut String) {
        if self.format == Format::Json {
            out.push('\n');
            out.push_str(LEFT_OUT);
        }
    }

    fn left_out(&self, place: usize, username: Username<'_>, out: &mut String) {
        let Some(left_out) = self.report.plan.left_out.get(place) else { return };
        let name = name(self.contents, left_out.user, username);
        match self.format {
            Format::Csv { .. } => table::left_out(*left_out, self.contents, name, out),
            Format::Json => {
                out.push_str(if place > 0 { ",\n" } else { "\n" });
                object::left_out(*left_out, self.contents, name, out);
            }
        }
    }

    fn end(&mut self) -> String {
        self.sum.update(b"\n");
        format!("\n{CHECKSUM}{:08x}\"}}\n", self.sum.clone().finalize())
    }
}

/// A row, with all that is known of it.
struct Line<'a> {
    report: &'a RunReport,
    planned: &'a PlannedRow,
    row: &'a Row,
    failure: Option<&'a Failure>,
}

#[cfg(test)]
mod tests;
