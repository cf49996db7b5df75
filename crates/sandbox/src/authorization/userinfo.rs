//! `/as/userinfo`: the claims of the signed-on user.
//!
//! Source: OpenID Connect Core section 5.

use http::{Method, Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::answer::Answer;
use crate::directory::Person;
use crate::hal::json;
use crate::refusal::Refusal;
use crate::{Sandbox, Timestamp, token};

use super::plain;
use super::problem::Problem;

#[derive(Serialize)]
struct Body<'a> {
    sub: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

impl<'a> Body<'a> {
    fn of(person: &'a Person, scope: &str) -> Self {
        let has = |name| scope.split(' ').any(|one| one == name);
        let (profile, email) = (has("profile"), has("email"));
        let named = |name: &'a str| Some(name).filter(|name| profile && !name.is_empty());
        Self {
            sub: person.id,
            preferred_username: named(&person.username),
            given_name: named(&person.given),
            family_name: named(&person.family),
            updated_at: profile.then(|| person.updated.0.div_euclid(1000)),
            email: person.email.as_deref().filter(|_| email),
        }
    }
}

pub(crate) fn answer(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Timestamp) -> Answer {
    if ![Method::GET, Method::POST].contains(request.method()) {
        return Err(Refusal::Method);
    }
    let claims = token::check(&sandbox.seed, &mut *sandbox.keys, request.headers(), now);
    let Some(claims) = claims else { return Ok((Problem::Token.answer(), 0)) };
    let scope = claims.scope.unwrap_or_default();
    // A worker's token has no user.
    let Some(sub) = claims.sub.filter(|_| scope.split(' ').any(|one| one == "openid")) else {
        return Ok((Problem::TokenScope.answer(), 0));
    };
    Ok(match sandbox.directory.get(sub) {
        Some(person) => (plain(json(StatusCode::OK, &Body::of(person, &scope))), 1),
        None => (Problem::Token.answer(), 0),
    })
}
