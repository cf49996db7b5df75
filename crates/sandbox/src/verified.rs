//! A cache of verified signatures, so that a hundred requests with one token need only one verification.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

/// Number of cached signatures, far more than the tokens that are in use at the same time.
const CAPACITY: usize = 64;

/// Digests of messages with their signatures. Only valid signatures are cached, so that an attacker
/// can't fill the cache with forgeries.
#[derive(Default)]
pub(crate) struct Verified(VecDeque<[u8; 32]>);

impl Verified {
    /// Whether the signature is valid. `verify` is called only if the signature isn't cached.
    pub(crate) fn is_valid(
        &mut self,
        message: &[u8],
        signature: &[u8],
        verify: impl FnOnce() -> bool,
    ) -> bool {
        let digest = digest(message, signature);
        if self.0.contains(&digest) {
            return true;
        }
        if !verify() {
            return false;
        }
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(digest);
        true
    }
}

/// The digest of a message and a signature. The length prefix keeps them apart.
fn digest(message: &[u8], signature: &[u8]) -> [u8; 32] {
    let length = (message.len() as u64).to_le_bytes();
    Sha256::new().chain_update(length).chain_update(message).chain_update(signature).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_signature_is_verified_once() {
        let (mut verified, mut calls) = (Verified::default(), 0);
        for _ in 0..100 {
            assert!(verified.is_valid(b"message", b"signature", || {
                calls += 1;
                true
            }));
        }
        assert_eq!(calls, 1);
    }

    #[test]
    fn an_invalid_signature_is_verified_every_time() {
        let mut verified = Verified::default();
        assert!(!verified.is_valid(b"message", b"forged", || false));
        assert!(!verified.is_valid(b"message", b"forged", || false));
        assert!(verified.is_valid(b"message", b"signature", || true));
        assert!(!verified.is_valid(b"messagesig", b"nature", || false));
    }

    #[test]
    fn the_oldest_signature_is_dropped_first() {
        let mut verified = Verified::default();
        for number in 0..=CAPACITY {
            assert!(verified.is_valid(&number.to_le_bytes(), b"", || true));
        }
        assert!(verified.is_valid(&CAPACITY.to_le_bytes(), b"", || false));
        assert!(!verified.is_valid(&0_usize.to_le_bytes(), b"", || false));
    }
}
