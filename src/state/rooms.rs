//! What stands behind the form: everything that somebody who is connected sees and does. A first visit doesn't wait for
//! it, because it is a file of its own.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use pingone::time::Timestamp;
use pingone::token::TokenFacts;
use pingone::token::paste::{PasteFault, Remark};
use zeroize::Zeroizing;

use super::session::{Plan, Session};

/// Loads what stands behind the form.
pub trait Rest {
    /// Loads it, or says why it can't be loaded. What failed is operation again when this is called again.
    fn load(&self) -> LocalBoxFuture<'static, Result<(), String>>;

    /// Makes it for this element, once it is loaded.
    fn open(&self, session: Session) -> LocalBoxFuture<'static, Result<Rc<dyn Rooms>, String>>;
}

/// A report, as it would be saved.
pub struct ReportFile {
    /// What the file is called.
    pub name: String,
    /// Its media type.
    pub mime: &'static str,
    /// What is in it.
    pub text: String,
}

/// What stands behind the form, as far as the form has to do with it.
pub trait Rooms {
    /// Reads the environment and, if that goes well, shows it.
    fn connect(&self, plan: Plan);

    /// The one access token in a text, and what it was taken out of.
    fn find_token(&self, text: &str) -> Result<(Zeroizing<String>, Option<Remark>), PasteFault>;

    /// Goes on with another token. The transport has it already.
    fn continue_with(&self, facts: &TokenFacts);

    /// Whether something is going on that needs the token, or waits for a person and needs it then.
    fn is_working(&self) -> bool;

    /// Looks whether the computer slept since this time.
    fn look_at_clock(&self, last: Timestamp);

    /// Whether a run goes on or waits, so that the element can't be about anything else.
    fn has_open_run(&self) -> bool;

    /// Reads anew how many users there are, and who they are if that had been read.
    fn refresh(&self);

    /// The report of the run that is over, without names.
    fn report(&self) -> Option<ReportFile>;

    /// Shows the help.
    fn open_help(&self);

    /// Forgets everything that was read.
    fn clear(&self);

    /// Lets go of what outlasts a connection.
    fn end(&self);
}
