//! An access token: the secret itself, and the facts that its claims state.
//!
//! Claims are shown and compared, never trusted: only PingOne decides what a token may do.

use zeroize::Zeroizing;

use super::tenant::EnvironmentId;
use super::time::Timestamp;
use super::user::UserId;

/// The token's text. It can't be printed, formatted, compared or cloned, and its memory is overwritten when it
/// is dropped. Only the transport asks for the text.
///
/// ```compile_fail
/// fn print(secret: pingone_mfa_core::domain::token::Secret) { println!("{secret:?}"); }
/// ```
/// ```compile_fail
/// fn print(secret: pingone_mfa_core::domain::token::Secret) { println!("{secret}"); }
/// ```
/// ```compile_fail
/// fn copy(secret: &pingone_mfa_core::domain::token::Secret) { let _ = Clone::clone(&*secret); let _: pingone_mfa_core::domain::token::Secret = secret.clone(); }
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller keeps no copy.
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

/// Who PingOne's audit log will name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Actor {
    /// A worker application by client credentials; the id is its client id.
    Application(String),
    /// A person who signed on; the id is the user's, where the token says it.
    Person(Option<String>),
    /// A person with a self-service token (`p1:*` scopes): it reaches that person's own record alone.
    EndUser(Option<String>),
    /// The claims don't say.
    #[default]
    Unknown,
}

impl Actor {
    /// The user who acts, where the token is a person's and says whose.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Person(Some(id)) | Self::EndUser(Some(id)) => UserId::read(id),
            Self::Person(None) | Self::EndUser(None) | Self::Application(_) | Self::Unknown => None,
        }
    }
}

/// What the claims of a token state. Everything may be missing.
///
/// Source: developer.pingidentity.com, PingOne API, "Token claims".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenFacts {
    /// The last four characters, to tell tokens apart without showing one.
    pub last_four: String,
    /// `iss`: the authorization server.
    pub issuer: Option<String>,
    /// `aud`: the APIs it is for.
    pub audience: Vec<String>,
    /// `env`: the environment that issued it, which need not be the one worked on.
    pub environment: Option<EnvironmentId>,
    /// Who acts.
    pub actor: Actor,
    /// `iat`.
    pub issued_at: Option<Timestamp>,
    /// `exp`.
    pub expires_at: Option<Timestamp>,
}

impl TokenFacts {
    /// When the token expires, as far as this computer's clock can tell: one that has expired before it is used says that the
    /// clock is wrong, or is refused by PingOne at once.
    #[must_use]
    pub fn expires_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.expires_at.filter(|end| *end > now)
    }

    /// Whether the token has ended by this computer's clock; `None` where it doesn't say when.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> Option<bool> {
        self.expires_at.map(|end| end <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_persons_token_says_which_user_acts() {
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
