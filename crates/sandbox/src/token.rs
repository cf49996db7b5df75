//! Access tokens: minted with PingOne's claims, and checked on every call.
//!
//! Source: developer.pingidentity.com, PingOne API, "Token claims"; recorded tokens.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Caller;
use crate::authorization::{self, Session};
use crate::keys::Keys;
use crate::role::Role;
use crate::{Seed, Timestamp, environment, seed};

/// The secret of every client, for the token endpoint.
pub const CLIENT_SECRET: &str = "sandbox-secret";

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
    /// What the client may do: it is the client, or the administrator, who holds this role from the start.
    pub role: Role,
    /// Who acts instead: a client, or a user where a person acts. What they may do is looked up at every call.
    pub holder: Option<Uuid>,
    /// The scopes, for example `p1:update:userMfaEnabled`. One that begins with `p1:` makes it a self-service token.
    pub scopes: Vec<String>,
    /// How long it lasts; negative for one that has ended.
    pub lifetime_seconds: i64,
    /// The API's origin and the authorization server's base to name instead of the sandbox's own, for a token
    /// that looks issued elsewhere.
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

/// What a token says of itself.
#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

impl Claims {
    /// The claims that `spec` asks for.
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
            jti: seed::uuid(seed.seed ^ 0x70, number),
            // One that has ended was issued an hour before its end.
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

    /// Roles are not in the token: they are those of the user, or without one of the client.
    fn caller(&self) -> Option<Caller> {
        let mut scopes = self.scope.as_deref().unwrap_or_default().split(' ');
        if scopes.clone().any(|scope| scope.starts_with("p1:")) {
            let changes_mfa = scopes.any(|scope| scope == "p1:update:userMfaEnabled");
            return Some(Caller::OneSelf { user: self.sub, changes_mfa });
        }
        match self.sub {
            Some(user) => Some(Caller::Holder(user)),
            None => Uuid::try_parse(&self.client_id).ok().map(Caller::Holder),
        }
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

/// What stands behind the scheme in the `Authorization` header. PingOne takes the scheme in any case.
pub(crate) fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (named, credentials) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then_some(credentials)
}

/// The client that a token names, whether or not the token holds; for the record of what happened.
pub(crate) fn client_id(headers: &HeaderMap) -> String {
    claims(headers).map(|claims| claims.client_id).unwrap_or_default()
}

fn claims(headers: &HeaderMap) -> Option<Claims> {
    let token = credentials(headers, "Bearer")?;
    let body = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&body).ok()
}

/// The claims that a request brings; `None` for a token that is missing, damaged, forged, ended, issued elsewhere
/// or meant for another API.
pub(crate) fn check(seed: &Seed, keys: &mut dyn Keys, headers: &HeaderMap, now: Timestamp) -> Option<Claims> {
    let token = credentials(headers, "Bearer")?;
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

/// Who sent the request; `None` for a token that [`check`] refuses.
pub(crate) fn caller(
    seed: &Seed,
    keys: &mut dyn Keys,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<Caller> {
    check(seed, keys, headers, now)?.caller()
}
