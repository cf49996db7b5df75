//! The body of a refusal whose one detail has an `innerError`.
//!
//! Source: Ping's own API description (error models).

use http::{Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::hal::json;

#[derive(Serialize)]
struct Body<I> {
    id: Uuid,
    code: &'static str,
    message: &'static str,
    details: [Detail<I>; 1],
}

/// What is wrong, and what PingOne tells about it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail<I> {
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<&'static str>,
    pub(crate) message: &'static str,
    pub(crate) inner_error: I,
}

impl<I: Serialize> Detail<I> {
    /// The refusal with this detail. `id` is the error's own.
    pub(crate) fn answer(
        self,
        id: Uuid,
        status: StatusCode,
        code: &'static str,
        message: &'static str,
    ) -> Response<Vec<u8>> {
        json(status, &Body { id, code, message, details: [self] })
    }
}
