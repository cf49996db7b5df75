//! `/as/token`: exchanges a grant for tokens.
//!
//! Sources: the tutorial's step 1 (client credentials), RFC 6749 sections 4 to 6, RFC 7636 section 4.6.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{Method, Request, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::hal::json;
use crate::refusal::Refusal;
use crate::token::{Claims, sign};
use crate::{Sandbox, Timestamp, TokenSpec};

use super::client::Client;
use super::id_token::IdClaims;
use super::parameters::Parameters;
use super::problem::Problem;
use super::scope::Scope;
use super::{Session, people, plain};

#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

pub(crate) fn answer(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Timestamp) -> Answer {
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    let correlation_id = sandbox.correlation_id();
    let tokens = exchange(sandbox, request, now);
    let refuse = |problem: Problem| problem.answer_for_token(correlation_id);
    Ok((tokens.map_or_else(refuse, |tokens| plain(json(StatusCode::OK, &tokens))), 0))
}

fn exchange(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Timestamp) -> Result<Tokens, Problem> {
    let form = Parameters::read(request.body());
    form.check_once()?;
    let grant: fn(&mut Sandbox, Client, &Parameters, Timestamp) -> Result<Tokens, Problem> =
        match form.get("grant_type") {
            Some("client_credentials") => client_credentials,
            Some("authorization_code") => authorization_code,
            Some("refresh_token") => refresh_token,
            _ => return Err(Problem::GrantType),
        };
    let client = Client::of_request(request, &form)?;
    grant(sandbox, client, &form, now)
}

fn client_credentials(
    sandbox: &mut Sandbox,
    client: Client,
    form: &Parameters,
    now: Timestamp,
) -> Result<Tokens, Problem> {
    let Client::Worker(role) = client else { return Err(Problem::ClientNotAllowed) };
    let scope = Scope::read(form.get("scope"))?;
    let spec = TokenSpec { role, ..TokenSpec::default() };
    let number = sandbox.next_token();
    let claims = Claims::of(&sandbox.seed, &spec, number, now).with_scope(scope.text());
    let access_token = sign(&*sandbox.keys, &claims);
    Ok(Tokens { access_token, scope: claims.scope, ..Tokens::none(spec.lifetime_seconds) })
}

/// Exchanges a code. A failed attempt uses up the code too.
fn authorization_code(
    sandbox: &mut Sandbox,
    client: Client,
    form: &Parameters,
    now: Timestamp,
) -> Result<Tokens, Problem> {
    check_public(client)?;
    let (code, redirect_uri) = (form.required("code")?, form.required("redirect_uri")?);
    let verifier = form.required("code_verifier")?;
    let grant = sandbox.grants.redeem_code(code, now)?;
    if grant.redirect_uri != redirect_uri || grant.challenge != challenge(verifier)? {
        return Err(Problem::Grant);
    }
    let scope = grant.session.scope.clone();
    session_tokens(sandbox, grant.session, &scope, now)
}

fn refresh_token(
    sandbox: &mut Sandbox,
    client: Client,
    form: &Parameters,
    now: Timestamp,
) -> Result<Tokens, Problem> {
    check_public(client)?;
    let token = form.required("refresh_token")?;
    // A wrong scope is refused before the token is used up, so that the client can try again.
    let granted = sandbox.grants.scope_of(token).ok_or(Problem::Grant)?;
    let scope = granted.narrowed(form.get("scope"))?;
    let session = sandbox.grants.redeem_refresh_token(token, now)?;
    // The nonce belongs to the sign-on, not to refreshed ID tokens.
    session_tokens(sandbox, Session { nonce: None, ..session }, &scope, now)
}

/// Refuses clients that users can't sign on to.
fn check_public(client: Client) -> Result<(), Problem> {
    if client == Client::Public { Ok(()) } else { Err(Problem::ClientNotAllowed) }
}

/// The S256 challenge of a verifier.
fn challenge(verifier: &str) -> Result<String, Problem> {
    let mut letters = verifier.bytes();
    let is_plain = letters.all(|letter| letter.is_ascii_alphanumeric() || b"-._~".contains(&letter));
    if !is_plain || !(43..=128).contains(&verifier.len()) {
        return Err(Problem::Request("The code verifier has a wrong length or letters that it can't have."));
    }
    Ok(BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)))
}

/// Issues the tokens of a session if its user can still sign on.
fn session_tokens(
    sandbox: &mut Sandbox,
    session: Session,
    scope: &Scope,
    now: Timestamp,
) -> Result<Tokens, Problem> {
    if !people::may_sign_on(sandbox, session.person) {
        return Err(Problem::Grant);
    }
    let (spec, number) = (TokenSpec::default(), sandbox.next_token());
    let claims = Claims::of(&sandbox.seed, &spec, number, now);
    let claims = claims.with_scope(scope.text()).with_session(&session);
    let access_token = sign(&*sandbox.keys, &claims);
    let id_claims = scope.has("openid").then(|| IdClaims::of(&sandbox.seed, &session, now));
    let id_token = id_claims.map(|claims| sign(&*sandbox.keys, &claims));
    let refresh_token = Some(sandbox.grants.refresh_token(session));
    let scope = claims.scope;
    Ok(Tokens { access_token, scope, id_token, refresh_token, ..Tokens::none(spec.lifetime_seconds) })
}

impl Tokens {
    fn none(expires_in: i64) -> Self {
        Self {
            access_token: String::new(),
            token_type: "Bearer",
            expires_in,
            scope: None,
            id_token: None,
            refresh_token: None,
        }
    }
}
