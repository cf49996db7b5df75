//! Texts of the top bar.

pub const TOKEN: &str = "Token";
pub const REPLACE: &str = "Replace token";
pub const FORGET: &str = "Forget token";
pub const CANCEL: &str = "Cancel";
pub const ENDED: &str = "token has ended";
/// Shown if the token had already expired by this computer's clock when it was accepted.
pub const EXPIRED_BY_CLOCK: &str = "token expired by this computer's clock";
pub const END_UNKNOWN: &str = "token end not known";
pub const NAME: &str = "Connection";
