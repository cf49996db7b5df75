//! Signing in with PingOne: what is kept while a person signs in, and why an answer is rejected.
//!
//! [`crate::sign_in::protocol`] makes the requests and reads the answers.

use pingone::environment::EnvironmentId;
use pingone::region::{Region, RegionCode};
use pingone::time::{Millis, Timestamp};
use pingone::token::Secret;
use thiserror::Error;
use uuid::Uuid;

/// The application that people sign in to: a public client, without a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientId(pub Uuid);

/// The application with which people sign in at a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInApplication {
    /// The application's client ID.
    pub client: ClientId,
    /// The environment of the application, which need not be the one that is worked on.
    pub environment: EnvironmentId,
    /// Whether a token is refreshed automatically, with a refresh token in the page's memory.
    pub renews: bool,
}

/// How a person gets to PingOne and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInMode {
    /// The page is left, and PingOne redirects back to it.
    ThisPage,
    /// PingOne opens in a window of its own. The window returns to the page's address, hands
    /// over its answer and closes.
    OwnWindow,
}

impl SignInMode {
    /// Chooses a window if leaving the page would lose something or isn't possible.
    #[must_use]
    pub fn choose(can_leave: bool, would_lose: bool) -> Self {
        if can_leave && !would_lose { Self::ThisPage } else { Self::OwnWindow }
    }
}

/// Where a person signs in, and to which application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInTarget {
    /// The region that signs people in.
    pub region: RegionCode,
    /// The authorization server, for example `https://auth.pingone.eu/{environment}/as`.
    pub issuer: String,
    /// The client ID of the application.
    pub client: ClientId,
    /// Where PingOne sends the answer. It must be registered with PingOne character by character.
    pub redirect_uri: String,
}

impl SignInTarget {
    /// The place of an environment's own authorization server.
    #[must_use]
    pub fn new(region: &Region, environment: EnvironmentId, client: ClientId, redirect_uri: String) -> Self {
        let issuer = format!("{}/{environment}/as", region.auth_base);
        Self { region: region.code.clone(), issuer, client, redirect_uri }
    }
}

/// One attempt to sign in, stored from the redirect to PingOne until the answer. It has no token. The verifier is
/// worthless without the code, and both are used up by one exchange.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInAttempt {
    /// Where the person signs in, and to which application.
    pub place: SignInTarget,
    /// Ties the answer to this attempt.
    pub state: String,
    /// Ties the ID token to this attempt.
    pub nonce: String,
    /// The code verifier, which only this page knows: without it the code can't be exchanged.
    pub verifier: String,
    /// When the attempt began, by the computer's clock.
    pub begun_at: Timestamp,
}

impl SignInAttempt {
    /// How long a person may take at PingOne.
    pub const LIFE: Millis = Millis::seconds(15 * 60);

    /// Whether an answer at `now` comes too late, or before the attempt began.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let age = now.since(self.begun_at);
        age < 0 || age.unsigned_abs() > Self::LIFE.0
    }
}

/// The session of a signed-in person. It exists while the page is open, is never stored, and is
/// dropped together with the token.
pub struct SignedIn {
    /// Where the person signed in, and to which application.
    pub place: SignInTarget,
    /// Ties an ID token with this nonce to this sign-in.
    pub nonce: String,
    /// The signed-in person's ID, as in the ID token.
    pub subject: String,
    /// The refresh token for the next access token, if the deployment wants one. It can be used once.
    pub refresh: Option<Secret>,
}

/// Why a person who returned from PingOne is not signed in. Nothing of the answer is kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInFault {
    /// No attempt was begun here: another tab or browser began it, or it was answered before.
    #[error("no sign-in was begun here")]
    NothingBegun,
    /// The answer belongs to another attempt.
    #[error("the answer belongs to another attempt")]
    OtherAttempt,
    /// The answer came after the attempt had expired.
    #[error("the answer came too late")]
    TooLate,
    /// Another authorization server answered than the one that was asked.
    #[error("another issuer answered: {0}")]
    OtherIssuer(String),
    /// The ID token is for another application.
    #[error("the ID token is for another application")]
    OtherAudience,
    /// The ID token was made for another attempt.
    #[error("the ID token belongs to another attempt")]
    OtherNonce,
    /// The ID token had already expired when it was issued.
    #[error("the ID token had already expired when it was issued")]
    Expired,
    /// PingOne refused the sign-in and gave a reason.
    #[error("{code}: {description}")]
    Refused {
        /// A code of RFC 6749 or OpenID Connect, for example `access_denied`.
        code: String,
        /// PingOne's description of the reason.
        description: String,
    },
    /// The code was not exchanged for a token, and PingOne gave a reason.
    #[error("{code}: {description}")]
    NotExchanged {
        /// A code of RFC 6749, for example `invalid_grant`.
        code: String,
        /// PingOne's description of the reason.
        description: String,
    },
    /// The browser didn't open the window.
    #[error("the browser opened no window")]
    Blocked,
    /// The refreshed token belongs to another person, or is for another place.
    #[error("the renewed token is for another user, issuer, environment or API")]
    OtherToken,
    /// The token endpoint could not be reached, or can't answer now.
    #[error("the token endpoint could not be reached")]
    Unreachable,
    /// The request to the token endpoint timed out.
    #[error("the token endpoint didn't answer in time")]
    Silent,
    /// This browser stores nothing, or doesn't leave the page.
    #[error("this browser keeps nothing, or doesn't leave the page")]
    NotHere,
    /// A part of the answer can't be parsed.
    #[error("{field} {problem}")]
    Unreadable {
        /// The name of the part that can't be parsed.
        field: &'static str,
        /// What is wrong with that part.
        problem: &'static str,
    },
}

impl SignInFault {
    /// Whether a refresh that failed like this may work a moment later: something was in the way,
    /// and PingOne didn't refuse it.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_left_only_where_it_can_be_and_nothing_is_lost() {
        assert_eq!(SignInMode::choose(true, false), SignInMode::ThisPage);
        for (can_leave, would_lose) in [(true, true), (false, false), (false, true)] {
            assert_eq!(
                SignInMode::choose(can_leave, would_lose),
                SignInMode::OwnWindow,
                "{can_leave} {would_lose}"
            );
        }
    }
}
