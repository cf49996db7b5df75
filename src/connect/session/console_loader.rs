//! The console: everything that a connected person sees and does. It is a second file, so that a first visit doesn't
//! wait for it.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use pingone::time::Timestamp;
use pingone::token::TokenFacts;
use pingone::token::paste::{PasteFault, Remark};
use zeroize::Zeroizing;

use crate::connect::session::{Plan, Session};

/// Loads the console.
pub trait ConsoleLoader {
    /// Loads the second file, or says why it can't be loaded. Calling it again retries a failed load.
    fn load(&self) -> LocalBoxFuture<'static, Result<(), String>>;

    /// Creates the console for this element, once it is loaded.
    fn open(&self, session: Session) -> LocalBoxFuture<'static, Result<Rc<dyn ConsoleActions>, String>>;
}

/// A report as a file.
pub struct ReportFile {
    pub name: String,
    pub mime: &'static str,
    pub text: String,
}

/// The console, as far as the connect form uses it.
pub trait ConsoleActions {
    /// Reads the environment and, if that succeeds, shows it.
    fn connect(&self, plan: Plan);

    /// Finds the one access token in a text. Returns it with a remark on what it was extracted from.
    fn find_token(&self, text: &str) -> Result<(Zeroizing<String>, Option<Remark>), PasteFault>;

    /// Continues with another token. The transport already has it.
    fn continue_with(&self, facts: &TokenFacts);

    /// Whether work is going on that needs the token, or is paused and will need it.
    fn is_working(&self) -> bool;

    /// Checks whether the computer slept since `last`.
    fn look_at_clock(&self, last: Timestamp);

    /// Whether a run is open, working or paused, so that the element can't switch to anything else.
    fn has_open_run(&self) -> bool;

    /// Refreshes the number of users, and the list if it was loaded.
    fn refresh(&self);

    /// The report of the finished run, without names.
    fn report(&self) -> Option<ReportFile>;

    fn open_help(&self);

    /// Drops everything that was read.
    fn clear(&self);

    /// Releases what outlasts a connection.
    fn end(&self);
}
