//! The authorization server: OAuth 2.0 with PKCE, and the parts of OpenID Connect that a single-page application uses.
//!
//! Sources: Ping's Go client (paths), RFC 6749, 7636, 8252, 9207, OpenID Connect Core and Discovery (behavior). Where
//! the standards leave PingOne's answer open, it is assumed.

use http::{Request, Response, header};

use crate::answer::Answer;
use crate::hal::put;
use crate::{Sandbox, Timestamp, environment};

mod authorize;
mod client;
mod discovery;
mod grants;
mod id_token;
mod jwks;
mod parameters;
pub(crate) mod people;
mod problem;
mod redirects;
mod revoke;
mod scope;
mod sign_on;
mod signoff;
mod tickets;
mod token;
mod userinfo;
mod web_page;

pub use client::PUBLIC_CLIENT_ID;
pub(crate) use grants::{Grants, Session};
pub(crate) use redirects::Redirects;

/// The authentication context class of every sign-on: users pick their name and give no other factor.
pub(crate) const ACR: &str = "Single_Factor";

/// The endpoints under `/{environment}/as/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Discovery,
    Jwks,
    Revoke,
    Signoff,
    Token,
    Userinfo,
}

impl Endpoint {
    /// Returns the endpoint for the path segments that follow `as`.
    pub(crate) fn of(parts: &[&str]) -> Option<Self> {
        match parts {
            ["authorize"] => Some(Self::Authorize),
            [".well-known", "openid-configuration"] => Some(Self::Discovery),
            ["jwks"] => Some(Self::Jwks),
            ["revoke"] => Some(Self::Revoke),
            ["signoff"] => Some(Self::Signoff),
            ["token"] => Some(Self::Token),
            ["userinfo"] => Some(Self::Userinfo),
            _ => None,
        }
    }

    /// The endpoint's name in fault rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Discovery => "openid-configuration",
            Self::Jwks => "jwks",
            Self::Revoke => "revoke",
            Self::Signoff => "signoff",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
        }
    }

    pub(crate) fn methods(self) -> &'static str {
        match self {
            Self::Authorize | Self::Userinfo => "OPTIONS,GET,POST",
            Self::Discovery | Self::Jwks | Self::Signoff => "OPTIONS,GET",
            Self::Revoke | Self::Token => "OPTIONS,POST",
        }
    }

    /// Whether a browser navigates to it, rather than a script fetching it.
    pub(crate) fn is_navigation(self) -> bool {
        matches!(self, Self::Authorize | Self::Signoff)
    }
}

/// Answers a request to an endpoint of the existing environment. Times are those of the server's own clock.
pub(crate) fn answer(
    sandbox: &mut Sandbox,
    request: &Request<Vec<u8>>,
    endpoint: Endpoint,
    now: Timestamp,
) -> Answer {
    let now = sandbox.clock(now);
    match endpoint {
        Endpoint::Authorize => authorize::answer(sandbox, request, now),
        Endpoint::Discovery => discovery::answer(sandbox, request),
        Endpoint::Jwks => jwks::answer(sandbox, request),
        Endpoint::Revoke => revoke::answer(sandbox, request),
        Endpoint::Signoff => signoff::answer(sandbox, request),
        Endpoint::Token => token::answer(sandbox, request, now),
        Endpoint::Userinfo => userinfo::answer(sandbox, request, now),
    }
}

/// The token issuer of an authorization server at `auth_base`.
pub(crate) fn issuer(auth_base: &str) -> String {
    format!("{auth_base}/{}/as", environment::ID)
}

/// Sets the content type to plain JSON, which the authorization server uses instead of HAL.
fn plain(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    put(response.headers_mut(), header::CONTENT_TYPE, "application/json");
    response
}
