//! Splits a filter into words.

use super::Refused;

/// The characters that end a plain word.
const BREAKS: [char; 9] = [' ', '\t', '\r', '\n', '(', ')', '[', ']', '"'];

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Plain(&'a str),
    /// The value without its quotes and escapes.
    Quoted(String),
}

pub(crate) fn words(text: &str) -> Result<Vec<Word<'_>>, Refused> {
    let mut rest = text.trim_start_matches(BLANKS);
    let mut words = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (word, remainder) = cut(first, rest)?;
        words.push(word);
        rest = remainder.trim_start_matches(BLANKS);
    }
    Ok(words)
}

/// Splits off the first word and returns the rest.
fn cut(first: char, rest: &str) -> Result<(Word<'_>, &str), Refused> {
    let mark = match first {
        '(' => Word::Open,
        ')' => Word::Close,
        '[' => Word::OpenBracket,
        ']' => Word::CloseBracket,
        '"' => return quoted(rest),
        _ => return Ok(plain(rest)),
    };
    Ok((mark, rest.get(1..).unwrap_or_default()))
}

fn plain(rest: &str) -> (Word<'_>, &str) {
    let (word, remainder) = rest.split_at(rest.find(BREAKS).unwrap_or(rest.len()));
    (Word::Plain(word), remainder)
}

/// Splits off a quoted value, which is a JSON string.
fn quoted(rest: &str) -> Result<(Word<'_>, &str), Refused> {
    let end = closing_quote(rest).ok_or(Refused::Expected("a closing quote"))?;
    let (text, remainder) = rest.split_at(end);
    let value = serde_json::from_str(text).map_err(|_| Refused::Expected("a value escaped as in JSON"))?;
    Ok((Word::Quoted(value), remainder))
}

/// The index after the closing quote.
fn closing_quote(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (index, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}
