//! Everything that can go wrong between sending a request and understanding its answer, as one error type.

use std::fmt;

use thiserror::Error;

use crate::time::Millis;

/// PingOne's own words for a refusal, redacted and shortened to fit on a screen.
///
/// Source: developer.pingidentity.com, PingOne API, "Error codes": `id`, `code`, `message`, `details[]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The top-level code, for example `ACCESS_FAILED`.
    pub code: Option<String>,
    /// The top-level message, in English.
    pub message: String,
    /// PingOne's details about single fields.
    pub details: Vec<Detail>,
    /// The `Correlation-Id` header, which PingOne's support asks for, if the browser may read it.
    pub correlation_id: Option<String>,
}

/// One entry of a refusal's `details[]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    /// The detail's code, for example `INVALID_VALUE`.
    pub code: Option<String>,
    /// The field that the detail is about.
    pub target: Option<String>,
    /// PingOne's message for this detail.
    pub message: String,
}

impl Refusal {
    /// Whether `code` is given at the top level or in a detail. PingOne's own sources disagree about where
    /// `INVALID_TOKEN` is given, so both places count.
    #[must_use]
    pub fn names(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
            || self.details.iter().any(|detail| detail.code.as_deref() == Some(code))
    }

    fn is_html_page(&self) -> bool {
        self.code.is_none() && self.message.trim_start().starts_with('<')
    }

    /// PingOne is known to report this by a code, and also only in its message. All its messages are in English.
    fn is_over_license(&self) -> bool {
        let details = self.details.iter().map(|detail| &detail.message);
        let mut messages = details.chain([&self.message]);
        self.names("LICENSE_EXCEEDED")
            || messages.any(|message| message.to_ascii_lowercase().contains("exceeded your license limit"))
    }
}

/// An answer that arrived but couldn't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAnswer {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The `Correlation-Id` header. Browsers may not be permitted to read it, so its absence means nothing.
    pub correlation_id: Option<String>,
    /// What is wrong: the path of the field, or the beginning of the text.
    pub problem: String,
}

/// Why a list couldn't be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Paging {
    /// A cursor was repeated, or there are far more pages than users.
    #[error("the list's pages go round in a circle")]
    Loop,
    /// The link to the next page has no cursor.
    #[error("the link to the next page has no cursor")]
    NoCursor,
    /// The link to the next page leads to another host or environment.
    #[error("the link to the next page leads elsewhere")]
    Elsewhere,
}

/// Why the journal of a run couldn't carry out an operation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalFault {
    /// This browser stores nothing for this page: it can't, or its settings forbid it.
    #[error("this browser stores nothing here")]
    Unavailable,
    /// Another page with another version of this product keeps the database open.
    #[error("a page of another version holds what is stored")]
    Blocked,
    /// The browser's storage is full.
    #[error("there is no room")]
    Full,
    /// The stored data was written by a newer version of the page, which this version can't read.
    #[error("what is stored was made by a newer page")]
    Newer,
    /// The storage was asked and never answered. Whether anything was stored isn't known.
    #[error("this browser's storage doesn't answer")]
    Silent,
    /// Any other error, by the browser's name for it, such as `UnknownError`. The name
    /// contains none of the stored data.
    #[error("{0}")]
    Failed(String),
}

/// A failure. [`Fault::retry`] tells whether the same request may succeed later.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// 401, and by its own claims the token has expired.
    #[error("401: the access token has expired")]
    TokenExpired(Refusal),
    /// 401, although by its own claims the token is still valid.
    #[error("401: PingOne doesn't take this access token")]
    TokenInvalid(Refusal),
    /// The page no longer holds a token in memory.
    #[error("the access token was forgotten")]
    TokenForgotten,
    /// 403 `ACCESS_FAILED`: the actor lacks the role, or has it only elsewhere.
    #[error("403: the actor's roles don't permit this")]
    RoleMissing(Refusal),
    /// 403 `LICENSE_EXCEEDED`: the license doesn't cover this.
    #[error("403: the license doesn't cover this")]
    LicenseExceeded(Refusal),
    /// 403 or 404 while reading the environment itself.
    #[error("{}: no such environment, or no role in it", .0.status)]
    EnvironmentUnknown(Refusal),
    /// 403 with the gateway's own body: the path isn't one of PingOne's.
    #[error("403: the gateway doesn't know this path")]
    PathUnknown(Refusal),
    /// 404 for a user, in PingOne's words. A 404 without a code comes from an intermediary.
    #[error("404: no such user")]
    UserUnknown(Refusal),
    /// 404 for anything other than a user.
    #[error("404: not found")]
    NotFound(Refusal),
    /// 415: the content type is refused.
    #[error("415: content type refused")]
    MediaTypeRefused(Refusal),
    /// 400 and every other 4xx without a meaning of its own. Without a code, an intermediary may have refused.
    #[error("{}: request refused", .0.status)]
    RequestRefused(Refusal),
    /// 429: too many requests were sent.
    #[error("429: too many requests")]
    RateLimited {
        /// PingOne's words for the refusal.
        refusal: Refusal,
        /// How long to wait, if the body says it. A page can't read the `Retry-After` header.
        after: Option<Millis>,
    },
    /// 408 or 5xx: PingOne failed to process the request.
    #[error("{}: PingOne failed", .0.status)]
    ServerFailed(Refusal),
    /// A 2xx or 3xx that isn't documented for the request.
    #[error("{}: unexpected status", .0.status)]
    StatusUnexpected(BadAnswer),
    /// No complete answer arrived in time.
    #[error("no complete answer within {} ms", .after.0)]
    Timeout {
        /// How long the request waited for the answer.
        after: Millis,
    },
    /// The browser gave no readable answer: offline, DNS, TLS, a refused preflight, or an answer without CORS
    /// headers. It doesn't say which.
    #[error("the browser got no readable answer")]
    Unreachable,
    /// Status and headers arrived, but the body wasn't complete.
    #[error("the answer was cut off")]
    BodyCut(BadAnswer),
    /// The body is larger than any answer of PingOne.
    #[error("the answer is too large")]
    BodyTooLarge(BadAnswer),
    /// The body of the answer isn't JSON.
    #[error("the answer is not JSON: {}", .0.problem)]
    NotJson(BadAnswer),
    /// The body is JSON of another structure; the problem begins with the path of the field.
    #[error("the answer has another shape: {}", .0.problem)]
    WrongShape(BadAnswer),
    /// A list can't be read to its end.
    #[error("paging: {0}")]
    Paging(Paging),
    /// The state of a run can't be stored in this browser, so the run does nothing.
    #[error("not stored: {0}")]
    NotStored(JournalFault),
    /// The host page didn't permit the change. Nothing was sent.
    #[error("not permitted by the host page")]
    HostRefused,
    /// The deployment doesn't permit the change. Nothing was sent.
    #[error("not permitted by this deployment: {0}")]
    NotPermitted(WriteRefusal),
    /// The browser's locks don't say whether another page runs something here. Nothing was sent.
    #[error("the browser's locks don't answer")]
    LockSilent,
    /// A defect of this program: a step that always leaves a result left none, or one of another kind. The text says
    /// which, for a report. After a write it isn't known whether anything was changed.
    #[error("a defect of this program: {0}")]
    Internal(&'static str),
}

/// When the same request may succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryKind {
    /// Not until a person changes something.
    Never,
    /// After a pause; PingOne may have said how long.
    Later {
        /// The pause that PingOne asked for, if it did.
        after: Option<Millis>,
    },
    /// Once the network is available again.
    WhenOnline,
    /// Only with another access token.
    WithNewToken,
}

impl Fault {
    /// Classifies a refused request about a user, by the refusal only.
    ///
    /// Source of the codes: Ping's `OpenAPI` files. `PingOne` says that the codes within a class may change, so the
    /// status decides and the code only refines.
    #[must_use]
    pub fn of_refusal(refusal: Refusal) -> Self {
        match refusal.status {
            // An HTML page with a 401 is the sign-in page of an intermediary. PingOne sends
            // JSON, and its 401 is about the token.
            401 if refusal.is_html_page() => Self::RequestRefused(refusal),
            401 => Self::TokenInvalid(refusal),
            403 if refusal.is_over_license() => Self::LicenseExceeded(refusal),
            // Intermediaries refuse requests too, and know nothing about roles or users.
            403 | 404 if refusal.code.is_none() => Self::RequestRefused(refusal),
            403 => Self::RoleMissing(refusal),
            404 => Self::UserUnknown(refusal),
            415 => Self::MediaTypeRefused(refusal),
            429 => Self::RateLimited { refusal, after: None },
            408 | 500.. => Self::ServerFailed(refusal),
            _ => Self::RequestRefused(refusal),
        }
    }

    /// When the same request may succeed. After a PUT the value has to be read before it is sent again.
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
            | Self::LicenseExceeded(_)
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
            | Self::LockSilent
            | Self::Internal(_) => RetryKind::Never,
        }
    }

    /// The word for the fault in events and other output for programs.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::TokenExpired(_) => "token-expired",
            Self::TokenInvalid(_) => "token-invalid",
            Self::TokenForgotten => "token-forgotten",
            Self::RoleMissing(_) => "role-missing",
            Self::LicenseExceeded(_) => "licence-exceeded",
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
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status of the answer, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let refused = self.refusal().map(|refusal| refusal.status);
        refused.or_else(|| self.bad_answer().map(|bad| bad.status))
    }

    /// Whether the fault may mean that requests were sent too fast: an answer without CORS headers can hide a 429.
    #[must_use]
    pub fn slows_down(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::ServerFailed(_) | Self::Timeout { .. } | Self::Unreachable
        )
    }

    /// Whether the fault may concern only the requested user, so that other users can still be read. The token, the
    /// network and the rate limit are the same for all users.
    #[must_use]
    pub const fn is_of_one_user(&self) -> bool {
        match self {
            Self::RoleMissing(_)
            | Self::LicenseExceeded(_)
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
            | Self::LockSilent
            | Self::Internal(_) => false,
        }
    }

    /// PingOne's own words, if its answer had any.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::TokenExpired(refusal)
            | Self::TokenInvalid(refusal)
            | Self::RoleMissing(refusal)
            | Self::LicenseExceeded(refusal)
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

    /// The unusable answer, if one arrived.
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

    /// One fault of every variant, for tests of code that handles all of them.
    #[must_use]
    pub fn examples() -> Vec<Self> {
        let refusal = Refusal::default;
        let bad = || BadAnswer { status: 200, correlation_id: None, problem: "x".into() };
        vec![
            Self::TokenExpired(refusal()),
            Self::TokenInvalid(refusal()),
            Self::TokenForgotten,
            Self::RoleMissing(refusal()),
            Self::LicenseExceeded(refusal()),
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
            Self::Internal("an example"),
        ]
    }
}

/// Why a user may not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteRefusal {
    /// The deployment permits no changes.
    ReadOnly,
    /// The deployment permits changes of one user at a time only.
    OneAtATime,
    /// The deployment doesn't permit turning MFA off.
    NeverOff,
    /// The deployment permits turning MFA off for one user at a time only.
    OffOneAtATime,
    /// The run has more users than the deployment permits.
    TooMany,
    /// The deployment doesn't permit bypasses.
    NoBypass,
    /// The user is in a group that the deployment protects.
    Protected,
    /// Whether the user is in a protected group isn't known.
    ProtectionNotKnown,
}

impl WriteRefusal {
    /// Every reason why a write can be refused.
    pub const ALL: [Self; 8] = [
        Self::ReadOnly,
        Self::OneAtATime,
        Self::NeverOff,
        Self::OffOneAtATime,
        Self::TooMany,
        Self::NoBypass,
        Self::Protected,
        Self::ProtectionNotKnown,
    ];

    /// The description of the refusal in saved files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "no changes permitted",
            Self::OneAtATime => "one user at a time",
            Self::NeverOff => "MFA is never turned off",
            Self::OffOneAtATime => "MFA is turned off for one user at a time",
            Self::TooMany => "too many users",
            Self::NoBypass => "no bypasses permitted",
            Self::Protected => "protected",
            Self::ProtectionNotKnown => "protected groups not read",
        }
    }
}

impl fmt::Display for WriteRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_distinct_word_that_the_element_types_declare() {
        let types = include_str!("../../../web/element.d.ts");
        let known = types.split("export type FaultWord =").nth(1).and_then(|rest| rest.split(';').next());
        let mut known: Vec<_> =
            known.unwrap().split('|').map(|word| word.trim().trim_matches('"')).skip(1).collect();
        let mut words: Vec<_> = Fault::examples().iter().map(Fault::word).collect();
        known.sort_unstable();
        words.sort_unstable();
        assert_eq!(words, known);
        words.dedup();
        assert_eq!(words.len(), Fault::examples().len());
    }
}
