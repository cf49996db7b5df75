//! A list of people as administrators have it: a file that a spreadsheet saved, in whatever encoding, with whatever
//! separator, and who is meant somewhere in its columns.
//!
//! [`read`] makes a [`List`] of it, with a guess at which column names the users and by what. [`List::identify`] sets
//! that right. [`List::match_in`] finds the users among those who were read, [`Piles::from_answers`] does it with what
//! PingOne answered, and [`List::file_of`] writes lines back as they were.

use std::borrow::Cow;

use super::csv::RECORD_END;
use super::user::UserId;

mod columns;
mod encoding;
mod piles;
mod questions;
mod records;

use columns::{Cells, value};
pub use columns::{Column, Identity};
pub use encoding::Encoding;
pub use piles::Piles;
pub use questions::Questions;
pub use records::Separator;
use records::{Record, Records, cells, is_blank, line_ends};

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
pub enum ListFault {
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

/// Why nobody is looked for by what an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// The cell is empty, or the line is too short to have it.
    Empty,
    /// A number with an exponent, such as `4.1E+07`: a spreadsheet has made it of a longer number, whose last digits are
    /// lost.
    SpreadsheetNumber,
    /// Users are named by their id, and this is none.
    NotAnId,
}

/// A line that names somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins in the file, counted in lines from 1.
    pub line: usize,
    /// What its cell says, without blanks around it.
    pub value: String,
    /// Why nobody is looked for by it.
    pub problem: Option<Problem>,
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

/// A list of people. Entries are known by their place, from 0; the header and what stands before it are none.
#[derive(Debug, Clone)]
pub struct List {
    text: String,
    /// Where the first line begins after one that names the separator, in bytes.
    start: usize,
    encoding: Encoding,
    /// Whether it begins with a byte order mark.
    is_marked: bool,
    separator: Option<Separator>,
    records: Vec<Record>,
    /// The header's place among the records, as it was found.
    found_header: Option<usize>,
    header: Option<usize>,
    columns: Vec<Column>,
    column: usize,
    identity: Identity,
    entries: Vec<Entry>,
}

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<List, ListFault> {
    if is_workbook(bytes) {
        return Err(ListFault::Workbook);
    }
    let (text, encoding) = encoding::decode(bytes);
    if is_html(&text) {
        return Err(ListFault::Html);
    }
    if let Some((before, _)) = text.split_once('\0') {
        return Err(ListFault::ZeroByte { line: line_ends(before.as_bytes()) + 1 });
    }
    List::of(text, encoding, encoding.is_marked(bytes))
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

impl List {
    fn of(text: String, encoding: Encoding, is_marked: bool) -> Result<Self, ListFault> {
        let declared = Separator::declared(&text);
        let start = declared.map_or(0, |(_, start)| start);
        let separator = declared.map(|(separator, _)| separator).or_else(|| Separator::of(&text));
        let most = MOST_LINES + HEADER_WITHIN;
        let records: Vec<Record> = Records::of(&text, start, separator).take(most + 1).collect();
        if records.is_empty() {
            return Err(ListFault::Empty);
        }
        let mut list = Self {
            text,
            start,
            encoding,
            is_marked,
            separator,
            records,
            found_header: None,
            header: None,
            columns: Vec::new(),
            column: 0,
            identity: Identity::Username,
            entries: Vec::new(),
        };
        list.guess();
        if list.entries.len() > MOST_LINES {
            return Err(ListFault::TooManyLines { limit: MOST_LINES });
        }
        Ok(list)
    }

    fn guess(&mut self) {
        let beginning: Vec<Cells> =
            self.records.iter().take(HEADER_WITHIN).map(|it| self.cells(*it)).collect();
        let header = columns::header(&beginning);
        (self.found_header, self.header) = (header, header);
        let lines = self.first_lines();
        (self.column, self.identity) = columns::likeliest(&self.name_columns(&lines), &lines);
        self.understand();
    }

    /// Reads the list anew: who is meant stands in this column, by its place from 0, and is named by this.
    pub fn identify(&mut self, column: usize, by: Identity, has_header: bool) {
        self.column = column;
        self.identity = by;
        // A header that wasn't recognised is the first line.
        self.header = has_header.then_some(self.found_header.unwrap_or(0));
        self.understand();
    }

    fn understand(&mut self) {
        self.columns = self.name_columns(&self.first_lines());
        self.entries = self.people().iter().map(|record| self.entry(*record)).collect();
    }

    fn name_columns(&self, lines: &[Cells]) -> Vec<Column> {
        let header = self.header.and_then(|place| self.records.get(place));
        columns::columns(header.map(|record| self.cells(*record)).as_ref(), lines)
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

    fn entry(&self, record: Record) -> Entry {
        let cell = cells(record.text(&self.text), self.separator).nth(self.column);
        let value = cell.map(|cell| value(&cell)).unwrap_or_default();
        let problem = Problem::of(&value, self.identity);
        Entry { line: record.line, value, problem }
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

    /// The columns, as many as the header or one of the first hundred lines has.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The place of the column that says who is meant.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// By what users are named there.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Everybody on the list, in the file's order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The first five lines that name somebody, as they are understood.
    #[must_use]
    pub fn preview(&self) -> Vec<PreviewLine> {
        let lines = self.people().iter().zip(&self.entries).take(PREVIEWED);
        let preview = |(record, entry): (&Record, &Entry)| PreviewLine {
            line: entry.line,
            cells: self.cells(*record).into_iter().map(Cow::into_owned).collect(),
            value: entry.value.clone(),
        };
        lines.map(preview).collect()
    }

    /// A file of some entries, as bytes in the encoding that the list has, with its byte order mark if it has one:
    /// what [`List::text_of`] says.
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
        let people = self.people();
        let records = header.into_iter().chain(entries.iter().filter_map(|entry| people.get(*entry)));
        let mut file = String::new();
        for line in named.into_iter().chain(records.map(|record| record.text(&self.text))) {
            file.push_str(line);
            file.push_str(RECORD_END);
        }
        file
    }
}

fn trimmed_line(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

impl Problem {
    fn of(value: &str, identity: Identity) -> Option<Self> {
        if value.is_empty() {
            return Some(Self::Empty);
        }
        if is_spreadsheet_number(value) {
            return Some(Self::SpreadsheetNumber);
        }
        let is_wrong = identity == Identity::UserId && UserId::read(value).is_none();
        is_wrong.then_some(Self::NotAnId)
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

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    use crate::domain::users::Users;
    use crate::domain::users::tests::{fold, user};

    const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";

    fn list(text: &str) -> List {
        read(text.as_bytes()).unwrap()
    }

    fn values(list: &List) -> Vec<&str> {
        list.entries().iter().map(|entry| entry.value.as_str()).collect()
    }

    fn used(list: &List) -> (usize, Identity, bool) {
        (list.column(), list.identity(), list.has_header())
    }

    #[test]
    fn a_windows_1252_list_with_semicolons_is_understood() {
        let list =
            read(b"Name;E-Mail\r\nZo\xeb Brandt;Zo\xeb@example.com\r\n\r\nBo;bo@example.com\r\n").unwrap();
        assert_eq!((list.encoding(), list.separator()), (Encoding::Windows1252, Some(Separator::Semicolon)));
        assert_eq!(used(&list), (1, Identity::Email, true));
        assert_eq!(values(&list), ["Zoë@example.com", "bo@example.com"]);
        let lines: Vec<usize> = list.entries().iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [2, 4]);
        let names: Vec<Option<&str>> = list.columns().iter().map(|column| column.name.as_deref()).collect();
        assert_eq!(names, [Some("Name"), Some("E-Mail")]);
    }

    #[test]
    fn a_list_of_one_column_needs_no_separator_and_no_header() {
        let list = list("ana\nzoe\n\n bo \n");
        assert_eq!(list.separator(), None);
        assert_eq!(used(&list), (0, Identity::Username, false));
        assert_eq!(values(&list), ["ana", "zoe", "bo"]);
    }

    #[test]
    fn a_utf_16_list_with_tabulators_is_understood() {
        let bytes: Vec<u8> = format!("\u{feff}uuid\tx\r\n{{{}}}\t1", ID.to_uppercase())
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let list = read(&bytes).unwrap();
        assert_eq!((list.encoding(), list.separator()), (Encoding::Utf16Le, Some(Separator::Tab)));
        assert_eq!(used(&list), (0, Identity::UserId, true));
        assert_eq!(list.entries()[0].problem, None, "capitals and braces are fine");
    }

    #[test]
    fn what_this_page_exports_is_understood() {
        let text = format!(
            "\u{feff}# contains personal data; list read x; devices not checked\r\nuserId,username,account\r\n{ID},'-bo,enabled\r\n"
        );
        let mut list = list(&text);
        assert_eq!(used(&list), (0, Identity::UserId, true));
        assert_eq!(values(&list), [ID]);
        list.identify(1, Identity::Username, true);
        assert_eq!(values(&list), ["-bo"], "without the guard");
    }

    #[test]
    fn what_was_found_can_be_changed() {
        let mut list = list("who;mail\nana;a@b.c\n");
        list.identify(0, Identity::ExternalId, true);
        assert_eq!((used(&list), values(&list)), ((0, Identity::ExternalId, true), vec!["ana"]));
        list.identify(0, Identity::Username, false);
        assert_eq!((used(&list), values(&list)), ((0, Identity::Username, false), vec!["who", "ana"]));
        assert_eq!(list.columns()[1].name, None);
        list.identify(7, Identity::Username, true);
        assert_eq!(list.entries()[0].problem, Some(Problem::Empty), "there is no such column");

        let mut unknown = read(b"who\nana").unwrap();
        unknown.identify(0, Identity::Username, true);
        assert_eq!((values(&unknown), unknown.columns()[0].name.as_deref()), (vec!["ana"], Some("who")));
    }

    #[test]
    fn the_first_five_lines_are_shown_as_understood() {
        let list = list("login,team\n\" ana \",\"a\nb\"\nb,\nc,\nd,\ne,\nf,\n");
        let preview = list.preview();
        assert_eq!(preview.len(), 5);
        let first = PreviewLine { line: 2, cells: vec![" ana ".into(), "a\nb".into()], value: "ana".into() };
        assert_eq!((preview[0].clone(), preview[1].line), (first, 4));
    }

    #[test]
    fn a_number_that_a_spreadsheet_has_shortened_is_a_problem() {
        let problem = |value| Problem::of(value, Identity::ExternalId);
        for value in ["4.1E+07", "1,23E+15", "1E+11", "-5.0e-03"] {
            assert_eq!(problem(value), Some(Problem::SpreadsheetNumber), "{value}");
        }
        for value in ["12e4", "E+07", "4.E+07", "4.1E+", "4.1E+07x", "1.2.3E+4", "e", "elena", "41000001"] {
            assert_eq!(problem(value), None, "{value}");
        }
        assert_eq!(problem(""), Some(Problem::Empty));
        assert_eq!(Problem::of("4.1E+07", Identity::UserId), Some(Problem::SpreadsheetNumber));
        assert_eq!(Problem::of("ana", Identity::UserId), Some(Problem::NotAnId));
        assert_eq!(Problem::of(ID, Identity::UserId), None);
    }

    #[test]
    fn a_file_that_is_no_list_says_what_it_is() {
        for (bytes, fault) in [
            (&b""[..], ListFault::Empty),
            (b"\xef\xbb\xbf\r\n , \n", ListFault::Empty),
            (b"\xff\xfe", ListFault::Empty),
            (b"sep=;\r\n", ListFault::Empty),
            (b"\r\n <!DOCTYPE html><p>", ListFault::Html),
            (b"<HTML lang=en>", ListFault::Html),
            (b"PK\x03\x04\x14\0", ListFault::Workbook),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", ListFault::Workbook),
            (b"ana\r\nb\0o\r\n", ListFault::ZeroByte { line: 2 }),
        ] {
            assert_eq!(read(bytes).err(), Some(fault), "{bytes:?}");
        }
        assert_eq!(values(&list("PKowalski\nana")), ["PKowalski", "ana"]);
    }

    #[test]
    fn a_list_has_at_most_two_hundred_thousand_people() {
        let people = "ana\n\n".repeat(MOST_LINES);
        assert_eq!(list(&format!("login\n{people}")).entries().len(), MOST_LINES);
        let fault = Some(ListFault::TooManyLines { limit: MOST_LINES });
        assert_eq!(read(format!("login\n{people}bo").as_bytes()).err(), fault);
        assert_eq!(read(people.repeat(3).as_bytes()).err(), fault);
    }

    #[test]
    fn lines_are_written_back_with_all_columns_as_they_were() {
        let text = "\u{feff}login ;note\nana;\"a;\"\"b\"\"\n2\"\n\n'bo ; x \"y\"\rzoë;";
        let list = list(text);
        assert_eq!(
            list.text_of(&[0, 1, 2]),
            "login ;note\r\nana;\"a;\"\"b\"\"\n2\"\r\n'bo ; x \"y\"\r\nzoë;\r\n"
        );
        assert_eq!(list.text_of(&[2, 99]), "login ;note\r\nzoë;\r\n");
        let again = read(list.text_of(&[0, 1, 2]).as_bytes()).unwrap();
        assert_eq!(values(&again), values(&list));
        let named = read(b"sep=;\nana;1\nbo;2").unwrap();
        assert_eq!((named.text_of(&[1]).as_str(), named.entries()[1].line), ("sep=;\r\nbo;2\r\n", 3));
    }

    fn any_cell() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            proptest::sample::select(vec![
                "a", "zoë", "\"", ",", ";", "\t", "\r\n", "\n", " ", "@", "#", "'", "=", "王",
            ]),
            0..6,
        )
        .prop_map(|pieces| pieces.concat())
    }

    fn look_at_everything(bytes: &[u8]) {
        let Ok(mut list) = read(bytes) else { return };
        let users = {
            let mut users = Users::default();
            users.learn(&user(1), &fold);
            users
        };
        for by in [Identity::UserId, Identity::ExternalId, Identity::Username, Identity::Email] {
            for column in 0..3 {
                list.identify(column, by, column == 1);
                let all: Vec<usize> = (0..list.entries().len()).collect();
                let Piles { found, not_found, ambiguous, twice } = list.match_in(&users);
                let places =
                    found.iter().map(|(entry, _)| entry).chain(ambiguous.iter().map(|(entry, _)| entry));
                let mut places: Vec<usize> = places.chain(&not_found).chain(&twice).copied().collect();
                places.sort_unstable();
                assert_eq!(places, all, "each in one pile");
                assert_eq!(list.preview().len(), all.len().min(PREVIEWED));
                let file = list.text_of(&all);
                assert!(list.people().iter().all(|record| file.contains(record.text(&list.text))));
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            look_at_everything(&bytes);
        }

        #[test]
        fn no_text_is_too_odd(text in proptest::collection::vec(any_cell(), 0..30)) {
            look_at_everything(text.concat().as_bytes());
        }

        #[test]
        fn another_program_reads_from_a_file_what_stood_in_the_list(
            rows in proptest::collection::vec(proptest::collection::vec(any_cell(), 3), 1..8),
        ) {
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            writer.write_record(["login", "mail", "note"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let list = read(&writer.into_inner().unwrap()).unwrap();
            let all: Vec<usize> = (0..list.entries().len()).collect();
            let file = list.text_of(&all);
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let back: Vec<Vec<String>> =
                reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let is_filled = |row: &&Vec<String>| row.concat().chars().any(|letter| {
                !is_blank(letter) && !['"', ',', ';'].contains(&letter)
            });
            prop_assert_eq!(back, rows.iter().filter(is_filled).cloned().collect::<Vec<_>>());
        }
    }
}
