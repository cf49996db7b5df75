//! What the page needs of its surroundings, besides the engine's [`crate::engine::Clock`] and
//! [`crate::api::Transport`].

use std::any::Any;

use futures::future::LocalBoxFuture;

use zeroize::Zeroizing;

use crate::api::frame::HostNotice;
use crate::api::sign_in::CHANCE;
use crate::api::{Response, TransportError};
use crate::domain::embedding::Reason;
use crate::domain::fault::JournalFault;
use crate::domain::list::Form;
use crate::domain::region::RegionCode;
use crate::domain::tenant::EnvironmentId;
use crate::domain::time::Timestamp;
use crate::domain::token::Secret;

/// Holds the one token. The transport behind it adds it to every request.
pub trait TokenHolder {
    /// Takes a token; one that is there is overwritten.
    fn hold(&self, token: Secret);

    /// Forgets the token. What has been sent with it can't be recalled.
    fn forget(&self);
}

/// How numbers, times and words are written where the page is read.
pub trait Locale {
    /// A whole number with thousands separators.
    fn number(&self, number: u64) -> String;

    /// The time of day, to the minute.
    fn time(&self, at: Timestamp) -> String;

    /// The time of day, to the second.
    fn time_to_second(&self, at: Timestamp) -> String;

    /// The date.
    fn date(&self, at: Timestamp) -> String;

    /// Whether two points are on the same day.
    fn is_same_day(&self, one: Timestamp, other: Timestamp) -> bool;
}

/// How the reader's language compares texts.
pub trait Collation {
    /// The text without capitals and accents, so that two spellings of one name compare equal.
    fn fold(&self, text: &str) -> String;

    /// The text in a normalization form of Unicode.
    fn normalize(&self, text: &str, form: Form) -> String;

    /// The text with a capital first letter, in any script. The browser knows them all; a table of our own would be
    /// a tenth of the page.
    fn capitalized(&self, text: &str) -> String;

    /// The text in small letters, in any script.
    fn lower(&self, text: &str) -> String;

    /// For each text its place among them all, as the reader's language sorts.
    fn rank(&self, texts: &[&str]) -> Vec<u32>;
}

/// What is remembered on this computer: where was connected last, how fast was read. What runs do is kept by [`Journal`], and
/// nothing else is.
pub trait Preferences {
    /// The region and environment of the last connection, as far as they can be read.
    fn last(&self) -> (Option<RegionCode>, Option<EnvironmentId>);

    /// Remembers them. A browser that stores nothing is no error.
    fn remember(&self, region: &RegionCode, environment: EnvironmentId);

    /// The ceiling for reads that was chosen last, in requests a second.
    fn read_ceiling(&self) -> Option<u32>;

    /// Remembers it.
    fn remember_read_ceiling(&self, per_second: u32);
}

/// The way to PingOne and back, where somebody signs in.
pub trait SignIn {
    /// The address where PingOne is to send the answer: that of this product's page. `None` where that page is of another
    /// origin than the one around the element, so that no answer would arrive here.
    fn redirect_uri(&self) -> Option<String>;

    /// Whether the page can be left and come back to: it is this product's own, and in no frame.
    fn can_leave(&self) -> bool;

    /// Bytes that nobody can guess; `None` where the browser has none.
    fn chance(&self) -> Option<[u8; CHANCE]>;

    /// Keeps an attempt until it is taken, for this tab alone. `false` if the browser keeps nothing.
    fn keep(&self, attempt: &str) -> bool;

    /// Takes the attempt that was kept. There is none a second time.
    fn take(&self) -> Option<String>;

    /// Leaves for another address. `false` if it can't.
    fn leave(&self, address: &str) -> bool;

    /// The query with which somebody came back, if it is an answer. It stands in the page's address no more.
    fn answer(&self) -> Option<Zeroizing<String>>;

    /// Opens an address in a window of its own, which a browser permits only in the moment of a press. `None` if it
    /// doesn't.
    fn open(&self, address: &str) -> Option<Box<dyn SignInWindow>>;

    /// Posts a form to the authorization server. Neither is kept or shown.
    fn post(
        &self,
        address: &str,
        form: Zeroizing<String>,
    ) -> LocalBoxFuture<'static, Result<Response, TransportError>>;
}

/// A window in which somebody signs in. Dropped, it is closed as far as this page can, and nobody listens to it any more.
pub trait SignInWindow {
    /// The next answer that a window of this product brings back to this origin. It may be meant for another page.
    fn answer(&mut self) -> LocalBoxFuture<'_, Zeroizing<String>>;

    /// Whether it was closed, or went out of this page's sight.
    fn is_gone(&self) -> bool;

    /// Lets it stay, and go its way.
    fn leave_open(self: Box<Self>);
}

/// The page around the widget.
pub trait Host {
    /// Whether the document is this product's own, and not the page of somebody else with an element in it.
    fn owns_page(&self) -> bool;

    /// Sets the title of the document, if it is this product's own.
    fn set_title(&self, title: &str);

    /// What stands behind the `#` of the page's address. Nothing where the page isn't this product's own.
    fn address(&self) -> String;

    /// Puts it there, as a further step that can be gone back from.
    fn set_address(&self, text: &str);

    /// Calls `then` with it whenever somebody goes back or forward.
    fn on_address(&self, then: Box<dyn Fn(String)>);

    /// Has the browser ask whoever is about to leave the page, or no longer. Browsers may not.
    fn ask_before_leaving(&self, asks: bool);

    /// Offers the page to be printed.
    fn print(&self);

    /// Puts a text on the clipboard; `false` if the browser refuses.
    fn copy(&self, text: String) -> LocalBoxFuture<'static, bool>;
}

/// The page that this product is a part of, where it isn't a page of its own: around its element, or around its frame.
pub trait Embedder {
    /// Whether it hands over tokens.
    fn gives_tokens(&self) -> bool;

    /// Whether it is a page of another origin, around a frame.
    fn is_around_frame(&self) -> bool;

    /// Asks it for a token. `None` if it gives none.
    fn token(&self, reason: Reason) -> LocalBoxFuture<'static, Option<Zeroizing<String>>>;

    /// Tells it what has happened.
    fn tell(&self, note: &HostNotice);

    /// Asks it whether what this message names may be changed, and is answered at once. A page around a frame can't be
    /// asked.
    fn permits(&self, message: &str) -> bool;
}

/// Files that come and go by the hand of whoever uses the page. Nothing is opened or saved that nobody asked for.
pub trait Files {
    /// Begins a file that is to be saved under this name. Nothing is saved before [`Download::finish`].
    fn save(&self, name: &str, mime: &'static str) -> Box<dyn Download>;

    /// Asks for one file and reads it, if it has at most `limit_bytes` bytes. `accept` says what is offered first, as
    /// in HTML: `.csv,.txt`. Browsers open the question only while a press or key of the user is fresh.
    fn open(&self, accept: &'static str, limit_bytes: u32) -> LocalBoxFuture<'static, Opened>;
}

/// A file that is being written. Dropped unfinished, it is gone.
pub trait Download {
    /// Appends a text: [`Download::write_bytes`] of its UTF-8.
    fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    /// Appends bytes. They leave the program's memory at once, so that only the pieces' own size matters: some hundred
    /// kilobytes each are right, one row each is slow.
    fn write_bytes(&mut self, bytes: &[u8]);

    /// Hands the file to the browser. `false` if any part of it was not taken: then nothing is saved. Where the browser
    /// puts it, and whether its user agrees, no page is told.
    fn finish(self: Box<Self>) -> bool;
}

/// What came of asking for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// What is in it.
    Bytes(Vec<u8>),
    /// No file was chosen.
    Cancelled,
    /// It has more bytes than are read; none was.
    TooLarge,
    /// The browser didn't ask, or could not read it.
    Unreadable,
    /// One was chosen, and reading it took longer than is waited for: it may be on another computer.
    Silent,
}

/// The text of a file in UTF-8, without its byte order mark. What is no UTF-8 is none: guessed letters would name nobody.
#[must_use]
pub fn utf_8(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()
}

/// What a journal answers, in its time.
pub type JournalAnswer<T> = LocalBoxFuture<'static, Result<T, JournalFault>>;

/// Stores what runs did, in this browser. Bytes in, bytes out: whoever asks knows what they mean.
///
/// What is asked for begins at once and is done even if nobody waits for it.
pub trait Journal {
    /// Appends records to a run, all of them or none. When it resolves with `Ok` they are on the disk.
    fn append(&self, run: &str, records: Vec<Vec<u8>>) -> JournalAnswer<()>;

    /// Every record of a run, in the order of appending. Of a run that isn't stored, none.
    fn read(&self, run: &str) -> JournalAnswer<Vec<Vec<u8>>>;

    /// The runs that are stored: the name and the first record of each, in the order of their names.
    fn list(&self) -> JournalAnswer<Vec<(String, Vec<u8>)>>;

    /// Deletes everything of a run.
    fn delete(&self, run: &str) -> JournalAnswer<()>;
}

/// Sees to it that only one page of this browser runs something of a name.
pub trait Lease {
    /// Takes it, unless another page has it. With `steal` it is taken from that page, which is told.
    fn take(&self, name: &str, steal: bool) -> LocalBoxFuture<'static, Taken>;
}

/// What came of asking for a lease.
pub enum Taken {
    /// It is held here.
    Held(Held),
    /// Another page holds it.
    Elsewhere,
    /// This browser lends none, so that nothing is known of other pages.
    Unavailable,
    /// The browser was asked, and didn't answer in time.
    Silent,
}

/// A lease, held until this is dropped.
pub struct Held {
    /// Resolves when another page has taken the lease over, and never otherwise.
    pub lost: LocalBoxFuture<'static, ()>,
    /// Gives the lease back when it is dropped.
    _release: Box<dyn Any>,
}

impl Held {
    /// A lease that ends when `release` is dropped, or when `lost` resolves.
    pub fn new(lost: LocalBoxFuture<'static, ()>, release: impl Any) -> Self {
        Self { lost, _release: Box::new(release) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_no_byte_order_mark_and_another_encoding_is_not_guessed() {
        assert_eq!(utf_8("\u{feff}王".as_bytes()), Some("王"));
        assert_eq!(utf_8(b""), Some(""));
        assert_eq!(utf_8(b"\xff\xfea\0n\0a\0"), None);
        assert_eq!(utf_8(b"M\xfcller"), None);
    }
}
