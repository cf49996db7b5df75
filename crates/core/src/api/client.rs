//! From bytes to meaning: what an answer to a [`Call`] says, or which [`Fault`] it is.

use crate::domain::fault::{BadAnswer, Fault, Refusal};
use crate::domain::time::Wall;

use super::redaction::excerpt;
use super::request::{Fact, Subject, Unusable};
use super::wire::{self, Misread};
use super::{Head, Lost, Response};

/// What is known when an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Now, by the computer's clock.
    pub now: Wall,
    /// Whether the token's own claims say that it has ended.
    pub token_expired: bool,
}

/// Reads the body of a 2xx, keeps what it says, and tells what the typed view shows of it.
pub type Reader<'a> = dyn FnMut(&[u8]) -> Result<Vec<Fact>, Unusable> + 'a;

/// Reads an answer about `subject`.
pub fn read(
    subject: Subject,
    answer: &Result<Response, Lost>,
    moment: Moment,
    read: &mut Reader<'_>,
) -> Result<Vec<Fact>, Fault> {
    let response = answer.as_ref().map_err(lost)?;
    let status = response.head.status;
    if status >= 400 {
        return Err(refused(subject, response, moment));
    }
    if !(200..300).contains(&status) {
        return Err(Fault::StatusUnexpected(bad(&response.head, excerpt(&response.body))));
    }
    read(&response.body).map_err(|unusable| match unusable {
        Unusable::Misread(Misread::NotJson(text)) => Fault::NotJson(bad(&response.head, text)),
        Unusable::Misread(Misread::Shape(problem)) => Fault::WrongShape(bad(&response.head, problem)),
        Unusable::Paging(paging) => Fault::Paging(paging),
    })
}

fn lost(lost: &Lost) -> Fault {
    match lost {
        Lost::NoToken => Fault::TokenForgotten,
        Lost::Unreachable => Fault::Unreachable,
        Lost::BodyCut(head) => Fault::BodyCut(bad(head, "cut off".to_owned())),
        Lost::BodyTooLarge(head) => Fault::BodyTooLarge(bad(head, "over 8 MiB".to_owned())),
    }
}

fn bad(head: &Head, problem: String) -> BadAnswer {
    BadAnswer { status: head.status, correlation_id: head.correlation_id.clone(), problem }
}

/// Source of the codes: Ping's `OpenAPI` files. PingOne says that the codes within a class may change, so the
/// status decides and the code only refines.
fn refused(subject: Subject, response: &Response, moment: Moment) -> Fault {
    let status = response.head.status;
    let body = wire::parse(&response.body).unwrap_or_default();
    let gateways = wire::is_gateways(&body);
    let after = wire::retry_after(&body, moment.now);
    let mut refusal = wire::refusal(&body, status, response.head.correlation_id.clone());
    if refusal.message.is_empty() && refusal.code.is_none() {
        refusal.message = excerpt(&response.body);
    }
    match (status, subject) {
        // A page with a 401 is a sign-in of something on the way. PingOne writes JSON, and means the token.
        (401, _) if is_page(&refusal) => Fault::RequestRefused(refusal),
        (401, _) if moment.token_expired => Fault::TokenExpired(refusal),
        (401, _) => Fault::TokenInvalid(refusal),
        (403, _) if gateways => Fault::PathUnknown(refusal),
        (403, _) if is_over_licence(&refusal) => Fault::LicenceExceeded(refusal),
        // What stands on the way refuses too, and knows nothing of roles or of who exists.
        (403 | 404, _) if refusal.code.is_none() => Fault::RequestRefused(refusal),
        (403 | 404, Subject::Environment) => Fault::EnvironmentUnknown(refusal),
        (403, _) => Fault::RoleMissing(refusal),
        (404, Subject::User) => Fault::UserUnknown(refusal),
        (404, Subject::List) => Fault::NotFound(refusal),
        (415, _) => Fault::MediaTypeRefused(refusal),
        (429, _) => Fault::RateLimited { refusal, after },
        (408 | 500.., _) => Fault::ServerFailed(refusal),
        _ => Fault::RequestRefused(refusal),
    }
}

fn is_page(refusal: &Refusal) -> bool {
    refusal.code.is_none() && refusal.message.trim_start().starts_with('<')
}

/// PingOne is known to say it by a code, and in words alone. All its words are English.
fn is_over_licence(refusal: &Refusal) -> bool {
    let details = refusal.details.iter().map(|detail| &detail.message);
    let mut messages = details.chain([&refusal.message]);
    refusal.names("LICENSE_EXCEEDED")
        || messages.any(|message| message.to_ascii_lowercase().contains("exceeded your license limit"))
}
