//! Texts that only the demo shows.

pub const NAME: &str = "Demo";
/// Shown above every screen.
pub const BANNER: &str = "Demo: invented people, nothing is sent.";
pub const MORE: &str = "A look-alike of PingOne in this page's memory answers. Reloading begins anew. No real token belongs here.";
pub const TRY: &str = "Try the demo";
pub const TRY_HINT: &str = "Takes a token that this page has just made. It is good for the look-alike alone.";
/// Used while connected.
pub const ANOTHER: &str = "Take another token of the demo";
