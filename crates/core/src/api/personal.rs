//! Takes people out of what is handed to somebody else: names, addresses and phone numbers give way to placeholders,
//! while ids, states, codes and times stay.
//!
//! What may stay is listed, and everything else goes: an environment may have attributes of its own, of which this
//! product can't know whether they say who somebody is.
//!
//! Source: developer.pingidentity.com, PingOne API, "Users" (attributes), "Error codes" (bodies of errors).

use std::borrow::Cow;
use std::net::Ipv4Addr;

use form_urlencoded::{byte_serialize, parse};
use uuid::Uuid;

use super::json::quoted;
use crate::domain::time::Timestamp;

/// What stands for a text of which nothing is known.
const TEXT: &str = "[text]";

/// What a field may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Who somebody is. The placeholder stands for all that is in it.
    Person(&'static str),
    /// A word of PingOne's own, such as `ACCOUNT_OK`.
    Word,
    /// The path of a field, or a list of such paths.
    Path,
    /// A point in time.
    Time,
    /// A sentence.
    Sentence,
    /// An address on the web.
    Link,
    /// A filter.
    Filter,
    /// A number that counts or measures.
    Count,
    /// Anything.
    Unknown,
}

/// What a field of this name says.
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
        // `createdAt`, `lockedAt`, `expiresAt`: PingOne names its times so, and this compares with capitals.
        _ if field.ends_with("At") => Meaning::Time,
        _ => Meaning::Unknown,
    }
}

/// Who will read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Support, which needs to know what PingOne said.
    Support,
    /// Anyone.
    Stranger,
}

/// A JSON text without people. Works on the text and not on its value, so that one that was cut in the middle is
/// cleaned as well as a whole one.
#[must_use]
pub fn json(text: &str) -> String {
    cleaned(text, Reader::Support)
}

/// The same for readers outside the company: sentences, which may contain a name, and numbers of unknown meaning have
/// placeholders too.
#[must_use]
pub fn json_for_strangers(text: &str) -> String {
    cleaned(text, Reader::Stranger)
}

fn cleaned(text: &str, reader: Reader) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut levels: Vec<Level> = Vec::new();
    let mut place = 0;
    while let Some(byte) = text.as_bytes().get(place) {
        let token = match byte {
            b'"' => text.get(place..end_of_text(text, place)),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => text.get(place..place + 1),
            byte if byte.is_ascii_whitespace() => text.get(place..place + 1),
            _ => text.get(place..end_of_word(text, place)),
        };
        // Tokens begin and end beside ASCII, so there is always one.
        let Some(token) = token else { break };
        place += token.len();
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

/// An object or a list that is not closed yet.
struct Level {
    is_object: bool,
    is_at_key: bool,
    /// What holds for all that is in it.
    around: Meaning,
    /// What the field says whose value comes next.
    field: Meaning,
}

impl Level {
    fn new(is_object: bool, around: Meaning) -> Self {
        Self { is_object, is_at_key: is_object, around, field: Meaning::Unknown }
    }

    fn here(&self) -> Meaning {
        match self.around {
            // Whatever is inside a name is a name.
            Meaning::Person(_) => self.around,
            around if !self.is_object => around,
            _ => self.field,
        }
    }

    /// Takes note of a field's name. It stays, unless it is something of a person itself.
    fn key(&mut self, token: &str) -> String {
        let Some(name) = decoded(token) else {
            self.field = Meaning::Unknown;
            return quoted(TEXT);
        };
        self.field = meaning(&name);
        let clean = sentence(&name);
        if clean == *name { token.to_owned() } else { quoted(&clean) }
    }
}

/// Behind the quote that ends the text which begins at `start`; the end, where none does.
fn end_of_text(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    let rest = text.as_bytes().get(start + 1..).unwrap_or_default();
    for (place, byte) in rest.iter().enumerate() {
        match byte {
            b'"' if !is_escaped => return start + place + 2,
            b'\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

fn end_of_word(text: &str, start: usize) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    rest.iter().position(ends).map_or(text.len(), |length| start + length)
}

/// What a text says; `None` for one that was cut or is none.
fn decoded(token: &str) -> Option<Cow<'_, str>> {
    let inside = token.strip_prefix('"')?.strip_suffix('"').filter(|_| token.len() > 1)?;
    if inside.contains('\\') { serde_json::from_str(token).ok() } else { Some(Cow::Borrowed(inside)) }
}

fn text_value(token: &str, meaning: Meaning, reader: Reader) -> String {
    if let Meaning::Person(placeholder) = meaning {
        return quoted(placeholder);
    }
    let Some(text) = decoded(token) else { return quoted(TEXT) };
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

/// A number, `true`, `false`, `null`, or what is no JSON.
fn bare_value(token: &str, meaning: Meaning, reader: Reader) -> String {
    let is_number = token.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    match meaning {
        _ if matches!(token, "true" | "false" | "null") => token.to_owned(),
        Meaning::Person(placeholder) => quoted(placeholder),
        Meaning::Count | Meaning::Time if is_number => token.to_owned(),
        // One that is longer may be somebody's number.
        _ if reader == Reader::Support && is_number && token.len() <= 6 => token.to_owned(),
        _ => quoted(TEXT),
    }
}

/// What says nothing of anybody, whichever field it stands in: an id, or a flag as text.
fn is_plain(text: &str) -> bool {
    matches!(text, "" | "true" | "false") || is_id(text)
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// A word of PingOne's own, as in `INVALID_DATA`.
fn is_word(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A field's path, as in `name.given` or `users[0].email`.
fn is_path(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".[]_-".contains(&byte))
}

/// A sentence, in which e-mail addresses, phone numbers and addresses of computers give way to placeholders.
#[must_use]
pub fn sentence(text: &str) -> String {
    without_numbers(&without_mail(text))
}

/// The text with a placeholder for every e-mail address, also for one of which letters are hidden.
fn without_mail(text: &str) -> String {
    let text = text.replace("%40", "@");
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('@') {
        let (before, behind) = rest.split_at(at);
        let behind = behind.get(1..).unwrap_or_default();
        let start = before.rfind(|letter| !is_of_mail(letter)).map_or(0, |place| {
            place + before.get(place..).and_then(|tail| tail.chars().next()).map_or(1, char::len_utf8)
        });
        let end = behind.find(|letter| !is_of_mail(letter)).unwrap_or(behind.len());
        clean.push_str(before.get(..start).unwrap_or_default());
        clean.push_str(if start == at && end == 0 { "@" } else { "[email]" });
        rest = behind.get(end..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

fn is_of_mail(letter: char) -> bool {
    !letter.is_whitespace() && !letter.is_control() && !"\"'<>()[]{},;:=&?/\\|`@".contains(letter)
}

/// The fewest digits of a phone number. Several beside each other are one here.
const DIGITS: usize = 7;

/// The longest time, in letters: `2026-11-24T10:20:30.123456789+01:00`.
const TIME: usize = 40;

/// The text with a placeholder for every phone number and every address of a computer. Ids, times and dates stay.
fn without_numbers(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let begins = !before.is_alphanumeric();
        let (placeholder, length) = match letter {
            _ if !begins => (None, letter.len_utf8()),
            _ if letter.is_numeric() || matches!(letter, '+' | '(') => number(rest),
            _ => (None, stays(rest).unwrap_or(letter.len_utf8())),
        };
        let (written, behind) = rest.split_at(length);
        clean.push_str(placeholder.unwrap_or(written));
        before = written.chars().next_back().unwrap_or(letter);
        rest = behind;
    }
    clean
}

/// How long the id, the time or the date is that the text begins with.
fn stays(text: &str) -> Option<usize> {
    if text.get(..36).is_some_and(is_id) {
        return Some(36);
    }
    let is_of_time = |letter: char| letter.is_ascii_digit() || "-+:.TZ".contains(letter);
    let end = text.char_indices().take(TIME).find(|(_, letter)| !is_of_time(*letter));
    let end = end.map_or(text.len().min(TIME), |(place, _)| place);
    // A time may end a sentence.
    let written = text.get(..end)?.trim_end_matches(['.', ':', '-', '+']);
    let whole = if written.len() == 10 { format!("{written}T00:00:00Z") } else { written.to_owned() };
    Timestamp::from_rfc3339(&whole).map(|_| written.len())
}

/// What stands for the number that the text begins with, where it may be somebody's, and how long it is.
fn number(text: &str) -> (Option<&'static str>, usize) {
    if let Some(length) = stays(text) {
        return (None, length);
    }
    let is_of_number = |letter: char| letter.is_numeric() || " \u{a0}\u{202f}()-./+".contains(letter);
    let end = text.find(|letter| !is_of_number(letter)).unwrap_or(text.len());
    let run = text.get(..end).unwrap_or_default();
    let written = run.trim_end_matches(|letter: char| !letter.is_numeric());
    if written.parse::<Ipv4Addr>().is_ok() {
        return (Some("[ip address]"), written.len());
    }
    if written.chars().filter(|letter| letter.is_numeric()).count() >= DIGITS {
        return (Some("[phone]"), written.len());
    }
    // Up to where an id or a time may begin.
    let first = run.chars().next().is_some_and(char::is_numeric);
    (None, run.find(|letter: char| letter.is_numeric() != first).unwrap_or(run.len()))
}

/// An address on the web, whose filter names nobody. Scheme, host and ids stay; so do page sizes.
#[must_use]
pub fn address(url: &str) -> String {
    let (place, query) = url.split_once('?').map_or((url, None), |(place, query)| (place, Some(query)));
    let path = place.find("://").map_or(0, |scheme| {
        let host = scheme + 3;
        place.get(host..).and_then(|rest| rest.find('/')).map_or(place.len(), |path| host + path)
    });
    let (host, path) = place.split_at(path);
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
        // It is PingOne's own, and may be made of somebody's name.
        "cursor" => "cursor=[cursor]".to_owned(),
        _ => format!("{}={TEXT}", sentence(key)),
    }
}

fn decoded_parameter(value: &str) -> String {
    parse(format!("v={value}").as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// As the requests have it, but for the brackets of placeholders: they are to be read.
fn encoded(text: &str) -> String {
    let encoded: String = byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20").replace("%5B", "[").replace("%5D", "]")
}

/// What compares in a filter.
const OPERATORS: [&str; 9] = ["eq", "sw", "ew", "co", "ne", "gt", "ge", "lt", "le"];

/// A filter, with placeholders for what its attributes are compared with. Ids stay, and PingOne's own words where the
/// attribute isn't a person's.
fn filter(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut words: [String; 2] = Default::default();
    let mut place = 0;
    while let Some(letter) = text.get(place..).and_then(|rest| rest.chars().next()) {
        let length = if letter == '"' {
            end_of_text(text, place) - place
        } else if is_between(letter) {
            letter.len_utf8()
        } else {
            let rest = text.get(place..).unwrap_or_default();
            rest.find(|letter| is_between(letter) || letter == '"').unwrap_or(rest.len())
        };
        let token = text.get(place..place + length).unwrap_or_default();
        place += length;
        if is_between(letter) {
            clean.push_str(token);
            continue;
        }
        let [attribute, operator] = &words;
        let is_value = letter == '"' || OPERATORS.contains(&operator.to_ascii_lowercase().as_str());
        let shown = if is_value { compared(token, attribute) } else { word_of_filter(token) };
        clean.push_str(&shown);
        words = [std::mem::take(&mut words[1]), token.to_owned()];
    }
    clean
}

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || "()[]".contains(letter)
}

/// An attribute, an operator or `and`: nothing else stands outside of quotes in a filter of PingOne's.
fn word_of_filter(token: &str) -> String {
    if is_path(token) { token.to_owned() } else { TEXT.to_owned() }
}

fn compared(token: &str, attribute: &str) -> String {
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
