//! States of a switch.

pub const PROTECTED: &str = "protected by this deployment";
pub const SENDING: &str = "sending";
pub const CHECKING: &str = "answer lost, being checked";
pub const READING: &str = "reading";
pub const REFUSED: &str = "refused";
pub const FAILED: &str = "failed";
pub const LOST: &str = "answer lost";
pub const GONE: &str = "no longer exists";
