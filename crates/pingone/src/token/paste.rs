//! What the page says about a pasted token, and why a paste is rejected.

use thiserror::Error;

use crate::time::Timestamp;

/// A note about a token that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// The token was found in a cURL command.
    FromCurl,
    /// The token followed the word `Bearer`.
    FromBearer,
    /// The token was found in a JSON response of the token endpoint.
    FromJson,
    /// The token was found in some other text.
    FromText,
    /// `iat` or `nbf` is in the future: this computer's clock seems to be this many milliseconds behind.
    ClockBehind(i64),
    /// The token's expiry can't be read.
    NoEnd,
    /// The token expired at this time by this computer's clock. PingOne may say otherwise.
    Expired(Timestamp),
    /// A self-service token: it gives access only to its own user's record.
    EndUser,
}

/// Why a pasted text is rejected. Nothing was sent and nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasteFault {
    /// The pasted text is empty or has only blanks.
    #[error("empty")]
    Empty,
    /// The text is far longer than any token.
    #[error("too long to hold a token")]
    TooLong,
    /// A template variable that wasn't filled in, such as `{{accessToken}}`.
    #[error("an unexpanded variable")]
    Unexpanded,
    /// An ID of an environment, an application or a user.
    #[error("an id")]
    Id,
    /// Anything else that isn't a JSON web token, including a client secret.
    #[error("no access token")]
    NotAToken,
    /// The text has a token's three parts, but one of them can't be decoded.
    #[error("a damaged token")]
    Damaged,
    /// An ID token, which is addressed to an application.
    #[error("an ID token")]
    IdToken,
    /// A refresh token instead of an access token.
    #[error("a refresh token")]
    RefreshToken,
    /// The token by itself exceeds PingOne's limit for all headers together.
    #[error("larger than PingOne takes")]
    OverHeaderLimit,
    /// Two different access tokens: only the user knows which one is meant.
    #[error("several access tokens")]
    Several,
}
