//! PingOne's error answers.
//!
//! Sources: recorded and documented error bodies; observations of other people's clients (the target of a 401); the
//! gateway's 403 is API Gateway's own. The message of a 401 and the shapes of a 405 and a 413 are assumed.

use std::borrow::Cow;

use http::{HeaderName, Response, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use crate::Timestamp;
use crate::comparison::{self, Offer};
use crate::filter::Refused;
use crate::hal::{json, put};

const NO_ACCESS: &str = "The request could not be completed. You do not have access to this resource.";
const MALFORMED: &str = "The request could not be completed. The request was malformed or invalid.";
const INVALID: &str =
    "The request could not be completed. One or more validation errors were in the request.";

/// What a 429 reports as exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// The rate limit: `LIMIT_EXCEEDED`.
    Rate,
    /// The quota: `QUOTA_EXCEEDED`.
    Quota,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 401: the token is missing, invalid or expired.
    Token,
    /// 403: the caller lacks the permission.
    Role,
    /// 403 of the gateway: unknown path.
    Path,
    NotFound,
    Method,
    /// 501: PingOne supports this, but the sandbox doesn't.
    NotImplemented,
    /// 403: the license doesn't cover the request.
    License,
    MediaType,
    /// 400: a parameter, field or ID is invalid.
    Value(&'static str),
    /// 400: a required field is missing.
    Required(&'static str),
    /// 400: a value must be unique, but is already taken.
    Taken(&'static str),
    /// 413. Only a server reads bodies, so only a server needs it.
    #[cfg(feature = "server")]
    TooLarge,
    /// 400: the filter of the user list is invalid.
    Filter(Refused),
    /// 429, with the seconds until the next request is allowed. Without `hint` the body doesn't give the time.
    RateLimited {
        seconds: u32,
        hint: Option<Timestamp>,
        exceeded: Exceeded,
    },
    /// 5xx, 408, 409 and any other status that a fault sets.
    Failed(StatusCode, Option<u32>),
    /// 400: the filter of a collection that supports these attributes is invalid.
    Comparison(Offer),
}

#[derive(Serialize)]
struct Body {
    id: Uuid,
    code: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'static str>,
    message: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inner_error: Option<InnerError>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct InnerError {
    #[serde(skip_serializing_if = "Option::is_none")]
    supported_attributes: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supported_operators: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_reset_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<Timestamp>,
}

#[derive(Serialize)]
struct GatewayBody {
    message: &'static str,
}

impl Refusal {
    /// Builds the answer. `id` is the ID of the error.
    pub(crate) fn answer(self, id: Uuid) -> Response<Vec<u8>> {
        let refuse = |status, code, message, details| json(status, &Body { id, code, message, details });
        let detail = |code, target, message: &'static str| Detail {
            code,
            target,
            message: message.into(),
            inner_error: None,
        };
        match self {
            Self::Token => {
                let message = "The access token is missing, invalid or expired.";
                let detail = detail("INVALID_TOKEN", Some("Authentication"), message);
                refuse(StatusCode::UNAUTHORIZED, "ACCESS_FAILED", NO_ACCESS, vec![detail])
            }
            Self::Role => {
                let message = "The actor attempting to perform the request is not authorized.";
                let detail = detail("INSUFFICIENT_PERMISSIONS", None, message);
                refuse(StatusCode::FORBIDDEN, "ACCESS_FAILED", NO_ACCESS, vec![detail])
            }
            Self::License => {
                let message = "The license doesn't cover the request.";
                let detail = detail("LICENSE_EXCEEDED", None, message);
                refuse(StatusCode::FORBIDDEN, "ACCESS_FAILED", NO_ACCESS, vec![detail])
            }
            Self::Path => gateway(),
            Self::NotImplemented => not_implemented(),
            Self::NotFound => {
                let message = "The request could not be completed. The requested resource was not found.";
                refuse(StatusCode::NOT_FOUND, "NOT_FOUND", message, vec![])
            }
            Self::Method => {
                let message = "The request could not be completed. The method is not supported.";
                refuse(StatusCode::METHOD_NOT_ALLOWED, "REQUEST_FAILED", message, vec![])
            }
            Self::MediaType => {
                let message = "The request could not be completed. The content type is not supported.";
                refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "INVALID_REQUEST", message, vec![])
            }
            Self::Value(target) => {
                let detail = detail("INVALID_VALUE", Some(target), "Invalid value for attribute.");
                refuse(StatusCode::BAD_REQUEST, "INVALID_REQUEST", MALFORMED, vec![detail])
            }
            Self::Required(target) => {
                let detail = detail("REQUIRED_VALUE", Some(target), "must not be null");
                refuse(StatusCode::BAD_REQUEST, "INVALID_DATA", INVALID, vec![detail])
            }
            Self::Taken(target) => {
                let message = "is unique but a non-unique value is provided";
                let detail = detail("UNIQUENESS_VIOLATION", Some(target), message);
                refuse(StatusCode::BAD_REQUEST, "INVALID_DATA", INVALID, vec![detail])
            }
            #[cfg(feature = "server")]
            Self::TooLarge => {
                let message = "The request could not be completed. The request body is too large.";
                refuse(StatusCode::PAYLOAD_TOO_LARGE, "INVALID_REQUEST", message, vec![])
            }
            Self::Comparison(offer) => {
                let message =
                    "The filter can't be read, or names an attribute or operator that is not supported.";
                let details = vec![Detail::of_filter(message.into(), comparison::supported(offer))];
                refuse(StatusCode::BAD_REQUEST, "INVALID_REQUEST", MALFORMED, details)
            }
            Self::Filter(refused) => {
                let supported = (Refused::supported_attributes(), refused.supported_operators());
                let details = vec![Detail::of_filter(refused.to_string().into(), supported)];
                refuse(StatusCode::BAD_REQUEST, "INVALID_REQUEST", MALFORMED, details)
            }
            Self::RateLimited { seconds, hint, exceeded } => rate_limited(id, seconds, hint, exceeded),
            Self::Failed(status, seconds) => failed(id, status, seconds),
        }
    }

    /// The refusal with which PingOne answers this status.
    pub(crate) fn of_status(status: StatusCode, retry_after: Option<u32>) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Token,
            StatusCode::FORBIDDEN => Self::Role,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::MediaType,
            StatusCode::TOO_MANY_REQUESTS => {
                Self::RateLimited { seconds: retry_after.unwrap_or(1), hint: None, exceeded: Exceeded::Rate }
            }
            other => Self::Failed(other, retry_after),
        }
    }
}

impl Detail {
    fn of_filter(
        message: Cow<'static, str>,
        (attributes, operators): (Vec<&'static str>, Vec<&'static str>),
    ) -> Self {
        let inner_error = InnerError {
            supported_attributes: Some(attributes),
            supported_operators: Some(operators),
            ..InnerError::default()
        };
        Self { code: "INVALID_FILTER", target: Some("filter"), message, inner_error: Some(inner_error) }
    }
}

/// Builds a 429. The message is assumed; code, details and `innerError` are specified.
fn rate_limited(id: Uuid, seconds: u32, hint: Option<Timestamp>, exceeded: Exceeded) -> Response<Vec<u8>> {
    let inner_error = hint.map(|at| InnerError {
        quota_reset_time: Some(at),
        retry_after: Some(at),
        ..InnerError::default()
    });
    let (code, message) = match exceeded {
        Exceeded::Rate => ("LIMIT_EXCEEDED", "The request exceeded the rate limit."),
        Exceeded::Quota => ("QUOTA_EXCEEDED", "The request exceeded the quota."),
    };
    let detail = Detail { code, target: None, message: message.into(), inner_error };
    let message = "The request could not be completed. Too many requests.";
    let body = Body { id, code: "REQUEST_LIMITED", message, details: vec![detail] };
    let mut response = json(StatusCode::TOO_MANY_REQUESTS, &body);
    put(response.headers_mut(), header::RETRY_AFTER, &seconds.to_string());
    response
}

/// Builds the answer to a failure. 500 and lower come from PingOne; 502, 503 and 504 come from its gateway in API
/// Gateway's shape (assumed).
fn failed(id: Uuid, status: StatusCode, retry_after: Option<u32>) -> Response<Vec<u8>> {
    let mut response = match status {
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            let message = status.canonical_reason().unwrap_or_default();
            let mut response = json(status, &GatewayBody { message });
            put(response.headers_mut(), header::CONTENT_TYPE, "application/json");
            response
        }
        status => {
            let code = if status.is_server_error() { "UNEXPECTED_ERROR" } else { "REQUEST_FAILED" };
            let message = "The request could not be completed. An unexpected error occurred.";
            json(status, &Body { id, code, message, details: vec![] })
        }
    };
    // Specified for 503 as for 429.
    let retry_after = retry_after.or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(1));
    if let Some(seconds) = retry_after {
        put(response.headers_mut(), header::RETRY_AFTER, &seconds.to_string());
    }
    response
}

/// Builds a 501. The body isn't in PingOne's format, so that it can't be mistaken for an answer of PingOne.
fn not_implemented() -> Response<Vec<u8>> {
    let message =
        "Not part of this sandbox. PingOne has it; see the sandbox's README for what is served here.";
    let mut response = json(StatusCode::NOT_IMPLEMENTED, &GatewayBody { message });
    put(response.headers_mut(), header::CONTENT_TYPE, "application/json");
    response
}

fn gateway() -> Response<Vec<u8>> {
    let message = "Invalid key=value pair (missing equal-sign) in Authorization header \
                   (hashed with SHA-256 and encoded with Base64): 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg='.";
    let mut response = json(StatusCode::FORBIDDEN, &GatewayBody { message });
    put(response.headers_mut(), header::CONTENT_TYPE, "application/json");
    let name = HeaderName::from_static("x-amzn-errortype");
    put(response.headers_mut(), name, "IncompleteSignatureException");
    response
}
