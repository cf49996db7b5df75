//! One request and its answer, as they are shown. Free of the token by construction: requests have none, and
//! answers are redacted.

use std::str::CharIndices;

use memchr::{memchr2, memchr3};

use crate::domain::fault::Fault;
use crate::domain::time::{Millis, Wall};

use super::redaction::{excerpt, redact};
use super::request::{Fact, Request, Subject};
use super::{Head, Lost, Response};

/// The longest body that is kept, in bytes. One user is far below; a list is longer, but its rows are left out.
const KEPT: usize = 20_000;

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// When it was sent.
    pub at: Wall,
    /// How long it took.
    pub took: Millis,
    /// The request.
    pub request: Request,
    /// What PingOne answered, if it did.
    pub answer: Option<Answer>,
    /// What the typed view shows; empty where the answer was no good.
    pub facts: Vec<Fact>,
    /// What went wrong, if anything did.
    pub fault: Option<Fault>,
}

/// An answer as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status and headers.
    pub head: Head,
    /// The body, pretty-printed and redacted; a list is cut to its links and counts.
    pub body: String,
}

/// Keeps what may be shown of an answer. `None` where none arrived.
pub fn shown(subject: Subject, answer: &Result<Response, Lost>) -> Option<Answer> {
    let response = match answer {
        Ok(response) => response,
        Err(Lost::BodyCut(head) | Lost::BodyTooLarge(head)) => {
            return Some(Answer { head: head.clone(), body: String::new() });
        }
        Err(Lost::NoToken | Lost::Unreachable) => return None,
    };
    // A list's people are not kept a second time: the table has them.
    let skipped: &[&str] = if subject == Subject::List { &["_embedded", "entries"] } else { &[] };
    let printed = std::str::from_utf8(&response.body).ok().map(|text| pretty(text, skipped));
    let body = match printed {
        Some(printed) if printed.len() <= KEPT => redact(&printed),
        _ => excerpt(&response.body),
    };
    Some(Answer { head: response.head.clone(), body })
}

/// The text with one field a line. The values of the outermost fields `skipped` are left out. Works on the text and
/// not on its value, so that numbers, order and whatever is no JSON at all stay as they came.
fn pretty(text: &str, skipped: &[&str]) -> String {
    let mut printed = String::new();
    let mut depth = 0_usize;
    let mut skip_from = None;
    let mut letters = from(text, 0);
    while let Some((place, letter)) = letters.next() {
        let is_shown = skip_from.is_none();
        match letter {
            '"' => {
                let end = end_of_text(text, place);
                let word = text.get(place..end).unwrap_or_default();
                letters.by_ref().take_while(|(place, _)| place + 1 < end).for_each(drop);
                if is_shown {
                    printed.push_str(word);
                }
                if is_shown && depth == 1 && skipped.contains(&word.trim_matches('"')) {
                    printed.push_str(": \"not kept\"");
                    skip_from = Some(depth);
                    // A page of users is skipped at once: letter by letter it would take longer than reading it.
                    if let Some(behind) = end_of_object(text.as_bytes(), end) {
                        letters = from(text, behind);
                    }
                }
            }
            '{' | '[' => {
                depth += 1;
                if is_shown {
                    printed.push(letter);
                    new_line(&mut printed, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if skip_from.is_some_and(|from| depth < from) {
                    skip_from = None;
                }
                if skip_from.is_none() {
                    new_line(&mut printed, depth);
                    printed.push(letter);
                }
            }
            ',' if skip_from.is_none_or(|from| depth == from) => {
                skip_from = None;
                printed.push(letter);
                new_line(&mut printed, depth);
            }
            ':' if is_shown => printed.push_str(": "),
            letter if is_shown && !letter.is_whitespace() => printed.push(letter),
            _ => {}
        }
    }
    printed
}

/// The letters of a text from a place on, with their places in it.
fn from(text: &str, start: usize) -> Letters<'_> {
    Letters { start, letters: text.get(start..).unwrap_or_default().char_indices() }
}

struct Letters<'a> {
    start: usize,
    letters: CharIndices<'a>,
}

impl Iterator for Letters<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        self.letters.next().map(|(place, letter)| (self.start + place, letter))
    }
}

/// Behind the brace that ends the object which is the value at `start`; `None` where there is another value, or no end.
fn end_of_object(text: &[u8], start: usize) -> Option<usize> {
    let is_between = |byte: &u8| *byte == b':' || byte.is_ascii_whitespace();
    let mut place = start + text.get(start..)?.iter().take_while(|byte| is_between(byte)).count();
    if text.get(place) != Some(&b'{') {
        return None;
    }
    let mut depth = 0_usize;
    loop {
        place += memchr3(b'"', b'{', b'}', text.get(place..)?)?;
        match text.get(place)? {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => place = end_of_quoted(text, place)? - 1,
        }
        place += 1;
        if depth == 0 {
            return Some(place);
        }
    }
}

/// Behind the quote that ends the text which begins at `start`.
fn end_of_quoted(text: &[u8], start: usize) -> Option<usize> {
    let mut place = start + 1;
    loop {
        place += memchr2(b'"', b'\\', text.get(place..)?)?;
        if text.get(place) == Some(&b'"') {
            return Some(place + 1);
        }
        // Whatever is escaped ends nothing.
        place += 2;
    }
}

/// Behind the quote that ends the text which begins at `start`.
fn end_of_text(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    let rest = text.get(start + 1..).unwrap_or_default();
    for (place, letter) in rest.char_indices() {
        match letter {
            '"' if !is_escaped => return start + 1 + place + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

fn new_line(printed: &mut String, depth: usize) {
    printed.push('\n');
    // An answer that is nested deeper than this is none of PingOne's.
    printed.extend(std::iter::repeat_n("  ", depth.min(20)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_one_field_a_line_in_its_own_order() {
        let text = r#"{"b" : 1.50, "a":{"t":"x, \"{y}\" \\","l":[ ]},"z":null}"#;
        let shown = "{\n  \"b\": 1.50,\n  \"a\": {\n    \"t\": \"x, \\\"{y}\\\" \\\\\",\n    \"l\": [\n      \n    ]\n  },\n  \"z\": null\n}";
        assert_eq!(pretty(text, &[]), shown);
        assert_eq!(pretty(shown, &[]), shown);
    }

    #[test]
    fn the_people_of_a_list_are_left_out() {
        let text = r#"{"_links":{"_embedded":1},"_embedded":{"users":[{"a":"}"},2]},"count":2}"#;
        let shown = "{\n  \"_links\": {\n    \"_embedded\": 1\n  },\n  \"_embedded\": \"not kept\",\n  \"count\": 2\n}";
        assert_eq!(pretty(text, &["_embedded"]), shown);
        assert!(
            pretty(r#"{"count":2,"_embedded":{"users":[1]}}"#, &["_embedded"]).ends_with("\"not kept\"\n}")
        );
    }

    #[test]
    fn what_is_no_json_breaks_nothing() {
        for text in [
            r#"{"_embedded":{"a":"#,
            r#"{"_embedded":{"a":"\"#,
            r#"{"_embedded" : [ 1, {"a":2} ],"count":2}"#,
            "{\"_embedded\":",
            "",
            "\"",
            "\"\\",
            "}}}",
            "<html>a, b</html>",
            "[[[[",
            "é\"é\\",
            ",,",
        ] {
            pretty(text, &["_embedded"]);
        }
        assert_eq!(pretty("é\"é\\\"é\"x", &[]), "é\"é\\\"é\"x");
    }
}
