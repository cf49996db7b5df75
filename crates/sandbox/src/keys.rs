//! Signs and verifies tokens. A keyed digest: RS256, which PingOne uses, does not compile for wasm32, where the
//! sandbox runs too.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Signs tokens, and tells its own signatures from others.
pub(crate) trait Keys {
    /// The algorithm, as a token's header names it.
    const ALGORITHM: &str;

    /// The name of the key, as a token's header has it.
    const KEY_ID: &str;

    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> Vec<u8>;

    /// Whether a signature is this key's, of this message.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// HMAC-SHA256 under a key that comes from the seed.
pub(crate) struct DigestKeys([u8; 8]);

impl DigestKeys {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.to_le_bytes())
    }

    /// HMAC takes keys of any length, so there always is a digest.
    fn digest(&self, message: &[u8]) -> Option<Hmac<Sha256>> {
        let mut digest = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        digest.update(message);
        Some(digest)
    }
}

impl Keys for DigestKeys {
    const ALGORITHM: &str = "HS256";
    const KEY_ID: &str = "sandbox-1";

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.digest(message).map(|digest| digest.finalize().into_bytes().to_vec()).unwrap_or_default()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.digest(message).is_some_and(|digest| digest.verify_slice(signature).is_ok())
    }
}
