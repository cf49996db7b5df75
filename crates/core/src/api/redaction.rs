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
    without(text, secret_at)
}

/// The text with every JSON web token replaced by [`PLACEHOLDER`], and nothing else: a cursor may begin like a token, but
/// has no dot.
#[must_use]
pub fn redact_dotted(text: &str) -> String {
    let dotted = |text: &[u8], place| {
        let is_token = text.get(place..)?.starts_with(TOKEN_BEGINS);
        let (start, end) = secret_at(text, place).filter(|_| is_token)?;
        text.get(start..end)?.contains(&b'.').then_some((start, end))
    };
    without(text, dotted)
}

/// Whether a text has a token: then it goes nowhere.
#[must_use]
pub fn has_token(text: &str) -> bool {
    (0..text.len()).any(|place| secret_at(text.as_bytes(), place).is_some())
}

/// The text without what begins or is announced at any place of it. Goes through the text once, however often something
/// is found.
fn without(text: &str, secret_at: impl Fn(&[u8], usize) -> Option<(usize, usize)>) -> String {
    let mut clean = String::with_capacity(text.len());
    let (mut shown, mut place) = (0, 0);
    while place < text.len() {
        let Some((start, end)) = secret_at(text.as_bytes(), place) else {
            place += 1;
            continue;
        };
        clean.push_str(text.get(shown..start).unwrap_or_default());
        clean.push_str(PLACEHOLDER);
        (shown, place) = (end, end);
    }
    clean.push_str(text.get(shown..).unwrap_or_default());
    clean
}

/// The beginning of a body that could not be read, redacted.
#[must_use]
pub fn excerpt(body: &[u8]) -> String {
    // Four bytes a letter at most, and two for one of a token in another encoding: enough without decoding 8 MiB.
    let head = body.get(..EXCERPT * 4 + LONGEST * 2).unwrap_or(body);
    brief(&String::from_utf8_lossy(head), EXCERPT)
}

/// The beginning of a text, redacted.
#[must_use]
pub fn brief(text: &str, most: usize) -> String {
    // What can't be seen goes first: between its letters a token would not be found.
    let visible: String = text.chars().filter(|letter| is_visible(*letter)).take(most + LONGEST).collect();
    redact(&visible).chars().take(most).collect()
}

/// So much more is looked at than is shown, so that what stands behind a token is shown as well: PingOne takes 6 KB of
/// headers at most.
const LONGEST: usize = 8 * 1024;

/// Whether a letter is kept of what somebody else wrote.
pub(super) fn is_visible(letter: char) -> bool {
    !letter.is_control() || matches!(letter, '\n' | '\t')
}

/// Begin and end of the secret that begins or is announced at this place.
fn secret_at(text: &[u8], place: usize) -> Option<(usize, usize)> {
    let here = text.get(place..)?;
    let start = if here.starts_with(TOKEN_BEGINS) {
        place
    } else {
        here.get(..BEARER.len()).filter(|word| word.eq_ignore_ascii_case(BEARER))?;
        let behind = here.get(BEARER.len()..)?;
        let gap = behind.iter().take_while(|byte| b" :\t".contains(byte)).count();
        (gap > 0).then_some(place + BEARER.len() + gap)?
    };
    let in_token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(byte);
    let length = text.get(start..)?.iter().take_while(in_token).count();
    // A sentence such as "bearer token" is no secret, and a placeholder is not replaced again.
    (length >= 16).then_some((start, start + length))
}

const BEARER: &[u8] = b"bearer";

/// What every JSON web token begins with.
const TOKEN_BEGINS: &[u8] = b"eyJ";

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
    fn a_text_with_a_token_is_told_from_one_without() {
        for text in
            [TOKEN, &format!("Bearer {TOKEN}"), &format!("jonas {TOKEN}"), "bearer:0123456789abcdef0123"]
        {
            assert!(has_token(text), "{text}");
        }
        for text in
            ["", "jonas.brandt", "the bearer of this", "eyJonas", "f3000000-0000-4000-8000-000000000001"]
        {
            assert!(!has_token(text), "{text}");
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

    #[test]
    fn a_token_between_whose_letters_something_invisible_stands_is_taken_out() {
        let wide: Vec<u8> = format!("Bearer {TOKEN}").encode_utf16().flat_map(u16::to_le_bytes).collect();
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
    fn what_stands_behind_a_long_token_is_shown() {
        let text = format!("'Bearer {TOKEN}{}' is none", "x".repeat(6000));
        assert_eq!(brief(&text, 100), "'Bearer {token}' is none");
        assert_eq!(excerpt(text.as_bytes()), "'Bearer {token}' is none");
    }

    #[test]
    fn many_tokens_take_no_more_time_than_they_have_letters() {
        // In any other way this would not end.
        let many = "bearer 0123456789abcdef0123 eyJhbGciOiJSUzI1NiJ9.x ".repeat(40_000);
        assert_eq!(redact(&many), "bearer {token} {token} ".repeat(40_000));
    }
}
