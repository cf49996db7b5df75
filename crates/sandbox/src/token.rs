//! Access tokens: issued with PingOne's claims, and checked on every call.
//!
//! Source: developer.pingidentity.com, PingOne API, "Token claims"; recorded tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Caller;
use crate::authorization::{self, Session};
use crate::credentials::credentials;
use crate::keys::Keys;
use crate::role::Role;
use crate::{Seed, Timestamp, dice, environment};

/// The client secret of every worker, for the token endpoint.
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// The kind of caller that a token represents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A worker application that used client credentials.
    #[default]
    Application,
    /// A user who signed on through an application.
    Person,
}

/// The properties of a token to issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpec {
    /// Whether an application or a person acts.
    pub actor: Actor,
    /// The role of the caller: the token is for the client or administrator that holds this role from the start.
    pub role: Role,
    /// The caller instead of the role's: a client ID, or a user ID if a person acts. Its
    /// permissions are looked up at every call.
    pub holder: Option<Uuid>,
    /// The scopes, for example `p1:update:userMfaEnabled`. A scope that starts with
    /// `p1:` makes it a self-service token.
    pub scopes: Vec<String>,
    /// Lifetime of the token in seconds; negative for an expired token.
    pub lifetime_seconds: i64,
    /// The API's origin and the authorization server's base URL in the claims, if they aren't the sandbox's own: for a
    /// token that was issued elsewhere.
    pub origins: Option<(String, String)>,
}

impl Default for TokenSpec {
    fn default() -> Self {
        Self {
            actor: Actor::default(),
            role: Role::default(),
            holder: None,
            scopes: Vec::new(),
            lifetime_seconds: 3600,
            origins: None,
        }
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

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

impl Claims {
    /// Builds the claims of a token with these properties.
    pub(crate) fn of(seed: &Seed, spec: &TokenSpec, number: u64, now: Timestamp) -> Self {
        let (origin, auth_base) = match &spec.origins {
            Some((origin, auth_base)) => (origin.as_str(), auth_base.as_str()),
            None => (api_origin(seed), seed.auth_base.as_str()),
        };
        let issued = now.0.div_euclid(1000);
        let is_person = spec.actor == Actor::Person;
        let person = is_person.then(|| spec.holder.unwrap_or_else(|| spec.role.person_id(seed)));
        let client = spec.holder.filter(|_| !is_person).unwrap_or_else(|| spec.role.client_id());
        Self {
            client_id: client.to_string(),
            iss: authorization::issuer(auth_base),
            jti: dice::uuid(seed.seed ^ 0x70, number),
            // An expired token was issued an hour before it expired.
            iat: if spec.lifetime_seconds < 0 {
                issued.saturating_add(spec.lifetime_seconds).saturating_sub(3600)
            } else {
                issued
            },
            exp: issued.saturating_add(spec.lifetime_seconds),
            aud: vec![origin.to_owned()],
            scope: (!spec.scopes.is_empty()).then(|| spec.scopes.join(" ")),
            env: environment::ID,
            org: environment::ORGANIZATION,
            sub: person,
            sid: is_person.then(|| dice::uuid(seed.seed ^ 0x51, number)),
            acr: is_person.then(|| authorization::ACR.to_owned()),
            auth_time: is_person.then_some(issued),
            p1_user_id: person,
            p1_rid: dice::uuid(seed.seed ^ 0x71, number),
        }
    }

    /// Sets the `scope` claim; an empty scope leaves it out.
    pub(crate) fn with_scope(self, scope: String) -> Self {
        Self { scope: Some(scope).filter(|scope| !scope.is_empty()), ..self }
    }

    /// Sets the claims of a signed-on user's session.
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

    /// The caller that the claims identify. A token contains no roles: they are those of its user, or
    /// of its client if it names no user.
    fn caller(&self) -> Option<Caller> {
        let mut scopes = self.scope.as_deref().unwrap_or_default().split(' ');
        if scopes.clone().any(|scope| scope.starts_with("p1:")) {
            let changes_mfa = scopes.any(|scope| scope == "p1:update:userMfaEnabled");
            return Some(Caller::SelfService { user: self.sub, changes_mfa });
        }
        match self.sub {
            Some(user) => Some(Caller::Holder(user)),
            None => Uuid::try_parse(&self.client_id).ok().map(Caller::Holder),
        }
    }
}

/// Encodes and signs claims as a JWT.
pub(crate) fn sign(keys: &dyn Keys, claims: &impl Serialize) -> String {
    let head = Header { alg: keys.algorithm().into(), typ: "JWT".into(), kid: keys.key_id().into() };
    // A header and claims of plain strings and numbers can always be serialized.
    let text = |part: Vec<u8>| BASE64_URL_SAFE_NO_PAD.encode(part);
    let head = text(serde_json::to_vec(&head).unwrap_or_default());
    let body = text(serde_json::to_vec(claims).unwrap_or_default());
    let signed = format!("{head}.{body}");
    let signature = text(keys.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The client that a token names, valid or not; for the record of writes.
pub(crate) fn client_id(headers: &HeaderMap) -> String {
    claims(headers).map(|claims| claims.client_id).unwrap_or_default()
}

fn claims(headers: &HeaderMap) -> Option<Claims> {
    let token = credentials(headers, "Bearer")?;
    let body = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&body).ok()
}

/// The claims of the request's token; `None` if it is missing, damaged, forged, expired, issued
/// elsewhere or meant for another API.
pub(crate) fn check(seed: &Seed, keys: &mut dyn Keys, headers: &HeaderMap, now: Timestamp) -> Option<Claims> {
    let token = credentials(headers, "Bearer")?;
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, body) = signed.split_once('.')?;
    let head: Header = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(head).ok()?).ok()?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    // The token's issuer must not choose how the signature is verified.
    if head.alg != keys.algorithm() || !keys.verify(signed.as_bytes(), &signature) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
    let is_unexpired = claims.exp.saturating_mul(1000) > now.0;
    let is_for_this_api = claims.aud.iter().any(|audience| audience == api_origin(seed));
    let is_from_this_issuer =
        claims.iss == authorization::issuer(&seed.auth_base) && claims.env == environment::ID;
    (is_unexpired && is_for_this_api && is_from_this_issuer).then_some(claims)
}

/// The caller who sent the request; `None` for a token that [`check`] refuses.
pub(crate) fn caller(
    seed: &Seed,
    keys: &mut dyn Keys,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<Caller> {
    check(seed, keys, headers, now)?.caller()
}
