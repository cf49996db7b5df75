//! Splitting of delimiter-separated text into records and cells: a lenient reader of RFC 4180.
//!
//! A cell is quoted if its quotation mark is closed right before a separator or the end of a line. Otherwise quotation
//! marks are ordinary characters: a single stray mark must not swallow a thousand lines of users. A quoted cell may
//! span several lines, unless [`Quotes::WithinLine`] is set.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2};

use super::spelling::is_blank;

/// The separator between the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Separator {
    /// `,`, the standard separator of CSV (RFC 4180).
    Comma,
    /// `;`, usual where the comma is the decimal separator.
    Semicolon,
    /// Tab, as in cells copied from a spreadsheet.
    Tab,
    /// `|`, as databases and mainframes export.
    Bar,
}

impl Separator {
    /// In ascending priority, for ties in the detection: commas occur in texts, tabs don't.
    const ALL: [Self; 4] = [Self::Bar, Self::Comma, Self::Semicolon, Self::Tab];

    fn bytes(separator: Option<Self>) -> &'static [u8] {
        match separator {
            None => b"",
            Some(Self::Comma) => b",",
            Some(Self::Semicolon) => b";",
            Some(Self::Tab) => b"\t",
            Some(Self::Bar) => b"|",
        }
    }

    /// The separator that a first line `sep=;` declares, as Excel reads it, and the byte offset of the next line.
    pub(super) fn declared(text: &str) -> Option<(Self, usize)> {
        let end = text.find(['\r', '\n'])?;
        let (line, rest) = text.split_at_checked(end)?;
        let (name, sign) = line.split_at_checked("sep=".len())?;
        let is_it = |separator: &Self| Self::bytes(Some(*separator)) == sign.as_bytes();
        let separator = Self::ALL.into_iter().find(is_it).filter(|_| name.eq_ignore_ascii_case("sep="))?;
        Some((separator, end + line_end_len(rest.as_bytes())))
    }

    /// The separator that gives most of the first lines the same number of cells; `None` if fewer than half of them
    /// have more than one cell. Of two, the one that splits off a known column name.
    pub(super) fn of(text: &str, signs: &Signs) -> Option<Self> {
        let lines = Records::new(text, 0, 1, ANY, Quotes::AcrossLines);
        let lines = lines.map(|record| record.text(text)).filter(|line| !line.starts_with('#'));
        // Databases draw a line of hyphens below the header.
        let lines = lines.filter(|line| line.contains(char::is_alphanumeric));
        let lines: Vec<&str> = lines.take(SAMPLED_LINES).collect();
        // Mail programs write `Doe, Ana <ana@x.example>; Li, Bo <bo@x.example>`.
        if are_addresses(&lines, Self::Semicolon) {
            return Some(Self::Semicolon);
        }
        let counted: Vec<[usize; 4]> = lines.iter().map(|line| counts(line)).collect();
        let likelihood = |(index, separator): (usize, Self)| {
            let counts: Vec<usize> = counted.iter().filter_map(|line| line.get(index)).copied().collect();
            let separated = counts.iter().filter(|count| **count > 0);
            let same = |count: &usize| counts.iter().filter(|other| *other == count).count();
            let agreeing =
                separated.clone().map(same).max().filter(|_| separated.count() * 2 >= lines.len())?;
            let names_columns = signs.name_columns(&lines, separator);
            let is_it = separator != Self::Bar
                || has_one_count(&counts)
                    && (names_columns && !is_prefix(&lines) || signs.identify_users(&lines));
            is_it.then_some((agreeing, names_columns, counts.iter().sum::<usize>(), separator))
        };
        let likely = Self::ALL.into_iter().enumerate().filter_map(likelihood);
        likely
            .max_by_key(|(agreeing, names_columns, sum, separator)| {
                // Bars stand within cells, too.
                (*agreeing, *names_columns, *separator != Self::Bar, *sum)
            })
            .map(|(.., separator)| separator)
    }
}

/// What cells reveal about the separator.
pub(super) struct Signs<'a> {
    /// Whether a cell is a known column name.
    pub(super) is_name: &'a dyn Fn(&str) -> bool,
    /// Whether a cell is an address or a user ID.
    pub(super) is_user: &'a dyn Fn(&str) -> bool,
}

impl Signs<'_> {
    /// Whether the first line with several cells has a known column name.
    fn name_columns(&self, lines: &[&str], separator: Separator) -> bool {
        let header = lines.iter().find(|line| cells(line, Some(separator)).nth(1).is_some());
        header.is_some_and(|header| cells(header, Some(separator)).any(|cell| (self.is_name)(&cell)))
    }

    /// Whether bars separate cells in lines without a header. External IDs such as `auth0|5f7c8e` have bars, too, also
    /// before an address, but then the text before the bar repeats.
    fn identify_users(&self, lines: &[&str]) -> bool {
        let rows: Vec<Vec<Cow<str>>> =
            lines.iter().map(|line| cells(line, Some(Separator::Bar)).collect()).collect();
        let is_user =
            |row: &Vec<Cow<str>>, index: usize| row.get(index).is_some_and(|cell| (self.is_user)(cell));
        let has_users = (0..MAX_BARS).any(|index| rows.iter().all(|row| is_user(row, index)));
        let is_repeated = |(index, row): (usize, &Vec<_>)| {
            rows.iter().take(index).any(|other: &Vec<Cow<str>>| other.first() == row.first())
        };
        let is_distinct = !rows.iter().enumerate().any(is_repeated);
        lines.iter().all(|line| line.starts_with('|')) || has_users && is_distinct
    }
}

/// Users of a file without a header are searched in this many columns between bars.
const MAX_BARS: usize = 20;

/// Whether lines repeat the text before the first bar, as IDs do (`email|5f7c8e`). A column's name stands in one line.
fn is_prefix(lines: &[&str]) -> bool {
    let mut before = lines.iter().filter_map(|line| line.split_once('|')).map(|(before, _)| before.trim());
    let first = before.next();
    before.any(|before| !before.is_empty() && Some(before) == first)
}

/// Whether all lines have the same number of a separator, except titles above and totals below.
fn has_one_count(counts: &[usize]) -> bool {
    let is_separated = |count: &usize| *count > 0;
    let (first, last) = (counts.iter().position(is_separated), counts.iter().rposition(is_separated));
    let table = first.zip(last).and_then(|(first, last)| counts.get(first..=last)).unwrap_or_default();
    table.iter().all(|count| Some(count) == table.first())
}

/// Whether this separator leaves one address in each cell, and several cells in most lines.
fn are_addresses(lines: &[&str], separator: Separator) -> bool {
    let rows = lines.iter().map(|line| cells(line, Some(separator)).filter(|cell| !cell.trim().is_empty()));
    let rows: Vec<Vec<usize>> = rows.map(|row| row.map(|cell| cell.matches('@').count()).collect()).collect();
    let separated = rows.iter().filter(|row| row.len() > 1).count();
    separated > 0 && separated * 2 >= rows.len() && rows.iter().flatten().all(|addresses| *addresses == 1)
}

/// How far a quoted cell may extend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Also across line ends, as RFC 4180 defines it.
    AcrossLines,
    /// Within one line; a mark without its counterpart in the line is an ordinary character.
    WithinLine,
}

/// Every separator.
const ANY: &[u8] = b",;\t|";

/// How many lines are sampled to detect the separator.
const SAMPLED_LINES: usize = 20;

/// How often each separator occurs outside quotes.
fn counts(line: &str) -> [usize; 4] {
    let is_cell_end =
        Fields::new(line, ANY, Quotes::AcrossLines).filter_map(|field| line.as_bytes().get(field.end));
    let mut counts = [0; 4];
    for end in is_cell_end {
        let index = Separator::ALL.iter().position(|it| Separator::bytes(Some(*it)) == [*end]);
        if let Some(count) = index.and_then(|index| counts.get_mut(index)) {
            *count += 1;
        }
    }
    counts
}

/// Position of a record in its text. Records whose cells are all blank are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Number of the line it begins at, from 1.
    pub(super) line: usize,
    start: usize,
    end: usize,
}

impl Record {
    /// The record's text without its line end.
    pub(super) fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Iterator over the records of a text.
#[derive(Debug)]
pub(super) struct Records<'a> {
    text: &'a str,
    separators: &'static [u8],
    quotes: Quotes,
    at: usize,
    line: usize,
}

impl<'a> Records<'a> {
    /// Records from byte offset `at`, which is the beginning of line number `line`.
    fn new(text: &'a str, at: usize, line: usize, separators: &'static [u8], quotes: Quotes) -> Self {
        Self { text, separators, quotes, at, line }
    }

    /// Records from byte offset `start`: 0, or the beginning of the second line.
    pub(super) fn of(text: &'a str, start: usize, separator: Option<Separator>, quotes: Quotes) -> Self {
        let line = if start == 0 { 1 } else { 2 };
        Self::new(text, start, line, Separator::bytes(separator), quotes)
    }

    /// Whether a record has no content, with any separator.
    fn is_blank(&self, record: Record) -> bool {
        let is_separator_or_blank =
            |character: char| matches!(character, '"' | ',' | ';' | '|') || is_blank(character);
        record.text(self.text).chars().all(is_separator_or_blank)
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while self.at < self.text.len() {
            let rest = self.text.get(self.at..)?;
            let len = Fields::new(rest, self.separators, self.quotes).last().map_or(0, |field| field.end);
            let (inside, after) = rest.as_bytes().split_at_checked(len)?;
            let record = Record { line: self.line, start: self.at, end: self.at + len };
            self.at = record.end + line_end_len(after);
            self.line += line_ends(inside) + 1;
            if !self.is_blank(record) {
                return Some(record);
            }
        }
        None
    }
}

/// The cells of a record, unquoted and otherwise unchanged.
pub(super) fn cells(record: &str, separator: Option<Separator>) -> impl Iterator<Item = Cow<'_, str>> {
    // Of a record that was split with [`Quotes::WithinLine`], no cell can reach into the next line.
    let fields = Fields::new(record, Separator::bytes(separator), Quotes::AcrossLines);
    fields.map(|field| {
        let content = record.get(field.start..field.start + field.len).unwrap_or_default();
        if field.is_quoted && content.contains('"') {
            return content.replace("\"\"", "\"").into();
        }
        content.into()
    })
}

/// Position of a cell in its record, in bytes.
#[derive(Debug, Clone, Copy)]
struct Field {
    /// Beginning of its content, after the quotation mark if it is quoted.
    start: usize,
    len: usize,
    is_quoted: bool,
    /// Position of its separator, of its line end or of the end of the text.
    end: usize,
}

/// Iterator over the cells of the first record of a text.
#[derive(Debug)]
struct Fields<'a> {
    bytes: &'a [u8],
    separators: &'static [u8],
    /// A quoted cell has to be closed before this offset.
    quotes_end: usize,
    /// Beginning of the next cell; `None` after the last.
    at: Option<usize>,
}

impl<'a> Fields<'a> {
    fn new(text: &'a str, separators: &'static [u8], quotes: Quotes) -> Self {
        let bytes = text.as_bytes();
        let quotes_end = match quotes {
            Quotes::AcrossLines => None,
            Quotes::WithinLine => memchr2(b'\r', b'\n', bytes),
        };
        Self { bytes, separators, quotes_end: quotes_end.unwrap_or(bytes.len()), at: Some(0) }
    }

    fn quoted(&self, at: usize) -> Option<Field> {
        let start = self.skip_spaces(at);
        if self.bytes.get(start) != Some(&b'"') {
            return None;
        }
        let start = start + 1;
        let closing = self.closing(start)?;
        let end = self.skip_spaces(closing + 1);
        let is_closed = self.bytes.get(end).is_none_or(|byte| self.is_cell_end(*byte));
        is_closed.then_some(Field { start, len: closing - start, is_quoted: true, end })
    }

    /// Position of the first quotation mark that isn't doubled.
    fn closing(&self, from: usize) -> Option<usize> {
        let bytes = self.bytes.get(..self.quotes_end)?;
        let mut at = from;
        loop {
            let mark = at + memchr(b'"', bytes.get(at..)?)?;
            if bytes.get(mark + 1) != Some(&b'"') {
                return Some(mark);
            }
            at = mark + 2;
        }
    }

    fn unquoted(&self, start: usize) -> Field {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let len = rest.iter().position(|byte| self.is_cell_end(*byte)).unwrap_or(rest.len());
        Field { start, len, is_quoted: false, end: start + len }
    }

    fn skip_spaces(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| **byte == b' ').count()
    }

    fn is_cell_end(&self, byte: u8) -> bool {
        matches!(byte, b'\r' | b'\n') || self.separators.contains(&byte)
    }
}

impl Iterator for Fields<'_> {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        let at = self.at?;
        let field = self.quoted(at).unwrap_or_else(|| self.unquoted(at));
        let is_separated = self.bytes.get(field.end).is_some_and(|byte| self.separators.contains(byte));
        self.at = is_separated.then_some(field.end + 1);
        Some(field)
    }
}

/// Length of the line end at the beginning of a text: 2 for CRLF, 1 for LF or CR, 0 for none.
fn line_end_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Number of line ends in a text. CRLF counts once.
pub(super) fn line_ends(bytes: &[u8]) -> usize {
    let feeds = memchr_iter(b'\n', bytes).count();
    let returns = memchr_iter(b'\r', bytes).count();
    let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    feeds + returns - pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str, separator: Option<Separator>) -> Vec<(usize, Vec<String>)> {
        let cells = |record: Record| cells(record.text(text), separator).map(Cow::into_owned).collect();
        Records::of(text, 0, separator, Quotes::AcrossLines)
            .map(|record| (record.line, cells(record)))
            .collect()
    }

    fn separator(text: &str) -> Option<Separator> {
        let is_name = |cell: &str| matches!(cell.trim(), "username" | "email");
        Separator::of(text, &Signs { is_name: &is_name, is_user: &|cell| cell.contains('@') })
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn all_kinds_of_line_ends_are_recognized_and_blank_lines_are_skipped() {
        let text = "a,b\r\nc,d\n\n \t\n,\n\"\",\re,f\r\r\ng";
        let expected = [row(1, &["a", "b"]), row(2, &["c", "d"]), row(7, &["e", "f"]), row(9, &["g"])];
        assert_eq!(table(text, Some(Separator::Comma)), expected);
    }

    #[test]
    fn quoted_cells_may_contain_separators_line_breaks_and_quotes() {
        let text = "\"a;1\r\n\n2\";b\n \"c \"\"x\"\"\" ;\"\"\nd";
        let expected = [row(1, &["a;1\r\n\n2", "b"]), row(4, &["c \"x\"", ""]), row(5, &["d"])];
        assert_eq!(table(text, Some(Separator::Semicolon)), expected);
    }

    #[test]
    fn a_stray_quote_is_an_ordinary_character_and_swallows_no_line() {
        for (text, expected) in [
            ("5\" pipe,b", vec![row(1, &["5\" pipe", "b"])]),
            ("\"a\"b,c", vec![row(1, &["\"a\"b", "c"])]),
            ("\"nick,b\nc,d", vec![row(1, &["\"nick", "b"]), row(2, &["c", "d"])]),
            ("\"nick,b\nc,\"d, e\"", vec![row(1, &["\"nick", "b"]), row(2, &["c", "d, e"])]),
            ("a,\"", vec![row(1, &["a", "\""])]),
        ] {
            assert_eq!(table(text, Some(Separator::Comma)), expected, "{text}");
        }
    }

    #[test]
    fn within_a_line_an_unclosed_quote_is_an_ordinary_character() {
        let text = "ana,\"VIP\nbo,\"x, y\"\ncy,Monitor 27\"\ndi,z";
        let records = Records::of(text, 0, Some(Separator::Comma), Quotes::WithinLine);
        let lines: Vec<&str> = records.map(|record| record.text(text)).collect();
        assert_eq!(lines, ["ana,\"VIP", "bo,\"x, y\"", "cy,Monitor 27\"", "di,z"]);
    }

    #[test]
    fn the_separator_is_the_one_with_the_most_consistent_cell_counts() {
        for (text, expected) in [
            ("a,b\nc,d", Some(Separator::Comma)),
            ("id;pay\na;1,5\nb;2,5", Some(Separator::Semicolon)),
            ("a;1,5\nb;2,5", Some(Separator::Semicolon)),
            ("a\tb, c\nd\te; f", Some(Separator::Tab)),
            ("\"a,b\";c\n\"d,\n,e\";f", Some(Separator::Semicolon)),
            ("ana\nzoe\nholm, jr.\nbo", None),
            ("ana\nzoe", None),
            ("# one; two; three\na,b", Some(Separator::Comma)),
            ("", None),
        ] {
            assert_eq!(separator(text), expected, "{text}");
        }
    }

    #[test]
    fn bars_separate_cells_only_with_another_sign_of_columns() {
        for text in [
            "username|name\nana|Ferreira, Ana\nbo|Holm, Bo",
            "email|name, first\nana@x|Ferreira, Ana\nbo@x|Holm, Bo",
            "Staff, 2026\nemail|name\nana@x|Ferreira, Ana\nbo@x|Holm, Bo\n2 people",
            " email | name \n-------+------\n ana@x | Ana \n bo@x | Bo \n(2 rows)",
            "Ana|ana@x\nBo|bo@x",
            "ana@x|bo@x|cy@x",
            "| ana | Ana |\n| bo | Bo |",
        ] {
            assert_eq!(separator(text), Some(Separator::Bar), "{text}");
        }
        for text in [
            "auth0|5f7c8e\nauth0|5f7c8f",
            "email|5f7c8e\nemail|5f7c8f",
            "username|ana\nusername|bo\nusername|cy",
            "auth0|5f7c8e\nwaad|bo",
            "waad|ana@x\nwaad|bo@x",
            "email|x\nana\nbo|y|z",
            "ana|x\nbo",
        ] {
            assert_eq!(separator(text), None, "{text}");
        }
        let within_cells = "ana@x,Sales|EU|MFA\nbo@x,IT|EU|MFA";
        assert_eq!(separator(within_cells), Some(Separator::Comma));
        let named = "username;name, first\nana;Ferreira, Ana\nbo;Holm, Bo";
        assert_eq!(separator(named), Some(Separator::Semicolon));
        assert_eq!(separator("username,name; first; last\nana,F; A; x"), Some(Separator::Comma));
    }

    #[test]
    fn a_file_may_declare_its_separator() {
        assert_eq!(Separator::declared("sep=;\r\na"), Some((Separator::Semicolon, 7)));
        assert_eq!(Separator::declared("SEP=\t\na"), Some((Separator::Tab, 6)));
        assert_eq!(Separator::declared("sep=|\na"), Some((Separator::Bar, 6)));
        for text in ["sep=:\na", "sep=;", "sep", "sé=;\n", "a\nsep=;\n", ""] {
            assert_eq!(Separator::declared(text), None, "{text}");
        }
    }

    #[test]
    fn many_stray_quotes_are_parsed_in_linear_time() {
        for line in ["\"a\" b,", "\"\"\"\"x,", "\"\n", "\",", "\"\"a\n", " \"  "] {
            let text = format!("\"{}", line.repeat(200_000));
            for quotes in [Quotes::AcrossLines, Quotes::WithinLine] {
                let records = Records::of(&text, 0, Some(Separator::Comma), quotes);
                assert!(records.count() <= 200_001, "{line}");
            }
        }
    }
}
