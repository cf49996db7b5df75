//! Takes tokens out of text that PingOne or something on the way sent back, before anyone keeps or shows it.
//!
//! Older gateway answers quote the whole `Authorization` header; see the 403 for an unknown path.

/// What stands in a token's place.
pub const PLACEHOLDER: &str = "{token}";

/// The longest excerpt of an unreadable body that is shown, in characters.
const EXCERPT: usize = 300;

/// The text with every JSON web token, whole or cut, and everything behind a `Bearer` replaced by
/// [`PLACEHOLDER`]. Takes time in proportion to the text, however often something is found.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut secrets = Secrets::new(text);
    let mut place = 0;
    while let Some((start, end)) = secrets.next_from(place) {
        clean.push_str(text.get(place..start).unwrap_or_default());
        clean.push_str(PLACEHOLDER);
        place = end;
    }
    clean.push_str(text.get(place..).unwrap_or_default());
    clean
}

/// The beginning of a body that could not be read, redacted.
#[must_use]
pub fn excerpt(body: &[u8]) -> String {
    // Four bytes a character at most, and a blank byte beside each where the encoding is another: enough for the
    // excerpt without decoding 8 MiB of it.
    let head = body.get(..EXCERPT * 8).unwrap_or(body);
    brief(&String::from_utf8_lossy(head), EXCERPT)
}

/// The beginning of a text, redacted.
#[must_use]
pub fn brief(text: &str, most: usize) -> String {
    // What can't be seen goes first: between its letters a token would not be found.
    let visible: String = text.chars().filter(is_visible).take(most + CUT_TOKEN).collect();
    redact(&visible).chars().take(most).collect()
}

/// So much more is looked at than is shown, that a token is known although it begins at the very end.
const CUT_TOKEN: usize = 32;

/// Whether a letter is kept of what somebody else wrote.
pub(super) fn is_visible(letter: &char) -> bool {
    !letter.is_control() || matches!(letter, '\n' | '\t')
}

/// Where secrets stand in a text, from its beginning to its end.
struct Secrets<'a> {
    text: &'a str,
    lower: String,
    bearer: Option<(usize, usize)>,
    token: Option<(usize, usize)>,
}

impl<'a> Secrets<'a> {
    fn new(text: &'a str) -> Self {
        // Letters beyond ASCII stay as they are, so that both texts have the same places.
        let mut secrets = Self { text, lower: text.to_ascii_lowercase(), bearer: None, token: None };
        secrets.bearer = secrets.after_bearer(0);
        secrets.token = secrets.json_web_token(0);
        secrets
    }

    /// Begin and end of the next one.
    fn next_from(&mut self, place: usize) -> Option<(usize, usize)> {
        if self.bearer.is_some_and(|(start, _)| start < place) {
            self.bearer = self.after_bearer(place);
        }
        if self.token.is_some_and(|(start, _)| start < place) {
            self.token = self.json_web_token(place);
        }
        [self.bearer, self.token].into_iter().flatten().min()
    }

    fn after_bearer(&self, from: usize) -> Option<(usize, usize)> {
        self.lower.get(from..)?.match_indices("bearer").find_map(|(at, word)| {
            let behind = self.text.get(from + at + word.len()..)?;
            let value = behind.trim_start_matches([' ', ':', '\t']);
            let start = self.text.len() - value.len();
            // A sentence such as "bearer token" is no secret, and a placeholder is not replaced again.
            let length = if value.len() < behind.len() { run_of_token(value) } else { 0 };
            (length >= 16).then_some((start, start + length))
        })
    }

    fn json_web_token(&self, from: usize) -> Option<(usize, usize)> {
        let text = self.text.get(from..)?;
        text.match_indices("eyJ").find_map(|(at, _)| {
            let length = run_of_token(text.get(at..)?);
            (length >= 16).then_some((from + at, from + at + length))
        })
    }
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

    #[test]
    fn a_token_between_whose_letters_something_invisible_stands_is_taken_out() {
        let wide: Vec<u8> =
            format!("Bearer {TOKEN}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(excerpt(&wide), "Bearer {token}");
        assert_eq!(brief(&format!("x\u{1}ey\u{0}J{}", &TOKEN[3..]), 100), "x{token}");
    }

    #[test]
    fn a_token_at_the_end_of_what_is_shown_is_known() {
        for before in 280..300 {
            let text = format!("{}{TOKEN}", "x".repeat(before));
            assert!(!brief(&text, EXCERPT).contains("eyJ"), "{before}");
        }
    }

    #[test]
    fn many_tokens_take_no_more_time_than_they_have_letters() {
        let many = "bearer 0123456789abcdef0123 eyJhbGciOiJSUzI1NiJ9.x ".repeat(40_000);
        let began = std::time::Instant::now();
        assert_eq!(redact(&many), "bearer {token} {token} ".repeat(40_000));
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }
}
