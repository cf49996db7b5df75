//! Writes CSV (RFC 4180) that other programs can read and that is safe to open in spreadsheets.
//!
//! A spreadsheet treats a cell that begins with `=`, `+`, `-` or `@` as a formula, and the values in a directory were
//! often typed by the users they describe. So an apostrophe is inserted before any text that could be a formula:
//!
//! - at the beginning of a field: before `= + - @`, their full-width forms, NUL, TAB, CR and LF;
//! - inside a field, after `;`, TAB, CR and LF: before the same characters except the last three. Where
//!   the decimal separator is a comma, spreadsheets separate cells by `;`, split the fields of this
//!   file, and show each part as a cell;
//! - also where only blanks, zero-width characters or quotation marks come before these characters;
//! - before an apostrophe that is already there, so that the change can be undone exactly.
//!
//! [`unguarded`] removes the apostrophes again.
//!
//! The writer is handwritten because the csv crate's adds 29 kB to the program (20 kB after gzip). The tests read its
//! output with that crate.

use std::borrow::Cow;

/// The line break that ends a record.
pub const RECORD_END: &str = "\r\n";

/// A spreadsheet may start a new cell after these characters, whichever separator it uses. A comma isn't among them:
/// where a comma separates cells, quotation marks protect the field.
const CELL_ENDS: [char; 4] = [';', '\t', '\r', '\n'];

/// Characters that begin a formula, and NUL, which some programs drop or stop at.
const FORMULA: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\0'];

/// Writes a field, guarded against formulas and in quotation marks if needed. The caller writes the commas.
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

/// Writes a record of fields, each as in [`write_field`], with commas and [`RECORD_END`].
pub fn write_record<'a>(fields: impl IntoIterator<Item = &'a str>, out: &mut String) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_field(field, out);
    }
    out.push_str(RECORD_END);
}

/// Writes a comment line about the file itself, which goes above the column names: `# key,value`.
///
/// Programs that skip comments skip the line, so a line break in the value is replaced by a
/// space. Spreadsheets show two cells.
pub fn write_note(key: &str, value: &str, out: &mut String) {
    out.push_str("# ");
    out.push_str(key);
    out.push(',');
    write_field(&value.replace(['\r', '\n'], " "), out);
    out.push_str(RECORD_END);
}

/// The text with an apostrophe before everything that a spreadsheet could treat as a formula.
pub fn guarded(text: &str) -> Cow<'_, str> {
    rewrite_cells(text, |cell, is_first| needs_guard(cell, is_first).then_some((cell, "'")))
}

/// The text that [`guarded`] was given, from a field that was read back. A field that was never guarded loses the
/// apostrophes at its beginning and after `;`, TAB, CR and LF.
pub fn unguarded(field: &str) -> Cow<'_, str> {
    rewrite_cells(field, |cell, _| cell.strip_prefix('\'').map(|rest| (rest, "")))
}

fn needs_guard(cell: &str, is_first: bool) -> bool {
    let content = cell.trim_start_matches(is_ignorable);
    cell.starts_with('\'')
        || content.starts_with(FORMULA)
        || is_first && content.starts_with(['\t', '\r', '\n'])
}

/// Whether a program may ignore this character at the beginning of a cell. Characters that end a cell are excluded,
/// so that every character is examined once.
fn is_ignorable(character: char) -> bool {
    let is_zero_width = matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    );
    let is_blank = character == '"' || is_zero_width || character.is_whitespace() || character.is_control();
    is_blank && !CELL_ENDS.contains(&character) && !FORMULA.contains(&character)
}

/// Rewrites the beginnings of cells. `change` is given the rest of the text from a cell's beginning, and whether this
/// is the first cell of the field. It returns the rest to continue with, and the text to insert before it.
fn rewrite_cells<'a>(
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

/// The part of `text` before `tail`, which is the end of `text`.
fn before<'a>(text: &'a str, tail: &str) -> &'a str {
    text.get(..text.len().saturating_sub(tail.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apostrophe_is_inserted_before_a_possible_formula() {
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
    fn an_ordinary_text_is_unchanged() {
        for text in ["", "Ana Ferreira", "o'neil", "a=b", "x-1", "1 Main St; Floor 2", "a\r\nb", "  a", "王"]
        {
            assert!(matches!(guarded(text), Cow::Borrowed(kept) if kept == text), "{text:?}");
            assert!(matches!(unguarded(text), Cow::Borrowed(kept) if kept == text), "{text:?}");
        }
    }

    #[test]
    fn a_comment_is_always_a_single_line() {
        let mut out = String::new();
        write_note("reason", "=1, \"2\"\r\n=3;=4", &mut out);
        assert_eq!(out, "# reason,\"'=1, \"\"2\"\"  =3;'=4\"\r\n");
        out.clear();
        write_record(["a", "", "b,c"], &mut out);
        assert_eq!(out, "a,,\"b,c\"\r\n");
    }

    #[test]
    fn a_field_is_quoted_only_if_needed() {
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
