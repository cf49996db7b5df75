//! ID tokens.
//!
//! Source: OpenID Connect Core section 2; `env`, `org`, `sid` and `acr` are as in PingOne's access tokens.

use serde::Serialize;
use uuid::Uuid;

use crate::{Seed, Timestamp, environment};

use super::{ACR, PUBLIC_CLIENT_ID, Session, issuer};

const LIFETIME_SECONDS: i64 = 3600;

#[derive(Serialize)]
pub(crate) struct IdClaims<'a> {
    iss: String,
    sub: Uuid,
    aud: Uuid,
    iat: i64,
    exp: i64,
    acr: &'static str,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    sid: Uuid,
    env: Uuid,
    org: Uuid,
}

impl<'a> IdClaims<'a> {
    pub(crate) fn of(seed: &Seed, session: &'a Session, now: Timestamp) -> Self {
        let issued = now.0.div_euclid(1000);
        Self {
            iss: issuer(&seed.auth_base),
            sub: session.person,
            aud: PUBLIC_CLIENT_ID,
            iat: issued,
            exp: issued.saturating_add(LIFETIME_SECONDS),
            acr: ACR,
            auth_time: session.signed_on,
            nonce: session.nonce.as_deref(),
            sid: session.id,
            env: environment::ID,
            org: environment::ORGANIZATION,
        }
    }
}
