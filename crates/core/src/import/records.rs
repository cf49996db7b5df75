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
    /// have more than one cell. A bar may stand within a cell, too, so it separates only if no other character does.
    pub(super) fn of(text: &str) -> Option<Self> {
        let lines = Records::new(text, 0, 1, ANY, Quotes::AcrossLines);
        let lines = lines.map(|record| record.text(text)).filter(|line| !line.starts_with('#'));
        let lines: Vec<&str> = lines.take(SAMPLED_LINES).collect();
        // Mail programs write `Doe, Ana <ana@x.example>; Li, Bo <bo@x.example>`.
        if are_addresses(&lines, Self::Semicolon) {
            return Some(Self::Semicolon);
        }
        let lines: Vec<[usize; 4]> = lines.into_iter().map(counts).collect();
        let likelihood = |index: usize| {
            let counts: Vec<usize> = lines.iter().filter_map(|line| line.get(index)).copied().collect();
            let separated = counts.iter().filter(|count| **count > 0);
            let same = |count: &usize| counts.iter().filter(|other| *other == count).count();
            let agreeing = separated.clone().map(same).max().unwrap_or(0);
            (separated.count() * 2 >= lines.len() && agreeing > 0)
                .then(|| (agreeing, counts.iter().sum::<usize>()))
        };
        let likely = Self::ALL.into_iter().enumerate().filter_map(|(index, it)| {
            let (agreeing, sum) = likelihood(index)?;
            (it != Self::Bar).then_some((agreeing, sum, it))
        });
        let likely =
            likely.max_by_key(|(agreeing, sum, _)| (*agreeing, *sum)).map(|(.., separator)| separator);
        likely.or_else(|| likelihood(0).filter(|(agreeing, _)| *agreeing == lines.len()).map(|_| Self::Bar))
    }
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
            assert_eq!(Separator::of(text), expected, "{text}");
        }
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
