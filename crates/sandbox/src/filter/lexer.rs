//! Cuts a text into words.

use super::Refused;

/// What a word ends before, and is never part of.
const BREAKS: [char; 9] = [' ', '\t', '\r', '\n', '(', ')', '[', ']', '"'];

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// A word.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Plain(&'a str),
    /// Without its quotes and escapes.
    Quoted(String),
}

pub(crate) fn words(text: &str) -> Result<Vec<Word<'_>>, Refused> {
    let mut rest = text.trim_start_matches(BLANKS);
    let mut words = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (word, behind) = cut(first, rest)?;
        words.push(word);
        rest = behind.trim_start_matches(BLANKS);
    }
    Ok(words)
}

/// The first word, and what is behind it.
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
    let (word, behind) = rest.split_at(rest.find(BREAKS).unwrap_or(rest.len()));
    (Word::Plain(word), behind)
}

/// A quoted value is a JSON string.
fn quoted(rest: &str) -> Result<(Word<'_>, &str), Refused> {
    let end = closing_quote(rest).ok_or(Refused::Expected("a closing quote"))?;
    let (text, behind) = rest.split_at(end);
    let value = serde_json::from_str(text).map_err(|_| Refused::Expected("a value escaped as in JSON"))?;
    Ok((Word::Quoted(value), behind))
}

/// Where the text behind the closing quote begins.
fn closing_quote(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (place, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(place + 1),
            _ => {}
        }
    }
    None
}
