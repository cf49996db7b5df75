//! What the lines of a list say: a value that names somebody, or why there is none.

use std::collections::HashMap;

use super::super::user::UserId;
use super::address::{Addressed, addressed, addresses, is_wrapped};
use super::columns::{Cells, reach, trimmed, value};
use super::direction::{Direction, directions, word_of};
use super::records::Record;
use super::{Identity, ImportFile, Naming};

/// Why nobody is looked for by what an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// The cell is empty, or the line is too short to have it.
    Empty,
    /// The line has another number of cells than the header, or without a header than most lines: what its cells mean is
    /// not known.
    OtherCellCount,
    /// The line has a character that can't be read, because its bytes mean nothing in the file's encoding.
    Unreadable,
    /// A number with an exponent, such as `4.1E+07`: a spreadsheet has made it of a longer number, whose last digits are
    /// lost.
    SpreadsheetNumber,
    /// Users are named by their id, and this is none.
    NotAnId,
    /// Users are named by their address, and this is none, or has something around it that may be a part of it.
    NotAnAddress,
    /// The cell has several addresses.
    SeveralPeople,
    /// The line says something else than the word whose lines are taken.
    NotTaken,
}

impl Problem {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::OtherCellCount,
        Self::Unreadable,
        Self::SeveralPeople,
        Self::SpreadsheetNumber,
        Self::NotAnId,
        Self::NotAnAddress,
        Self::Empty,
        Self::NotTaken,
    ];
}

/// A line, or a cell of a row of addresses, that names somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins in the file, counted in lines from 1.
    pub line: usize,
    /// What its cell says, without what stands around it; the whole line where it isn't known which cell is meant.
    pub value: String,
    /// Why nobody is looked for by it.
    pub problem: Option<Problem>,
    /// The line's place among those below the header.
    pub(super) record: usize,
}

/// What bytes become that mean nothing.
const UNREADABLE: char = char::REPLACEMENT_CHARACTER;

/// How many cells a line may have.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// At least so many, counting empty ones.
    least: usize,
    /// At most so many, up to the last that says something.
    most: usize,
}

impl Shape {
    fn fits(self, cells: &Cells) -> bool {
        cells.len() >= self.least && reach(cells) <= self.most
    }
}

impl ImportFile {
    pub(super) fn read_entries(&self) -> Vec<Entry> {
        let shape = self.shape();
        let people = self.people().iter().enumerate();
        people.flat_map(|(place, record)| self.entries_of(place, *record, shape)).collect()
    }

    fn entries_of(&self, place: usize, record: Record, shape: Option<Shape>) -> Vec<Entry> {
        let cells = self.cells(record);
        let entry = |value: String, problem| Entry { line: record.line, value, problem, record: place };
        let whole = || trimmed(record.text(&self.text)).to_owned();
        if self.naming == Naming::EveryCell {
            let said = cells.iter().filter(|cell| !trimmed(cell).is_empty());
            let entries = said.map(|cell| {
                let (value, problem) = self.said(cell);
                entry(value, problem)
            });
            return entries.collect();
        }
        if shape.is_some_and(|shape| !shape.fits(&cells)) {
            return vec![entry(whole(), Some(Problem::OtherCellCount))];
        }
        let (value, mut problem) = cells
            .get(self.choice.column)
            .map_or_else(|| (String::new(), Some(Problem::Empty)), |cell| self.said(cell));
        if record.text(&self.text).contains(UNREADABLE) {
            problem = Some(Problem::Unreadable);
        }
        if problem.is_none() && !self.takes(&cells) {
            problem = Some(Problem::NotTaken);
        }
        vec![entry(value, problem)]
    }

    /// Whether a line says the words whose lines are taken.
    fn takes(&self, cells: &Cells) -> bool {
        self.taken.iter().all(|(column, word)| {
            let cell = cells.get(*column).map(|cell| word_of(&self.spelling, cell)).unwrap_or_default();
            cell == *word
        })
    }

    /// The number of cells that lines have; `None` where every line has but one.
    fn shape(&self) -> Option<Shape> {
        self.separator?;
        if let Some(header) = self.header_cells() {
            return Some(Shape { least: reach(&header), most: header.len() });
        }
        let mut lines: HashMap<usize, usize> = HashMap::new();
        for record in self.people() {
            *lines.entry(self.cells(*record).len()).or_default() += 1;
        }
        let (cells, _) = lines.into_iter().max_by_key(|(cells, lines)| (*lines, *cells))?;
        Some(Shape { least: cells, most: cells })
    }

    /// What a cell says, and what is wrong with it.
    fn said(&self, cell: &str) -> (String, Option<Problem>) {
        let written = value(cell);
        if written.contains(UNREADABLE) {
            return (written, Some(Problem::Unreadable));
        }
        let plain = self.spelling.plain(&written);
        if plain.is_empty() {
            return (String::new(), Some(Problem::Empty));
        }
        if is_spreadsheet_number(&plain) {
            return (written, Some(Problem::SpreadsheetNumber));
        }
        let is_address = match self.choice.identity {
            Identity::UserId if UserId::read(&plain).is_some() => return (plain.into_owned(), None),
            Identity::UserId => return (written, Some(Problem::NotAnId)),
            Identity::ExternalId => return (written, None),
            // Usernames may be addresses, and whatever else.
            Identity::Username => is_wrapped(&plain) || addresses(&plain) > 1,
            Identity::Email => true,
        };
        if !is_address {
            return (written, None);
        }
        match addressed(&plain) {
            Addressed::One(address) if address == plain => (written, None),
            Addressed::One(address) => (address, None),
            Addressed::Several => (written, Some(Problem::SeveralPeople)),
            Addressed::Unclear => (written, Some(Problem::NotAnAddress)),
        }
    }

    /// The columns with a direction, over the lines whose cells are known.
    pub(super) fn read_directions(&self) -> Vec<Direction> {
        if self.naming == Naming::EveryCell || self.separator.is_none() {
            return Vec::new();
        }
        let shape = self.shape();
        let lines = self.people().iter().map(|record| self.cells(*record));
        let lines = lines.filter(|cells| shape.is_none_or(|shape| shape.fits(cells)));
        let names = self.header.map(|_| {
            let name = |column: &super::Column| column.name.clone().unwrap_or_default();
            self.columns.iter().map(name).collect::<Vec<_>>()
        });
        directions(&self.spelling, names.as_deref(), lines, self.choice.column)
    }
}

/// Spreadsheets write the exponent's sign, and a name that happens to be like `12e4` doesn't have it.
fn is_spreadsheet_number(value: &str) -> bool {
    let Some((number, exponent)) = value.split_once(['E', 'e']) else { return false };
    let number = number.strip_prefix(['-', '+']).unwrap_or(number);
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let parts = [Some(whole), Some(fraction), exponent.strip_prefix(['-', '+'])];
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.into_iter().all(|part| part.is_some_and(is_digits))
}
