//! Signatures that were verified, so that a hundred requests with one token cost one verification.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

/// How many are remembered: far more than the tokens that are in use at once.
const MOST: usize = 64;

/// Digests of messages with their signatures; only of those that hold, so that nobody can fill it with others.
#[derive(Default)]
pub(crate) struct Verified(VecDeque<[u8; 32]>);

impl Verified {
    /// Whether the signature holds. `verify` is asked only about one that isn't remembered.
    pub(crate) fn holds(&mut self, message: &[u8], signature: &[u8], verify: impl FnOnce() -> bool) -> bool {
        let digest = digest(message, signature);
        if self.0.contains(&digest) {
            return true;
        }
        if !verify() {
            return false;
        }
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(digest);
        true
    }
}

/// The length keeps a message and a signature apart.
fn digest(message: &[u8], signature: &[u8]) -> [u8; 32] {
    let length = (message.len() as u64).to_le_bytes();
    Sha256::new().chain_update(length).chain_update(message).chain_update(signature).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_that_holds_is_verified_once() {
        let (mut verified, mut asked) = (Verified::default(), 0);
        for _ in 0..100 {
            assert!(verified.holds(b"message", b"signature", || {
                asked += 1;
                true
            }));
        }
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_signature_that_does_not_hold_is_verified_every_time() {
        let mut verified = Verified::default();
        assert!(!verified.holds(b"message", b"forged", || false));
        assert!(!verified.holds(b"message", b"forged", || false));
        assert!(verified.holds(b"message", b"signature", || true));
        assert!(!verified.holds(b"messagesig", b"nature", || false));
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut verified = Verified::default();
        for number in 0..=MOST {
            assert!(verified.holds(&number.to_le_bytes(), b"", || true));
        }
        assert!(verified.holds(&MOST.to_le_bytes(), b"", || false));
        assert!(!verified.holds(&0_usize.to_le_bytes(), b"", || false));
    }
}
