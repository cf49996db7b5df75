//! Signs and verifies tokens. The sandbox's own keys are a keyed digest: it is quick, gives the same bytes for the
//! same seed, and runs in a browser too. A server signs with RS256, as PingOne does.

use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

/// Signs tokens, and tells its own signatures from others.
pub trait Keys {
    /// The algorithm, as a token's header names it.
    fn algorithm(&self) -> &'static str;

    /// The name of the key, as a token's header has it.
    fn key_id(&self) -> &str;

    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> Vec<u8>;

    /// Whether a signature is this key's, of this message. What was found may be remembered.
    fn verify(&mut self, message: &[u8], signature: &[u8]) -> bool;

    /// The public key, for others to verify with; `None` for a key that must stay secret.
    fn jwk(&self) -> Option<Value>;

    /// Takes another key. What was signed before doesn't verify anymore.
    fn rotate(&mut self);
}

/// HMAC-SHA256 under a key that comes from the seed and from how often it was rotated.
pub(crate) struct DigestKeys {
    seed: u64,
    rotations: u64,
    id: String,
}

impl DigestKeys {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, rotations: 0, id: "sandbox-1".to_owned() }
    }

    /// HMAC takes keys of any length, so there always is a digest.
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
