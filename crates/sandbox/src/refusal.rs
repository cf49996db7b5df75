//! PingOne's refusals.
//!
//! Sources: recorded and documented error bodies; the 403 of the gateway is API Gateway's own. The message of a
//! 401 and the shapes of a 405 and a 413 are assumed.

use http::{HeaderName, Response, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use crate::comparison::{self, Offer};
use crate::hal::{json, put};
use crate::{Wall, report};

const NO_ACCESS: &str = "The request could not be completed. You do not have access to this resource.";
const MALFORMED: &str = "The request could not be completed. The request was malformed or invalid.";
const INVALID: &str =
    "The request could not be completed. One or more validation errors were in the request.";

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 401.
    Token,
    /// 403.
    Role,
    /// 403 of the gateway.
    Path,
    /// 404.
    NotFound,
    /// 405.
    Method,
    /// 415.
    MediaType,
    /// 400: a parameter or id that can't be read.
    Value(&'static str),
    /// 400: a field that is not there.
    Required(&'static str),
    /// 413: only a server reads bodies.
    #[cfg(feature = "server")]
    TooLarge,
    /// 400: the filter.
    Filter,
    /// 400: the filter of a collection that offers these.
    Comparison(Offer),
    /// 429: one report too soon.
    Report {
        /// When the next one may be asked for.
        next: Wall,
        now: Wall,
    },
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
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    inner_error: Option<InnerError>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InnerError {
    supported_attributes: &'static [&'static str],
    supported_operators: &'static [&'static str],
}

#[derive(Serialize)]
struct GatewayBody {
    message: &'static str,
}

impl Refusal {
    /// The answer. `id` is the error's own.
    pub(crate) fn answer(self, id: Uuid) -> Response<Vec<u8>> {
        let refuse = |status, code, message, details| json(status, &Body { id, code, message, details });
        let detail = |code, target, message| Detail { code, target, message, inner_error: None };
        match self {
            Self::Token => {
                let detail =
                    detail("INVALID_TOKEN", None, "The access token is missing, invalid or expired.");
                refuse(StatusCode::UNAUTHORIZED, "ACCESS_FAILED", NO_ACCESS, vec![detail])
            }
            Self::Role => {
                let message = "The actor attempting to perform the request is not authorized.";
                let detail = detail("INSUFFICIENT_PERMISSIONS", None, message);
                refuse(StatusCode::FORBIDDEN, "ACCESS_FAILED", NO_ACCESS, vec![detail])
            }
            Self::Path => gateway(),
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
            #[cfg(feature = "server")]
            Self::TooLarge => {
                let message = "The request could not be completed. The request body is too large.";
                refuse(StatusCode::PAYLOAD_TOO_LARGE, "INVALID_REQUEST", message, vec![])
            }
            Self::Comparison(offer) => comparison::refusal(offer, id),
            Self::Report { next, now } => report::limited(id, next, now),
            Self::Filter => {
                let inner = InnerError {
                    supported_attributes: &crate::filter::ATTRIBUTES,
                    supported_operators: &crate::filter::OPERATORS,
                };
                let message =
                    "The filter can't be read, or names an attribute or operator that is not supported.";
                let mut detail = detail("INVALID_FILTER", Some("filter"), message);
                detail.inner_error = Some(inner);
                refuse(StatusCode::BAD_REQUEST, "INVALID_REQUEST", MALFORMED, vec![detail])
            }
        }
    }
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
