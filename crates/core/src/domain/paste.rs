//! What is said of a pasted token, and why one isn't taken.

use thiserror::Error;

use super::time::Timestamp;

/// Something worth saying about a token that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// It stood in a cURL command.
    FromCurl,
    /// It stood behind `Bearer`.
    FromBearer,
    /// It stood in a JSON answer of the token endpoint.
    FromJson,
    /// It stood in some other text.
    FromText,
    /// `iat` or `nbf` lie ahead: this computer's clock seems to be behind by so many milliseconds.
    ClockBehind(i64),
    /// The end can't be read.
    NoEnd,
    /// It has expired by this computer's clock, at this time. PingOne may say otherwise.
    Expired(Timestamp),
    /// A self-service token: it reaches its own person's record alone.
    EndUser,
}

/// Why a paste is not taken. Nothing was sent and nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasteFault {
    /// Nothing but blanks.
    #[error("empty")]
    Empty,
    /// Far longer than any token.
    #[error("too long to hold a token")]
    TooLong,
    /// A template variable that nobody filled in, such as `{{accessToken}}`.
    #[error("an unexpanded variable")]
    Unexpanded,
    /// An id: of an environment, an application or a user.
    #[error("an id")]
    Id,
    /// Anything else that is no JSON web token, a client secret among them.
    #[error("no access token")]
    NotAToken,
    /// Three parts, but one of them can't be decoded.
    #[error("a damaged token")]
    Damaged,
    /// An ID token: it is addressed to an application.
    #[error("an ID token")]
    IdToken,
    /// A refresh token.
    #[error("a refresh token")]
    RefreshToken,
    /// The token alone is larger than PingOne's limit for all headers.
    #[error("larger than PingOne takes")]
    OverHeaderLimit,
    /// Two different access tokens: only the person knows which one is meant.
    #[error("several access tokens")]
    Several,
}
