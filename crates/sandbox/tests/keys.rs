//! Signing and verification of tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use http::{Request, Response, header};
use pingone_mfa_testkit::client::NOW;
use pingone_mfa_testkit::tenant::local_seed;
use pingone_sandbox::{Sandbox, Timestamp, TokenSpec};
use serde_json::{Value, json};
use sha2::Sha256;

const SEED: u64 = 7;

fn sandbox() -> Sandbox {
    Sandbox::new(local_seed(10, SEED))
}

fn status(sandbox: &mut Sandbox, token: &str, now: Timestamp) -> u16 {
    let path = format!("/v1/environments/{}", sandbox.environment_id());
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    sandbox.handle(&request.body(Vec::new()).unwrap(), now).response.status().as_u16()
}

fn part(token: &str, place: usize) -> Value {
    let part = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(place).unwrap()).unwrap();
    serde_json::from_slice(&part).unwrap()
}

/// A token with any header and claims, signed with HMAC under `key`.
fn forged(head: &Value, claims: &Value, key: &[u8]) -> String {
    let [head, claims] = [head, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let mut digest = Hmac::<Sha256>::new_from_slice(key).unwrap();
    digest.update(format!("{head}.{claims}").as_bytes());
    format!("{head}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode(digest.finalize().into_bytes()))
}

fn jwks(sandbox: &mut Sandbox) -> Value {
    let path = format!("/{}/as/jwks", sandbox.environment_id());
    let answer: Response<Vec<u8>> =
        sandbox.handle(&Request::get(path).body(Vec::new()).unwrap(), NOW).response;
    serde_json::from_slice(answer.body()).unwrap()
}

#[test]
fn a_valid_signature_is_not_sufficient() {
    let mut sandbox = sandbox();
    let good = sandbox.issue_token(&TokenSpec::default(), NOW);
    let (head, claims) = (part(&good, 0), part(&good, 1));
    let key = SEED.to_le_bytes();
    assert_eq!(status(&mut sandbox, &forged(&head, &claims, &key), NOW), 200, "the test knows the key");
    for (name, value) in [
        ("iss", json!("http://127.0.0.1:4001/as")),
        ("env", json!("00000000-0000-4000-8000-000000000000")),
        ("aud", json!(["http://127.0.0.1:4002"])),
        ("exp", json!(NOW.0 / 1000)),
    ] {
        let mut wrong = claims.clone();
        wrong[name] = value;
        assert_eq!(status(&mut sandbox, &forged(&head, &wrong, &key), NOW), 401, "{name}");
    }
    // A client without a role is authenticated, but has no permissions.
    let mut unknown_client = claims.clone();
    unknown_client["client_id"] = json!("00000000-0000-4000-8000-000000000000");
    assert_eq!(status(&mut sandbox, &forged(&head, &unknown_client, &key), NOW), 403);
    for algorithm in ["none", "RS256", "hs256", ""] {
        let mut wrong = head.clone();
        wrong["alg"] = json!(algorithm);
        assert_eq!(status(&mut sandbox, &forged(&wrong, &claims, &key), NOW), 401, "{algorithm}");
    }
}

#[test]
fn no_token_survives_a_rotation() {
    let mut sandbox = sandbox();
    let before = sandbox.issue_token(&TokenSpec::default(), NOW);
    sandbox.rotate_keys();
    let between = sandbox.issue_token(&TokenSpec::default(), NOW);
    assert_eq!(status(&mut sandbox, &before, NOW), 401);
    assert_eq!(status(&mut sandbox, &between, NOW), 200);
    assert_ne!(part(&before, 0)["kid"], part(&between, 0)["kid"]);
    sandbox.rotate_keys();
    assert_eq!((status(&mut sandbox, &before, NOW), status(&mut sandbox, &between, NOW)), (401, 401));
}

#[test]
fn rotated_keys_are_derived_from_the_seed() {
    let run = || {
        let mut sandbox = sandbox();
        sandbox.rotate_keys();
        sandbox.issue_token(&TokenSpec::default(), NOW)
    };
    assert_eq!(run(), run());
}

#[test]
fn a_clock_ahead_shifts_issue_and_expiry_of_tokens() {
    let mut sandbox = sandbox();
    let before = sandbox.issue_token(&TokenSpec::default(), NOW);
    sandbox.set_clock_offset_millis(3_600_000);
    assert_eq!(status(&mut sandbox, &before, NOW), 401);
    let ahead = sandbox.issue_token(&TokenSpec::default(), NOW);
    assert_eq!(part(&ahead, 1)["iat"].as_i64().unwrap(), NOW.0 / 1000 + 3600);
    assert_eq!(part(&ahead, 1)["exp"].as_i64().unwrap(), NOW.0 / 1000 + 7200);
    assert_eq!(status(&mut sandbox, &ahead, Timestamp(NOW.0 + 3_599_999)), 200);
    assert_eq!(status(&mut sandbox, &ahead, Timestamp(NOW.0 + 3_600_000)), 401);
    sandbox.set_clock_offset_millis(-3_600_000);
    assert_eq!(status(&mut sandbox, &before, Timestamp(NOW.0 + 7_199_999)), 200);
    sandbox.set_clock_offset_millis(i64::MIN);
    assert_eq!(
        status(&mut sandbox, &before, Timestamp(i64::MIN)),
        200,
        "time saturates instead of overflowing"
    );
}

#[cfg(feature = "server")]
mod rs256 {
    use super::*;
    use pingone_sandbox::RsaKeys;
    use rsa::pkcs1v15::{Signature, VerifyingKey};
    use rsa::signature::Verifier;
    use rsa::{BigUint, RsaPublicKey};
    use sha2::Digest;

    fn sandbox() -> Sandbox {
        Sandbox::with_keys(local_seed(10, SEED), Box::new(RsaKeys::make().unwrap()))
    }

    fn bytes(jwk: &Value, name: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap()
    }

    /// Whether a token verifies with a published key, using nothing else.
    fn verifies(token: &str, jwk: &Value) -> bool {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let [modulus, exponent] = ["n", "e"].map(|name| BigUint::from_bytes_be(&bytes(jwk, name)));
        let key = VerifyingKey::<Sha256>::new(RsaPublicKey::new(modulus, exponent).unwrap());
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        key.verify(signed.as_bytes(), &Signature::try_from(signature.as_slice()).unwrap()).is_ok()
    }

    #[test]
    fn a_token_verifies_with_the_published_key() {
        let mut sandbox = sandbox();
        let token = sandbox.issue_token(&TokenSpec::default(), NOW);
        let keys = jwks(&mut sandbox);
        let key = &keys["keys"][0];
        assert!(verifies(&token, key));
        assert_eq!(part(&token, 0), json!({ "alg": "RS256", "typ": "JWT", "kid": key["kid"] }));
        assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&"RSA".into(), &"RS256".into(), &"sig".into()));
        assert_eq!((bytes(key, "n").len(), bytes(key, "e")), (256, vec![1, 0, 1]));
        let members = format!(r#"{{"e":{},"kty":"RSA","n":{}}}"#, key["e"], key["n"]);
        assert_eq!(key["kid"], BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(members)));
        assert!(key.get("d").is_none() && key.get("p").is_none(), "the private key is not published");
    }

    #[test]
    fn a_rotation_publishes_a_new_key() {
        let mut sandbox = sandbox();
        let before = (sandbox.issue_token(&TokenSpec::default(), NOW), jwks(&mut sandbox));
        assert_eq!(status(&mut sandbox, &before.0, NOW), 200);
        sandbox.rotate_keys();
        let after = (sandbox.issue_token(&TokenSpec::default(), NOW), jwks(&mut sandbox));
        assert_eq!(status(&mut sandbox, &before.0, NOW), 401, "the cached signature isn't used");
        assert_eq!(status(&mut sandbox, &after.0, NOW), 200);
        assert_ne!(before.1, after.1);
        assert!(verifies(&after.0, &after.1["keys"][0]) && !verifies(&before.0, &after.1["keys"][0]));
    }

    #[test]
    fn an_accepted_token_does_not_make_an_altered_one_valid() {
        let mut sandbox = sandbox();
        let token = sandbox.issue_token(&TokenSpec::default(), NOW);
        for _ in 0..100 {
            assert_eq!(status(&mut sandbox, &token, NOW), 200);
        }
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let other = sandbox.issue_token(&TokenSpec::default(), NOW);
        let (_, of_other) = other.rsplit_once('.').unwrap();
        for wrong in [format!("{signed}.{of_other}"), format!("{signed}."), format!("{signed}.AA{signature}")]
        {
            assert_eq!(status(&mut sandbox, &wrong, NOW), 401);
        }
        assert_eq!(
            status(&mut sandbox, &token, Timestamp(NOW.0 + 3_600_000)),
            401,
            "a cached token still expires"
        );
    }

    #[test]
    fn the_public_key_cannot_be_used_as_hmac_key() {
        let mut sandbox = sandbox();
        let token = sandbox.issue_token(&TokenSpec::default(), NOW);
        let keys = jwks(&mut sandbox);
        let modulus = bytes(&keys["keys"][0], "n");
        let mut head = part(&token, 0);
        for algorithm in ["HS256", "RS256"] {
            head["alg"] = json!(algorithm);
            assert_eq!(status(&mut sandbox, &forged(&head, &part(&token, 1), &modulus), NOW), 401);
        }
    }
}
