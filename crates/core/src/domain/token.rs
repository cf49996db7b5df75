//! An access token: the secret itself, and the facts that its claims state.
//!
//! Claims are shown and compared, never trusted: only PingOne decides what a token may do.

use zeroize::Zeroizing;

use super::tenant::EnvironmentId;
use super::time::Wall;

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
    pub issued_at: Option<Wall>,
    /// `exp`.
    pub expires_at: Option<Wall>,
}

impl TokenFacts {
    /// When the token expires, as far as this computer's clock can tell: one that has expired before it is used says that the
    /// clock is wrong, or is refused by PingOne at once.
    #[must_use]
    pub fn expires_after(&self, now: Wall) -> Option<Wall> {
        self.expires_at.filter(|end| *end > now)
    }

    /// Whether the token has ended by this computer's clock; `None` where it doesn't say when.
    #[must_use]
    pub fn is_expired(&self, now: Wall) -> Option<bool> {
        self.expires_at.map(|end| end <= now)
    }
}
