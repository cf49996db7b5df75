//! Texts of the top bar.

pub const TOKEN: &str = "Token";
pub const REPLACE: &str = "Replace token";
pub const FORGET: &str = "Forget token";
pub const CANCEL: &str = "Cancel";
/// In front of the time that is left.
pub const EXPIRES_IN: &str = "Token expires in ";
pub const EXPIRED: &str = "Token expired";
/// Shown if the token had already expired by this computer's clock when it was accepted.
pub const EXPIRED_BY_CLOCK: &str = "Token expired by this computer's clock";
pub const EXPIRY_UNKNOWN: &str = "Token expiry not known";
/// Names of what is known of the token, in its menu.
pub const REGION: &str = "Region";
pub const ACTS_AS: &str = "Acts as";
pub const EXPIRES: &str = "Expires";
pub const NAME: &str = "Connection";
