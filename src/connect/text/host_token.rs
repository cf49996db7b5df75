//! Texts of tokens from the host page.

pub const ASK: &str = "Get a token from the portal";
/// Used after the host page provided no token.
pub const ASK_AGAIN: &str = "Ask again";
pub const REQUESTED: &str = "Waiting for a token from the portal …";
/// Shown if the host page takes long.
pub const LATE: &str = "Still waiting for a token from the portal. If it asks you to sign in, do that: a late token is still used.";
pub const CANCEL: &str = "Cancel";
/// Shown if the host page provided no token, or one for another environment.
pub const MISSED: &str =
    "The portal provided no token that can be used here. Check whether you are still signed in there.";
/// Shown in a frame, before a run.
pub const APART: &str = "This page is inside another one. The browser may keep its runs apart from those of the full page: look for this run here, and don't start one for the same environment there.";
