//! Messages between this page and the host page that frames it. A host page is a separate program by other
//! people, so nothing in its messages is trusted: everything that isn't defined in this file is ignored. No
//! message lets the host page request a token.

use pingone::json;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::host_events::{Change, HostEvent, Reason, RunCounts};

/// Version of the protocol. Messages of other versions aren't read.
pub const VERSION: u64 = 1;

/// Maximum length of a message in bytes. A token has at most six thousand.
const MAX_MESSAGE_LEN: usize = 64 * 1024;

const PREFIX: &str = "pingone-mfa:";

/// The CSS custom properties that a host page may set.
const PROPERTIES: [&str; 7] = [
    "--pingone-mfa-ground",
    "--pingone-mfa-surface",
    "--pingone-mfa-sunken",
    "--pingone-mfa-line",
    "--pingone-mfa-ink",
    "--pingone-mfa-accent",
    "--pingone-mfa-font",
];

/// Maximum length of a property's value in bytes.
const MAX_VALUE_LEN: usize = 120;

/// Maximum length of any other text except the token, in bytes.
const MAX_TEXT_LEN: usize = 64;

/// A message from the host page.
pub enum Message {
    /// The first message: the values that the element's attributes would have, and the appearance.
    Hello(Hello),
    /// A change of the page's appearance.
    Appearance(Appearance),
    /// The access token for the request with this number.
    Token {
        /// The number of the request that it answers.
        request: u32,
        /// The text from the host page; it is parsed like pasted text.
        text: Zeroizing<String>,
    },
    /// The host page has no token to give.
    NoToken {
        /// The number of the request that it answers.
        request: u32,
    },
    /// The page has to discard its token.
    Forget,
}

/// The host page's settings at the start, none of them validated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// Code of the region, as it was given.
    pub region: Option<String>,
    /// The environment's ID, as it was given.
    pub environment: Option<String>,
    /// ID of the user to show, as it was given.
    pub user: Option<String>,
    /// Names of the tabs to show, separated by spaces, as they were given.
    pub views: Option<String>,
    /// Words for what is left out, separated by spaces, as they were given.
    pub chrome: Option<String>,
    /// Theme and custom properties of the page.
    pub look: Appearance,
}

/// Appearance of the page, as set by the host page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appearance {
    /// The color theme; `None` leaves it unchanged.
    pub theme: Option<Theme>,
    /// Known custom properties and their values, which have been checked to be harmless.
    pub properties: Vec<(&'static str, String)>,
}

/// Color theme that the host page chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Light or dark, as set in the browser.
    Auto,
    /// Light, regardless of the browser.
    Light,
    /// Dark, regardless of the browser.
    Dark,
}

impl Theme {
    /// The value of the CSS property `color-scheme`.
    #[must_use]
    pub const fn color_scheme(self) -> &'static str {
        match self {
            Self::Auto => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Result of parsing a message from the host page.
#[derive(Default)]
pub struct Reading {
    /// The message; `None` if it can't be used.
    pub message: Option<Message>,
    /// Sentences for the host page's developer about the fields that were dropped, by name. They contain no values,
    /// because a value may be a secret.
    pub dropped: Vec<String>,
}

/// Parses a message from its JSON. Messages that aren't addressed to this product are ignored without a warning.
#[must_use]
pub fn read_message(text: &str) -> Reading {
    if text.len() > MAX_MESSAGE_LEN {
        return Reading::default();
    }
    let Ok(Value::Object(fields)) = json::parse(text.as_bytes()) else {
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
            views: fields.text("views"),
            chrome: fields.text("chrome"),
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
    Reading { message, dropped: fields.finish() }
}

/// The fields of a message that haven't been read yet.
struct Fields {
    fields: Vec<(String, Value)>,
    dropped: Vec<String>,
}

impl Fields {
    // Inlined at each of its calls, these three would take three kilobytes of the first file.
    #[inline(never)]
    fn drop(&mut self, field: &str, problem: &str) {
        self.dropped.push(format!("{} {problem}", name(field)));
    }

    #[inline(never)]
    fn take(&mut self, field: &str) -> Option<Value> {
        let index = self.fields.iter().position(|(name, _)| name == field)?;
        Some(self.fields.remove(index).1)
    }

    #[inline(never)]
    fn text(&mut self, field: &str) -> Option<String> {
        match self.take(field) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.len() <= MAX_TEXT_LEN => Some(text),
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
        // Moved out, so that the text isn't copied here and is overwritten on every path.
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
        let mut accepted = Vec::new();
        for (given, value) in given {
            let known = PROPERTIES.into_iter().find(|known| *known == given);
            match (known, value) {
                (Some(known), Value::String(value)) if is_plain(&value) => accepted.push((known, value)),
                (Some(known), _) => self.drop(known, "must be a plain color or font of at most 120 bytes"),
                (None, _) => self.drop(&given, "isn't a custom property of this product"),
            }
        }
        accepted
    }

    /// Reports the remaining fields as unknown, and returns all warnings.
    fn finish(mut self) -> Vec<String> {
        let unknown: Vec<String> = self.fields.iter().take(5).map(|(name, _)| name.clone()).collect();
        for field in unknown {
            self.drop(&field, "is not known");
        }
        self.dropped
    }
}

/// Whether a CSS value can only be a color or fonts: it loads nothing, refers to nothing and can't end the declaration.
fn is_plain(value: &str) -> bool {
    let is_permitted = |symbol: char| symbol.is_ascii_alphanumeric() || " #%.,()-'\"/".contains(symbol);
    let lower = value.to_ascii_lowercase();
    let has_reference = ["url", "image", "var(", "attr(", "env("].iter().any(|word| lower.contains(word));
    value.len() <= MAX_VALUE_LEN
        && !value.trim().is_empty()
        && value.chars().all(is_permitted)
        && !has_reference
}

/// A field's name for the console, if it is short and plain. Any other name might be a misplaced value.
fn name(field: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !field.is_empty() && field.len() <= 32 && field.bytes().all(is_plain) { field } else { "a field" }
}

/// A message to the host page, and how far it is sent.
#[derive(Debug, PartialEq, Eq)]
pub struct HostNotice {
    /// The complete message as JSON text.
    pub json: String,
    /// Whether it is also sent to a page around a frame, and not only to the page with the element.
    pub crosses_frames: bool,
}

/// The message that the page is ready. All other events come from the console, which is loaded after the connect form.
#[must_use]
pub fn ready() -> HostNotice {
    HostNotice { json: write("ready", Vec::new()), crosses_frames: true }
}

/// The message about a host event.
#[must_use]
pub fn note(event: &HostEvent) -> HostNotice {
    let json = match event {
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
    HostNotice { json, crosses_frames: event.crosses_frames() }
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

/// The message that a token is needed; the answer has to repeat the request number.
#[must_use]
pub fn ask(request: u32, reason: Reason) -> String {
    write("token-needed", vec![("request", request.into()), ("reason", reason.word().into())])
}

/// The message that a change is about to be made; a page around the element may forbid it.
#[must_use]
pub fn ask_before(change: &Change) -> String {
    let user = change.user.map(|user| user.to_string());
    let fields =
        vec![("change", change.kind.word().into()), ("users", change.users.into()), ("userId", user.into())];
    write("before-change", fields)
}

/// The message with the height of the page's content in CSS pixels.
#[must_use]
pub fn height(pixels: u32) -> String {
    write("height", vec![("height", pixels.into())])
}

fn write(kind: &str, fields: Vec<(&'static str, Value)>) -> String {
    let envelope = [("type", format!("{PREFIX}{kind}").into()), ("version", VERSION.into())];
    let fields = envelope.into_iter().chain(fields).map(|(name, value)| (name.to_owned(), value));
    // `collect` would bring a sort into the first file.
    let mut message = Map::new();
    message.extend(fields);
    Value::Object(message).to_string()
}

#[cfg(test)]
mod tests;
