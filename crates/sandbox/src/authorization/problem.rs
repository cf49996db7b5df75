//! Errors of the authorization server.
//!
//! Source: RFC 6749, 6750, 7009 and OpenID Connect Core (codes and statuses); the descriptions are this sandbox's own.
//! That a description of the token endpoint ends with the correlation ID is known from other people's clients.

use std::borrow::Cow;

use http::{Response, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use crate::hal::{json, put};

use super::plain;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// A parameter is invalid, with the reason.
    Request(&'static str),
    /// A required parameter is missing.
    Missing(&'static str),
    /// The client is unknown, or its credentials in the form are wrong.
    Client,
    /// The client's Basic credentials are wrong.
    Basic,
    /// The client isn't allowed to use this grant.
    ClientNotAllowed,
    /// The code or refresh token is unknown, used, expired or was issued to another client.
    Grant,
    GrantType,
    ResponseType,
    Scope,
    /// The user cancelled the sign-on or isn't allowed to sign on.
    Denied,
    LoginRequired,
    RequestObject,
    RequestUri,
    /// This kind of token can't be revoked.
    TokenType,
    /// The access token is missing, invalid or expired.
    Token,
    /// The access token doesn't have the required scope.
    TokenScope,
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: Cow<'static, str>,
}

impl Problem {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Request(_) | Self::Missing(_) => "invalid_request",
            Self::Client | Self::Basic => "invalid_client",
            Self::ClientNotAllowed => "unauthorized_client",
            Self::Grant => "invalid_grant",
            Self::GrantType => "unsupported_grant_type",
            Self::ResponseType => "unsupported_response_type",
            Self::Scope => "invalid_scope",
            Self::Denied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::RequestObject => "request_not_supported",
            Self::RequestUri => "request_uri_not_supported",
            Self::TokenType => "unsupported_token_type",
            Self::Token => "invalid_token",
            Self::TokenScope => "insufficient_scope",
        }
    }

    /// The `error_description`. RFC 6749 forbids quotes and backslashes in it.
    pub(crate) fn description(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Request(why) => why,
            Self::Missing(name) => return Cow::Owned(format!("The parameter {name} is missing.")),
            Self::Client | Self::Basic => "The client is unknown, or didn't prove who it is.",
            Self::ClientNotAllowed => "The client may not use this.",
            Self::Grant => "The code or token is unknown, used, expired or was issued for something else.",
            Self::GrantType => "Use client_credentials, authorization_code or refresh_token.",
            Self::ResponseType => "Use the response type code.",
            Self::Scope => "A scope is unknown, or was not granted.",
            Self::Denied => "No user signed on.",
            Self::LoginRequired => "A user has to sign on first.",
            Self::RequestObject => "Request objects are not supported.",
            Self::RequestUri => "Request URIs are not supported.",
            Self::TokenType => "Tokens for the PingOne API can't be revoked.",
            Self::Token => "The access token is missing, invalid or expired.",
            Self::TokenScope => "The access token needs the scope openid.",
        })
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Client | Self::Basic | Self::Token => StatusCode::UNAUTHORIZED,
            Self::TokenScope => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The `WWW-Authenticate` challenge, for credentials that belong in a header.
    fn challenge(self) -> Option<String> {
        match self {
            Self::Basic => Some(r#"Basic realm="PingOne""#.to_owned()),
            Self::Token | Self::TokenScope => Some(format!(r#"Bearer error="{}""#, self.code())),
            _ => None,
        }
    }

    pub(crate) fn answer(self) -> Response<Vec<u8>> {
        self.described(self.description())
    }

    /// The answer of the token endpoint, whose description includes the request's correlation ID.
    pub(crate) fn answer_for_token(self, correlation_id: Uuid) -> Response<Vec<u8>> {
        self.described(format!("{} (Correlation ID: {correlation_id})", self.description()).into())
    }

    fn described(self, error_description: Cow<'static, str>) -> Response<Vec<u8>> {
        let body = Body { error: self.code(), error_description };
        let mut response = plain(json(self.status(), &body));
        if let Some(challenge) = self.challenge() {
            put(response.headers_mut(), header::WWW_AUTHENTICATE, &challenge);
        }
        response
    }
}
