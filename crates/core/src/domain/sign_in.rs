//! Signing in with PingOne: what is kept while somebody is there, and why an answer is not taken.
//! [`crate::api::sign_in`] asks and reads.

use thiserror::Error;
use uuid::Uuid;

use super::region::{Region, RegionCode};
use super::tenant::EnvironmentId;
use super::time::{Millis, Timestamp};
use super::token::Secret;

/// The application that people sign in to: a public one, without a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientId(pub Uuid);

/// By which application people sign in at a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInApplication {
    /// The application.
    pub client: ClientId,
    /// The environment that it lives in, which need not be the one that is worked on.
    pub environment: EnvironmentId,
    /// Whether a token is renewed by itself, with a refresh token in the page's memory.
    pub renews: bool,
}

/// How somebody gets to PingOne and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// The page is left, and PingOne leads back to it.
    ThisPage,
    /// PingOne opens in a window of its own, which comes back to the page's address, hands its answer over and closes.
    OwnWindow,
}

impl Way {
    /// A window wherever leaving the page would lose something, or isn't possible.
    #[must_use]
    pub fn choose(can_leave: bool, would_lose: bool) -> Self {
        if can_leave && !would_lose { Self::ThisPage } else { Self::OwnWindow }
    }
}

/// Where somebody signs in, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInPlace {
    /// The region that signs people in.
    pub region: RegionCode,
    /// The authorization server, for example `https://auth.pingone.eu/{environment}/as`.
    pub issuer: String,
    /// The application.
    pub client: ClientId,
    /// Where PingOne sends the answer: registered there letter by letter.
    pub redirect_uri: String,
}

impl SignInPlace {
    /// The place of an environment's own authorization server.
    #[must_use]
    pub fn new(region: &Region, environment: EnvironmentId, client: ClientId, redirect_uri: String) -> Self {
        let issuer = format!("{}/{environment}/as", region.auth_base);
        Self { region: region.code.clone(), issuer, client, redirect_uri }
    }
}

/// One attempt to sign in, kept from the way to PingOne until the answer. No token is in it; the verifier is worth
/// nothing without the code, and both are used up by one exchange.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Where.
    pub place: SignInPlace,
    /// Ties the answer to this attempt.
    pub state: String,
    /// Ties the ID token to this attempt.
    pub nonce: String,
    /// What only this page knows: without it the code can't be exchanged.
    pub verifier: String,
    /// When it began.
    pub begun_at: Timestamp,
}

impl Attempt {
    /// How long somebody may take at PingOne.
    pub const LIFE: Millis = Millis::seconds(15 * 60);

    /// Whether its answer comes too late, or before it began.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let age = now.since(self.begun_at);
        age < 0 || age.unsigned_abs() > Self::LIFE.0
    }
}

/// Somebody who signed in, for as long as the page is there: never stored, and gone with the token.
pub struct SignedIn {
    /// Where.
    pub place: SignInPlace,
    /// Ties an ID token that names it to this sign-in.
    pub nonce: String,
    /// Who, as the ID token says.
    pub subject: String,
    /// What the next access token is got with, where the deployment wants that. It is good once.
    pub refresh: Option<Secret>,
}

/// Why somebody who came back from PingOne is not signed in. Nothing of the answer is kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInFault {
    /// Nothing was begun here: another tab or browser began it, or it was answered before.
    #[error("no sign-in was begun here")]
    NothingBegun,
    /// The answer belongs to another attempt.
    #[error("the answer belongs to another attempt")]
    OtherAttempt,
    /// It came too late.
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
    /// The ID token had ended when it was made.
    #[error("the ID token had ended when it was made")]
    Expired,
    /// PingOne signed nobody in, and says why.
    #[error("{code}: {description}")]
    Refused {
        /// A code of RFC 6749 or OpenID Connect, for example `access_denied`.
        code: String,
        /// PingOne's words.
        description: String,
    },
    /// The code was not exchanged for a token, and PingOne says why.
    #[error("{code}: {description}")]
    NotExchanged {
        /// A code of RFC 6749, for example `invalid_grant`.
        code: String,
        /// PingOne's words.
        description: String,
    },
    /// The browser opened no window.
    #[error("the browser opened no window")]
    Blocked,
    /// What a renewal brought is somebody else's, or for somewhere else.
    #[error("the renewed token is somebody else's, or for somewhere else")]
    OtherToken,
    /// The token endpoint could not be reached, or can't answer now.
    #[error("the token endpoint could not be reached")]
    Unreachable,
    /// The token endpoint was asked, and didn't answer in time.
    #[error("the token endpoint didn't answer in time")]
    Silent,
    /// This browser keeps nothing, or doesn't leave the page.
    #[error("this browser keeps nothing, or doesn't leave the page")]
    NotHere,
    /// The answer can't be read.
    #[error("{field} {problem}")]
    Unreadable {
        /// Which part of it.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl SignInFault {
    /// Whether a renewal that came to this may work a moment later: something was in the way, and nobody said no.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_left_only_where_it_can_be_and_nothing_is_lost() {
        assert_eq!(Way::choose(true, false), Way::ThisPage);
        for (can_leave, would_lose) in [(true, true), (false, false), (false, true)] {
            assert_eq!(Way::choose(can_leave, would_lose), Way::OwnWindow, "{can_leave} {would_lose}");
        }
    }
}
