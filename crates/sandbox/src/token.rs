//! Access tokens: minted with PingOne's claims, and checked on every call.
//!
//! Source: developer.pingidentity.com, PingOne API, "Token claims"; recorded tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::authorization::{self, Session, people};
use crate::keys::Keys;
use crate::{Seed, Wall, environment, seed};

/// The secret of every client, for the token endpoint.
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// What a client may do, by PingOne's matrix of built-in roles. It is looked up at every call and is not in the
/// token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads users and changes MFA.
    #[default]
    #[serde(rename = "admin")]
    IdentityDataAdmin,
    /// Reads users.
    #[serde(rename = "read-only")]
    IdentityDataReadOnly,
    /// Reads the environment and its populations, but no users.
    EnvironmentAdmin,
}

impl Role {
    const ALL: [Self; 3] = [Self::IdentityDataAdmin, Self::IdentityDataReadOnly, Self::EnvironmentAdmin];

    /// The client that holds the role.
    #[must_use]
    pub fn client_id(self) -> Uuid {
        Uuid::from_u128(match self {
            Self::IdentityDataAdmin => 0x0b41_2e8b_0000_4000_8000_0000_0000_0001,
            Self::IdentityDataReadOnly => 0x0b41_2e8b_0000_4000_8000_0000_0000_0002,
            Self::EnvironmentAdmin => 0x0b41_2e8b_0000_4000_8000_0000_0000_0003,
        })
    }

    pub(crate) fn of_client(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.client_id().to_string() == id)
    }

    pub(crate) fn reads_users(self) -> bool {
        self != Self::EnvironmentAdmin
    }

    pub(crate) fn changes_mfa(self) -> bool {
        self == Self::IdentityDataAdmin
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A worker application, by client credentials.
    #[default]
    Application,
    /// A person who signed on through it.
    Person,
}

/// The token to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpec {
    /// Who acts.
    pub actor: Actor,
    /// What the client may do.
    pub role: Role,
    /// How long it lasts; negative for one that has ended.
    pub lifetime_seconds: i64,
    /// The API's origin and the authorization server's base to name instead of the sandbox's own, for a token
    /// that looks issued elsewhere.
    pub origins: Option<(String, String)>,
}

impl Default for TokenSpec {
    fn default() -> Self {
        Self { actor: Actor::default(), role: Role::default(), lifetime_seconds: 3600, origins: None }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    client_id: String,
    iss: String,
    jti: Uuid,
    iat: i64,
    exp: i64,
    aud: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    env: Uuid,
    org: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sub: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(rename = "p1.userId", skip_serializing_if = "Option::is_none")]
    p1_user_id: Option<Uuid>,
    #[serde(rename = "p1.rid")]
    p1_rid: Uuid,
}

pub(crate) fn api_origin(seed: &Seed) -> &str {
    seed.api_base.strip_suffix("/v1").unwrap_or(&seed.api_base)
}

/// What a token says of itself.
#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

impl Claims {
    /// The claims that `spec` asks for.
    pub(crate) fn of(seed: &Seed, spec: &TokenSpec, number: u64, now: Wall) -> Self {
        let (origin, auth_base) = match &spec.origins {
            Some((origin, auth_base)) => (origin.as_str(), auth_base.as_str()),
            None => (api_origin(seed), seed.auth_base.as_str()),
        };
        let issued = now.0.div_euclid(1000);
        let is_person = spec.actor == Actor::Person;
        let person = is_person.then(|| seed::uuid(seed.seed ^ 0xae, 1));
        Self {
            client_id: spec.role.client_id().to_string(),
            iss: authorization::issuer(auth_base),
            jti: seed::uuid(seed.seed ^ 0x70, number),
            // One that has ended was issued an hour before its end.
            iat: if spec.lifetime_seconds < 0 {
                issued.saturating_add(spec.lifetime_seconds).saturating_sub(3600)
            } else {
                issued
            },
            exp: issued.saturating_add(spec.lifetime_seconds),
            aud: vec![origin.to_owned()],
            scope: None,
            env: environment::ID,
            org: environment::ORGANIZATION,
            sub: person,
            sid: is_person.then(|| seed::uuid(seed.seed ^ 0x51, number)),
            acr: is_person.then(|| authorization::ACR.to_owned()),
            auth_time: is_person.then_some(issued),
            p1_user_id: person,
            p1_rid: seed::uuid(seed.seed ^ 0x71, number),
        }
    }

    /// The token has these scopes; without any the claim is left out.
    pub(crate) fn with_scope(self, scope: String) -> Self {
        Self { scope: Some(scope).filter(|scope| !scope.is_empty()), ..self }
    }

    /// The token is for whoever signed on.
    pub(crate) fn with_session(self, session: &Session) -> Self {
        Self {
            client_id: authorization::PUBLIC_CLIENT_ID.to_string(),
            sub: Some(session.person),
            sid: Some(session.id),
            acr: Some(authorization::ACR.to_owned()),
            auth_time: Some(session.signed_on),
            p1_user_id: Some(session.person),
            ..self
        }
    }

    /// PingOne looks roles up at every call: the worker's own, or of whoever signed on.
    fn role(&self, seed: &Seed) -> Option<Role> {
        if self.client_id == authorization::PUBLIC_CLIENT_ID.to_string() {
            return people::role(seed, self.sub?);
        }
        Role::of_client(&self.client_id)
    }
}

/// The claims as a token.
pub(crate) fn sign(keys: &dyn Keys, claims: &impl Serialize) -> String {
    let head = Header { alg: keys.algorithm().into(), typ: "JWT".into(), kid: keys.key_id().into() };
    // A header and claims of plain strings and numbers always have a JSON text.
    let text = |part: Vec<u8>| BASE64_URL_SAFE_NO_PAD.encode(part);
    let head = text(serde_json::to_vec(&head).unwrap_or_default());
    let body = text(serde_json::to_vec(claims).unwrap_or_default());
    let signed = format!("{head}.{body}");
    let signature = text(keys.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The client that a token names, whether or not the token holds; for the record of what happened.
pub(crate) fn client_id(headers: &HeaderMap) -> String {
    claims(headers).map(|claims| claims.client_id).unwrap_or_default()
}

fn claims(headers: &HeaderMap) -> Option<Claims> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let body = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&body).ok()
}

/// The claims that a request brings; `None` for a token that is missing, damaged, forged, ended, issued elsewhere
/// or meant for another API.
pub(crate) fn check(seed: &Seed, keys: &mut dyn Keys, headers: &HeaderMap, now: Wall) -> Option<Claims> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, body) = signed.split_once('.')?;
    let head: Header = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(head).ok()?).ok()?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    // Whoever made the token doesn't choose how it is verified.
    if head.alg != keys.algorithm() || !keys.verify(signed.as_bytes(), &signature) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
    let holds = claims.exp.saturating_mul(1000) > now.0;
    let is_meant = claims.aud.iter().any(|audience| audience == api_origin(seed));
    let is_own = claims.iss == authorization::issuer(&seed.auth_base) && claims.env == environment::ID;
    (holds && is_meant && is_own).then_some(claims)
}

/// The role of whoever sent the request; `None` for a token that [`check`] refuses.
pub(crate) fn role(seed: &Seed, keys: &mut dyn Keys, headers: &HeaderMap, now: Wall) -> Option<Role> {
    check(seed, keys, headers, now)?.role(seed)
}
