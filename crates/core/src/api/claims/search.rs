//! Finds the tokens in a pasted text by their shape, whatever stands around them.
//!
//! A token is three parts of base64 with dots between them, the first of which begins with `eyJ`. Terminals, mail programs
//! and source code break it into lines, with quotes, backslashes or plus signs around a break. Within header and claims a
//! break is never the end. Within the signature it may be: what follows belongs to the token if the signature has one of
//! the lengths that signatures have only with it.

use zeroize::Zeroizing;

use super::Claims;

/// The tokens of a text.
#[derive(Default)]
pub(super) struct Found {
    /// Each once, in the order of the text.
    pub(super) tokens: Vec<(Zeroizing<String>, Claims)>,
    /// Whether something has the shape of a token, but can't be decoded.
    pub(super) is_damaged: bool,
}

/// Every token begins with it: `{"` in base64.
const BEGINS: &str = "eyJ";

/// How often a text may have been percent-encoded.
const LAYERS: usize = 3;

/// The lengths of signatures in base64: by HMAC and elliptic curves, then by RSA keys of 1024 to 4096 bits.
const SIGNATURES: [usize; 10] = [43, 64, 86, 128, 152, 171, 176, 342, 512, 683];

/// All tokens of the text.
pub(super) fn tokens(text: &str) -> Found {
    let text = plain(text);
    let (mut found, mut rest) = (Found::default(), text.as_str());
    while let Some((_, tail)) = rest.split_once(BEGINS) {
        rest = tail;
        let Some((token, after)) = token(tail) else { continue };
        let Ok(claims) = Claims::decode(&token) else {
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

/// The text without what nobody sees, with written line breaks as line breaks, and without percent-encoding.
fn plain(text: &str) -> Zeroizing<String> {
    let seen = text.chars().filter(|letter| !super::is_unseen(*letter));
    let mut plain = Zeroizing::new(seen.collect::<String>());
    for _ in 0..LAYERS {
        if !plain.contains('%') {
            break;
        }
        plain = decoded(&plain);
    }
    plain = Zeroizing::new(plain.replace("\\r", ""));
    Zeroizing::new(plain.replace("\\n", "\n"))
}

fn decoded(text: &str) -> Zeroizing<String> {
    let mut decoded = Zeroizing::new(String::with_capacity(text.len()));
    let mut parts = text.split('%');
    decoded.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let byte = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        let rest = byte.and(part.get(2..)).unwrap_or(part);
        decoded.push(byte.map_or('%', char::from));
        decoded.push_str(rest);
    }
    decoded
}

/// The token that goes on with this text after its first letters, and what follows it.
fn token(tail: &str) -> Option<(Zeroizing<String>, &str)> {
    let mut token = Zeroizing::new(String::from(BEGINS));
    let mut rest = tail;
    let mut is_broken = false;
    loop {
        let (chunk, after) = rest.split_at_checked(run(rest))?;
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

/// How many letters of a token the text begins with.
fn run(text: &str) -> usize {
    text.find(|letter| !is_token(letter)).unwrap_or(text.len())
}

/// The end of the second part, with its dot, and the beginning of the third, where it begins in this chunk.
fn third_part<'a>(before: &str, chunk: &'a str) -> Option<(&'a str, &'a str)> {
    let missing = 2_usize.checked_sub(before.matches('.').count())?.checked_sub(1)?;
    let (at, _) = chunk.match_indices('.').nth(missing)?;
    chunk.split_at_checked(at + 1)
}

/// The token with its signature, which may go on after line breaks.
fn with_signature<'a>(
    mut token: Zeroizing<String>,
    first: &str,
    after: &'a str,
    is_broken: bool,
) -> Option<(Zeroizing<String>, &'a str)> {
    // A full stop of the sentence around it may follow; a fourth part may not.
    let first = first.strip_suffix('.').unwrap_or(first);
    if first.contains('.') {
        return None;
    }
    let mut signature = Zeroizing::new(first.to_owned());
    let mut ends = vec![(signature.len(), after)];
    let (mut rest, mut is_own) = (after, true);
    let mut sure = 0;
    while let Some((chunk, after)) = next_line(rest) {
        is_own = is_own && (is_broken || looks_random(chunk));
        sure += usize::from(is_own);
        signature.push_str(chunk);
        ends.push((signature.len(), after));
        rest = after;
    }
    let whole = ends.iter().find(|(length, _)| SIGNATURES.contains(length));
    let (length, after) = whole.or(ends.get(sure)).copied()?;
    token.push_str(signature.get(..length)?);
    Some((token, after))
}

/// What the next line has, if that could be more of a signature and nothing else stands there.
fn next_line(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start_matches(is_break);
    let gap = text.get(..text.len() - rest.len())?;
    let (chunk, after) = rest.split_at_checked(run(rest))?;
    let ends = after.trim_start_matches([' ', '\t']).chars().next();
    let is_alone = ends.is_none_or(|letter| "\r\n\"'`\\})],;<".contains(letter));
    let is_part = !chunk.is_empty() && !chunk.trim_end_matches('=').contains(['.', '=']);
    (gap.contains('\n') && is_alone && is_part).then_some((chunk, after))
}

/// Whether no word looks like it.
fn looks_random(chunk: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| chunk.as_bytes().iter().any(kind);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

/// What stands around a break within a token: blanks, quotes, and the signs of shells, mails and source code.
fn is_break(letter: char) -> bool {
    letter.is_whitespace() || "\"'`\\+>^|".contains(letter)
}

const fn is_token(letter: char) -> bool {
    matches!(letter, 'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' | '.' | '+' | '/' | '=')
}

#[cfg(test)]
mod tests;
