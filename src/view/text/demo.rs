//! What only the demo says.

/// The banner's name.
pub const NAME: &str = "Demo";
/// Over every screen.
pub const BANNER: &str = "Demo: invented people, nothing is sent.";
/// Beside it.
pub const MORE: &str = "A look-alike of PingOne in this page's memory answers. Reloading begins anew. No real token belongs here.";
/// The way in.
pub const TRY: &str = "Try the demo";
/// Under it.
pub const TRY_HINT: &str = "Takes a token that this page has just made. It is good for the look-alike alone.";
/// While one is connected.
pub const ANOTHER: &str = "Take another token of the demo";
