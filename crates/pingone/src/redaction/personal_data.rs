//! Redaction of personal data in text that is given to other people: names, addresses and phone numbers are replaced by
//! placeholders; IDs, states, codes and times are kept.
//!
//! The rules are an allowlist: everything that isn't known to be harmless is replaced. An environment may have custom
//! attributes, and this product can't know whether these identify a person.
//!
//! Source: developer.pingidentity.com, PingOne API, "Users" (attributes), "Error codes" (bodies of errors).

use std::borrow::Cow;
use std::net::Ipv4Addr;

use form_urlencoded::{byte_serialize, parse};
use uuid::Uuid;

use crate::json::quoted;
use crate::time::Timestamp;

/// Placeholder for a text of unknown meaning.
const TEXT: &str = "[text]";

/// Meaning of a field's value, which decides how it is redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Identifies a person. The placeholder replaces everything in the value.
    Person(&'static str),
    /// A keyword of PingOne, such as `ACCOUNT_OK`.
    Word,
    /// The path of a field, or a list of such paths.
    Path,
    Time,
    Sentence,
    /// A URL, which may contain a filter.
    Link,
    Filter,
    /// A number that counts or measures.
    Count,
    Unknown,
}

/// The meaning of a field with this name.
fn meaning(field: &str) -> Meaning {
    match field.to_ascii_lowercase().as_str() {
        "username" => Meaning::Person("[username]"),
        "email" => Meaning::Person("[email]"),
        "name" | "given" | "family" | "middle" | "formatted" | "honorificprefix" | "honorificsuffix"
        | "nickname" | "displayname" => Meaning::Person("[name]"),
        "title" => Meaning::Person("[title]"),
        "mobilephone" | "primaryphone" | "phone" => Meaning::Person("[phone]"),
        "address" | "streetaddress" | "locality" | "postalcode" | "countrycode" => {
            Meaning::Person("[address]")
        }
        "remoteip" | "ip" => Meaning::Person("[ip address]"),
        "externalid" | "accountid" => Meaning::Person("[external id]"),
        "photo" => Meaning::Person("[photo]"),
        "password" => Meaning::Person("[password]"),
        "memberofgroupnames" => Meaning::Person("[group]"),
        "code" | "status" | "type" | "verifystatus" | "reason" | "deliveras" | "pairingkeyformat"
        | "devicestatus" | "region" => Meaning::Word,
        "target" | "claim" | "supportedattributes" | "supportedoperators" | "allowedvalues" => Meaning::Path,
        "at" | "retryafter" | "quotaresettime" | "bypassmfaenableduntil" => Meaning::Time,
        "message" | "error" | "error_description" => Meaning::Sentence,
        "href" => Meaning::Link,
        "filter" => Meaning::Filter,
        "count" | "size" | "usercount" | "total" | "limit" | "quotalimit" | "secondsuntilunlock"
        | "failurecount" | "durationseconds" | "maxalloweddevices" | "minimumvalue" | "maximumvalue" => {
            Meaning::Count
        }
        // `createdAt`, `lockedAt`, `expiresAt`: PingOne's names of times. This comparison is case-sensitive.
        _ if field.ends_with("At") => Meaning::Time,
        _ => Meaning::Unknown,
    }
}

/// The intended reader of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Support, which needs PingOne's messages.
    Support,
    Stranger,
}

/// Redacts a JSON text. It works on the text and not on a parsed value, so that truncated JSON is redacted as well.
#[must_use]
pub fn json(text: &str) -> String {
    redacted(text, Reader::Support)
}

/// Redacts a JSON text for readers outside the company: sentences, which may contain a name, and numbers of unknown
/// meaning are replaced as well.
#[must_use]
pub fn json_for_strangers(text: &str) -> String {
    redacted(text, Reader::Stranger)
}

fn redacted(text: &str, reader: Reader) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut levels: Vec<Level> = Vec::new();
    let mut offset = 0;
    while let Some(byte) = text.as_bytes().get(offset) {
        let token = match byte {
            b'"' => text.get(offset..end_of_text(text, offset)),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => text.get(offset..offset + 1),
            byte if byte.is_ascii_whitespace() => text.get(offset..offset + 1),
            _ => text.get(offset..end_of_word(text, offset)),
        };
        // Tokens are delimited by ASCII characters, so the slice is always valid.
        let Some(token) = token else { break };
        offset += token.len();
        let level = levels.last_mut();
        let here = level.as_ref().map_or(Meaning::Unknown, |level| level.here());
        match *byte {
            b'{' | b'[' => {
                levels.push(Level::new(*byte == b'{', here));
                clean.push_str(token);
            }
            b'}' | b']' => {
                levels.pop();
                clean.push_str(token);
            }
            b',' | b':' => {
                if let Some(level) = level {
                    level.is_at_key = level.is_object && *byte == b',';
                }
                clean.push_str(token);
            }
            byte if byte.is_ascii_whitespace() => clean.push_str(token),
            b'"' => match level {
                Some(level) if level.is_at_key => clean.push_str(&level.key(token)),
                _ => clean.push_str(&text_value(token, here, reader)),
            },
            _ => clean.push_str(&bare_value(token, here, reader)),
        }
    }
    clean
}

/// An object or array that isn't closed yet.
struct Level {
    is_object: bool,
    is_at_key: bool,
    /// The meaning of the field that contains it.
    around: Meaning,
    /// The meaning of the field whose value comes next.
    field: Meaning,
}

impl Level {
    fn new(is_object: bool, around: Meaning) -> Self {
        Self { is_object, is_at_key: is_object, around, field: Meaning::Unknown }
    }

    fn here(&self) -> Meaning {
        match self.around {
            // Everything inside a name is part of a name.
            Meaning::Person(_) => self.around,
            around if !self.is_object => around,
            _ => self.field,
        }
    }

    /// Remembers a field's meaning. The name is kept, unless it contains personal data itself.
    fn key(&mut self, token: &str) -> String {
        let Some(name) = string_value(token) else {
            self.field = Meaning::Unknown;
            return quoted(TEXT);
        };
        self.field = meaning(&name);
        let clean = sentence(&name);
        if clean == *name { token.to_owned() } else { quoted(&clean) }
    }
}

/// The offset after the closing quote of the string that begins at `start`; the end of the text if it isn't closed.
fn end_of_text(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    let rest = text.as_bytes().get(start + 1..).unwrap_or_default();
    for (offset, byte) in rest.iter().enumerate() {
        match byte {
            b'"' if !is_escaped => return start + offset + 2,
            b'\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

fn end_of_word(text: &str, start: usize) -> usize {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    rest.iter().position(is_end).map_or(text.len(), |length| start + length)
}

/// The value of a JSON string; `None` if it was cut or is invalid.
fn string_value(token: &str) -> Option<Cow<'_, str>> {
    let inside = token.strip_prefix('"')?.strip_suffix('"').filter(|_| token.len() > 1)?;
    if inside.contains('\\') { serde_json::from_str(token).ok() } else { Some(Cow::Borrowed(inside)) }
}

fn text_value(token: &str, meaning: Meaning, reader: Reader) -> String {
    if let Meaning::Person(placeholder) = meaning {
        return quoted(placeholder);
    }
    let Some(text) = string_value(token) else { return quoted(TEXT) };
    let clean = match meaning {
        _ if is_plain(&text) => return token.to_owned(),
        Meaning::Word if is_word(&text) => return token.to_owned(),
        Meaning::Path if is_path(&text) => return token.to_owned(),
        Meaning::Time if Timestamp::from_rfc3339(&text).is_some() => return token.to_owned(),
        Meaning::Sentence if reader == Reader::Support => sentence(&text),
        Meaning::Link => address(&text),
        Meaning::Filter => filter(&text),
        _ => TEXT.to_owned(),
    };
    quoted(&clean)
}

/// Redacts a number, `true`, `false`, `null` or invalid JSON.
fn bare_value(token: &str, meaning: Meaning, reader: Reader) -> String {
    let is_number = token.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    match meaning {
        _ if matches!(token, "true" | "false" | "null") => token.to_owned(),
        Meaning::Person(placeholder) => quoted(placeholder),
        Meaning::Count | Meaning::Time if is_number => token.to_owned(),
        // A longer number may identify a person.
        _ if reader == Reader::Support && is_number && token.len() <= 6 => token.to_owned(),
        _ => quoted(TEXT),
    }
}

/// Whether a text is harmless in any field: an ID, or a flag as text.
fn is_plain(text: &str) -> bool {
    matches!(text, "" | "true" | "false") || is_id(text)
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// Whether a text is a keyword like PingOne's, such as `INVALID_DATA`.
fn is_word(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a text is a field's path, such as `name.given` or `users[0].email`.
fn is_path(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".[]_-".contains(&byte))
}

/// Redacts a sentence: email addresses, phone numbers and IP addresses are replaced by placeholders.
#[must_use]
pub fn sentence(text: &str) -> String {
    replace_numbers(&replace_emails(text))
}

/// Replaces email addresses, also partly masked ones.
fn replace_emails(text: &str) -> String {
    let text = text.replace("%40", "@");
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let start = before.rfind(|character| !is_email_char(character)).map_or(0, |offset| {
            offset + before.get(offset..).and_then(|tail| tail.chars().next()).map_or(1, char::len_utf8)
        });
        let end = after.find(|character| !is_email_char(character)).unwrap_or(after.len());
        clean.push_str(before.get(..start).unwrap_or_default());
        clean.push_str(if start == at && end == 0 { "@" } else { "[email]" });
        rest = after.get(end..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

fn is_email_char(character: char) -> bool {
    !character.is_whitespace() && !character.is_control() && !"\"'<>()[]{},;:=&?/\\|`@".contains(character)
}

/// Minimum number of digits of a phone number. Adjacent numbers count as one.
const MIN_PHONE_DIGITS: usize = 7;

/// Maximum length of a time in characters: `2026-11-24T10:20:30.123456789+01:00`.
const MAX_TIME_LEN: usize = 40;

/// Replaces phone numbers and IP addresses. IDs, times and dates are kept.
fn replace_numbers(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let starts_word = !before.is_alphanumeric();
        let (placeholder, length) = match character {
            _ if !starts_word => (None, character.len_utf8()),
            _ if character.is_numeric() || matches!(character, '+' | '(') => number(rest),
            _ => (None, kept_length(rest).unwrap_or(character.len_utf8())),
        };
        let (written, after) = rest.split_at(length);
        clean.push_str(placeholder.unwrap_or(written));
        before = written.chars().next_back().unwrap_or(character);
        rest = after;
    }
    clean
}

/// Length of the ID, time or date at the beginning of the text; `None` if there is none.
fn kept_length(text: &str) -> Option<usize> {
    if text.get(..36).is_some_and(is_id) {
        return Some(36);
    }
    let is_time_char = |character: char| character.is_ascii_digit() || "-+:.TZ".contains(character);
    let end = text.char_indices().take(MAX_TIME_LEN).find(|(_, character)| !is_time_char(*character));
    let end = end.map_or(text.len().min(MAX_TIME_LEN), |(offset, _)| offset);
    // A time at the end of a sentence may be followed by punctuation.
    let written = text.get(..end)?.trim_end_matches(['.', ':', '-', '+']);
    let whole = if written.len() == 10 { format!("{written}T00:00:00Z") } else { written.to_owned() };
    Timestamp::from_rfc3339(&whole).map(|_| written.len())
}

/// The placeholder for the number at the beginning of the text, if the number may identify a person, and its length.
fn number(text: &str) -> (Option<&'static str>, usize) {
    if let Some(length) = kept_length(text) {
        return (None, length);
    }
    let is_number_char =
        |character: char| character.is_numeric() || " \u{a0}\u{202f}()-./+".contains(character);
    let end = text.find(|character| !is_number_char(character)).unwrap_or(text.len());
    let run = text.get(..end).unwrap_or_default();
    let written = run.trim_end_matches(|character: char| !character.is_numeric());
    if written.parse::<Ipv4Addr>().is_ok() {
        return (Some("[ip address]"), written.len());
    }
    if written.chars().filter(|character| character.is_numeric()).count() >= MIN_PHONE_DIGITS {
        return (Some("[phone]"), written.len());
    }
    // Advances only to where an ID or a time may begin.
    let first = run.chars().next().is_some_and(char::is_numeric);
    (None, run.find(|character: char| character.is_numeric() != first).unwrap_or(run.len()))
}

/// Redacts a URL, including its filter. Scheme, host, IDs and page sizes are kept.
#[must_use]
pub fn address(url: &str) -> String {
    let (location, query) =
        url.split_once('?').map_or((url, None), |(location, query)| (location, Some(query)));
    let path = location.find("://").map_or(0, |scheme| {
        let host = scheme + 3;
        location.get(host..).and_then(|rest| rest.find('/')).map_or(location.len(), |path| host + path)
    });
    let (host, path) = location.split_at(path);
    let mut clean = format!("{host}{}", sentence(path));
    if let Some(query) = query {
        let parts: Vec<String> = query.split('&').map(parameter).collect();
        clean.push('?');
        clean.push_str(&parts.join("&"));
    }
    clean
}

fn parameter(pair: &str) -> String {
    let Some((key, value)) = pair.split_once('=') else { return sentence(pair) };
    match key {
        "limit" | "expand" | "include" | "order" if is_path(value) => pair.to_owned(),
        "filter" => format!("filter={}", encoded(&filter(&decoded_parameter(value)))),
        // A cursor is opaque, and may be derived from a person's name.
        "cursor" => "cursor=[cursor]".to_owned(),
        _ => format!("{}={TEXT}", sentence(key)),
    }
}

fn decoded_parameter(value: &str) -> String {
    parse(format!("v={value}").as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Percent-encodes a value like the requests do, except the brackets of placeholders, which should stay readable.
fn encoded(text: &str) -> String {
    let encoded: String = byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20").replace("%5B", "[").replace("%5D", "]")
}

/// Comparison operators in a filter.
const OPERATORS: [&str; 9] = ["eq", "sw", "ew", "co", "ne", "gt", "ge", "lt", "le"];

/// Redacts a filter: the compared values are replaced. IDs are kept, and PingOne's keywords
/// if the attribute isn't a person's.
fn filter(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut words: [String; 2] = Default::default();
    let mut offset = 0;
    while let Some(character) = text.get(offset..).and_then(|rest| rest.chars().next()) {
        let length = if character == '"' {
            end_of_text(text, offset) - offset
        } else if is_filter_separator(character) {
            character.len_utf8()
        } else {
            let rest = text.get(offset..).unwrap_or_default();
            rest.find(|character| is_filter_separator(character) || character == '"').unwrap_or(rest.len())
        };
        let token = text.get(offset..offset + length).unwrap_or_default();
        offset += length;
        if is_filter_separator(character) {
            clean.push_str(token);
            continue;
        }
        let [attribute, operator] = &words;
        let is_value = character == '"' || OPERATORS.contains(&operator.to_ascii_lowercase().as_str());
        let shown = if is_value { redact_operand(token, attribute) } else { redact_filter_word(token) };
        clean.push_str(&shown);
        words = [std::mem::take(&mut words[1]), token.to_owned()];
    }
    clean
}

fn is_filter_separator(character: char) -> bool {
    character.is_whitespace() || "()[]".contains(character)
}

/// Redacts an attribute, an operator or `and`: PingOne's filters have nothing else outside quotes.
fn redact_filter_word(token: &str) -> String {
    if is_path(token) { token.to_owned() } else { TEXT.to_owned() }
}

fn redact_operand(token: &str, attribute: &str) -> String {
    let meaning = attribute.split('.').map(meaning).find(|meaning| *meaning != Meaning::Unknown);
    let bare = token.trim_matches('"');
    match meaning {
        Some(Meaning::Person(placeholder)) => quoted(placeholder),
        Some(Meaning::Word) if is_word(bare) => token.to_owned(),
        _ if is_plain(bare) => token.to_owned(),
        _ => quoted(TEXT),
    }
}

#[cfg(test)]
mod tests;
