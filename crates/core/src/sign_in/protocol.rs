//! Sign-in with PingOne: authorization code flow with PKCE, as a public application without a secret.
//!
//! The signature of the ID token isn't verified: the token comes directly from the token endpoint, over TLS (OpenID
//! Connect Core 3.1.3.7, number 6). Its claims are compared with the request.
//!
//! Sources: RFC 6749 section 4.1, RFC 7636, RFC 9207, OpenID Connect Core 1.0 section 3.1; PingOne's endpoints:
//! developer.pingidentity.com, PingOne API, "OpenID Connect/OAuth 2".

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pingone::json;
use pingone::region::RegionCode;
use pingone::time::Timestamp;
use pingone::token::claims::{Claims, read_token};
use pingone::token::{Secret, TokenFacts};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::session::{ClientId, SignInAttempt, SignInFault, SignInMode, SignInTarget, SignedIn};

pub mod renewal;
pub mod sign_off;

/// Number of random bytes that an attempt needs: 32 each for state, nonce and verifier.
pub const CHANCE: usize = 96;

/// The requested scope: an ID token, so that the answer can be verified to belong to this attempt. The permissions of
/// the access token depend on the person's roles.
const SCOPE: &str = "openid";

/// Prefix of the state of an attempt in its own window, so that `web/boot.js` can tell where to deliver the answer
/// before anything else is loaded.
pub const WINDOW_MARK: &str = "window.";

/// Maximum length of PingOne's texts in faults, in characters.
const MAX_DESCRIPTION_LEN: usize = 500;

/// An authorization code, which can be exchanged for a token once.
pub struct Code(Zeroizing<String>);

/// The result of exchanging a code.
pub struct Granted {
    /// The access token for PingOne's API.
    pub token: Secret,
    /// The sign-in session, with the refresh token if one is kept.
    pub signed_in: SignedIn,
}

/// Starts a new attempt. `chance` has to come from a cryptographically secure random generator.
#[must_use]
pub fn begin(place: SignInTarget, way: SignInMode, chance: &[u8; CHANCE], now: Timestamp) -> SignInAttempt {
    let mut random_texts = chance.chunks_exact(CHANCE / 3).map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes));
    let mut random_text = || random_texts.next().unwrap_or_default();
    let mark = if way == SignInMode::OwnWindow { WINDOW_MARK } else { "" };
    let state = format!("{mark}{}", random_text());
    SignInAttempt { place, state, nonce: random_text(), verifier: random_text(), begun_at: now }
}

/// The URL of PingOne's authorization endpoint for this attempt.
#[must_use]
pub fn address(attempt: &SignInAttempt) -> String {
    let SignInTarget { issuer, client, redirect_uri, .. } = &attempt.place;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &client.0.to_string())
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", SCOPE)
        .append_pair("state", &attempt.state)
        .append_pair("nonce", &attempt.nonce)
        .append_pair("code_challenge", &challenge(&attempt.verifier))
        .append_pair("code_challenge_method", "S256")
        .finish();
    format!("{issuer}/authorize?{query}")
}

/// The PKCE code challenge of a verifier (RFC 7636 section 4.2, S256).
fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Serializes an attempt, to be stored until the answer arrives.
#[must_use]
pub fn write(attempt: &SignInAttempt) -> String {
    let SignInAttempt { place, state, nonce, verifier, begun_at } = attempt;
    serde_json::json!({
        "version": 1,
        "region": place.region.0,
        "issuer": place.issuer,
        "clientId": place.client.0.to_string(),
        "redirectUri": place.redirect_uri,
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "begunAt": begun_at.0,
    })
    .to_string()
}

/// Parses a stored attempt; `None` if the text wasn't written by this version.
#[must_use]
pub fn read(text: &str) -> Option<SignInAttempt> {
    let value: Value = json::parse(text.as_bytes()).ok()?;
    let text = |path| json::text(&value, path).ok().flatten().map(str::to_owned);
    if json::number(&value, "version") != Ok(Some(1)) {
        return None;
    }
    let place = SignInTarget {
        region: RegionCode(text("region")?),
        issuer: text("issuer")?,
        client: ClientId(Uuid::try_parse(&text("clientId")?).ok()?),
        redirect_uri: text("redirectUri")?,
    };
    let begun_at = Timestamp(i64::try_from(json::number(&value, "begunAt").ok()??).ok()?);
    Some(SignInAttempt {
        place,
        state: text("state")?,
        nonce: text("nonce")?,
        verifier: text("verifier")?,
        begun_at,
    })
}

/// Whether the query of this page's URL has the form of an authorization server's
/// answer, regardless of who requested it.
#[must_use]
pub fn is_answer(query: &str) -> bool {
    let names: Vec<_> = pairs(query).map(|(name, _)| name).collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    has("state") && (has("code") || has("error"))
}

/// Reads the answer in this page's URL: `query` is the part after the `?`.
///
/// # Errors
/// If it isn't an answer to `attempt`, came too late, or reports that the sign-in failed. If the answer names no
/// issuer, the requested one is assumed: the ID token names it again.
pub fn returned(query: &str, attempt: Option<&SignInAttempt>, now: Timestamp) -> Result<Code, SignInFault> {
    let attempt = attempt.ok_or(SignInFault::NothingBegun)?;
    let parameter = |name| single_parameter(query, name);
    if parameter("state")?.as_deref().map(String::as_str) != Some(attempt.state.as_str()) {
        return Err(SignInFault::OtherAttempt);
    }
    if let Some(issuer) = parameter("iss")?.filter(|issuer| **issuer != attempt.place.issuer) {
        return Err(SignInFault::OtherIssuer(cut(&issuer)));
    }
    if let Some(code) = parameter("error")? {
        let description = parameter("error_description")?.map(|text| cut(&text)).unwrap_or_default();
        return Err(SignInFault::Refused { code: cut(&code), description });
    }
    if attempt.is_over(now) {
        return Err(SignInFault::TooLate);
    }
    parameter("code")?.filter(|code| !code.is_empty()).map(Code).ok_or(unreadable("code", "is missing"))
}

fn pairs(query: &str) -> impl Iterator<Item = (String, Zeroizing<String>)> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
}

/// The value of a parameter that must not occur twice: a duplicate is a sign of tampering (RFC 6749 section 3.1).
fn single_parameter(query: &str, name: &'static str) -> Result<Option<Zeroizing<String>>, SignInFault> {
    let mut found = pairs(query).filter(|(other, _)| other == name).map(|(_, value)| value);
    let first = found.next();
    if found.next().is_some() {
        return Err(unreadable(name, "appears twice"));
    }
    Ok(first)
}

/// The URL of the token endpoint, which exchanges codes and refresh tokens.
#[must_use]
pub fn token_address(place: &SignInTarget) -> String {
    format!("{}/token", place.issuer)
}

/// The form that exchanges a code for a token. It is sent once and never displayed.
#[must_use]
pub fn exchange(attempt: &SignInAttempt, code: &Code) -> Zeroizing<String> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("client_id", &attempt.place.client.0.to_string())
        .append_pair("redirect_uri", &attempt.place.redirect_uri)
        .append_pair("code", &code.0)
        .append_pair("code_verifier", &attempt.verifier)
        .finish();
    Zeroizing::new(form)
}

/// Reads the token endpoint's answer: the access token, whose claims are read like a pasted one's. A refresh token is
/// dropped unless the deployment `renews` tokens with it.
///
/// # Errors
/// If the code wasn't exchanged, the answer can't be read, or its tokens don't answer `attempt`.
pub fn granted(
    status: u16,
    body: &[u8],
    attempt: &SignInAttempt,
    renews: bool,
    now: Timestamp,
) -> Result<Granted, SignInFault> {
    let answer = Answer::read(status, body)?;
    let SignInAttempt { place, nonce, .. } = attempt;
    let claims = id_token(answer.text("id_token")?, place)?;
    if claims.text("nonce") != Some(nonce.as_str()) {
        return Err(SignInFault::OtherNonce);
    }
    let subject = claims.text("sub").ok_or(unreadable("id_token", "doesn't name a user"))?.to_owned();
    let (token, facts) = answer.access_token(now)?;
    if let Some(issuer) = facts.and_then(|facts| facts.issuer).filter(|issuer| *issuer != place.issuer) {
        return Err(SignInFault::OtherIssuer(cut(issuer)));
    }
    let refresh = if renews { answer.refresh_token()? } else { None };
    let signed_in = SignedIn { place: place.clone(), nonce: nonce.clone(), subject, refresh };
    Ok(Granted { token, signed_in })
}

/// A successful answer of the token endpoint.
struct Answer(Value);

impl Answer {
    fn read(status: u16, body: &[u8]) -> Result<Self, SignInFault> {
        if status == 408 || status == 429 || status >= 500 {
            return Err(SignInFault::Unreachable);
        }
        let value: Value =
            json::parse(body).map_err(|_| unreadable("the token endpoint's answer", "isn't JSON"))?;
        if status != 200 {
            return Err(exchange_fault(&value));
        }
        let answer = Self(value);
        if !answer.text("token_type")?.eq_ignore_ascii_case("bearer") {
            return Err(unreadable("token_type", "is not Bearer"));
        }
        Ok(answer)
    }

    fn text(&self, path: &'static str) -> Result<&str, SignInFault> {
        self.optional(path)?.ok_or(unreadable(path, "is missing"))
    }

    fn optional(&self, path: &'static str) -> Result<Option<&str>, SignInFault> {
        json::text(&self.0, path).map_err(|_| unreadable(path, "isn't a text"))
    }

    /// The access token, and its claims if they can be read. A token that can't be used isn't a fault here: like a
    /// pasted one, it is reported when the page takes it.
    fn access_token(&self, now: Timestamp) -> Result<(Secret, Option<TokenFacts>), SignInFault> {
        let token = Secret::new(Zeroizing::new(self.text("access_token")?.to_owned()));
        let facts = read_token(token.expose(), now).ok().map(|paste| paste.facts);
        Ok((token, facts))
    }

    fn refresh_token(&self) -> Result<Option<Secret>, SignInFault> {
        let token = self.optional("refresh_token")?.filter(|token| !token.is_empty());
        Ok(token.map(|token| Secret::new(Zeroizing::new(token.to_owned()))))
    }
}

fn exchange_fault(value: &Value) -> SignInFault {
    let text = |path| json::text(value, path).ok().flatten().map(cut);
    match text("error") {
        Some(code) => {
            SignInFault::NotExchanged { code, description: text("error_description").unwrap_or_default() }
        }
        None => unreadable("error", "is missing"),
    }
}

/// Checks an ID token (OpenID Connect Core 3.1.3.7) and returns its claims: it must be from this issuer, only for this
/// application, and not expired.
///
/// The token was issued for the request that it answers, so its time of issue is taken as PingOne's current time. This
/// computer's clock isn't used: a wrong one would refuse a good token.
fn id_token(token: &str, place: &SignInTarget) -> Result<Claims, SignInFault> {
    let claims = Claims::decode(token).map_err(|_| unreadable("id_token", "is damaged"))?;
    let issuer = claims.text("iss").unwrap_or_default();
    if issuer != place.issuer {
        return Err(SignInFault::OtherIssuer(cut(issuer)));
    }
    let client = place.client.0.to_string();
    let is_party = claims.text("azp").is_none_or(|party| party == client);
    if !is_party || claims.audience() != [client] {
        return Err(SignInFault::OtherAudience);
    }
    let expires_at = claims.time("exp").ok_or(unreadable("id_token", "doesn't say when it expires"))?;
    let issued_at = claims.time("iat").ok_or(unreadable("id_token", "doesn't say when it was made"))?;
    if issued_at >= expires_at {
        return Err(SignInFault::Expired);
    }
    Ok(claims)
}

fn cut(text: impl AsRef<str>) -> String {
    text.as_ref().chars().take(MAX_DESCRIPTION_LEN).collect()
}

const fn unreadable(field: &'static str, problem: &'static str) -> SignInFault {
    SignInFault::Unreadable { field, problem }
}
