//! CSV (RFC 4180), as other programs read it and spreadsheets open it.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and what stands in a directory was
//! often typed by the person it describes. So a text that could be one is written with an apostrophe in front:
//!
//! - at the beginning of a field: before `= + - @`, their full-width forms, NUL, TAB, CR and LF;
//! - inside a field, after `;`, TAB, CR and LF: before the same but the last three. Where the decimal separator is a
//!   comma, spreadsheets separate by `;`, cut the fields of this file in pieces, and show each piece as a cell;
//! - also where only blanks, characters without width or quotation marks stand before them;
//! - and, so that the way back is exact, wherever there is an apostrophe already.
//!
//! [`unguarded`] takes the apostrophes away again.
//!
//! By hand, because the csv crate's writer adds 29 kB to the program (20 kB after gzip). The tests read with that crate.

use std::borrow::Cow;

/// What ends a record.
pub const RECORD_END: &str = "\r\n";

/// After these a cell of a spreadsheet begins, whatever it separates by. A comma is none: where it separates, quotes
/// hold.
const CELL_ENDS: [char; 4] = [';', '\t', '\r', '\n'];

/// What begins a formula, and NUL, which programs drop or stop at.
const FORMULA: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\0'];

/// Writes a field, guarded, in quotes where it needs them. The commas are the caller's.
pub fn write_field(text: &str, out: &mut String) {
    let text = guarded(text);
    if !text.contains([',', '"', '\r', '\n']) {
        out.push_str(&text);
        return;
    }
    out.push('"');
    for (index, piece) in text.split('"').enumerate() {
        if index > 0 {
            out.push_str("\"\"");
        }
        out.push_str(piece);
    }
    out.push('"');
}

/// Writes a record of such fields.
pub fn write_record<'a>(fields: impl IntoIterator<Item = &'a str>, out: &mut String) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_field(field, out);
    }
    out.push_str(RECORD_END);
}

/// Writes a line about the file itself, as it stands above the columns' names: `# key,value`. Programs that skip
/// comments skip it, so that a line break inside the value becomes a blank; spreadsheets show two cells.
pub fn write_note(key: &str, value: &str, out: &mut String) {
    out.push_str("# ");
    out.push_str(key);
    out.push(',');
    write_field(&value.replace(['\r', '\n'], " "), out);
    out.push_str(RECORD_END);
}

/// The text with an apostrophe before everything that a spreadsheet could take for a formula.
pub fn guarded(text: &str) -> Cow<'_, str> {
    at_cells(text, |cell, is_first| needs_guard(cell, is_first).then_some((cell, "'")))
}

/// What [`guarded`] got: for a field that was read back. A field that was never guarded loses the apostrophes at its
/// beginning and after `;`, TAB, CR and LF.
pub fn unguarded(field: &str) -> Cow<'_, str> {
    at_cells(field, |cell, _| cell.strip_prefix('\'').map(|rest| (rest, "")))
}

fn needs_guard(cell: &str, is_first: bool) -> bool {
    let begins = cell.trim_start_matches(is_overlooked);
    cell.starts_with('\'')
        || begins.starts_with(FORMULA)
        || is_first && begins.starts_with(['\t', '\r', '\n'])
}

/// What a program may overlook at the beginning of a cell. What ends a cell is none of it, so that every letter is
/// looked at once.
fn is_overlooked(letter: char) -> bool {
    let has_no_width = matches!(
        letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    );
    let is_blank = letter == '"' || has_no_width || letter.is_whitespace() || letter.is_control();
    is_blank && !CELL_ENDS.contains(&letter) && !FORMULA.contains(&letter)
}

/// Rewrites the beginnings of cells: `change` is given the text from there on and whether it is the field's first, and
/// says from where to go on and what to put before it.
fn at_cells<'a>(
    text: &'a str,
    change: impl Fn(&'a str, bool) -> Option<(&'a str, &'static str)>,
) -> Cow<'a, str> {
    let (mut rewritten, mut kept, mut cell) = (String::new(), text, text);
    let mut is_changed = false;
    loop {
        if let Some((rest, inserted)) = change(cell, cell.len() == text.len()) {
            rewritten.push_str(before(kept, cell));
            rewritten.push_str(inserted);
            kept = rest;
            is_changed = true;
        }
        let Some((_, next)) = cell.split_once(CELL_ENDS) else { break };
        cell = next;
    }
    if !is_changed {
        return Cow::Borrowed(text);
    }
    rewritten.push_str(kept);
    Cow::Owned(rewritten)
}

/// What of `text` stands before `tail`, its end.
fn before<'a>(text: &'a str, tail: &str) -> &'a str {
    text.get(..text.len().saturating_sub(tail.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_formula_gets_an_apostrophe() {
        for (text, guard) in [
            ("=1+1", "'=1+1"),
            ("+49 170", "'+49 170"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r", "'\r"),
            ("\n", "'\n"),
            ("\0", "'\0"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A", "'＠A"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("  \u{a0}\u{200b}=1", "'  \u{a0}\u{200b}=1"),
            ("\"=cmd|' /C calc'!A0\"", "'\"=cmd|' /C calc'!A0\""),
            ("a;=1", "a;'=1"),
            ("a\t\" =1", "a\t'\" =1"),
            ("a\r\n@b", "a\r\n'@b"),
            ("'", "''"),
            ("'=1", "''=1"),
            ("a;'b", "a;''b"),
        ] {
            assert_eq!(guarded(text), guard, "{text:?}");
            assert_eq!(unguarded(guard), text, "{guard:?}");
        }
    }

    #[test]
    fn an_ordinary_text_stays_as_it_is() {
        for text in ["", "Ana Ferreira", "o'neil", "a=b", "x-1", "1 Main St; Floor 2", "a\r\nb", "  a", "王"]
        {
            assert!(matches!(guarded(text), Cow::Borrowed(kept) if kept == text), "{text:?}");
            assert!(matches!(unguarded(text), Cow::Borrowed(kept) if kept == text), "{text:?}");
        }
    }

    #[test]
    fn a_note_is_one_line_whatever_it_says() {
        let mut out = String::new();
        write_note("reason", "=1, \"2\"\r\n=3;=4", &mut out);
        assert_eq!(out, "# reason,\"'=1, \"\"2\"\"  =3;'=4\"\r\n");
        out.clear();
        write_record(["a", "", "b,c"], &mut out);
        assert_eq!(out, "a,,\"b,c\"\r\n");
    }

    #[test]
    fn a_field_is_quoted_where_it_must_be() {
        for (text, written) in [
            ("a", "a"),
            ("a b", "a b"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("\"", "\"\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("=A1,\"x\"", "\"'=A1,\"\"x\"\"\""),
        ] {
            let mut out = String::new();
            write_field(text, &mut out);
            assert_eq!(out, written, "{text:?}");
        }
    }
}
