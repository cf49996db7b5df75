//! From bytes to meaning: what an answer to a [`Call`] says, or which [`Fault`] it is.

use crate::domain::fault::{BadAnswer, Fault};
use crate::domain::time::Timestamp;

use super::redaction::excerpt;
use super::request::{Fact, Subject, UnreadableBody};
use super::wire::{self, Misread};
use super::{Head, Response, TransportError};

/// What is known when an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadContext {
    /// Now, by the computer's clock.
    pub now: Timestamp,
    /// Whether the token's own claims say that it has ended.
    pub token_expired: bool,
}

/// Reads the body of a 2xx, keeps what it says, and tells what the typed view shows of it.
pub type Reader<'a> = dyn FnMut(&[u8]) -> Result<Vec<Fact>, UnreadableBody> + 'a;

/// Reads an answer about `subject`.
pub fn read(
    subject: Subject,
    answer: &Result<Response, TransportError>,
    moment: ReadContext,
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
        UnreadableBody::Misread(Misread::NotJson(text)) => Fault::NotJson(bad(&response.head, text)),
        UnreadableBody::Misread(Misread::Shape(problem)) => Fault::WrongShape(bad(&response.head, problem)),
        UnreadableBody::Paging(paging) => Fault::Paging(paging),
    })
}

fn lost(lost: &TransportError) -> Fault {
    match lost {
        TransportError::NoToken => Fault::TokenForgotten,
        TransportError::Unreachable => Fault::Unreachable,
        TransportError::BodyCut(head) => Fault::BodyCut(bad(head, "cut off".to_owned())),
        TransportError::BodyTooLarge(head) => Fault::BodyTooLarge(bad(head, "over 8 MiB".to_owned())),
    }
}

fn bad(head: &Head, problem: String) -> BadAnswer {
    BadAnswer { status: head.status, correlation_id: head.correlation_id.clone(), problem }
}

/// What was refused says more: an environment that can't be read isn't a missing role.
fn refused(subject: Subject, response: &Response, moment: ReadContext) -> Fault {
    let status = response.head.status;
    let body = wire::parse(&response.body).unwrap_or_default();
    let gateways = wire::is_gateways(&body);
    let after = wire::retry_after(&body, moment.now);
    let mut refusal = wire::refusal(&body, status, response.head.correlation_id.clone());
    if refusal.message.is_empty() && refusal.code.is_none() {
        refusal.message = excerpt(&response.body);
    }
    if status == 403 && gateways {
        return Fault::PathUnknown(refusal);
    }
    match (Fault::of_refusal(refusal), subject) {
        (Fault::TokenInvalid(refusal), _) if moment.token_expired => Fault::TokenExpired(refusal),
        (Fault::RoleMissing(refusal) | Fault::UserUnknown(refusal), Subject::Environment) => {
            Fault::EnvironmentUnknown(refusal)
        }
        (Fault::UserUnknown(refusal), Subject::List) => Fault::NotFound(refusal),
        (Fault::RateLimited { refusal, .. }, _) => Fault::RateLimited { refusal, after },
        (fault, _) => fault,
    }
}
