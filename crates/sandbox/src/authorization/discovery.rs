//! `/as/.well-known/openid-configuration`: the metadata of this authorization server.
//!
//! Source: OpenID Connect Discovery, RFC 8414, RFC 9207.

use http::{Method, Request, StatusCode};
use serde::Serialize;

use crate::Sandbox;
use crate::answer::Answer;
use crate::hal::json;
use crate::refusal::Refusal;

use super::{issuer, plain, scope};

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the document has them")]
struct Body {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: String,
    revocation_endpoint: String,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    /// Stated explicitly, because its default is true.
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    scopes_supported: &'static [&'static str],
    response_types_supported: &'static [&'static str],
    response_modes_supported: &'static [&'static str],
    grant_types_supported: &'static [&'static str],
    subject_types_supported: &'static [&'static str],
    id_token_signing_alg_values_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: &'static [&'static str],
    code_challenge_methods_supported: &'static [&'static str],
}

pub(crate) fn answer(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Answer {
    if request.method() != Method::GET {
        return Err(Refusal::Method);
    }
    let issuer = issuer(&sandbox.seed.auth_base);
    let under = |name: &str| format!("{issuer}/{name}");
    let body = Body {
        authorization_endpoint: under("authorize"),
        token_endpoint: under("token"),
        userinfo_endpoint: under("userinfo"),
        jwks_uri: under("jwks"),
        end_session_endpoint: under("signoff"),
        revocation_endpoint: under("revoke"),
        issuer,
        claims_parameter_supported: false,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        authorization_response_iss_parameter_supported: true,
        scopes_supported: &scope::ALL,
        response_types_supported: &["code"],
        response_modes_supported: &["query"],
        grant_types_supported: &["authorization_code", "client_credentials", "refresh_token"],
        subject_types_supported: &["public"],
        id_token_signing_alg_values_supported: [sandbox.keys.algorithm()],
        token_endpoint_auth_methods_supported: &["client_secret_basic", "client_secret_post", "none"],
        code_challenge_methods_supported: &["S256"],
    };
    Ok((plain(json(StatusCode::OK, &body)), 0))
}
