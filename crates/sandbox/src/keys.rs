//! Signing and verification of tokens.
//!
//! The sandbox's default key is an HMAC key: it is fast, gives the same bytes for the same seed, and works in a browser
//! too. A server signs with RS256, as PingOne does.

use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

/// Signs tokens and verifies their signatures.
pub trait Keys {
    /// The algorithm's name in the header of a token.
    fn algorithm(&self) -> &'static str;

    /// The key's ID in the header of a token.
    fn key_id(&self) -> &str;

    /// Signs a message with the current key.
    fn sign(&self, message: &[u8]) -> Vec<u8>;

    /// Whether the signature is valid for the message. Implementations may cache the result.
    fn verify(&mut self, message: &[u8], signature: &[u8]) -> bool;

    /// The public key for verification by others; `None` for a secret key.
    fn jwk(&self) -> Option<Value>;

    /// Replaces the key. Earlier signatures are no longer valid.
    fn rotate(&mut self);
}

/// HMAC-SHA256 with a key that is derived from the seed and the number of rotations.
pub(crate) struct DigestKeys {
    seed: u64,
    rotations: u64,
    id: String,
}

impl DigestKeys {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, rotations: 0, id: "sandbox-1".to_owned() }
    }

    /// HMAC accepts keys of any length, so this never is `None`.
    fn digest(&self, message: &[u8]) -> Option<Hmac<Sha256>> {
        let key = [self.seed.to_le_bytes(), self.rotations.to_le_bytes()].concat();
        let mut digest = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        digest.update(message);
        Some(digest)
    }
}

impl Keys for DigestKeys {
    fn algorithm(&self) -> &'static str {
        "HS256"
    }

    fn key_id(&self) -> &str {
        &self.id
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.digest(message).map(|digest| digest.finalize().into_bytes().to_vec()).unwrap_or_default()
    }

    fn verify(&mut self, message: &[u8], signature: &[u8]) -> bool {
        self.digest(message).is_some_and(|digest| digest.verify_slice(signature).is_ok())
    }

    fn jwk(&self) -> Option<Value> {
        None
    }

    fn rotate(&mut self) {
        self.rotations += 1;
        self.id = format!("sandbox-{}", self.rotations + 1);
    }
}
