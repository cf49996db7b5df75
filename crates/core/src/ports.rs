//! The ports through which the page reaches its environment: token, locale, storage, sign-in, host page, and files.
//!
//! Other ports are declared where they are used: [`pingone::clock::Clock`], [`pingone::transport::Transport`], a run's journal
//! and lease ([`crate::run::ports`]) and [`crate::diagnosis::probe::NetworkProbe`].

use futures::future::LocalBoxFuture;
use pingone::environment::EnvironmentId;
use pingone::region::RegionCode;
use pingone::time::Timestamp;
use pingone::token::Secret;
use pingone::transport::{Response, TransportError};
use zeroize::Zeroizing;

use crate::embedding::frame::HostNotice;
use crate::embedding::host_events::Reason;
use crate::import::Form;
use crate::sign_in::protocol::CHANCE;

/// Holds the one access token. The transport behind it adds the token to every request.
pub trait TokenHolder {
    /// Stores a token, replacing any earlier one.
    fn hold(&self, token: Secret);

    /// Forgets the token. Requests already sent with it can't be recalled.
    fn forget(&self);
}

/// How numbers, times and dates are formatted for the reader.
pub trait Locale {
    /// Formats a whole number with thousands separators.
    fn number(&self, number: u64) -> String;

    /// Formats the time of day, to the minute.
    fn time(&self, at: Timestamp) -> String;

    /// Formats the time of day, to the second.
    fn time_to_second(&self, at: Timestamp) -> String;

    /// Formats the date, without the time of day.
    fn date(&self, at: Timestamp) -> String;

    /// Whether two points in time are on the same day.
    fn is_same_day(&self, one: Timestamp, other: Timestamp) -> bool;
}

/// How the reader's language compares and sorts texts.
pub trait Collation {
    /// The text without case and accents, so that two spellings of one name compare equal.
    fn fold(&self, text: &str) -> String;

    /// The text in a Unicode normalization form.
    fn normalize(&self, text: &str, form: Form) -> String;

    /// The text with its first letter capitalized, in any script. The browser knows all scripts; a table of our own
    /// would be a tenth of the page.
    fn capitalized(&self, text: &str) -> String;

    /// The text in lowercase, in any script.
    fn lower(&self, text: &str) -> String;

    /// The rank of each text among all of them, in the sort order of the reader's language.
    fn rank(&self, texts: &[&str]) -> Vec<u32>;
}

/// Preferences stored on this computer: the last connection, and the chosen read ceiling. What runs do is kept by
/// [`Journal`](crate::run::ports::Journal); nothing else is stored.
pub trait Preferences {
    /// The region and environment of the last connection, each `None` if it can't be read.
    fn last(&self) -> (Option<RegionCode>, Option<EnvironmentId>);

    /// Stores the region and environment. A browser that stores nothing isn't an error.
    fn remember(&self, region: &RegionCode, environment: EnvironmentId);

    /// The read ceiling that was chosen last, in requests per second.
    fn read_ceiling(&self) -> Option<u32>;

    /// Stores the read ceiling, in requests per second.
    fn remember_read_ceiling(&self, per_second: u32);
}

/// The browser's part of signing in: the way to PingOne and back.
pub trait SignIn {
    /// The address to which PingOne is to send the answer: that of this product's page. `None` if that page is of
    /// another origin than the page around the element, because no answer would arrive here.
    fn redirect_uri(&self) -> Option<String>;

    /// Whether the page can be left and returned to: it is this product's own page and isn't in a frame.
    fn can_leave(&self) -> bool;

    /// Random bytes that can't be guessed; `None` if the browser provides none.
    fn chance(&self) -> Option<[u8; CHANCE]>;

    /// Stores an attempt until it is taken, for this tab only. `false` if the browser stores nothing.
    fn keep(&self, attempt: &str) -> bool;

    /// Takes the stored attempt. A second call returns `None`.
    fn take(&self) -> Option<String>;

    /// Navigates to another address. `false` if that isn't possible.
    fn leave(&self, address: &str) -> bool;

    /// The query that PingOne's redirect brought back, if it is an answer. It has been removed from the page's address.
    fn answer(&self) -> Option<Zeroizing<String>>;

    /// Opens an address in a window of its own. Browsers permit that only while a press is handled.
    /// `None` if the browser refuses.
    fn open(&self, address: &str) -> Option<Box<dyn SignInWindow>>;

    /// Posts a form to the authorization server. Neither the form nor the answer is kept or shown.
    fn post(
        &self,
        address: &str,
        form: Zeroizing<String>,
    ) -> LocalBoxFuture<'static, Result<Response, TransportError>>;
}

/// A window in which a person signs in. When dropped, the window is closed as far as this page can,
/// and its answers are ignored.
pub trait SignInWindow {
    /// The next answer that a window of this product brings back to this origin. It may be meant for another page.
    fn answer(&mut self) -> LocalBoxFuture<'_, Zeroizing<String>>;

    /// Whether the window was closed, or can no longer be observed from this page.
    fn is_gone(&self) -> bool;

    /// Stops observing the window and leaves it open.
    fn leave_open(self: Box<Self>);
}

/// The document around the widget, and what the browser offers for it.
pub trait Host {
    /// Whether the document is this product's own, rather than another page with an element in it.
    fn owns_page(&self) -> bool;

    /// Sets the title of the document, if the document is this product's own.
    fn set_title(&self, title: &str);

    /// The text after the `#` of the page's address. Empty if the page isn't this product's own.
    fn address(&self) -> String;

    /// Sets the text after the `#`, as a new entry in the browser's history.
    fn set_address(&self, text: &str);

    /// Calls `then` with the text after the `#` whenever the person navigates back or forward.
    fn on_address(&self, then: Box<dyn Fn(String)>);

    /// Turns the browser's confirmation before leaving the page on or off. Browsers may not show it.
    fn ask_before_leaving(&self, asks: bool);

    /// Opens the browser's print dialog for the page.
    fn print(&self);

    /// Copies a text to the clipboard; `false` if the browser refuses.
    fn copy(&self, text: String) -> LocalBoxFuture<'static, bool>;
}

/// The page that embeds this product where it isn't a page of its own: around its element, or around its frame.
pub trait Embedder {
    /// Whether the embedding page supplies tokens.
    fn supplies_tokens(&self) -> bool;

    /// Whether the embedding page is of another origin, around a frame.
    fn is_around_frame(&self) -> bool;

    /// Asks the embedding page for a token. `None` if it supplies none.
    fn token(&self, reason: Reason) -> LocalBoxFuture<'static, Option<Zeroizing<String>>>;

    /// Tells the embedding page what has happened.
    fn tell(&self, note: &HostNotice);

    /// Asks the embedding page whether the change in this message is permitted, and returns its answer immediately. A
    /// page around a frame can't be asked.
    fn permits(&self, message: &str) -> bool;
}

/// Files that the person opens and saves. Nothing is opened or saved unless the person asked for it.
pub trait Files {
    /// Starts a file that is to be saved under this name. Nothing is saved before [`Download::finish`].
    fn save(&self, name: &str, mime: &'static str) -> Box<dyn Download>;

    /// Asks for one file and reads it, if it has at most `limit_bytes` bytes. `accept` says which files are offered
    /// first, as in HTML: `.csv,.txt`. Browsers open the dialog only shortly after a press or key of the person.
    fn open(&self, accept: &'static str, limit_bytes: u32) -> LocalBoxFuture<'static, Opened>;
}

/// A file that is being written. Dropped before [`Download::finish`], it is discarded.
pub trait Download {
    /// Appends a text: [`Download::write_bytes`] of its UTF-8.
    fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    /// Appends bytes. They leave the program's memory at once, so only the size of a single piece matters: pieces of
    /// some hundred kilobytes are right, one row per piece is slow.
    fn write_bytes(&mut self, bytes: &[u8]);

    /// Hands the file to the browser. `false` if any part of it was not accepted: then nothing is saved. A page isn't
    /// told where the browser puts the file, or whether the person agrees.
    fn finish(self: Box<Self>) -> bool;
}

/// The result of asking for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The contents of the chosen file.
    Bytes(Vec<u8>),
    /// The person cancelled the file dialog.
    Cancelled,
    /// The file is larger than the limit; none of it was read.
    TooLarge,
    /// The browser didn't show the dialog, or could not read the file.
    Unreadable,
    /// Reading the chosen file timed out: it may be on another computer.
    Silent,
}

/// The text of a UTF-8 file, without its byte order mark. `None` if the bytes aren't UTF-8: the encoding isn't guessed,
/// because wrongly decoded names would match no user.
#[must_use]
pub fn utf_8(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_order_mark_is_removed_and_other_encodings_are_rejected() {
        assert_eq!(utf_8("\u{feff}王".as_bytes()), Some("王"));
        assert_eq!(utf_8(b""), Some(""));
        assert_eq!(utf_8(b"\xff\xfea\0n\0a\0"), None);
        assert_eq!(utf_8(b"M\xfcller"), None);
    }
}
