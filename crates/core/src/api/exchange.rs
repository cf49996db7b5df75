//! One request and its answer, as they are shown. Free of the token by construction: requests have none, and
//! answers are redacted.

use std::str::CharIndices;

use memchr::{memchr2, memchr3};

use crate::domain::fault::Fault;
use crate::domain::time::{Millis, Timestamp};

use super::redaction::{is_visible, redact};
use super::request::{Fact, Request, Subject};
use super::{Head, Response, TransportError};

pub mod har;

pub mod log;

pub mod filter;

pub mod transcript;

/// The longest body that is kept, in bytes. One user is far below; a list is longer, but its rows are left out.
pub const KEPT: usize = 16 * 1024;

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// When it was sent.
    pub at: Timestamp,
    /// How long it took.
    pub took: Millis,
    /// The request.
    pub request: Request,
    /// How often it was sent by now, until it is answered for good: 1 for the first time.
    pub attempt: u32,
    /// What PingOne answered, if it did.
    pub answer: Option<Answer>,
    /// What the typed view shows; empty where the answer was no good.
    pub facts: Vec<Fact>,
    /// What went wrong, if anything did.
    pub fault: Option<Fault>,
}

impl Exchange {
    /// Where the request went, as it is shown: a cursor comes from an answer, and answers may quote the token.
    #[must_use]
    pub fn url(&self) -> String {
        redact(self.request.endpoint.as_str())
    }

    /// The body that was sent, as text.
    #[must_use]
    pub fn sent(&self) -> String {
        let body = self.request.body.as_deref().unwrap_or_default();
        String::from_utf8_lossy(body).into_owned()
    }

    /// How much memory it takes, in bytes and about.
    #[must_use]
    pub fn weight(&self) -> usize {
        let request = self.request.endpoint.as_str().len() + self.request.body.as_ref().map_or(0, Vec::len);
        let answer = self.answer.as_ref().map_or(0, |answer| answer.body.len());
        let facts: usize = self.facts.iter().map(|fact| size_of::<Fact>() + fact.value.len()).sum();
        // PingOne's words are cut to some hundred letters.
        let fault = self.fault.as_ref().map_or(0, |fault| {
            fault.refusal().map_or(400, |refusal| {
                refusal.details.iter().map(|detail| 100 + detail.message.len()).sum::<usize>() + 400
            })
        });
        size_of::<Self>() + request + answer + facts + fault
    }
}

/// An answer as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status and headers.
    pub head: Head,
    /// The body, redacted and cut to [`KEPT`] bytes. JSON is pretty-printed; a list is cut to its links and counts.
    pub body: String,
    /// Whether the body goes on behind that.
    pub is_cut: bool,
    /// What the body is, by its beginning.
    pub kind: BodyKind,
    /// How long the body was, in bytes, as far as it was read.
    pub size: usize,
}

/// What a body is, by its beginning: what an answer says of itself need not be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// Nothing was read of it.
    Empty,
    /// An object or a list.
    Json,
    /// A page.
    Html,
    /// Any other text.
    Text,
    /// It is not written in UTF-8.
    Bytes,
}

impl BodyKind {
    fn of(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        // Letters that are a byte and a blank one each: another encoding, which UTF-8 takes for its own.
        if text.bytes().take(64).any(|byte| byte == 0) {
            return Self::Bytes;
        }
        match text.bytes().next() {
            None => Self::Empty,
            Some(b'{' | b'[') => Self::Json,
            Some(b'<') => Self::Html,
            Some(_) => Self::Text,
        }
    }
}

/// Keeps what may be shown of an answer. `None` where none arrived.
pub fn shown(subject: Subject, answer: &Result<Response, TransportError>) -> Option<Answer> {
    let response = match answer {
        Ok(response) => response,
        Err(TransportError::BodyCut(head) | TransportError::BodyTooLarge(head)) => {
            let (body, kind) = (String::new(), BodyKind::Empty);
            return Some(Answer { head: head.clone(), body, is_cut: true, kind, size: 0 });
        }
        Err(TransportError::NoToken | TransportError::Unreachable) => return None,
    };
    let text = std::str::from_utf8(&response.body);
    let kind = text.map_or(BodyKind::Bytes, BodyKind::of);
    // A list's people are not kept a second time: the table has them.
    let skipped: &[&str] = if subject == Subject::List { &["_embedded", "entries"] } else { &[] };
    let printed = match (kind, text) {
        (BodyKind::Json, Ok(text)) => pretty(text, skipped),
        _ => beginning(&response.body),
    };
    let is_cut = printed.len() > KEPT;
    // Between letters with something invisible among them no token would be found.
    let visible: String = cut(&printed).chars().filter(|letter| is_visible(*letter)).collect();
    let body = redact(&visible);
    Some(Answer { head: response.head.clone(), body, is_cut, kind, size: response.body.len() })
}

/// At most [`KEPT`] bytes of a text.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(KEPT)).unwrap_or_default()
}

/// As much of a body as is kept, and a little more, as text.
fn beginning(body: &[u8]) -> String {
    let head = body.get(..KEPT + 4).unwrap_or(body);
    String::from_utf8_lossy(head).into_owned()
}

/// The text with one field a line. The values of the outermost fields `skipped` are left out. Works on the text and
/// not on its value, so that numbers, order and whatever is no JSON at all stay as they came.
fn pretty(text: &str, skipped: &[&str]) -> String {
    let mut printed = String::new();
    let mut depth = 0_usize;
    let mut skip_from = None;
    let mut letters = from(text, 0);
    while let Some((place, letter)) = letters.next() {
        if printed.len() > KEPT {
            break;
        }
        let is_shown = skip_from.is_none();
        match letter {
            '"' => {
                let end = end_of_text(text, place);
                let word = text.get(place..end).unwrap_or_default();
                letters = from(text, end);
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

    fn answered(subject: Subject, body: &[u8]) -> Answer {
        let head = Head { status: 200, correlation_id: None };
        shown(subject, &Ok(Response { head, body: body.to_vec() })).unwrap()
    }

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        let long = format!(r#"{{"a":"{}","b":1}}"#, "é".repeat(2 * KEPT));
        let answer = answered(Subject::User, long.as_bytes());
        assert!(answer.is_cut && answer.body.len() <= KEPT && answer.body.len() > KEPT - 4);
        assert_eq!((answer.kind, answer.size), (BodyKind::Json, long.len()));
        let page = format!("<html>{}</html>", "x".repeat(3 * KEPT));
        let answer = answered(Subject::List, page.as_bytes());
        assert_eq!((answer.body.len(), answer.kind, answer.is_cut), (KEPT, BodyKind::Html, true));
        let deep = "[".repeat(4_000_000);
        assert!(answered(Subject::User, deep.as_bytes()).is_cut, "and takes no memory of note");
    }

    #[test]
    fn what_is_no_json_is_kept_as_it_came() {
        let page = "<html><p>a, b:  c</p></html>";
        let answer = answered(Subject::User, page.as_bytes());
        assert_eq!((answer.body.as_str(), answer.is_cut), (page, false));
        for (body, kind) in [
            (b"".as_slice(), BodyKind::Empty),
            (b" \n", BodyKind::Empty),
            (b"\xef\xbb\xbf{}", BodyKind::Json),
            (b"Bad gateway", BodyKind::Text),
            (b"M\xfcller", BodyKind::Bytes),
            (b"{\0\"\0a\0\"\0}\0", BodyKind::Bytes),
        ] {
            assert_eq!(answered(Subject::User, body).kind, kind, "{body:?}");
        }
    }

    #[test]
    fn a_token_is_in_no_body_whatever_its_encoding() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl-_";
        let echo = format!("{{\"message\":\"'Bearer {token}' is no key=value pair\"}}");
        let wide: Vec<u8> = echo.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wider: Vec<u8> = echo.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin = [b"M\xfcller ".as_slice(), echo.as_bytes()].concat();
        for body in [echo.into_bytes(), wide, wider, latin] {
            let shown = answered(Subject::User, &body).body;
            assert!(shown.contains("'Bearer {token}'"), "{shown}");
            assert!(!shown.contains("c2lnbmF0dXJl"), "{shown}");
        }
    }
}
