//! Everything that can go wrong between a request and its meaning, as one type.

use thiserror::Error;

use super::guard::WriteRefusal;
use super::time::Millis;

/// PingOne's own words for a refusal, redacted and cut to a length that fits a screen.
///
/// Source: developer.pingidentity.com, PingOne API, "Error codes": `id`, `code`, `message`, `details[]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The top-level code, for example `ACCESS_FAILED`.
    pub code: Option<String>,
    /// The top-level message.
    pub message: String,
    /// What PingOne says about single fields.
    pub details: Vec<Detail>,
    /// The `Correlation-Id` header, where a browser may read it: what PingOne's support asks for.
    pub correlation_id: Option<String>,
}

/// One entry of `details[]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    /// For example `INVALID_VALUE`.
    pub code: Option<String>,
    /// The field it is about.
    pub target: Option<String>,
    /// PingOne's sentence.
    pub message: String,
}

impl Refusal {
    /// Whether `code` is given at the top or in a detail. PingOne's own sources disagree where
    /// `INVALID_TOKEN` stands, so both places count.
    #[must_use]
    pub fn names(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
            || self.details.iter().any(|detail| detail.code.as_deref() == Some(code))
    }

    fn is_page(&self) -> bool {
        self.code.is_none() && self.message.trim_start().starts_with('<')
    }

    /// PingOne is known to say it by a code, and in words alone. All its words are English.
    fn is_over_licence(&self) -> bool {
        let details = self.details.iter().map(|detail| &detail.message);
        let mut messages = details.chain([&self.message]);
        self.names("LICENSE_EXCEEDED")
            || messages.any(|message| message.to_ascii_lowercase().contains("exceeded your license limit"))
    }
}

/// An answer that arrived but could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The `Correlation-Id` header. Browsers may not be permitted to read it, so that its absence tells nothing.
    pub correlation_id: Option<String>,
    /// What is wrong: the path of the field, or the beginning of the text.
    pub problem: String,
}

/// Why a list could not be followed to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Paging {
    /// A cursor came back a second time, or there are far more pages than users.
    #[error("the list's pages go round in a circle")]
    Loop,
    /// The link to the next page has no cursor.
    #[error("the link to the next page has no cursor")]
    NoCursor,
    /// The link to the next page leads to another host or environment.
    #[error("the link to the next page leads elsewhere")]
    Elsewhere,
}

/// Why the journal of a run could not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalFault {
    /// This browser stores nothing here: it can't, or its user forbids it.
    #[error("this browser stores nothing here")]
    Unavailable,
    /// Another page, of another version of this product, doesn't let go of what is stored.
    #[error("a page of another version holds what is stored")]
    Blocked,
    /// There is no room.
    #[error("there is no room")]
    Full,
    /// What is stored was made by a newer page, which this one can't read.
    #[error("what is stored was made by a newer page")]
    Newer,
    /// It was asked, and never answered: whether anything was stored isn't known.
    #[error("this browser's storage doesn't answer")]
    Silent,
    /// Anything else, by the browser's name for it, as in `UnknownError`. It holds nothing that was stored.
    #[error("{0}")]
    Failed(String),
}

/// A failure. Every variant has a likeliest [cause](super::diagnosis::Cause::of) and a [`retry`](Fault::retry).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// 401, and the token's own claims say that it has ended.
    #[error("401: the access token has expired")]
    TokenExpired(Refusal),
    /// 401, although the claims say that the token still holds.
    #[error("401: PingOne doesn't take this access token")]
    TokenInvalid(Refusal),
    /// There is no token in memory any more.
    #[error("the access token was forgotten")]
    TokenForgotten,
    /// 403 `ACCESS_FAILED`: the actor lacks the role, or holds it elsewhere.
    #[error("403: the actor's roles don't permit this")]
    RoleMissing(Refusal),
    /// 403 `LICENSE_EXCEEDED`: the licence doesn't cover this.
    #[error("403: the licence doesn't cover this")]
    LicenceExceeded(Refusal),
    /// 403 or 404 while reading the environment itself.
    #[error("{}: no such environment, or no role in it", .0.status)]
    EnvironmentUnknown(Refusal),
    /// 403 with the gateway's own body: the path is not one of PingOne's.
    #[error("403: the gateway doesn't know this path")]
    PathUnknown(Refusal),
    /// 404 for a user, in PingOne's words: one without a code comes from something on the way.
    #[error("404: no such user")]
    UserUnknown(Refusal),
    /// 404 for anything else.
    #[error("404: not found")]
    NotFound(Refusal),
    /// 415.
    #[error("415: content type refused")]
    MediaTypeRefused(Refusal),
    /// 400 and every other 4xx without a meaning of its own. Without a code, something on the way may have refused.
    #[error("{}: request refused", .0.status)]
    RequestRefused(Refusal),
    /// 429.
    #[error("429: too many requests")]
    RateLimited {
        /// PingOne's words.
        refusal: Refusal,
        /// How long to wait, where the body says it. The `Retry-After` header can't be read by a page.
        after: Option<Millis>,
    },
    /// 408 or 5xx.
    #[error("{}: PingOne failed", .0.status)]
    ServerFailed(Refusal),
    /// A 2xx or 3xx where none is documented.
    #[error("{}: unexpected status", .0.status)]
    StatusUnexpected(BadAnswer),
    /// No complete answer in time.
    #[error("no complete answer within {} ms", .after.0)]
    Timeout {
        /// How long was waited.
        after: Millis,
    },
    /// The browser gave no answer to read: offline, DNS, TLS, a refused preflight, or an answer without CORS
    /// headers. It doesn't say which.
    #[error("the browser got no readable answer")]
    Unreachable,
    /// Status and headers arrived, the body didn't end.
    #[error("the answer was cut off")]
    BodyCut(BadAnswer),
    /// The body is larger than any answer of PingOne.
    #[error("the answer is too large")]
    BodyTooLarge(BadAnswer),
    /// The body is no JSON.
    #[error("the answer is not JSON: {}", .0.problem)]
    NotJson(BadAnswer),
    /// The body is JSON of another shape; the problem begins with the path of the field.
    #[error("the answer has another shape: {}", .0.problem)]
    WrongShape(BadAnswer),
    /// A list can't be followed.
    #[error("paging: {0}")]
    Paging(Paging),
    /// What a run does can't be stored in this browser, so it does nothing.
    #[error("not stored: {0}")]
    NotStored(JournalFault),
    /// The page around the element didn't permit the change. Nothing was sent.
    #[error("not permitted by the host page")]
    HostRefused,
    /// The deployment doesn't permit the change. Nothing was sent.
    #[error("not permitted by this deployment: {0}")]
    NotPermitted(WriteRefusal),
    /// The browser doesn't say whether another of its pages runs something here. Nothing was sent.
    #[error("the browser's locks don't answer")]
    LockSilent,
}

/// When the same request may work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryKind {
    /// Not without a change by a person.
    Never,
    /// After a pause; PingOne may have said how long.
    Later {
        /// The pause that PingOne asked for.
        after: Option<Millis>,
    },
    /// Once the network is back.
    WhenOnline,
    /// With another token.
    WithNewToken,
}

impl Fault {
    /// What it means that a request about a user was refused, by the refusal alone.
    ///
    /// Source of the codes: Ping's `OpenAPI` files. `PingOne` says that the codes within a class may change, so the status
    /// decides and the code only refines.
    #[must_use]
    pub fn of_refusal(refusal: Refusal) -> Self {
        match refusal.status {
            // A page with a 401 is a sign-in of something on the way. PingOne writes JSON, and means the token.
            401 if refusal.is_page() => Self::RequestRefused(refusal),
            401 => Self::TokenInvalid(refusal),
            403 if refusal.is_over_licence() => Self::LicenceExceeded(refusal),
            // What stands on the way refuses too, and knows nothing of roles or of who exists.
            403 | 404 if refusal.code.is_none() => Self::RequestRefused(refusal),
            403 => Self::RoleMissing(refusal),
            404 => Self::UserUnknown(refusal),
            415 => Self::MediaTypeRefused(refusal),
            429 => Self::RateLimited { refusal, after: None },
            408 | 500.. => Self::ServerFailed(refusal),
            _ => Self::RequestRefused(refusal),
        }
    }

    /// When the same request may work. What a PUT does with it is decided in [`crate::engine::change`].
    #[must_use]
    pub fn retry(&self) -> RetryKind {
        match self {
            Self::TokenExpired(_) | Self::TokenInvalid(_) | Self::TokenForgotten => RetryKind::WithNewToken,
            Self::RateLimited { after, .. } => RetryKind::Later { after: *after },
            Self::ServerFailed(_)
            | Self::Timeout { .. }
            | Self::BodyCut(_)
            | Self::NotJson(_)
            | Self::StatusUnexpected(_) => RetryKind::Later { after: None },
            Self::Unreachable => RetryKind::WhenOnline,
            Self::RoleMissing(_)
            | Self::LicenceExceeded(_)
            | Self::EnvironmentUnknown(_)
            | Self::PathUnknown(_)
            | Self::UserUnknown(_)
            | Self::NotFound(_)
            | Self::MediaTypeRefused(_)
            | Self::RequestRefused(_)
            | Self::BodyTooLarge(_)
            | Self::WrongShape(_)
            | Self::Paging(_)
            | Self::NotStored(_)
            | Self::HostRefused
            | Self::NotPermitted(_)
            | Self::LockSilent => RetryKind::Never,
        }
    }

    /// The word by which programs know it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::TokenExpired(_) => "token-expired",
            Self::TokenInvalid(_) => "token-invalid",
            Self::TokenForgotten => "token-forgotten",
            Self::RoleMissing(_) => "role-missing",
            Self::LicenceExceeded(_) => "licence-exceeded",
            Self::EnvironmentUnknown(_) => "environment-unknown",
            Self::PathUnknown(_) => "path-unknown",
            Self::UserUnknown(_) => "user-unknown",
            Self::NotFound(_) => "not-found",
            Self::MediaTypeRefused(_) => "media-type-refused",
            Self::RequestRefused(_) => "request-refused",
            Self::RateLimited { .. } => "rate-limited",
            Self::ServerFailed(_) => "server-failed",
            Self::StatusUnexpected(_) => "status-unexpected",
            Self::Timeout { .. } => "timeout",
            Self::Unreachable => "unreachable",
            Self::BodyCut(_) => "body-cut",
            Self::BodyTooLarge(_) => "body-too-large",
            Self::NotJson(_) => "not-json",
            Self::WrongShape(_) => "wrong-shape",
            Self::Paging(_) => "paging",
            Self::NotStored(_) => "not-stored",
            Self::HostRefused => "host-refused",
            Self::NotPermitted(_) => "not-permitted",
            Self::LockSilent => "lock-silent",
        }
    }

    /// The status of the answer, where one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let refused = self.refusal().map(|refusal| refusal.status);
        refused.or_else(|| self.bad_answer().map(|bad| bad.status))
    }

    /// Whether it may mean that too much was asked: an answer without CORS headers can hide a 429.
    #[must_use]
    pub fn slows_down(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::ServerFailed(_) | Self::Timeout { .. } | Self::Unreachable
        )
    }

    /// Whether it may be about the one user who was asked for, so that other users can be read all the same. The token,
    /// the network and the rate are the same for everyone.
    #[must_use]
    pub const fn is_of_one_user(&self) -> bool {
        match self {
            Self::RoleMissing(_)
            | Self::LicenceExceeded(_)
            | Self::PathUnknown(_)
            | Self::UserUnknown(_)
            | Self::NotFound(_)
            | Self::MediaTypeRefused(_)
            | Self::RequestRefused(_)
            | Self::ServerFailed(_)
            | Self::StatusUnexpected(_)
            | Self::BodyTooLarge(_)
            | Self::NotJson(_)
            | Self::WrongShape(_) => true,
            Self::TokenExpired(_)
            | Self::TokenInvalid(_)
            | Self::TokenForgotten
            | Self::EnvironmentUnknown(_)
            | Self::RateLimited { .. }
            | Self::Timeout { .. }
            | Self::Unreachable
            | Self::BodyCut(_)
            | Self::Paging(_)
            | Self::NotStored(_)
            | Self::HostRefused
            | Self::NotPermitted(_)
            | Self::LockSilent => false,
        }
    }

    /// PingOne's own words, where it answered with any.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::TokenExpired(refusal)
            | Self::TokenInvalid(refusal)
            | Self::RoleMissing(refusal)
            | Self::LicenceExceeded(refusal)
            | Self::EnvironmentUnknown(refusal)
            | Self::PathUnknown(refusal)
            | Self::UserUnknown(refusal)
            | Self::NotFound(refusal)
            | Self::MediaTypeRefused(refusal)
            | Self::RequestRefused(refusal)
            | Self::RateLimited { refusal, .. }
            | Self::ServerFailed(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The unusable answer, where one arrived.
    #[must_use]
    pub fn bad_answer(&self) -> Option<&BadAnswer> {
        match self {
            Self::StatusUnexpected(bad)
            | Self::BodyCut(bad)
            | Self::BodyTooLarge(bad)
            | Self::NotJson(bad)
            | Self::WrongShape(bad) => Some(bad),
            _ => None,
        }
    }

    /// One fault of every variant, for tables of cases.
    #[cfg(test)]
    pub(crate) fn every() -> Vec<Self> {
        let refusal = Refusal::default;
        let bad = || BadAnswer { status: 200, correlation_id: None, problem: "x".into() };
        vec![
            Self::TokenExpired(refusal()),
            Self::TokenInvalid(refusal()),
            Self::TokenForgotten,
            Self::RoleMissing(refusal()),
            Self::LicenceExceeded(refusal()),
            Self::EnvironmentUnknown(refusal()),
            Self::PathUnknown(refusal()),
            Self::UserUnknown(refusal()),
            Self::NotFound(refusal()),
            Self::MediaTypeRefused(refusal()),
            Self::RequestRefused(refusal()),
            Self::RateLimited { refusal: refusal(), after: None },
            Self::ServerFailed(refusal()),
            Self::StatusUnexpected(bad()),
            Self::Timeout { after: Millis(1) },
            Self::Unreachable,
            Self::BodyCut(bad()),
            Self::BodyTooLarge(bad()),
            Self::NotJson(bad()),
            Self::WrongShape(bad()),
            Self::Paging(Paging::Loop),
            Self::NotStored(JournalFault::Full),
            Self::HostRefused,
            Self::NotPermitted(WriteRefusal::Protected),
            Self::LockSilent,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_word_of_its_own_that_the_elements_types_have() {
        let types = include_str!("../../../../web/element.d.ts");
        let known = types.split("export type FaultWord =").nth(1).and_then(|rest| rest.split(';').next());
        let mut known: Vec<_> =
            known.unwrap().split('|').map(|word| word.trim().trim_matches('"')).skip(1).collect();
        let mut words: Vec<_> = Fault::every().iter().map(Fault::word).collect();
        known.sort_unstable();
        words.sort_unstable();
        assert_eq!(words, known);
        words.dedup();
        assert_eq!(words.len(), Fault::every().len());
    }
}
