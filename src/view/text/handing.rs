//! Tokens that the page around this one hands over.

/// The button.
pub const ASK: &str = "Ask the page around this one for a token";
/// The button after it gave none.
pub const ASK_AGAIN: &str = "Ask again";
/// While it is asked.
pub const ASKING: &str = "Waiting for a token from the page around this one …";
/// While it takes long.
pub const LATE: &str = "Still waiting for a token from the page around this one. If it asks you to sign in, do that: a late token is still used.";
/// The button that ends the wait.
pub const CANCEL: &str = "Cancel";
/// It gave none, or one for elsewhere.
pub const MISSED: &str = "The page around this one handed over no token that can be used here. Check whether you are still signed in there.";
/// In a frame, before a run.
pub const APART: &str = "This page is inside another one. The browser may keep what runs did here apart from the full page: look for this run here, and start none of the same environment there.";
