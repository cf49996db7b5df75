//! Interpretation of answers: the facts in the answer to a
//! [`Call`](crate::request::Call), or the [`Fault`] it stands for.

use crate::fault::{BadAnswer, Fault};
use crate::redaction::secrets::excerpt;
use crate::request::{Fact, Subject, UnreadableBody};
use crate::time::Timestamp;
use crate::transport::{Head, Response, TransportError};
use crate::wire::{self, Misread};

/// Circumstances under which an answer is interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadContext {
    /// The current time of the computer's clock.
    pub now: Timestamp,
    /// Whether the token has expired according to its own claims.
    pub token_expired: bool,
}

/// Parses the body of a 2xx answer, stores its content, and returns the facts for the typed view.
pub type Reader<'a> = dyn FnMut(&[u8]) -> Result<Vec<Fact>, UnreadableBody> + 'a;

/// Interprets the answer to a request about `subject`. `read` is called only for a 2xx answer.
pub fn read(
    subject: Subject,
    answer: &Result<Response, TransportError>,
    context: ReadContext,
    read: &mut Reader<'_>,
) -> Result<Vec<Fact>, Fault> {
    let response = answer.as_ref().map_err(transport_fault)?;
    let status = response.head.status;
    if status >= 400 {
        return Err(refusal_fault(subject, response, context));
    }
    if !(200..300).contains(&status) {
        return Err(Fault::StatusUnexpected(bad_answer(&response.head, excerpt(&response.body))));
    }
    read(&response.body).map_err(|unreadable| match unreadable {
        UnreadableBody::Misread(Misread::NotJson(text)) => Fault::NotJson(bad_answer(&response.head, text)),
        UnreadableBody::Misread(Misread::Shape(problem)) => {
            Fault::WrongShape(bad_answer(&response.head, problem))
        }
        UnreadableBody::Paging(paging) => Fault::Paging(paging),
    })
}

fn transport_fault(error: &TransportError) -> Fault {
    match error {
        TransportError::NoToken => Fault::TokenForgotten,
        TransportError::Unreachable => Fault::Unreachable,
        TransportError::BodyCut(head) => Fault::BodyCut(bad_answer(head, "cut off".to_owned())),
        TransportError::BodyTooLarge(head) => Fault::BodyTooLarge(bad_answer(head, "over 8 MiB".to_owned())),
    }
}

fn bad_answer(head: &Head, problem: String) -> BadAnswer {
    BadAnswer { status: head.status, correlation_id: head.correlation_id.clone(), problem }
}

/// Classifies an answer with an error status by what was requested: an environment that
/// can't be read isn't a missing role.
fn refusal_fault(subject: Subject, response: &Response, context: ReadContext) -> Fault {
    let status = response.head.status;
    let body = wire::parse(&response.body).unwrap_or_default();
    let gateways = wire::is_from_gateway(&body);
    let after = wire::retry_after(&body, context.now);
    let mut refusal = wire::refusal(&body, status, response.head.correlation_id.clone());
    if refusal.message.is_empty() && refusal.code.is_none() {
        refusal.message = excerpt(&response.body);
    }
    if status == 403 && gateways {
        return Fault::PathUnknown(refusal);
    }
    match (Fault::of_refusal(refusal), subject) {
        (Fault::TokenInvalid(refusal), _) if context.token_expired => Fault::TokenExpired(refusal),
        (Fault::RoleMissing(refusal) | Fault::UserUnknown(refusal), Subject::Environment) => {
            Fault::EnvironmentUnknown(refusal)
        }
        (Fault::UserUnknown(refusal), Subject::List) => Fault::NotFound(refusal),
        (Fault::RateLimited { refusal, .. }, _) => Fault::RateLimited { refusal, after },
        (fault, _) => fault,
    }
}
