//! The entries of an import file: for each line, the value that identifies a user, or the problem with it.

use std::collections::HashMap;

use pingone::redaction::secrets::redact_among_names;

use crate::import::spelling::trimmed;

use super::address::{ParsedAddress, count_addresses, is_wrapped, parse_address};
use super::columns::{Cells, row_cells, used_cell_count, value};
use super::direction::{Direction, directions, may_name_direction, word_of};
use super::records::Record;
use super::{Identity, ImportFile, UserCells};

/// Reason why an entry selects no user and isn't looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// The cell is empty, or the line is too short to have it.
    Empty,
    /// The line's number of cells differs from the header's (without a header, from most lines'), so the
    /// meaning of its cells isn't known.
    OtherCellCount,
    /// The line has an unreadable character: its bytes are invalid in the file's encoding.
    Unreadable,
    /// A number with an exponent, such as `4.1E+07`, to which a spreadsheet has shortened a longer
    /// number. Its last digits are lost.
    SpreadsheetNumber,
    /// A number with decimal places that are all zero, such as `41000001.0`, which some programs make of a whole
    /// number. Whether it was one isn't known.
    DecimalNumber,
    /// Users are identified by user ID, and the value isn't one.
    NotAnId,
    /// Users are identified by email address, and the value isn't one, or has text around it that may be a part of it.
    NotAnAddress,
    /// The cell has several different addresses.
    SeveralAddresses,
    /// The cell has an access token. It is neither shown nor looked up, because a lookup would put it in an address.
    Token,
    /// The line doesn't match the line filter ([`ImportFile::taken`]).
    FilteredOut,
}

impl Problem {
    /// All problems, in the order in which they are displayed.
    pub const ALL: [Self; 10] = [
        Self::OtherCellCount,
        Self::Unreadable,
        Self::Token,
        Self::SeveralAddresses,
        Self::SpreadsheetNumber,
        Self::DecimalNumber,
        Self::NotAnId,
        Self::NotAnAddress,
        Self::Empty,
        Self::FilteredOut,
    ];
}

/// A line, or a cell in a row of addresses, user IDs or usernames, that should identify a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Number of the line at which the entry's record begins, from 1.
    pub line: usize,
    /// The cell's value without blanks and decorations; the whole line if it isn't known which cell is meant. Tokens are
    /// redacted.
    pub value: String,
    /// Why the entry selects no user; `None` if it can be matched.
    pub problem: Option<Problem>,
    /// Index of its record among those below the header.
    pub(super) record: usize,
}

/// Replacement for invalid bytes.
const UNREADABLE: char = char::REPLACEMENT_CHARACTER;

/// Accepted number of cells per line.
#[derive(Debug, Clone, Copy)]
struct CellCount {
    /// Minimum, counting empty cells.
    min: usize,
    /// Maximum, counted up to the last non-empty cell.
    max: usize,
}

impl CellCount {
    fn fits(self, cells: &Cells) -> bool {
        cells.len() >= self.min && used_cell_count(cells) <= self.max
    }
}

impl ImportFile {
    pub(super) fn read_entries(&self) -> Vec<Entry> {
        let cell_count = self.cell_count();
        let user_records = self.user_records().iter().enumerate();
        user_records.flat_map(|(index, record)| self.entries_of(index, *record, cell_count)).collect()
    }

    fn entries_of(&self, index: usize, record: Record, cell_count: Option<CellCount>) -> Vec<Entry> {
        let cells = self.cells(record);
        let entry = |value: String, problem| Entry { line: record.line, value, problem, record: index };
        let whole = || redact_among_names(trimmed(record.text(&self.text)));
        if self.user_cells == UserCells::EveryCell {
            let filled = row_cells(cells).into_iter().filter(|cell| !trimmed(cell).is_empty());
            let entries = filled.map(|cell| {
                let (value, problem) = self.read_cell(&cell);
                entry(value, problem)
            });
            return entries.collect();
        }
        if cell_count.is_some_and(|cell_count| !cell_count.fits(&cells)) {
            return vec![entry(whole(), Some(Problem::OtherCellCount))];
        }
        let (value, mut problem) = cells
            .get(self.choice.column)
            .map_or_else(|| (String::new(), Some(Problem::Empty)), |cell| self.read_cell(cell));
        if record.text(&self.text).contains(UNREADABLE) {
            problem = Some(Problem::Unreadable);
        }
        if problem.is_none() && !self.matches_filters(&cells) {
            problem = Some(Problem::FilteredOut);
        }
        vec![entry(value, problem)]
    }

    /// Whether a line matches all line filters.
    fn matches_filters(&self, cells: &Cells) -> bool {
        self.taken.iter().all(|(column, word)| {
            let cell = cells.get(*column).map(|cell| word_of(&self.spelling, cell)).unwrap_or_default();
            cell == *word
        })
    }

    /// The expected number of cells; `None` if every line has only one.
    fn cell_count(&self) -> Option<CellCount> {
        self.separator?;
        if let Some(header) = self.header_cells() {
            return Some(CellCount { min: used_cell_count(&header), max: header.len() });
        }
        let mut lines: HashMap<usize, usize> = HashMap::new();
        for record in self.user_records() {
            *lines.entry(self.cells(*record).len()).or_default() += 1;
        }
        let (cells, _) = lines.into_iter().max_by_key(|(cells, lines)| (*lines, *cells))?;
        Some(CellCount { min: cells, max: cells })
    }

    /// Reads a cell: its value, and the problem with it.
    fn read_cell(&self, cell: &str) -> (String, Option<Problem>) {
        let written = value(cell);
        if written.contains(UNREADABLE) {
            return (redact_among_names(&written), Some(Problem::Unreadable));
        }
        let plain = self.spelling.plain(&written);
        if plain.is_empty() {
            return (String::new(), Some(Problem::Empty));
        }
        let without_token = redact_among_names(&plain);
        if without_token != plain {
            return (without_token, Some(Problem::Token));
        }
        if is_spreadsheet_number(&plain) {
            return (written, Some(Problem::SpreadsheetNumber));
        }
        if is_decimal_number(&plain) {
            return (written, Some(Problem::DecimalNumber));
        }
        let is_address = match self.choice.identity {
            Identity::UserId => {
                let id = self.spelling.user_id(&plain);
                return id.map_or((written, Some(Problem::NotAnId)), |id| (id, None));
            }
            Identity::ExternalId => return (written, None),
            // A username may be an address or any other text.
            Identity::Username => is_wrapped(&plain) || count_addresses(&plain) > 1,
            Identity::Email => true,
        };
        if !is_address {
            return (written, None);
        }
        match parse_address(&plain) {
            ParsedAddress::One(address) if address == plain => (written, None),
            ParsedAddress::One(address) => (address, None),
            ParsedAddress::Several => (written, Some(Problem::SeveralAddresses)),
            ParsedAddress::Unclear => (written, Some(Problem::NotAnAddress)),
        }
    }

    /// The direction columns, judged by the lines with the expected number of cells.
    pub(super) fn read_directions(&self) -> Vec<Direction> {
        if self.user_cells == UserCells::EveryCell || self.separator.is_none() {
            return Vec::new();
        }
        let (cell_count, user_column) = (self.cell_count(), self.choice.column);
        let lines = self.user_records().iter().map(|record| self.cells(*record));
        let lines = lines.filter(|cells| cell_count.is_none_or(|cell_count| cell_count.fits(cells)));
        let name = |column: usize| self.columns.get(column).and_then(|column| column.name.clone());
        if self.header.is_some() {
            return directions(
                &self.spelling,
                |column| Some(name(column).unwrap_or_default()),
                lines,
                user_column,
            );
        }
        // The first line may be a header all the same, of which no name is known.
        let first = self.user_records().first().map(|record| self.cells(*record)).unwrap_or_default();
        let name = |column: usize| {
            let cell = self.spelling.plain(first.get(column)?).into_owned();
            may_name_direction(&cell).then_some(cell)
        };
        let is_no_user = self
            .entries
            .first()
            .is_some_and(|entry| matches!(entry.problem, Some(Problem::NotAnId | Problem::NotAnAddress)));
        directions(&self.spelling, name, lines.skip(usize::from(is_no_user)), user_column)
    }
}

/// The smallest exponent that Java writes: smaller numbers have none.
const MIN_EXPONENT_OF_JAVA: u32 = 7;

/// Whether a value is a number with an exponent as spreadsheets write it: with a sign, or in Java's form `4.1E7`. A
/// username such as `12e4` is neither.
fn is_spreadsheet_number(value: &str) -> bool {
    let Some((number, exponent)) = value.split_once(['E', 'e']) else { return false };
    let number = number.strip_prefix(['-', '+']).unwrap_or(number);
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let is_of_java = whole.len() == 1 && number.contains('.') && value.contains('E');
    let is_of_java =
        is_of_java && exponent.parse().is_ok_and(|exponent: u32| exponent >= MIN_EXPONENT_OF_JAVA);
    let exponent = exponent.strip_prefix(['-', '+']).or(is_of_java.then_some(exponent));
    [Some(whole), Some(fraction), exponent].into_iter().all(|part| part.is_some_and(is_digits))
}

/// Whether a value is a whole number with decimal places: `41000001.0`, `41000001,00`.
fn is_decimal_number(value: &str) -> bool {
    let Some((whole, places)) = value.split_once(['.', ',']) else { return false };
    is_digits(whole) && is_digits(places) && places.bytes().all(|byte| byte == b'0')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
