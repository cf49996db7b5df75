//! `/as/authorize`: signs a user on and returns an authorization code to the client.
//!
//! Source: RFC 6749 section 4.1, RFC 7636, RFC 9207, OpenID Connect Core section 3.1.

use http::{Method, Request, Response, StatusCode, header};
use uuid::Uuid;

use crate::answer::Answer;
use crate::hal::put;
use crate::refusal::Refusal;
use crate::{Sandbox, Timestamp};

use super::grants::SignOn;
use super::parameters::Parameters;
use super::problem::Problem;
use super::scope::Scope;
use super::web_page::{Escaped, page};
use super::{PUBLIC_CLIENT_ID, issuer, people, sign_on};

/// Length of a SHA-256 digest in base64url without padding.
const CHALLENGE_LENGTH: usize = 43;

/// Maximum length of a state or nonce. No source documents a limit; longer values wouldn't fit into a URL anyway.
const MAX_LENGTH: usize = 2048;

/// The validated parameters of an authorization request.
struct AuthorizationRequest {
    scope: Scope,
    nonce: Option<String>,
    challenge: String,
    is_silent: bool,
}

/// What the user chose on the sign-on page.
enum Choice {
    Unanswered,
    Cancelled,
    Person(Uuid),
}

/// The redirect URI that the answer is sent to.
struct Destination<'a> {
    redirect_uri: &'a str,
    origin: &'a str,
    state: Option<&'a str>,
}

pub(crate) fn answer(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Timestamp) -> Answer {
    let (parameters, is_form) = match *request.method() {
        Method::GET => (Parameters::read(request.uri().query().unwrap_or_default().as_bytes()), false),
        Method::POST => (Parameters::read(request.body()), true),
        _ => return Err(Refusal::Method),
    };
    let destination = match destination(sandbox, &parameters) {
        Ok(destination) => destination,
        Err(why) => return Ok((error_page(why), 0)),
    };
    let choice = if is_form { choice(&parameters) } else { Choice::Unanswered };
    let outcome = match authorization_request(&parameters) {
        Err(problem) => Err(problem),
        Ok(authorization_request) => code(sandbox, authorization_request, &choice, &destination, now),
    };
    let issuer = issuer(&sandbox.seed.auth_base);
    Ok(match outcome {
        Ok(Some(code)) => (destination.redirect(&[("code", &code)], &issuer), 0),
        Ok(None) => {
            let count = u32::try_from(people::all(sandbox).count()).unwrap_or(u32::MAX);
            (sign_on::ask(sandbox, &parameters, destination.origin), count)
        }
        Err(problem) => {
            let pairs = [("error", problem.code()), ("error_description", &problem.description())];
            (destination.redirect(&pairs, &issuer), 0)
        }
    })
}

/// Checks client and redirect URI. A request with an unregistered redirect URI gets an error page and is never
/// redirected, because the address can't be trusted.
fn destination<'a>(sandbox: &Sandbox, parameters: &'a Parameters) -> Result<Destination<'a>, &'static str> {
    let is_known = parameters.get("client_id").is_some_and(|id| id == PUBLIC_CLIENT_ID.to_string());
    if !is_known {
        return Err("The parameter client_id names no application that people sign on to.");
    }
    let redirect_uri = parameters.get("redirect_uri").ok_or("The parameter redirect_uri is missing.")?;
    let origin = sandbox.redirects.origin(redirect_uri).ok_or("The redirect URI is not registered.")?;
    let state = parameters.get("state").filter(|state| is_printable(state));
    Ok(Destination { redirect_uri, origin, state })
}

fn error_page(why: &str) -> Response<Vec<u8>> {
    let content = format!("<p>{}</p>\n", Escaped(why));
    page(StatusCode::BAD_REQUEST, "This sign-on can't begin", &content, None)
}

fn authorization_request(parameters: &Parameters) -> Result<AuthorizationRequest, Problem> {
    parameters.check_once()?;
    if parameters.get("request").is_some() {
        return Err(Problem::RequestObject);
    }
    if parameters.get("request_uri").is_some() {
        return Err(Problem::RequestUri);
    }
    if parameters.required("response_type")? != "code" {
        return Err(Problem::ResponseType);
    }
    if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(Problem::Request("The response mode must be query."));
    }
    if ["state", "nonce"].iter().any(|name| parameters.get(name).is_some_and(|text| !is_printable(text))) {
        return Err(Problem::Request("The state or nonce has letters that it can't have, or is too long."));
    }
    Ok(AuthorizationRequest {
        challenge: challenge(parameters)?.to_owned(),
        scope: Scope::read(parameters.get("scope"))?,
        nonce: parameters.get("nonce").map(str::to_owned),
        is_silent: is_silent(parameters.get("prompt"))?,
    })
}

fn is_printable(text: &str) -> bool {
    text.len() <= MAX_LENGTH && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Returns the code challenge. Only S256 is accepted: `plain`, which is also the default, protects nothing.
fn challenge(parameters: &Parameters) -> Result<&str, Problem> {
    let challenge = parameters.required("code_challenge")?;
    if parameters.required("code_challenge_method")? != "S256" {
        return Err(Problem::Request("The code challenge method must be S256."));
    }
    let mut letters = challenge.bytes();
    let is_digest = letters.all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter));
    if !is_digest || challenge.len() != CHALLENGE_LENGTH {
        return Err(Problem::Request("The code challenge isn't a digest."));
    }
    Ok(challenge)
}

/// Whether the request must be answered without asking the user (`prompt=none`).
fn is_silent(prompt: Option<&str>) -> Result<bool, Problem> {
    let words: Vec<&str> = prompt.unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
    let is_known = |word: &&str| matches!(*word, "none" | "login" | "consent" | "select_account");
    let is_silent = words.contains(&"none");
    if !words.iter().all(is_known) || (is_silent && words.len() > 1) {
        return Err(Problem::Request("The prompt is unknown, or none stands next to others."));
    }
    Ok(is_silent)
}

fn choice(parameters: &Parameters) -> Choice {
    if parameters.get("cancel").is_some() {
        return Choice::Cancelled;
    }
    match parameters.get("person") {
        // An invalid ID becomes the nil UUID, which belongs to no user.
        Some(person) => Choice::Person(Uuid::try_parse(person).unwrap_or_default()),
        None => Choice::Unanswered,
    }
}

/// Issues the code; `None` if the user hasn't chosen yet.
fn code(
    sandbox: &mut Sandbox,
    authorization_request: AuthorizationRequest,
    choice: &Choice,
    destination: &Destination<'_>,
    now: Timestamp,
) -> Result<Option<String>, Problem> {
    // There are no browser sessions, so a silent sign-on always fails.
    if authorization_request.is_silent {
        return Err(Problem::LoginRequired);
    }
    let person = match *choice {
        Choice::Unanswered => return Ok(None),
        Choice::Person(person) if people::may_sign_on(sandbox, person) => person,
        Choice::Cancelled | Choice::Person(_) => return Err(Problem::Denied),
    };
    let AuthorizationRequest { scope, nonce, challenge, .. } = authorization_request;
    let redirect_uri = destination.redirect_uri.to_owned();
    let sign_on = SignOn { person, scope, nonce, redirect_uri, challenge };
    Ok(Some(sandbox.grants.code(sign_on, now)))
}

impl Destination<'_> {
    fn redirect(&self, pairs: &[(&str, &str)], issuer: &str) -> Response<Vec<u8>> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        if let Some(state) = self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", issuer);
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        let location = format!("{}{separator}{}", self.redirect_uri, query.finish());
        let mut response = Response::new(Vec::new());
        *response.status_mut() = StatusCode::FOUND;
        put(response.headers_mut(), header::LOCATION, &location);
        put(response.headers_mut(), header::REFERRER_POLICY, "no-referrer");
        response
    }
}
