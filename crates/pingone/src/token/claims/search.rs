//! Search for tokens in a pasted text by their shape, regardless of the surrounding text.
//!
//! A token is three parts of base64 separated by dots, and begins with `eyJ`. Terminals, mail programs and source code
//! break it into lines, with quotes, backslashes or plus signs around a break. A break within header and claims never
//! ends the token. A break within the signature may: the following line belongs to the token if only with it the
//! signature has one of the usual lengths.

use zeroize::Zeroizing;

use super::{Claims, PasteFault};

/// The result of searching a text for tokens.
#[derive(Default)]
pub(super) struct Found {
    /// The distinct tokens in the order of the text.
    pub(super) tokens: Vec<(Zeroizing<String>, Claims)>,
    /// Whether some text has the shape of a token but can't be decoded.
    pub(super) is_damaged: bool,
}

/// Prefix of every token: `{"` in base64.
const PREFIX: &str = "eyJ";

/// How many layers of percent-encoding are removed.
const MAX_LAYERS: usize = 3;

/// Lengths of signatures in base64: of HMAC and elliptic curves, then of RSA keys of 1024 to 4096 bits.
const SIGNATURE_LENGTHS: [usize; 10] = [43, 64, 86, 128, 152, 171, 176, 342, 512, 683];

/// The length of PingOne's signatures, with an RSA key of 2048 bits.
const PINGONE_SIGNATURE: usize = 342;

pub(super) fn tokens(text: &str) -> Found {
    let text = plain(text);
    let (mut found, mut rest) = (Found::default(), text.as_str());
    while let Some((_, tail)) = rest.split_once(PREFIX) {
        rest = tail;
        let Some(token) = token(tail) else { continue };
        let decoded = token.and_then(|(token, after)| Ok((Claims::decode(&token)?, token, after)));
        let Ok((claims, token, after)) = decoded else {
            found.is_damaged = true;
            continue;
        };
        rest = after;
        if found.tokens.iter().all(|(other, _)| **other != *token) {
            found.tokens.push((token, claims));
        }
    }
    found
}

/// The text without invisible characters and percent-encoding, and with escape sequences of
/// line breaks replaced by line breaks.
fn plain(text: &str) -> Zeroizing<String> {
    let visible = text.chars().filter(|character| !super::is_invisible(*character));
    let mut plain = Zeroizing::new(visible.collect::<String>());
    for _ in 0..MAX_LAYERS {
        if !plain.contains('%') {
            break;
        }
        plain = percent_decoded(&plain);
    }
    plain = Zeroizing::new(plain.replace("\\r", ""));
    for line_break in ["\\n", "<br>", "<br/>", "<br />", "&#10;"] {
        plain = Zeroizing::new(plain.replace(line_break, "\n"));
    }
    plain
}

fn percent_decoded(text: &str) -> Zeroizing<String> {
    let mut percent_decoded = Zeroizing::new(String::with_capacity(text.len()));
    let mut parts = text.split('%');
    percent_decoded.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let byte = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        let rest = byte.and(part.get(2..)).unwrap_or(part);
        percent_decoded.push(byte.map_or('%', char::from));
        percent_decoded.push_str(rest);
    }
    percent_decoded
}

/// A token and the text that follows it; a fault if the token was cut.
type Whole<'a> = Result<(Zeroizing<String>, &'a str), PasteFault>;

/// The token whose text after its prefix begins here; `None` if there isn't one.
fn token(tail: &str) -> Option<Whole<'_>> {
    let mut token = Zeroizing::new(String::from(PREFIX));
    let mut rest = tail;
    let mut is_broken = false;
    loop {
        let (chunk, after) = rest.split_at_checked(token_chars(rest))?;
        if let Some((signed, signature)) = third_part(&token, chunk) {
            token.push_str(signed);
            return with_signature(token, signature, after, is_broken);
        }
        token.push_str(chunk);
        rest = after.trim_start_matches(is_break);
        if rest.len() == after.len() {
            return None;
        }
        is_broken = true;
    }
}

/// How many characters at the beginning of the text can belong to a token.
fn token_chars(text: &str) -> usize {
    text.find(|character| !is_token_char(character)).unwrap_or(text.len())
}

/// Splits a chunk after the dot that ends the token's second part; `None` if that dot isn't in this chunk.
fn third_part<'a>(before: &str, chunk: &'a str) -> Option<(&'a str, &'a str)> {
    let missing = 2_usize.checked_sub(before.matches('.').count())?.checked_sub(1)?;
    let (at, _) = chunk.match_indices('.').nth(missing)?;
    chunk.split_at_checked(at + 1)
}

/// The token completed by its signature, which may continue after line breaks.
fn with_signature<'a>(
    mut token: Zeroizing<String>,
    first: &str,
    after: &'a str,
    is_broken: bool,
) -> Option<Whole<'a>> {
    // The full stop of a surrounding sentence may follow; a fourth part may not.
    let dots = first.len() - first.trim_end_matches('.').len();
    let first = first.trim_end_matches('.');
    if first.contains('.') {
        return None;
    }
    let mut signature = Zeroizing::new(first.to_owned());
    let mut ends = vec![(signature.len(), dots, after)];
    let (mut line, mut is_continuation) = (next_line(after).filter(|_| dots == 0), true);
    let mut certain_lines = 0;
    while let Some((chunk, dots, after)) = line {
        is_continuation = is_continuation && (is_broken || looks_random(chunk));
        certain_lines += usize::from(is_continuation);
        signature.push_str(chunk);
        ends.push((signature.len(), dots, after));
        line = next_line(after).filter(|_| dots == 0);
    }
    // The longest: the lines of a long signature may end at the length of a short one, too.
    let at = |usual: &usize| ends.iter().find(|(length, ..)| length == usual);
    let whole = SIGNATURE_LENGTHS.iter().rev().find_map(at);
    let (length, dots, after) = whole.or(ends.get(certain_lines)).copied()?;
    let signature = signature.get(..length)?;
    // Pages that show a token in part end it with an ellipsis. It can also end a sentence after a whole token.
    let has_ellipsis = dots > 1 || after.trim_start_matches([' ', '\t']).starts_with('…');
    let is_certain = whole.is_some() && length >= PINGONE_SIGNATURE;
    let is_cut = !is_certain && (has_ellipsis || goes_on(after));
    if is_cut || signature.trim_end_matches('=').contains('=') {
        return Some(Err(PasteFault::Damaged));
    }
    token.push_str(signature);
    Some(Ok((token, after)))
}

/// The content of the next line, if it could continue a signature and nothing else is on that line; how many full stops
/// follow it, and the text after it.
fn next_line(text: &str) -> Option<(&str, usize, &str)> {
    let (line, after) = chunk_of_next_line(text)?;
    let chunk = line.trim_end_matches('.');
    let next = after.trim_start_matches([' ', '\t']).chars().next();
    let ends_line = next.is_none_or(|character| "\r\n\"'`\\})],;<^|│…!?*。“”’»&".contains(character));
    let can_continue = !chunk.is_empty() && !chunk.trim_end_matches('=').contains(['.', '=']);
    let dots = line.len() - chunk.len();
    ((ends_line || dots > 0) && can_continue).then_some((chunk, dots, after))
}

/// Whether the next line seems to continue a signature, though it has something else too.
fn goes_on(text: &str) -> bool {
    chunk_of_next_line(text).is_some_and(|(chunk, _)| looks_random(chunk) && !chunk.starts_with(PREFIX))
}

/// What the next line begins with, if that can belong to a token, and the text after it.
fn chunk_of_next_line(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start_matches(is_break);
    let gap = text.get(..text.len() - rest.len())?;
    let found = rest.split_at_checked(token_chars(rest))?;
    gap.contains('\n').then_some(found)
}

/// Whether a chunk has uppercase and lowercase letters and digits, unlike a word.
fn looks_random(chunk: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| chunk.as_bytes().iter().any(kind);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

/// Characters around a line break within a token: blanks, quotes, and the signs of shells, mails and source code.
fn is_break(character: char) -> bool {
    character.is_whitespace() || "\"'`\\+>^|│".contains(character)
}

const fn is_token_char(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' | '.' | '+' | '/' | '=')
}

#[cfg(test)]
mod tests;
