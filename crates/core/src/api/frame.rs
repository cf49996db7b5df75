//! What pages that frame this one may say, and how they are told something. A host page is another program by other
//! people, so nothing of its messages is believed: what isn't in this file doesn't exist. No message asks for a token.

use serde_json::Value;
use zeroize::Zeroizing;

use crate::domain::embedding::{Change, HostEvent, Reason, RunCounts};

/// The version of what is said. A message of another one is not read.
pub const VERSION: u64 = 1;

/// The longest message that is looked at, in bytes. A token has at most six thousand.
const LONGEST: usize = 64 * 1024;

const PREFIX: &str = "pingone-mfa:";

/// The custom properties that a host page may set.
const PROPERTIES: [&str; 7] = [
    "--pingone-mfa-ground",
    "--pingone-mfa-surface",
    "--pingone-mfa-sunken",
    "--pingone-mfa-line",
    "--pingone-mfa-ink",
    "--pingone-mfa-accent",
    "--pingone-mfa-font",
];

/// The longest value of one, in bytes.
const LONGEST_VALUE: usize = 120;

/// The longest of all other texts but the token, in bytes.
const LONGEST_TEXT: usize = 64;

/// Something that a host page says.
pub enum Message {
    /// It begins: what the element's attributes would say, and how it shall look.
    Hello(Hello),
    /// It shall look otherwise.
    Appearance(Appearance),
    /// The token that was asked for by this number.
    Token {
        /// The number.
        request: u32,
        /// What the host page handed over; it is read as a paste is.
        text: Zeroizing<String>,
    },
    /// There is none.
    NoToken {
        /// By which number it was asked for.
        request: u32,
    },
    /// The token is to be forgotten.
    Forget,
}

/// What a host page wishes at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// The code of the region.
    pub region: Option<String>,
    /// The environment's id, as it was given.
    pub environment: Option<String>,
    /// A user's id, as it was given.
    pub user: Option<String>,
    /// How it shall look.
    pub look: Appearance,
}

/// How the product looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appearance {
    /// Light, dark, or as the browser is set; `None` leaves it.
    pub theme: Option<Theme>,
    /// Custom properties, each one that is known.
    pub properties: Vec<(&'static str, String)>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the browser is set.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The style sheet's value for `color-scheme`.
    #[must_use]
    pub const fn color_scheme(self) -> &'static str {
        match self {
            Self::Auto => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A message, as far as it can be read.
#[derive(Default)]
pub struct Reading {
    /// What it says; `None` where it says nothing.
    pub message: Option<Message>,
    /// Sentences for whoever develops the host page: what was dropped, by the name of the field. They hold no value.
    pub dropped: Vec<String>,
}

/// Reads a message that came as this JSON. What isn't addressed to this product is dropped without a word.
#[must_use]
pub fn read_message(text: &str) -> Reading {
    if text.len() > LONGEST {
        return Reading::default();
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(text.as_bytes()) else {
        return Reading::default();
    };
    let mut fields = Fields { fields: fields.into_iter().collect(), dropped: Vec::new() };
    let Some(Value::String(kind)) = fields.take("type") else { return Reading::default() };
    let Some(kind) = kind.strip_prefix(PREFIX) else { return Reading::default() };
    if fields.take("version").and_then(|version| version.as_u64()) != Some(VERSION) {
        fields.drop("version", "must be 1");
        return Reading { message: None, dropped: fields.dropped };
    }
    let message = match kind {
        "hello" => Some(Message::Hello(Hello {
            region: fields.text("region"),
            environment: fields.text("environmentId"),
            user: fields.text("userId"),
            look: fields.look(),
        })),
        "look" => Some(Message::Appearance(fields.look())),
        "token" => fields.token(),
        "no-token" => fields.request().map(|request| Message::NoToken { request }),
        "forget" => Some(Message::Forget),
        _ => {
            fields.drop("type", "is not known");
            fields.fields.clear();
            None
        }
    };
    Reading { message, dropped: fields.rest() }
}

/// The fields of a message that nobody has read yet.
struct Fields {
    fields: Vec<(String, Value)>,
    dropped: Vec<String>,
}

impl Fields {
    fn drop(&mut self, field: &str, problem: &str) {
        self.dropped.push(format!("{} {problem}", name(field)));
    }

    fn take(&mut self, field: &str) -> Option<Value> {
        let place = self.fields.iter().position(|(name, _)| name == field)?;
        Some(self.fields.remove(place).1)
    }

    fn text(&mut self, field: &str) -> Option<String> {
        match self.take(field) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.len() <= LONGEST_TEXT => Some(text),
            Some(_) => {
                self.drop(field, "must be a text of at most 64 bytes");
                None
            }
        }
    }

    fn request(&mut self) -> Option<u32> {
        let request = self.take("request").and_then(|request| request.as_u64());
        let request = request.and_then(|request| u32::try_from(request).ok());
        if request.is_none() {
            self.drop("request", "must be the number of the request that it answers");
        }
        request
    }

    fn token(&mut self) -> Option<Message> {
        // Moved out, so that the text has no second copy here, and overwritten wherever this ends.
        let token = match self.take("accessToken") {
            Some(Value::String(text)) => Some(Zeroizing::new(text)),
            _ => None,
        };
        let request = self.request();
        let Some(text) = token.filter(|text| !text.is_empty()) else {
            self.drop("accessToken", "must be a text");
            return request.map(|request| Message::NoToken { request });
        };
        request.map(|request| Message::Token { request, text })
    }

    fn look(&mut self) -> Appearance {
        Appearance { theme: self.theme(), properties: self.properties() }
    }

    fn theme(&mut self) -> Option<Theme> {
        let word = self.text("theme")?;
        let theme = match &*word {
            "auto" => Theme::Auto,
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => {
                self.drop("theme", "must be auto, light or dark");
                return None;
            }
        };
        Some(theme)
    }

    fn properties(&mut self) -> Vec<(&'static str, String)> {
        let given = match self.take("properties") {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Object(given)) => given,
            Some(_) => {
                self.drop("properties", "must be an object");
                return Vec::new();
            }
        };
        let mut taken = Vec::new();
        for (given, value) in given {
            let known = PROPERTIES.into_iter().find(|known| *known == given);
            match (known, value) {
                (Some(known), Value::String(value)) if is_plain(&value) => taken.push((known, value)),
                (Some(known), _) => self.drop(known, "must be a plain colour or font of at most 120 bytes"),
                (None, _) => self.drop(&given, "is no custom property of this product"),
            }
        }
        taken
    }

    /// What is left is not known.
    fn rest(mut self) -> Vec<String> {
        let unknown: Vec<String> = self.fields.iter().take(5).map(|(name, _)| name.clone()).collect();
        for field in unknown {
            self.drop(&field, "is not known");
        }
        self.dropped
    }
}

/// A value that can only be a colour or fonts: it loads nothing, refers to nothing and ends nothing.
fn is_plain(value: &str) -> bool {
    let is_permitted = |letter: char| letter.is_ascii_alphanumeric() || " #%.,()-'\"/".contains(letter);
    let lower = value.to_ascii_lowercase();
    let loads = ["url", "image", "var(", "attr(", "env("].iter().any(|word| lower.contains(word));
    value.len() <= LONGEST_VALUE && !value.trim().is_empty() && value.chars().all(is_permitted) && !loads
}

/// A field's name as it may be written to the console: a short plain one. Anything else might be a value that went
/// astray.
fn name(field: &str) -> &str {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    if !field.is_empty() && field.len() <= 32 && field.bytes().all(is_plain) { field } else { "a field" }
}

/// What the host page is told, written.
#[derive(Debug, PartialEq, Eq)]
pub struct HostNotice {
    /// The message, as JSON.
    pub json: String,
    /// Whether a page around a frame is told too.
    pub crosses_frames: bool,
}

/// That the product is there. All else is written by what stands behind the form.
#[must_use]
pub fn ready() -> HostNotice {
    HostNotice { json: write("ready", Vec::new()), crosses_frames: true }
}

/// What has happened.
#[must_use]
pub fn note(told: &HostEvent) -> HostNotice {
    let json = match told {
        HostEvent::Connected { environment, region } => {
            let environment = environment.to_string().into();
            write("connected", vec![("environmentId", environment), ("region", region.0.as_str().into())])
        }
        HostEvent::UsersLoaded { users } => write("users-loaded", vec![("users", (*users).into())]),
        HostEvent::SelectionChanged { selected } => {
            write("selection-changed", vec![("selected", (*selected).into())])
        }
        HostEvent::Changed { user, enabled } => {
            write("changed", vec![("userId", user.to_string().into()), ("enabled", (*enabled).into())])
        }
        HostEvent::Failed { fault, status } => {
            write("fault", vec![("fault", (*fault).into()), ("status", (*status).into())])
        }
        HostEvent::RunProgress(counts) => write("run-progress", run(counts)),
        HostEvent::RunFinished { counts, is_stopped } => {
            let mut fields = run(counts);
            fields.push(("stopped", (*is_stopped).into()));
            write("run-finished", fields)
        }
    };
    HostNotice { json, crosses_frames: told.crosses_frames() }
}

fn run(counts: &RunCounts) -> Vec<(&'static str, Value)> {
    vec![
        ("run", counts.number.to_string().into()),
        ("total", counts.total.into()),
        ("done", counts.done.into()),
        ("changed", counts.changed.into()),
        ("failed", counts.failed.into()),
    ]
}

/// That a token is needed; an answer names the number.
#[must_use]
pub fn ask(request: u32, reason: Reason) -> String {
    write("token-needed", vec![("request", request.into()), ("reason", reason.word().into())])
}

/// That something is about to be changed; a page around the element may forbid it.
#[must_use]
pub fn ask_before(change: &Change) -> String {
    let user = change.user.map(|user| user.to_string());
    let fields =
        vec![("change", change.kind.word().into()), ("users", change.users.into()), ("userId", user.into())];
    write("before-change", fields)
}

/// How high the product is, in CSS pixels.
#[must_use]
pub fn height(pixels: u32) -> String {
    write("height", vec![("height", pixels.into())])
}

fn write(kind: &str, fields: Vec<(&'static str, Value)>) -> String {
    let address = [("type", format!("{PREFIX}{kind}").into()), ("version", VERSION.into())];
    let fields = address.into_iter().chain(fields).map(|(name, value)| (name.to_owned(), value));
    Value::Object(fields.collect()).to_string()
}

#[cfg(test)]
mod tests;
