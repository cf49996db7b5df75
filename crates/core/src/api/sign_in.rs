//! Signing in with PingOne: authorization code with PKCE, as a public application without a secret.
//!
//! The signature of the ID token isn't checked: it comes from the token endpoint itself, over TLS (OpenID Connect Core
//! 3.1.3.7, number 6). What it says is compared with what was asked for.
//!
//! Sources: RFC 6749 section 4.1, RFC 7636, RFC 9207, OpenID Connect Core 1.0 section 3.1; PingOne's endpoints:
//! developer.pingidentity.com, PingOne API, "OpenID Connect/OAuth 2".

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::domain::region::RegionCode;
use crate::domain::sign_in::{Attempt, ClientId, SignInFault, SignInPlace, SignedIn, Way};
use crate::domain::time::Timestamp;
use crate::domain::token::{Secret, TokenFacts};

use super::claims::{Claims, read_token};
use super::json;

pub mod renewal;
pub mod sign_off;

/// How much chance an attempt needs, in bytes: 32 each for state, nonce and verifier.
pub const CHANCE: usize = 96;

/// What is asked for: an ID token, so that the answer can be told to be ours. What the access token may do is decided by
/// the person's roles.
const SCOPE: &str = "openid";

/// How the state of an attempt in a window of its own begins, so that `web/boot.js` can tell where to bring the answer
/// before anything else is loaded.
pub const WINDOW_MARK: &str = "window.";

/// PingOne's words are cut after so many letters.
const LONGEST_DESCRIPTION: usize = 500;

/// What PingOne sends back instead of a token, to be exchanged once.
pub struct Code(Zeroizing<String>);

/// What a code was exchanged for.
pub struct Granted {
    /// The access token.
    pub token: Secret,
    /// Who signed in, and what is kept of that.
    pub signed_in: SignedIn,
}

/// A new attempt, of bytes that nobody can guess.
#[must_use]
pub fn begin(place: SignInPlace, way: Way, chance: &[u8; CHANCE], now: Timestamp) -> Attempt {
    let mut words = chance.chunks_exact(CHANCE / 3).map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes));
    let mut word = || words.next().unwrap_or_default();
    let mark = if way == Way::OwnWindow { WINDOW_MARK } else { "" };
    let state = format!("{mark}{}", word());
    Attempt { place, state, nonce: word(), verifier: word(), begun_at: now }
}

/// The address at PingOne where somebody signs in.
#[must_use]
pub fn address(attempt: &Attempt) -> String {
    let SignInPlace { issuer, client, redirect_uri, .. } = &attempt.place;
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

/// RFC 7636 section 4.2, S256.
fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// An attempt as text, to be kept until the answer.
#[must_use]
pub fn write(attempt: &Attempt) -> String {
    let Attempt { place, state, nonce, verifier, begun_at } = attempt;
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

/// An attempt that was kept; `None` where the text is none of this version's.
#[must_use]
pub fn read(text: &str) -> Option<Attempt> {
    let value: Value = serde_json::from_slice(text.as_bytes()).ok()?;
    let text = |path| json::text(&value, path).ok().flatten().map(str::to_owned);
    if json::number(&value, "version") != Ok(Some(1)) {
        return None;
    }
    let place = SignInPlace {
        region: RegionCode(text("region")?),
        issuer: text("issuer")?,
        client: ClientId(Uuid::try_parse(&text("clientId")?).ok()?),
        redirect_uri: text("redirectUri")?,
    };
    let begun_at = Timestamp(i64::try_from(json::number(&value, "begunAt").ok()??).ok()?);
    Some(Attempt {
        place,
        state: text("state")?,
        nonce: text("nonce")?,
        verifier: text("verifier")?,
        begun_at,
    })
}

/// Whether the query of this page's address is an answer of an authorization server, whoever asked it.
#[must_use]
pub fn is_answer(query: &str) -> bool {
    let names: Vec<_> = pairs(query).map(|(name, _)| name).collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    has("state") && (has("code") || has("error"))
}

/// Reads the answer in this page's address: `query` is what stands behind its `?`.
///
/// # Errors
/// Where it is no answer to `attempt`, came too late, or says that nobody was signed in. An issuer that isn't named is
/// taken for the one that was asked: the ID token names it again.
pub fn returned(query: &str, attempt: Option<&Attempt>, now: Timestamp) -> Result<Code, SignInFault> {
    let attempt = attempt.ok_or(SignInFault::NothingBegun)?;
    let one = |name| only(query, name);
    if one("state")?.as_deref().map(String::as_str) != Some(attempt.state.as_str()) {
        return Err(SignInFault::OtherAttempt);
    }
    if let Some(issuer) = one("iss")?.filter(|issuer| **issuer != attempt.place.issuer) {
        return Err(SignInFault::OtherIssuer(cut(&issuer)));
    }
    if let Some(code) = one("error")? {
        let description = one("error_description")?.map(|text| cut(&text)).unwrap_or_default();
        return Err(SignInFault::Refused { code: cut(&code), description });
    }
    if attempt.is_over(now) {
        return Err(SignInFault::TooLate);
    }
    one("code")?.filter(|code| !code.is_empty()).map(Code).ok_or(unreadable("code", "is missing"))
}

fn pairs(query: &str) -> impl Iterator<Item = (String, Zeroizing<String>)> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
}

/// A parameter that stands twice has been tampered with (RFC 6749 section 3.1).
fn only(query: &str, name: &'static str) -> Result<Option<Zeroizing<String>>, SignInFault> {
    let mut found = pairs(query).filter(|(other, _)| other == name).map(|(_, value)| value);
    let first = found.next();
    if found.next().is_some() {
        return Err(unreadable(name, "stands twice"));
    }
    Ok(first)
}

/// Where a code or a refresh token is exchanged.
#[must_use]
pub fn token_address(place: &SignInPlace) -> String {
    format!("{}/token", place.issuer)
}

/// The form that exchanges a code for a token. It is sent once and shown nowhere.
#[must_use]
pub fn exchange(attempt: &Attempt, code: &Code) -> Zeroizing<String> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("client_id", &attempt.place.client.0.to_string())
        .append_pair("redirect_uri", &attempt.place.redirect_uri)
        .append_pair("code", &code.0)
        .append_pair("code_verifier", &attempt.verifier)
        .finish();
    Zeroizing::new(form)
}

/// Reads what the token endpoint answered: the access token, whose claims are read as a pasted one's are. A refresh token
/// is dropped unless the deployment `renews` with it.
///
/// # Errors
/// Where the code was not exchanged, the answer can't be read, or its tokens are not an answer to `attempt`.
pub fn granted(
    status: u16,
    body: &[u8],
    attempt: &Attempt,
    renews: bool,
    now: Timestamp,
) -> Result<Granted, SignInFault> {
    let answer = Answer::read(status, body)?;
    let Attempt { place, nonce, .. } = attempt;
    let claims = id_token(answer.text("id_token")?, place)?;
    if claims.text("nonce") != Some(nonce.as_str()) {
        return Err(SignInFault::OtherNonce);
    }
    let subject = claims.text("sub").ok_or(unreadable("id_token", "names nobody"))?.to_owned();
    let (token, facts) = answer.access_token(now)?;
    if let Some(issuer) = facts.and_then(|facts| facts.issuer).filter(|issuer| *issuer != place.issuer) {
        return Err(SignInFault::OtherIssuer(cut(issuer)));
    }
    let refresh = if renews { answer.refresh_token()? } else { None };
    let signed_in = SignedIn { place: place.clone(), nonce: nonce.clone(), subject, refresh };
    Ok(Granted { token, signed_in })
}

/// What a token endpoint answered, if it is tokens.
struct Answer(Value);

impl Answer {
    fn read(status: u16, body: &[u8]) -> Result<Self, SignInFault> {
        if status == 408 || status == 429 || status >= 500 {
            return Err(SignInFault::Unreachable);
        }
        let value: Value = serde_json::from_slice(body)
            .map_err(|_| unreadable("the token endpoint's answer", "is no JSON"))?;
        if status != 200 {
            return Err(not_exchanged(&value));
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
        json::text(&self.0, path).map_err(|_| unreadable(path, "is no text"))
    }

    /// The access token, and its claims where they can be read: what is wrong with one that can't be used is said when
    /// it is taken, as of a pasted one.
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

fn not_exchanged(value: &Value) -> SignInFault {
    let text = |path| json::text(value, path).ok().flatten().map(cut);
    match text("error") {
        Some(code) => {
            SignInFault::NotExchanged { code, description: text("error_description").unwrap_or_default() }
        }
        None => unreadable("error", "is missing"),
    }
}

/// The claims of an ID token that is this place's, for this application alone, and not over (OpenID Connect Core 3.1.3.7).
///
/// It was made for the request that it answers, so PingOne's own time is when it was made. This computer's clock isn't
/// asked: a wrong one would refuse a good token.
fn id_token(token: &str, place: &SignInPlace) -> Result<Claims, SignInFault> {
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
    let ends_at = claims.time("exp").ok_or(unreadable("id_token", "says no end"))?;
    let made_at = claims.time("iat").ok_or(unreadable("id_token", "doesn't say when it was made"))?;
    if made_at >= ends_at {
        return Err(SignInFault::Expired);
    }
    Ok(claims)
}

fn cut(text: impl AsRef<str>) -> String {
    text.as_ref().chars().take(LONGEST_DESCRIPTION).collect()
}

const fn unreadable(field: &'static str, problem: &'static str) -> SignInFault {
    SignInFault::Unreadable { field, problem }
}
