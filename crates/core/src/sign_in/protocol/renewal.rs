//! Renewal of a signed-in person's access token before the current one expires, with a refresh token.
//!
//! Sources: RFC 6749 section 6, OpenID Connect Core 1.0 section 12; developer.pingidentity.com,
//! PingOne API, "Token (`refresh_token`)".

use pingone::time::Timestamp;
use pingone::token::{Secret, TokenFacts};
use zeroize::Zeroizing;

use crate::sign_in::session::{SignInFault, SignedIn};

use super::{Answer, id_token, unreadable};

/// The result of exchanging a refresh token.
pub struct Renewed {
    /// The new access token for PingOne's API.
    pub token: Secret,
    /// The next refresh token. If it is `None`, the used one stays valid (RFC 6749 section 6).
    pub refresh: Option<Secret>,
}

/// The form that requests the next access token; `None` without a refresh token. It is sent once and never displayed.
/// No scope is requested, so that the scope stays the same.
#[must_use]
pub fn renewal(signed_in: &SignedIn) -> Option<Zeroizing<String>> {
    let token = signed_in.refresh.as_ref()?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "refresh_token")
        .append_pair("client_id", &signed_in.place.client.0.to_string())
        .append_pair("refresh_token", token.expose())
        .finish();
    Some(Zeroizing::new(form))
}

/// Reads the token endpoint's answer. `present` are the claims of the current access token: the new one must be for the
/// same person, issuer, environment and API.
///
/// # Errors
/// If no new token was issued, the answer can't be read, or the token isn't for the same
/// person, issuer, environment and API.
pub fn renewed(
    status: u16,
    body: &[u8],
    signed_in: &SignedIn,
    present: &TokenFacts,
    now: Timestamp,
) -> Result<Renewed, SignInFault> {
    let answer = Answer::read(status, body)?;
    if let Some(token) = answer.optional("id_token")? {
        check(token, signed_in)?;
    }
    let (token, facts) = answer.access_token(now)?;
    let facts = facts.ok_or(unreadable("access_token", "can't be used"))?;
    let is_same = facts.issuer == present.issuer
        && facts.environment == present.environment
        && facts.audience == present.audience
        && facts.actor == present.actor;
    if !is_same {
        return Err(SignInFault::OtherToken);
    }
    Ok(Renewed { token, refresh: answer.refresh_token()? })
}

/// Checks an ID token in the answer (OpenID Connect Core 12.2): it must have the same issuer, application
/// and subject; a nonce is optional.
fn check(token: &str, signed_in: &SignedIn) -> Result<(), SignInFault> {
    let claims = id_token(token, &signed_in.place)?;
    if claims.text("nonce").is_some_and(|nonce| nonce != signed_in.nonce) {
        return Err(SignInFault::OtherNonce);
    }
    let is_same = claims.text("sub") == Some(signed_in.subject.as_str());
    is_same.then_some(()).ok_or(SignInFault::OtherToken)
}
