//! The demo's token.

use zeroize::Zeroizing;

use crate::connect::session::Session;

/// Issues tokens for the sandbox that answers the demo.
pub trait Mint {
    /// Issues a token that is valid for an hour, as PingOne's are.
    fn token(&self) -> Zeroizing<String>;
}

impl Session {
    /// Uses the demo's token as if it had been pasted.
    pub fn take_demo_token(self) {
        let token = self.ports.get().mint.token();
        self.take_paste(&token);
    }
}
