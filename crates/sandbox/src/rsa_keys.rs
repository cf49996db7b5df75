//! RS256 signatures, as PingOne uses. Key generation needs randomness, so it is part of the feature `server`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::rand_core::OsRng;
use rsa::signature::{Keypair, SignatureEncoding, Signer, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::keys::Keys;
use crate::verified::Verified;

const BITS: usize = 2048;

/// A 2048-bit key that signs with PKCS #1 v1.5 and SHA-256. It is kept in memory only
/// and is lost when the process ends.
pub struct RsaKeys {
    signing: SigningKey<Sha256>,
    verifying: VerifyingKey<Sha256>,
    modulus: String,
    exponent: String,
    id: String,
    verified: Verified,
}

impl RsaKeys {
    /// Generates a new RSA key pair. Its ID is the thumbprint of the public key.
    ///
    /// # Errors
    /// The error of the key generation.
    pub fn make() -> Result<Self, rsa::Error> {
        let private = RsaPrivateKey::new(&mut OsRng, BITS)?;
        let (modulus, exponent) = (text(private.n()), text(private.e()));
        let signing = SigningKey::new(private);
        Ok(Self {
            verifying: signing.verifying_key(),
            signing,
            id: thumbprint(&modulus, &exponent),
            modulus,
            exponent,
            verified: Verified::default(),
        })
    }
}

impl Keys for RsaKeys {
    fn algorithm(&self) -> &'static str {
        "RS256"
    }

    fn key_id(&self) -> &str {
        &self.id
    }

    /// Signing can't fail with a key of this size.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.try_sign(message).map(|signature| signature.to_vec()).unwrap_or_default()
    }

    fn verify(&mut self, message: &[u8], signature: &[u8]) -> bool {
        let verifying = &self.verifying;
        self.verified.is_valid(message, signature, || {
            Signature::try_from(signature)
                .is_ok_and(|signature| verifying.verify(message, &signature).is_ok())
        })
    }

    fn jwk(&self) -> Option<Value> {
        let (modulus, exponent, id) = (&self.modulus, &self.exponent, &self.id);
        Some(json!({
            "kty": "RSA", "use": "sig", "alg": self.algorithm(), "kid": id, "n": modulus, "e": exponent,
        }))
    }

    /// Key generation already succeeded once for this size, so it isn't expected to fail.
    fn rotate(&mut self) {
        if let Ok(next) = Self::make() {
            *self = next;
        }
    }
}

fn text(number: &BigUint) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(number.to_bytes_be())
}

/// The key's ID according to RFC 7638: the digest of the required members in alphabetical order, without spaces.
fn thumbprint(modulus: &str, exponent: &str) -> String {
    let members = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}
