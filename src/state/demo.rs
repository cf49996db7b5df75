//! The demo's own token.

use zeroize::Zeroizing;

use super::session::Session;

/// Makes tokens for the look-alike that answers the demo.
pub trait Mint {
    /// One that lasts for an hour, as PingOne's do.
    fn token(&self) -> Zeroizing<String>;
}

impl Session {
    /// Takes the demo's token, as if it had been pasted.
    pub fn take_demo_token(self) {
        let token = self.ports.get().mint.token();
        self.take_paste(&token);
    }
}
