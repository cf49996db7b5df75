//! `/as/revoke`: revokes a refresh token and its session. Access tokens for the PingOne API can't be revoked.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Token revocation"; RFC 7009 (the error).

use http::{Method, Request, Response};

use crate::Sandbox;
use crate::answer::Answer;
use crate::refusal::Refusal;

use super::client::Client;
use super::parameters::Parameters;
use super::problem::Problem;

pub(crate) fn answer(sandbox: &mut Sandbox, request: &Request<Vec<u8>>) -> Answer {
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    let outcome = revoke(sandbox, request);
    Ok((outcome.map_or_else(Problem::answer, |()| Response::new(Vec::new())), 0))
}

/// Revokes the token of the form. An unknown token counts as revoked.
fn revoke(sandbox: &mut Sandbox, request: &Request<Vec<u8>>) -> Result<(), Problem> {
    let form = Parameters::read(request.body());
    form.check_once()?;
    let client = Client::of_request(request, &form)?;
    let token = form.required("token")?;
    // Only JWTs contain dots here, and every JWT is an access token for the API.
    if token.contains('.') {
        return Err(Problem::TokenType);
    }
    if client == Client::Public {
        sandbox.grants.revoke(token);
    }
    Ok(())
}
