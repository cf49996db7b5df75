//! Writes texts as literals. Everything except visible ASCII becomes an escape, if the language has escapes, so that
//! neither the encoding of a source file nor an invisible character changes what is sent.

use std::fmt::Write;

/// How a language writes a character by its code point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// `\u2028`, as a surrogate pair beyond four digits: JavaScript, Java.
    Halves,
    /// `\u2028`, and `\U0001f600` beyond four digits: C#, Go, Python.
    Digits,
    /// `\u{2028}`, with any number of digits: Swift, Ruby.
    Braces,
}

/// Writes the text in these quotes. `also` contains further characters to escape.
pub(super) fn quoted(text: &str, quote: char, escape: Escape, also: &[char]) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for letter in text.chars() {
        match letter {
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            letter if letter == quote => literal.extend(['\\', quote]),
            letter if is_visible(letter) && !also.contains(&letter) => literal.push(letter),
            letter => by_number(letter, escape, &mut literal),
        }
    }
    literal.push(quote);
    literal
}

/// Like [`quoted`], in double quotes, or in single quotes if the text contains double quotes, as JSON does. For
/// languages in which both mean the same.
pub(super) fn in_either_quotes(text: &str, escape: Escape, also: &[char]) -> String {
    quoted(text, if text.contains('"') { '\'' } else { '"' }, escape, also)
}

/// Writes the text in single quotes in which a backslash escapes only itself and the quote: PHP, Ruby.
pub(super) fn in_single_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Writes the text unchanged between `begin` and `end`. `None` unless it is visible ASCII in one line and contains
/// none of the characters in `without`.
pub(super) fn raw(text: &str, (begin, end): (&str, &str), without: &[char]) -> Option<String> {
    let can_be = text.chars().all(|letter| is_visible(letter) && !without.contains(&letter));
    can_be.then(|| format!("{begin}{text}{end}"))
}

fn is_visible(letter: char) -> bool {
    matches!(letter, ' '..='~')
}

fn by_number(letter: char, escape: Escape, literal: &mut String) {
    let number = u32::from(letter);
    // Writing to a string can't fail.
    let _ = match escape {
        Escape::Halves => {
            let mut halves = [0; 2];
            letter.encode_utf16(&mut halves).iter().try_for_each(|half| write!(literal, "\\u{half:04x}"))
        }
        Escape::Digits if number > 0xffff => write!(literal, "\\U{number:08x}"),
        Escape::Digits => write!(literal, "\\u{number:04x}"),
        Escape::Braces => write!(literal, "\\u{{{number:x}}}"),
    };
}
