//! Import of a file of users, such as a spreadsheet export: any common encoding and separator, with the
//! users named in one of its columns.
//!
//! [`read`] parses the bytes into an [`ImportFile`]. [`ImportFile::guesses`] returns the open questions about its
//! meaning, and [`ImportFile::confirmed`] is `None` until a person has answered all of them. Only a [`ConfirmedImport`]
//! file can be matched with the loaded users ([`ConfirmedImport::match_with`]) or looked up in PingOne
//! ([`Questions::of`], [`Matches::from_answers`]). [`ImportFile::file_of`] writes selected lines back unchanged.
//!
//! # Rules
//!
//! **Bytes.** A byte order mark determines the encoding. Without one, zeros in every other byte indicate UTF-16. Bytes
//! are UTF-8 if they are valid UTF-8, or if they have at least as many multi-byte characters as invalid sequences;
//! everything else is Windows-1252. Zero bytes at the end are cut off; a zero byte anywhere else rejects the file.
//!
//! **Lines.** A first line `sep=;` declares the separator. Otherwise it is detected: of comma, semicolon, tab and
//! vertical bar, the one that gives most of the first 20 lines the same number of cells. The bar separates only if all
//! lines but titles and totals have the same number of bars, and if it splits off a known column name; without a header,
//! if every line has an address or user ID in the same column and another text before the first bar, or if every line
//! begins with a bar. Of two separators that do as well, it is the one that splits off a known column name. Cells are
//! quoted as in RFC 4180; a quotation mark that isn't closed right before a separator or the end of a line is an
//! ordinary character. Blank lines are skipped.
//!
//! **Header.** The header is the first of the first 50 lines in which a cell has a known column name (`columns::NAMES`)
//! and no cell is an address or a user ID. Case, blanks, hyphens, dots, `*`, `:`, text in brackets and a suffix such as
//! "required" are ignored in names. Comment lines (`# …`, `#TYPE …`) may precede the header and are skipped. If the
//! header has several cells, lines with one cell may precede it, too: [`Guess::LinesAboveHeader`].
//!
//! **Column.** A column with a known name takes precedence over one detected by its values. Of several, one whose
//! values fit its name is preferred; of those user ID, username, email, external ID, in this order. Without a known
//! name, it is a column in which more than half of the values in the first 100 lines are user IDs, then one of email
//! addresses; then the first that isn't empty, read as usernames. The choice is a guess if another column is as likely
//! ([`Guess::SeveralColumns`], [`Guess::RowsOfUsers`]) or if neither name nor values support it
//! ([`Guess::UnnamedColumn`]).
//!
//! **Cell.** Blanks and invisible characters around a value are dropped, as are `="…"` and the apostrophe that this
//! page's exports put before a value so that a spreadsheet doesn't run it as a formula. So are quotation marks around a
//! user ID. An address may have `mailto:`,
//! a display name, brackets, quotation marks or a semicolon around it; a cell with several addresses, or without an
//! unambiguous one, selects no user.
//!
//! **Comparison.** Values are compared in Unicode normalization form NFKC (NFC if the file's encoding isn't Unicode),
//! without invisible characters and surrounding quotation marks. Case and the kind of an apostrophe or hyphen are
//! ignored, except in external IDs. Both sides are normalized in the same way, so a value that then fits two users is
//! ambiguous. Accents count: `zoe` isn't `zoë`.
//!
//! **Problems.** A line selects no user and is listed with its [`Problem`] if its number of cells differs from the
//! header's (without a header, from most lines'; empty cells at the end don't count), or if it has an unreadable
//! character, a number that a spreadsheet has shortened or a program has given decimal places (`41.0`), no value, a value of a kind that the column doesn't hold, or an
//! access token, which is neither shown nor sent.
//!
//! **Guesses.** Everything ambiguous is asked: cells that span several lines ([`Guess::CellsOfSeveralLines`]), a column
//! about MFA, a state, an action or which lines are meant, with different values per line
//! ([`Guess::DifferingDirection`]), long numbers that
//! all end in zeros ([`Guess::RoundedNumbers`]), and the guesses named above.
//!
//! **Never guessed:** digits that a spreadsheet has dropped, which of two addresses is meant, which of several matching
//! users is meant, the meaning of a line with too many or too few cells, and unreadable characters.

pub mod lookup;

use pingone::redaction::secrets::redact_among_names;

use crate::directory::csv::RECORD_END;

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
use records::{Quotes, Record, Records, Signs, cells, line_ends};
use spelling::{Spelling, is_blank};

pub use columns::{Column, Identity};
pub use confirmed::ConfirmedImport;
pub use direction::{Direction, DirectionWord};
pub use encoding::Encoding;
pub use entries::{Entry, Problem};
pub use guesses::{Answer, Guess};
pub use matches::Matches;
pub use questions::Questions;
pub use records::Separator;
#[cfg(test)]
pub(crate) use spelling::normalize;
pub use spelling::{Form, Normalize};

/// Maximum number of lines with users in an import file, without its header.
pub const MAX_LINES: usize = 200_000;

/// The header is searched in this many lines. This page's own plans and reports begin with many comment lines.
const HEADER_SEARCH_LINES: usize = 50;

/// How many lines are sampled to detect the columns' kinds.
const SAMPLED_LINES: usize = 100;

const PREVIEW_LINES: usize = 5;

/// Reason why a file can't be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportFault {
    /// The file has nothing but blanks and separators.
    Empty,
    /// The file is a web page (HTML) or XML, not a list.
    Html,
    /// The file is JSON.
    Json,
    /// The file is a document (PDF or RTF).
    Document,
    /// The file is a workbook, which is a ZIP archive or the container format of Excel 97, or another archive (gzip, 7z,
    /// RAR). It has to be saved as CSV first.
    Workbook,
    /// The text contains a zero byte.
    ZeroByte {
        /// Line with the first zero byte, from 1.
        line: usize,
    },
    /// The file has more users than can be imported at once.
    TooManyLines {
        /// The limit of users per file: [`MAX_LINES`].
        limit: usize,
    },
}

/// A line of the file and the value that was read from it, for the preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewLine {
    /// Number of the line at which the record begins, from 1.
    pub line: usize,
    /// All cells of the line, unquoted, with tokens redacted, and otherwise unchanged.
    pub cells: Vec<String>,
    /// The value that identifies the user; empty if there is none.
    pub value: String,
}

/// Which cells identify users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UserCells {
    /// The cells of the chosen column.
    OneColumn,
    /// All non-empty cells: the lines are rows of addresses, user IDs or usernames.
    EveryCell,
}

/// A parsed import file. Entries are referred to by their index, from 0; the header and
/// the lines above it aren't entries.
#[derive(Debug, Clone)]
pub struct ImportFile {
    text: String,
    /// Byte offset of the first line after a `sep=` line.
    start: usize,
    encoding: Encoding,
    /// Whether the file begins with a byte order mark.
    has_byte_order_mark: bool,
    spelling: Spelling,
    separator: Option<Separator>,
    quotes: Quotes,
    records: Vec<Record>,
    /// Index of the detected header in `records`. It is kept if a person answers that the file has none.
    found_header: Option<usize>,
    header: Option<usize>,
    columns: Vec<Column>,
    /// The column that identifies the users, detected or chosen by a person.
    choice: Choice,
    user_cells: UserCells,
    /// Line filters as pairs of column index and word: a line is imported only if it has each word in its column.
    taken: Vec<(usize, String)>,
    entries: Vec<Entry>,
    directions: Vec<Direction>,
    guesses: Vec<Guess>,
    answered: Vec<Guess>,
}

/// Parses an import file. `normalize` converts text to Unicode's normalization forms.
pub fn read(bytes: &[u8], normalize: &Normalize) -> Result<ImportFile, ImportFault> {
    if is_workbook(bytes) {
        return Err(ImportFault::Workbook);
    }
    let (text, encoding) = encoding::decode(bytes);
    if let Some(fault) = other_format(&text) {
        return Err(fault);
    }
    if let Some((before, _)) = text.split_once('\0') {
        return Err(ImportFault::ZeroByte { line: line_ends(before.as_bytes()) + 1 });
    }
    let spelling = Spelling::new(normalize.clone(), encoding.is_unicode());
    ImportFile::of(text, encoding, encoding.has_byte_order_mark(bytes), spelling)
}

fn is_workbook(bytes: &[u8]) -> bool {
    // A user's name may begin with PK, but isn't followed by these bytes.
    let signatures: [&[u8]; 7] = [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"PK\x07\x08",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\x1f\x8b\x08",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
    ];
    signatures.iter().any(|signature| bytes.starts_with(signature))
}

/// Elements with which web pages begin, and the parts of them that some systems export.
const WEB_PAGE: [&str; 6] = ["html", "head", "meta", "style", "body", "table"];

/// Beginnings of documents.
const DOCUMENTS: [&str; 2] = ["%PDF-", "{\\rtf"];

/// The fault of a text that isn't a list.
fn other_format(text: &str) -> Option<ImportFault> {
    let text = text.trim_start_matches(is_blank);
    if is_markup(text) {
        return Some(ImportFault::Html);
    }
    if DOCUMENTS.iter().any(|beginning| text.starts_with(beginning)) {
        return Some(ImportFault::Document);
    }
    // A list may begin with an ID in braces or a name in brackets.
    let inside = text.strip_prefix(['[', '{'])?.trim_start_matches(is_blank);
    inside.starts_with(['"', '[', '{', ']', '}']).then_some(ImportFault::Json)
}

/// Whether a text is a web page or XML. A list may begin with `<ana@x.example>` or `<Ana> ana@x.example`.
fn is_markup(text: &str) -> bool {
    let Some(tag) = text.strip_prefix('<') else { return false };
    if tag.starts_with(['!', '?']) {
        return true;
    }
    let name =
        tag.split(|letter: char| is_blank(letter) || matches!(letter, '/' | '>')).next().unwrap_or(tag);
    let is_name = name.starts_with(char::is_alphabetic) && !name.contains('@') && name.len() < tag.len();
    let is_web_page = WEB_PAGE.iter().any(|known| name.eq_ignore_ascii_case(known));
    is_name && (is_web_page || tag.contains("</") || tag.contains("/>"))
}

impl ImportFile {
    fn of(
        text: String,
        encoding: Encoding,
        has_byte_order_mark: bool,
        spelling: Spelling,
    ) -> Result<Self, ImportFault> {
        let declared = Separator::declared(&text);
        let start = declared.map_or(0, |(_, start)| start);
        let separator = declared.map(|(separator, _)| separator).or_else(|| {
            let is_name = |cell: &str| columns::known_name(&spelling, cell).is_some();
            let is_user = |cell: &str| columns::value_kind(&spelling, &columns::value(cell)).is_some();
            Separator::of(&text, &Signs { is_name: &is_name, is_user: &is_user })
        });
        let choice =
            Choice { column: 0, identity: Identity::Username, alternatives: Vec::new(), is_fallback: false };
        let mut file = Self {
            text,
            start,
            encoding,
            has_byte_order_mark,
            spelling,
            separator,
            quotes: Quotes::AcrossLines,
            records: Vec::new(),
            found_header: None,
            header: None,
            columns: Vec::new(),
            choice,
            user_cells: UserCells::OneColumn,
            taken: Vec::new(),
            entries: Vec::new(),
            directions: Vec::new(),
            guesses: Vec::new(),
            answered: Vec::new(),
        };
        file.split();
        if file.records.is_empty() {
            return Err(ImportFault::Empty);
        }
        file.guess();
        file.check_length()?;
        Ok(file)
    }

    fn check_length(&self) -> Result<(), ImportFault> {
        let is_too_long = self.user_records().len() > MAX_LINES;
        if is_too_long { Err(ImportFault::TooManyLines { limit: MAX_LINES }) } else { Ok(()) }
    }

    fn split(&mut self) {
        let max = MAX_LINES + HEADER_SEARCH_LINES;
        let records = Records::of(&self.text, self.start, self.separator, self.quotes);
        self.records = records.take(max + 1).collect();
    }

    fn guess(&mut self) {
        let beginning: Vec<Cells> =
            self.records.iter().take(HEADER_SEARCH_LINES).map(|it| self.cells(*it)).collect();
        let header = columns::header(&self.spelling, &beginning);
        (self.found_header, self.header) = (header, header);
        self.guess_column();
    }

    fn guess_column(&mut self) {
        let lines = self.first_lines();
        self.choice = columns::most_likely(&self.spelling, &self.name_columns(&lines), &lines);
        self.user_cells = UserCells::OneColumn;
        self.taken.clear();
        self.interpret();
    }

    /// Reads the file again with users identified by this column (index from 0) and kind of identifier. This also
    /// answers the questions which column is meant and whether the lines above the header are users.
    pub fn identify(&mut self, column: usize, identity: Identity, has_header: bool) {
        self.set_column(column, identity);
        self.set_header(has_header);
        self.confirm_lines_above();
        self.interpret();
    }

    /// Sets the column (index from 0) and the kind of identifier in it.
    fn set_column(&mut self, column: usize, identity: Identity) {
        self.choice = Choice { column, identity, alternatives: Vec::new(), is_fallback: false };
        self.user_cells = UserCells::OneColumn;
        // The chosen column may have had a line filter until now.
        self.taken.retain(|(filtered, _)| *filtered != column);
    }

    fn set_header(&mut self, has_header: bool) {
        // If no header was detected, the first line is it.
        self.header = has_header.then_some(self.found_header.unwrap_or(0));
    }

    fn interpret(&mut self) {
        self.columns = self.name_columns(&self.first_lines());
        self.entries = self.read_entries();
        self.directions = self.read_directions();
        self.guesses = self.read_guesses();
    }

    fn name_columns(&self, lines: &[Cells]) -> Vec<Column> {
        columns::columns(&self.spelling, self.header_cells().as_ref(), lines)
    }

    fn header_cells(&self) -> Option<Cells<'_>> {
        self.header.and_then(|index| self.records.get(index)).map(|record| self.cells(*record))
    }

    fn first_lines(&self) -> Vec<Cells<'_>> {
        self.user_records().iter().take(SAMPLED_LINES).map(|record| self.cells(*record)).collect()
    }

    /// The records with users: all below the header.
    fn user_records(&self) -> &[Record] {
        let first = self.header.map_or(0, |header| header + 1);
        self.records.get(first..).unwrap_or_default()
    }

    fn cells(&self, record: Record) -> Cells<'_> {
        cells(record.text(&self.text), self.separator).collect()
    }

    /// The encoding the file was decoded from.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The separator between cells; `None` if every line has only one cell.
    #[must_use]
    pub fn separator(&self) -> Option<Separator> {
        self.separator
    }

    /// Whether a line is treated as the header.
    #[must_use]
    pub fn has_header(&self) -> bool {
        self.header.is_some()
    }

    /// Number of the header line, or of the line that would be the header if there is none; from 1.
    #[must_use]
    pub fn header_line(&self) -> usize {
        self.records.get(self.found_header.unwrap_or(0)).map_or(1, |record| record.line)
    }

    /// The columns: as many as the header or the longest of the first 100 lines has cells.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Index of the column that identifies the users.
    #[must_use]
    pub fn column(&self) -> usize {
        self.choice.column
    }

    /// The kind of identifier in that column.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.choice.identity
    }

    /// All entries, in the file's order, including those with a problem.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The columns that state on or off per line, except the one that identifies the users.
    #[must_use]
    pub fn directions(&self) -> &[Direction] {
        &self.directions
    }

    /// The line filters as pairs of column index and word; empty if all lines are imported.
    #[must_use]
    pub fn taken(&self) -> &[(usize, String)] {
        &self.taken
    }

    /// The first five lines below the header and the values read from them.
    #[must_use]
    pub fn preview(&self) -> Vec<PreviewLine> {
        let value = |index: usize| {
            let entry = self.entries.iter().find(|entry| entry.record == index);
            entry.map(|entry| entry.value.clone()).unwrap_or_default()
        };
        let preview = |(index, record): (usize, &Record)| PreviewLine {
            line: record.line,
            cells: self.cells(*record).iter().map(|cell| redact_among_names(cell)).collect(),
            value: value(index),
        };
        self.user_records().iter().enumerate().take(PREVIEW_LINES).map(preview).collect()
    }

    /// A file with only these entries: the result of [`ImportFile::text_of`] in the import file's encoding, with a byte
    /// order mark if that file has one.
    #[must_use]
    pub fn file_of(&self, entries: &[usize]) -> Vec<u8> {
        self.encoding.encode(&self.text_of(entries), self.has_byte_order_mark)
    }

    /// The lines of these entries (by index, in the given order), unchanged and with all columns, below the `sep=` line
    /// and the header if the file has them. Lines end with CRLF.
    #[must_use]
    pub fn text_of(&self, entries: &[usize]) -> String {
        let declared = self.text.get(..self.start).map(trimmed_line).filter(|line| !line.is_empty());
        let header = self.header.and_then(|index| self.records.get(index));
        let mut lines: Vec<usize> =
            entries.iter().filter_map(|entry| self.entries.get(*entry)).map(|entry| entry.record).collect();
        lines.dedup();
        let records = lines.iter().filter_map(|index| self.user_records().get(*index));
        let mut file = String::new();
        for line in declared
            .into_iter()
            .chain(header.into_iter().chain(records).map(|record| record.text(&self.text)))
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
