//! `/as/jwks`: the public signing key. The list is empty for HMAC keys, because those are secret.

use http::{Method, Request, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::Sandbox;
use crate::answer::Answer;
use crate::hal::json;
use crate::refusal::Refusal;

use super::plain;

#[derive(Serialize)]
struct Body {
    keys: Vec<Value>,
}

pub(crate) fn answer(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Answer {
    if request.method() != Method::GET {
        return Err(Refusal::Method);
    }
    let keys = sandbox.keys.jwk().into_iter().collect();
    Ok((plain(json(StatusCode::OK, &Body { keys })), 0))
}
