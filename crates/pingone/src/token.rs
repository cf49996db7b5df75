//! An access token: the secret itself, and the facts in its claims.
//!
//! Claims are shown and compared, never trusted: only PingOne decides what a token may do.

pub mod claims;
pub mod paste;

use zeroize::Zeroizing;

use crate::environment::EnvironmentId;
use crate::time::Timestamp;
use crate::user::UserId;

/// The token's text. It can't be printed, formatted, compared or cloned, and its memory is overwritten when it
/// is dropped. Only the transport asks for the text.
///
/// ```compile_fail
/// fn print(secret: pingone::token::Secret) { println!("{secret:?}"); }
/// ```
/// ```compile_fail
/// fn print(secret: pingone::token::Secret) { println!("{secret}"); }
/// ```
/// ```compile_fail
/// fn copy(secret: &pingone::token::Secret) {
///     let _ = Clone::clone(&*secret);
///     let _: pingone::token::Secret = secret.clone();
/// }
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the text; the caller keeps no copy.
    #[must_use]
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The text, for the one header that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The actor that PingOne's audit log will record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Actor {
    /// A worker application by client credentials; the ID is its client ID.
    Application(String),
    /// A person who signed on; the ID is the user's, if the token has it.
    Person(Option<String>),
    /// A person with a self-service token (`p1:*` scopes): it can access only that person's own record.
    EndUser(Option<String>),
    /// The claims don't identify an actor.
    #[default]
    Unknown,
}

impl Actor {
    /// The acting user, if the token is a person's and identifies the user.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Person(Some(id)) | Self::EndUser(Some(id)) => UserId::read(id),
            Self::Person(None) | Self::EndUser(None) | Self::Application(_) | Self::Unknown => None,
        }
    }
}

/// The claims of a token. Any of them may be missing.
///
/// Source: developer.pingidentity.com, PingOne API, "Token claims".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenFacts {
    /// The last four characters, to tell tokens apart without showing one.
    pub last_four: String,
    /// `iss`: the authorization server.
    pub issuer: Option<String>,
    /// `aud`: the APIs that the token is for.
    pub audience: Vec<String>,
    /// `env`: the environment that issued it, which need not be the one that is worked on.
    pub environment: Option<EnvironmentId>,
    /// The actor that the claims identify.
    pub actor: Actor,
    /// `iat`: when the token was issued, if the claim is present.
    pub issued_at: Option<Timestamp>,
    /// `exp`: when the token expires, if the claim is present.
    pub expires_at: Option<Timestamp>,
}

impl TokenFacts {
    /// When the token expires, if that is after `now` by this computer's clock. If a token has expired before it is
    /// used, either the clock is wrong or PingOne refuses the token at once.
    #[must_use]
    pub fn expires_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.expires_at.filter(|end| *end > now)
    }

    /// Whether the token has expired by this computer's clock; `None` if it has no expiry.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> Option<bool> {
        self.expires_at.map(|end| end <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_persons_token_identifies_the_acting_user() {
        let id = "a0000000-0000-4000-8000-000000000006";
        let user = UserId::read(id);
        assert!(user.is_some());
        for actor in [Actor::Person(Some(id.into())), Actor::EndUser(Some(id.to_uppercase()))] {
            assert_eq!(actor.user(), user, "{actor:?}");
        }
        let others = [
            Actor::Application(id.into()),
            Actor::Person(None),
            Actor::Person(Some("ana".into())),
            Actor::EndUser(None),
            Actor::Unknown,
        ];
        assert!(others.iter().all(|actor| actor.user().is_none()));
    }
}
