//! Exchanges: a request and its answer, as the page displays them. They never contain the token: requests have none,
//! and answers are redacted.

use std::str::CharIndices;

use memchr::{memchr2, memchr3};

use crate::fault::Fault;
use crate::redaction::secrets::{is_visible, redact};
use crate::request::{Fact, Request, Subject};
use crate::time::{Millis, Timestamp};
use crate::transport::{Head, Response, TransportError};

/// Maximum length of a kept body in bytes. A user is far shorter; a list is longer, but its rows are left out.
pub const KEPT: usize = 16 * 1024;

/// A request and its outcome, for display and diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Time at which the request was sent.
    pub at: Timestamp,
    /// Time between sending and the outcome.
    pub took: Millis,
    /// The request as it was sent, without its token.
    pub request: Request,
    /// How often the request has been sent so far, including retries: 1 for the first attempt.
    pub attempt: u32,
    /// PingOne's answer; `None` if none arrived.
    pub answer: Option<Answer>,
    /// Lines of the typed view; empty if the answer couldn't be used.
    pub facts: Vec<Fact>,
    /// The fault that the outcome stands for; `None` after a success.
    pub fault: Option<Fault>,
}

impl Exchange {
    /// The URL for display, redacted: it may contain a cursor, which comes from an answer,
    /// and answers may quote the token.
    #[must_use]
    pub fn url(&self) -> String {
        redact(self.request.endpoint.as_str())
    }

    /// The request's body as text; empty without one.
    #[must_use]
    pub fn sent(&self) -> String {
        let body = self.request.body.as_deref().unwrap_or_default();
        String::from_utf8_lossy(body).into_owned()
    }

    /// Approximate memory use in bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let request = self.request.endpoint.as_str().len() + self.request.body.as_ref().map_or(0, Vec::len);
        let answer = self.answer.as_ref().map_or(0, |answer| answer.body.len());
        let facts: usize = self.facts.iter().map(|fact| size_of::<Fact>() + fact.value.len()).sum();
        // PingOne's messages are cut to a few hundred characters.
        let fault = self.fault.as_ref().map_or(0, |fault| {
            fault.refusal().map_or(400, |refusal| {
                refusal.details.iter().map(|detail| 100 + detail.message.len()).sum::<usize>() + 400
            })
        });
        size_of::<Self>() + request + answer + facts + fault
    }
}

/// An answer as the page displays it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status and readable headers.
    pub head: Head,
    /// The body, redacted and cut to [`KEPT`] bytes. JSON is pretty-printed; a list is cut to its links and counts.
    pub body: String,
    /// Whether the body was longer than what is kept.
    pub is_cut: bool,
    /// Kind of the body, detected from its beginning.
    pub kind: BodyKind,
    /// Size of the body in bytes, as far as it was read.
    pub size: usize,
}

/// Kind of a body, detected from its beginning, because an answer's content type need not be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// The body is empty or wasn't read.
    Empty,
    /// A JSON object or array, as PingOne sends it.
    Json,
    /// An HTML or XML document, for example of a proxy.
    Html,
    /// Text that is neither JSON nor HTML.
    Text,
    /// The body isn't UTF-8, so that it isn't displayed as text.
    Bytes,
}

impl BodyKind {
    fn of(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        // Zero bytes among ASCII characters indicate another encoding, such as UTF-16,
        // that also happens to be valid UTF-8.
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

/// Extracts what may be displayed of an answer. `None` if no answer arrived.
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
    // The users of a list aren't kept a second time: the table has them.
    let skipped: &[&str] = if subject == Subject::List { &["_embedded", "entries"] } else { &[] };
    let printed = match (kind, text) {
        (BodyKind::Json, Ok(text)) => pretty(text, skipped),
        _ => beginning(&response.body),
    };
    let is_cut = printed.len() > KEPT;
    // With invisible characters among its characters, a token wouldn't be found.
    let visible: String = cut(&printed).chars().filter(|character| is_visible(*character)).collect();
    let body = redact(&visible);
    Some(Answer { head: response.head.clone(), body, is_cut, kind, size: response.body.len() })
}

/// The first [`KEPT`] bytes of a text.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(KEPT)).unwrap_or_default()
}

/// The beginning of a body as text, a few bytes longer than what is kept.
fn beginning(body: &[u8]) -> String {
    let head = body.get(..KEPT + 4).unwrap_or(body);
    String::from_utf8_lossy(head).into_owned()
}

/// Prints JSON with one field per line, leaving out the values of the outermost fields `skipped`. It works on the text
/// and not on a parsed value, so that numbers, order and invalid JSON stay unchanged.
fn pretty(text: &str, skipped: &[&str]) -> String {
    let mut printed = String::new();
    let mut depth = 0_usize;
    let mut skip_from = None;
    let mut chars = chars_from(text, 0);
    while let Some((offset, character)) = chars.next() {
        if printed.len() > KEPT {
            break;
        }
        let is_shown = skip_from.is_none();
        match character {
            '"' => {
                let end = end_of_text(text, offset);
                let word = text.get(offset..end).unwrap_or_default();
                chars = chars_from(text, end);
                if is_shown {
                    printed.push_str(word);
                }
                if is_shown && depth == 1 && skipped.contains(&word.trim_matches('"')) {
                    printed.push_str(": \"not kept\"");
                    skip_from = Some(depth);
                    // A page of users is skipped in one step: character by character it
                    // would take longer than parsing it.
                    if let Some(after) = end_of_object(text.as_bytes(), end) {
                        chars = chars_from(text, after);
                    }
                }
            }
            '{' | '[' => {
                depth += 1;
                if is_shown {
                    printed.push(character);
                    new_line(&mut printed, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if skip_from.is_some_and(|level| depth < level) {
                    skip_from = None;
                }
                if skip_from.is_none() {
                    new_line(&mut printed, depth);
                    printed.push(character);
                }
            }
            ',' if skip_from.is_none_or(|level| depth == level) => {
                skip_from = None;
                printed.push(character);
                new_line(&mut printed, depth);
            }
            ':' if is_shown => printed.push_str(": "),
            character if is_shown && !character.is_whitespace() => printed.push(character),
            _ => {}
        }
    }
    printed
}

/// The characters of a text from byte offset `start` on, with their offsets.
fn chars_from(text: &str, start: usize) -> CharsFrom<'_> {
    CharsFrom { start, chars: text.get(start..).unwrap_or_default().char_indices() }
}

struct CharsFrom<'a> {
    start: usize,
    chars: CharIndices<'a>,
}

impl Iterator for CharsFrom<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        self.chars.next().map(|(offset, character)| (self.start + offset, character))
    }
}

/// The offset after the closing brace of the object that is the value at `start`; `None` if it
/// is another value or isn't closed.
fn end_of_object(text: &[u8], start: usize) -> Option<usize> {
    let is_separator = |byte: &u8| *byte == b':' || byte.is_ascii_whitespace();
    let mut offset = start + text.get(start..)?.iter().take_while(|byte| is_separator(byte)).count();
    if text.get(offset) != Some(&b'{') {
        return None;
    }
    let mut depth = 0_usize;
    loop {
        offset += memchr3(b'"', b'{', b'}', text.get(offset..)?)?;
        match text.get(offset)? {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => offset = end_of_quoted(text, offset)? - 1,
        }
        offset += 1;
        if depth == 0 {
            return Some(offset);
        }
    }
}

/// The offset after the closing quote of the string that begins at `start`; `None` if it isn't closed.
fn end_of_quoted(text: &[u8], start: usize) -> Option<usize> {
    let mut offset = start + 1;
    loop {
        offset += memchr2(b'"', b'\\', text.get(offset..)?)?;
        if text.get(offset) == Some(&b'"') {
            return Some(offset + 1);
        }
        // An escaped character doesn't end the string.
        offset += 2;
    }
}

/// The offset after the closing quote of the string that begins at `start`; the end of the text if it isn't closed.
fn end_of_text(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    let rest = text.get(start + 1..).unwrap_or_default();
    for (offset, character) in rest.char_indices() {
        match character {
            '"' if !is_escaped => return start + 1 + offset + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

fn new_line(printed: &mut String, depth: usize) {
    printed.push('\n');
    // PingOne's answers aren't nested deeper than this.
    printed.extend(std::iter::repeat_n("  ", depth.min(20)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_printed_with_one_field_per_line_in_its_own_order() {
        let text = r#"{"b" : 1.50, "a":{"t":"x, \"{y}\" \\","l":[ ]},"z":null}"#;
        let shown = "{\n  \"b\": 1.50,\n  \"a\": {\n    \"t\": \"x, \\\"{y}\\\" \\\\\",\n    \"l\": [\n      \n    ]\n  },\n  \"z\": null\n}";
        assert_eq!(pretty(text, &[]), shown);
        assert_eq!(pretty(shown, &[]), shown);
    }

    #[test]
    fn the_users_of_a_list_are_left_out() {
        let text = r#"{"_links":{"_embedded":1},"_embedded":{"users":[{"a":"}"},2]},"count":2}"#;
        let shown = "{\n  \"_links\": {\n    \"_embedded\": 1\n  },\n  \"_embedded\": \"not kept\",\n  \"count\": 2\n}";
        assert_eq!(pretty(text, &["_embedded"]), shown);
        assert!(
            pretty(r#"{"count":2,"_embedded":{"users":[1]}}"#, &["_embedded"]).ends_with("\"not kept\"\n}")
        );
    }

    #[test]
    fn invalid_json_never_panics() {
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

    fn answer_to(subject: Subject, body: &[u8]) -> Answer {
        let head = Head { status: 200, correlation_id: None };
        shown(subject, &Ok(Response { head, body: body.to_vec() })).unwrap()
    }

    #[test]
    fn a_long_body_is_cut_and_marked_as_cut() {
        let long = format!(r#"{{"a":"{}","b":1}}"#, "é".repeat(2 * KEPT));
        let answer = answer_to(Subject::User, long.as_bytes());
        assert!(answer.is_cut && answer.body.len() <= KEPT && answer.body.len() > KEPT - 4);
        assert_eq!((answer.kind, answer.size), (BodyKind::Json, long.len()));
        let page = format!("<html>{}</html>", "x".repeat(3 * KEPT));
        let answer = answer_to(Subject::List, page.as_bytes());
        assert_eq!((answer.body.len(), answer.kind, answer.is_cut), (KEPT, BodyKind::Html, true));
        let deep = "[".repeat(4_000_000);
        assert!(answer_to(Subject::User, deep.as_bytes()).is_cut, "uses little memory");
    }

    #[test]
    fn bodies_that_are_not_json_are_kept_unchanged() {
        let page = "<html><p>a, b:  c</p></html>";
        let answer = answer_to(Subject::User, page.as_bytes());
        assert_eq!((answer.body.as_str(), answer.is_cut), (page, false));
        for (body, kind) in [
            (b"".as_slice(), BodyKind::Empty),
            (b" \n", BodyKind::Empty),
            (b"\xef\xbb\xbf{}", BodyKind::Json),
            (b"Bad gateway", BodyKind::Text),
            (b"M\xfcller", BodyKind::Bytes),
            (b"{\0\"\0a\0\"\0}\0", BodyKind::Bytes),
        ] {
            assert_eq!(answer_to(Subject::User, body).kind, kind, "{body:?}");
        }
    }

    #[test]
    fn tokens_are_redacted_in_any_encoding() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl-_";
        let echo = format!("{{\"message\":\"'Bearer {token}' isn't a key=value pair\"}}");
        let wide: Vec<u8> = echo.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wider: Vec<u8> = echo.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin = [b"M\xfcller ".as_slice(), echo.as_bytes()].concat();
        for body in [echo.into_bytes(), wide, wider, latin] {
            let shown = answer_to(Subject::User, &body).body;
            assert!(shown.contains("'Bearer {token}'"), "{shown}");
            assert!(!shown.contains("c2lnbmF0dXJl"), "{shown}");
        }
    }
}
