//! Redaction of tokens in text that PingOne or something between PingOne and the page sent back. It is applied before
//! the text is kept or displayed.
//!
//! Older gateway answers quote the whole `Authorization` header, for example the 403 for an unknown path.

/// The text that replaces a token.
pub const PLACEHOLDER: &str = "{token}";

/// Maximum length of the displayed excerpt of an unreadable body, in characters.
const MAX_EXCERPT_LEN: usize = 300;

/// Replaces every JSON web token, complete or cut, and every value after `Bearer` by [`PLACEHOLDER`].
#[must_use]
pub fn redact(text: &str) -> String {
    replace_secrets(text, secret_at)
}

/// Replaces every JSON web token by [`PLACEHOLDER`], and nothing else: a cursor may begin like a token, but has no dot.
#[must_use]
pub fn redact_dotted(text: &str) -> String {
    let dotted = |text: &[u8], index| {
        let is_token = text.get(index..)?.starts_with(TOKEN_PREFIX);
        let (start, end) = secret_at(text, index).filter(|_| is_token)?;
        text.get(start..end)?.contains(&b'.').then_some((start, end))
    };
    replace_secrets(text, dotted)
}

/// Like [`redact`], for text that consists of names: `HarveyJohnson.Contractor` isn't a token. Within a word, a token is
/// recognized only by the JSON at its beginning.
#[must_use]
pub fn redact_among_names(text: &str) -> String {
    let is_in_name = |index: usize| {
        let after = text.as_bytes().get(index..).unwrap_or_default();
        after.starts_with(TOKEN_PREFIX)
            && !HEADERS
                .iter()
                .any(|header| after.get(TOKEN_PREFIX.len()..).is_some_and(|rest| rest.starts_with(header)))
            && text.get(..index).is_some_and(|before| before.ends_with(char::is_alphanumeric))
    };
    replace_secrets(text, |bytes, index| if is_in_name(index) { None } else { secret_at(bytes, index) })
}

/// Like [`has_token`], for text that consists of names.
#[must_use]
pub fn has_token_among_names(text: &str) -> bool {
    redact_among_names(text) != text
}

/// Whether a text contains a token, so that it must not be sent anywhere.
#[must_use]
pub fn has_token(text: &str) -> bool {
    (0..text.len()).any(|index| secret_at(text.as_bytes(), index).is_some())
}

/// Replaces all secrets that `secret_at` finds. The text is scanned once, regardless of the number of
/// secrets, so that the time is linear.
fn replace_secrets(text: &str, secret_at: impl Fn(&[u8], usize) -> Option<(usize, usize)>) -> String {
    let mut clean = String::with_capacity(text.len());
    let (mut shown, mut index) = (0, 0);
    while index < text.len() {
        let Some((start, end)) = secret_at(text.as_bytes(), index) else {
            index += 1;
            continue;
        };
        clean.push_str(text.get(shown..start).unwrap_or_default());
        clean.push_str(PLACEHOLDER);
        (shown, index) = (end, end);
    }
    clean.push_str(text.get(shown..).unwrap_or_default());
    clean
}

/// The redacted beginning of a body that couldn't be parsed.
#[must_use]
pub fn excerpt(body: &[u8]) -> String {
    // A character has up to four bytes, and a token's characters two in another encoding: this
    // is enough without decoding 8 MiB.
    let head = body.get(..MAX_EXCERPT_LEN * 4 + SCAN_MARGIN * 2).unwrap_or(body);
    brief(&String::from_utf8_lossy(head), MAX_EXCERPT_LEN)
}

/// The first `max` characters of a text, redacted.
#[must_use]
pub fn brief(text: &str, max: usize) -> String {
    // Invisible characters are removed first: a token with such characters inside wouldn't be found.
    let visible: String =
        text.chars().filter(|character| is_visible(*character)).take(max + SCAN_MARGIN).collect();
    redact(&visible).chars().take(max).collect()
}

/// How much more text is scanned than is displayed, so that text after a token is displayed as well: PingOne
/// accepts at most 6 KB of headers.
const SCAN_MARGIN: usize = 8 * 1024;

/// Whether a character of received text is kept.
pub(crate) fn is_visible(character: char) -> bool {
    !character.is_control() || matches!(character, '\n' | '\t')
}

/// Start and end of the secret that begins at this position, or after a `Bearer` at this position.
fn secret_at(text: &[u8], index: usize) -> Option<(usize, usize)> {
    let here = text.get(index..)?;
    let start = if here.starts_with(TOKEN_PREFIX) {
        index
    } else {
        here.get(..BEARER.len()).filter(|word| word.eq_ignore_ascii_case(BEARER))?;
        let after = here.get(BEARER.len()..)?;
        let gap = after.iter().take_while(|byte| b" :\t".contains(byte)).count();
        (gap > 0).then_some(index + BEARER.len() + gap)?
    };
    let in_token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(byte);
    let length = text.get(start..)?.iter().take_while(in_token).count();
    // A phrase such as "bearer token" isn't a secret, and a placeholder isn't replaced again.
    (length >= 16).then_some((start, start + length))
}

const BEARER: &[u8] = b"bearer";

/// Prefix of every JSON web token.
const TOKEN_PREFIX: &[u8] = b"eyJ";

/// What follows [`TOKEN_PREFIX`] in `{"alg":`, `{"typ":` and `{"kid":`, one of which begins the header of nearly every
/// token, in base64.
const HEADERS: [&[u8]; 3] = [b"hbGciOi", b"0eXAiOi", b"raWQiOi"];

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl-_";

    #[test]
    fn a_token_is_redacted_at_any_position() {
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
    fn among_names_only_tokens_are_redacted() {
        for name in [
            "HarveyJohnson.Contractor",
            "AshleyJones-Whitfield@x.example",
            "ZoëyJacobs.Contractor",
            "007eyJohnson.Contractor",
        ] {
            assert_eq!(redact_among_names(name), name);
        }
        for (text, clean) in [
            (TOKEN.to_owned(), "{token}"),
            (format!("ana {TOKEN}"), "ana {token}"),
            (format!("“{TOKEN}”"), "“{token}”"),
            (format!("token{TOKEN}"), "token{token}"),
            (format!("Bearer {TOKEN}"), "Bearer {token}"),
            ("token_eyJlbmMiOiJSUzI1NiJ9.cut".to_owned(), "token_{token}"),
        ] {
            assert_eq!(redact_among_names(&text), clean);
        }
    }

    #[test]
    fn text_with_a_token_is_recognized() {
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
    fn a_cursor_is_not_redacted_as_a_token() {
        let text = format!("cursor=eyJpZCI6MTIzNDU2Nzg5MH0%3D&filter={TOKEN}&limit=1");
        assert_eq!(redact_dotted(&text), "cursor=eyJpZCI6MTIzNDU2Nzg5MH0%3D&filter={token}&limit=1");
    }

    #[test]
    fn other_text_is_unchanged() {
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
    fn an_excerpt_is_short_and_accepts_any_bytes() {
        assert_eq!(excerpt(&vec![b'a'; 10_000]).chars().count(), MAX_EXCERPT_LEN);
        assert_eq!(excerpt(b"a\0b\x1b[31m\xff"), "ab[31m\u{fffd}");
        assert!(!excerpt(format!("{}{TOKEN}", "x".repeat(280)).as_bytes()).contains("eyJh"));
    }

    #[test]
    fn a_token_with_invisible_characters_inside_is_redacted() {
        let wide: Vec<u8> = format!("Bearer {TOKEN}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(excerpt(&wide), "Bearer {token}");
        assert_eq!(brief(&format!("x\u{1}ey\u{0}J{}", &TOKEN[3..]), 100), "x{token}");
    }

    #[test]
    fn a_token_at_the_end_of_an_excerpt_is_redacted() {
        for before in 280..300 {
            let text = format!("{}{TOKEN}", "x".repeat(before));
            assert!(!brief(&text, MAX_EXCERPT_LEN).contains("eyJ"), "{before}");
        }
    }

    #[test]
    fn text_after_a_long_token_is_kept() {
        let text = format!("'Bearer {TOKEN}{}' is none", "x".repeat(6000));
        assert_eq!(brief(&text, 100), "'Bearer {token}' is none");
        assert_eq!(excerpt(text.as_bytes()), "'Bearer {token}' is none");
    }

    #[test]
    fn many_tokens_are_redacted_in_linear_time() {
        // With an algorithm that isn't linear, this test wouldn't finish.
        let many = "bearer 0123456789abcdef0123 eyJhbGciOiJSUzI1NiJ9.x ".repeat(40_000);
        assert_eq!(redact(&many), "bearer {token} {token} ".repeat(40_000));
        let names = "HarveyJ".repeat(100_000);
        assert_eq!(redact_among_names(&names), names);
    }
}
