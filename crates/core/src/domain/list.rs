//! Import of a file of users, as administrators have them: saved by a spreadsheet, in whatever encoding, with whatever
//! separator, and who is meant somewhere in its columns.
//!
//! [`read`] makes a [`List`] of it. [`ImportFile::guesses`] are the questions that a person has to answer first;
//! [`ImportFile::confirmed`] is `None` until they are. Only a [`Confirmed`] list can be matched with the users who were read
//! ([`Confirmed::match_in`]) or looked up in PingOne ([`Questions::of`], [`Matches::from_answers`]). [`ImportFile::file_of`]
//! writes lines back as they were.
//!
//! # Rules
//!
//! **Bytes.** A byte order mark names the encoding. Without one, zeros in every other byte tell UTF-16. Bytes that are
//! valid UTF-8, or UTF-8 with fewer broken places than letters of several bytes, are UTF-8; everything else is
//! Windows-1252. Zero bytes at the end are cut off; zero bytes elsewhere refuse the file.
//!
//! **Lines.** A first line `sep=;` names the separator. Otherwise it is the one of comma, semicolon and tabulator by which
//! most of the first 20 lines have the same number of cells. Cells are quoted as in RFC 4180; a quotation mark that isn't
//! closed right before a separator or the end of a line is a letter. Lines in which nothing stands are skipped.
//!
//! **Header.** The header is the first of the first 50 lines in which a cell has a known name (`columns::NAMES`) and no
//! cell is an address or a user ID. Capitals, blanks, hyphens, dots, `*`, `:`, what stands in brackets and a word such as
//! "required" at the end of a name don't matter. Above it may stand remarks (`# …`, `#TYPE …`), which are skipped, and,
//! if it has several cells, lines with one cell: [`Guess::LinesAboveHeader`].
//!
//! **Column.** A column that the header names comes first, before any look at values. Of several, one whose values fit its
//! name; of those user ID, username, e-mail, external ID, in this order. Without a name, a column of which more than half
//! of the values in the first 100 lines are user IDs, then e-mail addresses; then the first that isn't empty, as
//! usernames. It is a guess if another column is as likely ([`Guess::SeveralColumns`], [`Guess::RowsOfAddresses`]) or if
//! nothing but its place speaks for it ([`Guess::UnnamedColumn`]).
//!
//! **Cell.** Blanks and invisible characters around a value are dropped, as are `="…"` and the apostrophe with which
//! this page guards a value against being taken for a formula. An address may have `mailto:`, a display name, brackets,
//! quotation marks or a semicolon around it; a cell with several addresses, or with none that is clear, names nobody.
//!
//! **Comparison.** Values are compared in Unicode's form NFKC (NFC where the file isn't in a Unicode encoding), without
//! invisible characters inside, without quotation marks around them, and without regard to capitals and to the kind of an
//! apostrophe or hyphen; both count in external IDs. Both sides are treated alike, so that a value that names two users after that is ambiguous. Accents
//! count: `zoe` isn't `zoë`.
//!
//! **Problems.** A line names nobody and is listed with its [`Problem`] if it has another number of cells than the header
//! (without a header, than most lines; empty cells at the end don't count), a character that can't be read, a number that
//! a spreadsheet has shortened, no value, or a value that isn't what the column holds.
//!
//! **Guesses.** Whatever may mean something else is asked: a cell of several lines ([`Guess::CellsOfSeveralLines`]), a
//! column about MFA, a state or an action that differs by line ([`Guess::DifferingDirection`]), long numbers that all end in zeros
//! ([`Guess::RoundedNumbers`]), and the guesses named above.
//!
//! **Never guessed:** digits that a spreadsheet has dropped, which of two addresses is meant, which of several users a
//! value names, what stands in a line with too many or too few cells, and letters that can't be read.

use std::borrow::Cow;

use super::csv::RECORD_END;

mod address;
mod columns;
mod confirmed;
mod direction;
mod encoding;
mod entries;
mod guesses;
mod matches;
mod questions;
mod records;
mod spelling;

#[cfg(test)]
mod guesses_tests;
#[cfg(test)]
mod tests;

use columns::{Cells, Choice};
pub use columns::{Column, Identity};
pub use confirmed::Confirmed;
pub use direction::{Direction, DirectionWord};
pub use encoding::Encoding;
pub use entries::{Entry, Problem};
pub use guesses::{Answer, Guess};
pub use matches::Matches;
pub use questions::Questions;
pub use records::Separator;
use records::{Quotes, Record, Records, cells, is_blank, line_ends};
use spelling::Spelling;
#[cfg(test)]
pub(crate) use spelling::normalize;
pub use spelling::{Form, Normalize};

/// The most people a list may have.
pub const MOST_LINES: usize = 200_000;

/// How many lines at the beginning may hold the header. Plans and reports of this page begin with many remarks.
const HEADER_WITHIN: usize = 50;

/// How many lines tell what the columns are.
const LINES_LOOKED_AT: usize = 100;

/// How many lines are shown as understood.
const PREVIEWED: usize = 5;

/// Why a file is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportFault {
    /// There is nothing in it but blanks and separators.
    Empty,
    /// It is a web page.
    Html,
    /// It is a workbook or another archive (ZIP, or the container of Excel 97), which has to be saved as CSV first.
    Workbook,
    /// It has a zero byte, which no text has.
    ZeroByte {
        /// The line, from 1.
        line: usize,
    },
    /// More people than a list may have.
    TooManyLines {
        /// How many it may have.
        limit: usize,
    },
}

/// A line as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewLine {
    /// Where it begins in the file, counted in lines from 1.
    pub line: usize,
    /// All its cells, without their quotes, as they are otherwise.
    pub cells: Vec<String>,
    /// What names the user.
    pub value: String,
}

/// Which cells name users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// Those of one column.
    OneColumn,
    /// All that say something: the file is a row of addresses.
    EveryCell,
}

/// A list of people. Entries are known by their place, from 0; the header and what stands before it are none.
#[derive(Debug, Clone)]
pub struct ImportFile {
    text: String,
    /// Where the first line begins after one that names the separator, in bytes.
    start: usize,
    encoding: Encoding,
    /// Whether it begins with a byte order mark.
    is_marked: bool,
    spelling: Spelling,
    separator: Option<Separator>,
    quotes: Quotes,
    records: Vec<Record>,
    /// The header's place among the records, as it was found.
    found_header: Option<usize>,
    header: Option<usize>,
    columns: Vec<Column>,
    /// The column that names the users, as it was found or chosen.
    choice: Choice,
    naming: Naming,
    /// The lines that are taken: those that say this word in the column at this place.
    taken: Vec<(usize, String)>,
    entries: Vec<Entry>,
    directions: Vec<Direction>,
    guesses: Vec<Guess>,
    answered: Vec<Guess>,
}

/// Reads a file. `normalize` writes texts in Unicode's normalization forms.
pub fn read(bytes: &[u8], normalize: &Normalize) -> Result<ImportFile, ImportFault> {
    if is_workbook(bytes) {
        return Err(ImportFault::Workbook);
    }
    let (text, encoding) = encoding::decode(bytes);
    if is_html(&text) {
        return Err(ImportFault::Html);
    }
    if let Some((before, _)) = text.split_once('\0') {
        return Err(ImportFault::ZeroByte { line: line_ends(before.as_bytes()) + 1 });
    }
    let spelling = Spelling::new(normalize.clone(), encoding.is_unicode());
    ImportFile::of(text, encoding, encoding.is_marked(bytes), spelling)
}

fn is_workbook(bytes: &[u8]) -> bool {
    // Somebody's name may begin with PK, but not go on like this.
    let signatures: [&[u8]; 4] =
        [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];
    signatures.iter().any(|signature| bytes.starts_with(signature))
}

fn is_html(text: &str) -> bool {
    let text = text.trim_start_matches(is_blank);
    let begins =
        |tag: &str| text.get(..tag.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(tag));
    begins("<html") || begins("<!doctype")
}

impl ImportFile {
    fn of(
        text: String,
        encoding: Encoding,
        is_marked: bool,
        spelling: Spelling,
    ) -> Result<Self, ImportFault> {
        let declared = Separator::declared(&text);
        let start = declared.map_or(0, |(_, start)| start);
        let separator = declared.map(|(separator, _)| separator).or_else(|| Separator::of(&text));
        let choice = Choice { column: 0, identity: Identity::Username, rivals: Vec::new(), is_blind: false };
        let mut list = Self {
            text,
            start,
            encoding,
            is_marked,
            spelling,
            separator,
            quotes: Quotes::AcrossLines,
            records: Vec::new(),
            found_header: None,
            header: None,
            columns: Vec::new(),
            choice,
            naming: Naming::OneColumn,
            taken: Vec::new(),
            entries: Vec::new(),
            directions: Vec::new(),
            guesses: Vec::new(),
            answered: Vec::new(),
        };
        list.split();
        if list.records.is_empty() {
            return Err(ImportFault::Empty);
        }
        list.guess();
        list.check_length()?;
        Ok(list)
    }

    fn check_length(&self) -> Result<(), ImportFault> {
        let is_too_long = self.people().len() > MOST_LINES;
        if is_too_long { Err(ImportFault::TooManyLines { limit: MOST_LINES }) } else { Ok(()) }
    }

    fn split(&mut self) {
        let most = MOST_LINES + HEADER_WITHIN;
        let records = Records::of(&self.text, self.start, self.separator, self.quotes);
        self.records = records.take(most + 1).collect();
    }

    fn guess(&mut self) {
        let beginning: Vec<Cells> =
            self.records.iter().take(HEADER_WITHIN).map(|it| self.cells(*it)).collect();
        let header = columns::header(&self.spelling, &beginning);
        (self.found_header, self.header) = (header, header);
        self.guess_column();
    }

    fn guess_column(&mut self) {
        let lines = self.first_lines();
        self.choice = columns::likeliest(&self.spelling, &self.name_columns(&lines), &lines);
        self.naming = Naming::OneColumn;
        self.taken.clear();
        self.understand();
    }

    /// Reads the list anew: who is meant stands in this column, by its place from 0, and is named by this. Whoever says so
    /// has answered which column it is, and whether the lines above the header are people.
    pub fn identify(&mut self, column: usize, by: Identity, has_header: bool) {
        self.choose(column, by);
        self.change_header(has_header);
        self.confirm_lines_above();
        self.understand();
    }

    /// Who is meant stands in this column, by its place from 0, and is named by this.
    fn choose(&mut self, column: usize, by: Identity) {
        self.choice = Choice { column, identity: by, rivals: Vec::new(), is_blind: false };
        self.naming = Naming::OneColumn;
        // The column that was chosen may be the one that told which lines are taken.
        self.taken.retain(|(of, _)| *of != column);
    }

    fn change_header(&mut self, has_header: bool) {
        // A header that wasn't recognised is the first line.
        self.header = has_header.then_some(self.found_header.unwrap_or(0));
    }

    fn understand(&mut self) {
        self.columns = self.name_columns(&self.first_lines());
        self.entries = self.read_entries();
        self.directions = self.read_directions();
        self.guesses = self.read_guesses();
    }

    fn name_columns(&self, lines: &[Cells]) -> Vec<Column> {
        columns::columns(&self.spelling, self.header_cells().as_ref(), lines)
    }

    fn header_cells(&self) -> Option<Cells<'_>> {
        self.header.and_then(|place| self.records.get(place)).map(|record| self.cells(*record))
    }

    fn first_lines(&self) -> Vec<Cells<'_>> {
        self.people().iter().take(LINES_LOOKED_AT).map(|record| self.cells(*record)).collect()
    }

    /// The records that name somebody: all below the header.
    fn people(&self) -> &[Record] {
        let first = self.header.map_or(0, |header| header + 1);
        self.records.get(first..).unwrap_or_default()
    }

    fn cells(&self, record: Record) -> Cells<'_> {
        cells(record.text(&self.text), self.separator).collect()
    }

    /// How the file was written.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What stands between its cells; `None` if every line has but one.
    #[must_use]
    pub fn separator(&self) -> Option<Separator> {
        self.separator
    }

    /// Whether a line is taken for the columns' names.
    #[must_use]
    pub fn has_header(&self) -> bool {
        self.header.is_some()
    }

    /// The line that names the columns, or would if one did: counted from 1.
    #[must_use]
    pub fn header_line(&self) -> usize {
        self.records.get(self.found_header.unwrap_or(0)).map_or(1, |record| record.line)
    }

    /// The columns, as many as the header or one of the first hundred lines has.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The place of the column that says who is meant.
    #[must_use]
    pub fn column(&self) -> usize {
        self.choice.column
    }

    /// By what users are named there.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.choice.identity
    }

    /// Everybody on the list, in the file's order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The columns that say on or off for each line, besides the one that names the users.
    #[must_use]
    pub fn directions(&self) -> &[Direction] {
        &self.directions
    }

    /// The words whose lines are taken, each with its column's place; none where all lines are.
    #[must_use]
    pub fn taken(&self) -> &[(usize, String)] {
        &self.taken
    }

    /// The first five lines that name somebody, as they are understood.
    #[must_use]
    pub fn preview(&self) -> Vec<PreviewLine> {
        let value = |place: usize| {
            let entry = self.entries.iter().find(|entry| entry.record == place);
            entry.map(|entry| entry.value.clone()).unwrap_or_default()
        };
        let preview = |(place, record): (usize, &Record)| PreviewLine {
            line: record.line,
            cells: self.cells(*record).into_iter().map(Cow::into_owned).collect(),
            value: value(place),
        };
        self.people().iter().enumerate().take(PREVIEWED).map(preview).collect()
    }

    /// A file of some entries, as bytes in the encoding that the list has, with its byte order mark if it has one:
    /// what [`ImportFile::text_of`] says.
    #[must_use]
    pub fn file_of(&self, entries: &[usize]) -> Vec<u8> {
        self.encoding.encode(&self.text_of(entries), self.is_marked)
    }

    /// Some entries, by their places, in this order: below the line that names the separator and the header, if there
    /// are any, their lines with all columns, as they were. Lines end with CRLF.
    #[must_use]
    pub fn text_of(&self, entries: &[usize]) -> String {
        let named = self.text.get(..self.start).map(trimmed_line).filter(|line| !line.is_empty());
        let header = self.header.and_then(|place| self.records.get(place));
        let mut lines: Vec<usize> =
            entries.iter().filter_map(|entry| self.entries.get(*entry)).map(|entry| entry.record).collect();
        // A line may have several entries.
        lines.dedup();
        let records = lines.iter().filter_map(|place| self.people().get(*place));
        let mut file = String::new();
        for line in
            named.into_iter().chain(header.into_iter().chain(records).map(|record| record.text(&self.text)))
        {
            file.push_str(line);
            file.push_str(RECORD_END);
        }
        file
    }
}

fn trimmed_line(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}
