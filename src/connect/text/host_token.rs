//! Texts of tokens from the host page.

pub const ASK: &str = "Ask the page around this one for a token";
/// Used after the host page provided no token.
pub const ASK_AGAIN: &str = "Ask again";
pub const ASKING: &str = "Waiting for a token from the page around this one …";
/// Shown if the host page takes long.
pub const LATE: &str = "Still waiting for a token from the page around this one. If it asks you to sign in, do that: a late token is still used.";
pub const CANCEL: &str = "Cancel";
/// Shown if the host page provided no token, or one for another environment.
pub const MISSED: &str = "The page around this one handed over no token that can be used here. Check whether you are still signed in there.";
/// Shown in a frame, before a run.
pub const APART: &str = "This page is inside another one. The browser may keep what runs did here apart from the full page: look for this run here, and start none of the same environment there.";
