//! The words of a switch, and what is going on with it.

use pingone::user::Mfa;

pub const PROTECTED: &str = "protected account";
pub const SENDING: &str = "sending";
pub const CHECKING: &str = "response lost, checking";
pub const READING: &str = "reading";
pub const REFUSED: &str = "refused";
pub const FAILED: &str = "failed";
pub const LOST: &str = "response lost";
pub const GONE: &str = "no longer exists";

pub const fn word(mfa: Mfa) -> &'static str {
    match mfa {
        Mfa::On => "On",
        Mfa::Off => "Off",
        Mfa::Unknown => "Unknown",
    }
}
