//! Takes tokens out of text that PingOne or something on the way sent back, before anyone keeps or shows it.
//!
//! Older gateway answers quote the whole `Authorization` header; see the 403 for an unknown path.

/// What stands in a token's place.
pub const PLACEHOLDER: &str = "{token}";

/// The longest excerpt of an unreadable body that is shown, in characters.
const EXCERPT: usize = 300;

/// The text with every JSON web token, whole or cut, and everything behind a `Bearer` replaced by
/// [`PLACEHOLDER`].
#[must_use]
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = next_secret(rest) {
        let (before, from) = rest.split_at(found.start);
        clean.push_str(before);
        clean.push_str(PLACEHOLDER);
        rest = from.get(found.length..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

/// The text with every JSON web token replaced by [`PLACEHOLDER`], and nothing else: a cursor may begin like a token, but
/// has no dot.
#[must_use]
pub fn redact_dotted(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(Found { start, length }) = json_web_token(rest) {
        let (before, from) = rest.split_at(start);
        let (found, behind) = from.split_at(length);
        clean.push_str(before);
        clean.push_str(if found.contains('.') { PLACEHOLDER } else { found });
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

/// The beginning of a body that could not be read, redacted.
#[must_use]
pub fn excerpt(body: &[u8]) -> String {
    // Four bytes a character at most: enough for the excerpt without decoding 8 MiB of it.
    let head = body.get(..EXCERPT * 4).unwrap_or(body);
    let text = redact(&String::from_utf8_lossy(head));
    text.chars().filter(|letter| !letter.is_control() || *letter == '\n').take(EXCERPT).collect()
}

struct Found {
    start: usize,
    length: usize,
}

fn next_secret(text: &str) -> Option<Found> {
    [after_bearer(text), json_web_token(text)].into_iter().flatten().min_by_key(|found| found.start)
}

fn after_bearer(text: &str) -> Option<Found> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("bearer").find_map(|(at, word)| {
        let behind = text.get(at + word.len()..)?;
        let value = behind.trim_start_matches([' ', ':', '\t']);
        let start = text.len() - value.len();
        let length = run_of_token(value);
        // A sentence such as "bearer token" is no secret, and a placeholder is not replaced again.
        (value.len() < behind.len() && length >= 16).then_some(Found { start, length })
    })
}

fn json_web_token(text: &str) -> Option<Found> {
    text.match_indices("eyJ").find_map(|(start, _)| {
        let length = run_of_token(text.get(start..)?);
        (length >= 16).then_some(Found { start, length })
    })
}

fn run_of_token(text: &str) -> usize {
    let in_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte);
    text.bytes().position(|byte| !in_token(byte)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl-_";

    #[test]
    fn a_token_is_taken_out_wherever_it_stands() {
        for (text, clean) in [
            (format!("Authorization header: 'Bearer {TOKEN}'."), "Authorization header: 'Bearer {token}'."),
            (format!("bearer:{TOKEN}"), "bearer:{token}"),
            (format!("{TOKEN} and {TOKEN}"), "{token} and {token}"),
            ("Bearer 0123456789abcdef0123".to_owned(), "Bearer {token}"),
            ("x=eyJhbGciOiJSUzI1NiJ9.cut".to_owned(), "x={token}"),
        ] {
            assert_eq!(redact(&text), clean);
        }
    }

    #[test]
    fn a_cursor_is_no_token() {
        let text = format!("cursor=eyJpZCI6MTIzNDU2Nzg5MH0%3D&filter={TOKEN}&limit=1");
        assert_eq!(redact_dotted(&text), "cursor=eyJpZCI6MTIzNDU2Nzg5MH0%3D&filter={token}&limit=1");
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in [
            "",
            "a bearer token is missing",
            "Bearer {token}",
            "eyJ",
            "ärger über 'Bearer '",
            "İstanbul bearer",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn an_excerpt_is_short_and_survives_any_bytes() {
        assert_eq!(excerpt(&vec![b'a'; 10_000]).chars().count(), EXCERPT);
        assert_eq!(excerpt(b"a\0b\x1b[31m\xff"), "ab[31m\u{fffd}");
        assert!(!excerpt(format!("{}{TOKEN}", "x".repeat(280)).as_bytes()).contains("eyJh"));
    }
}
