//! The built-in roles as PingOne lists them.
//!
//! Source: recorded `GET /v1/roles`. The permissions are those that the sandbox distinguishes, in the recorded order.
//! Custom roles aren't in this list, as documented.

use http::{Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Caller;
use crate::answer::Answer;
use crate::environment::Reference;
use crate::hal::{Link, json};
use crate::paging::Page;
use crate::refusal::Refusal;
use crate::role::{self, HeldRole, Role};
use crate::{Sandbox, Seed, Timestamp};

/// The JSON body of a role. A custom role has neither a description nor `applicableTo`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body {
    #[serde(rename = "_links")]
    links: Links,
    id: Uuid,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    applicable_to: &'static [&'static str],
    permissions: Vec<Permission>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_assign: Option<[Reference; 1]>,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

#[derive(Serialize)]
struct Permission {
    classifier: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Roles {
    roles: Vec<Body>,
}

pub(crate) fn body(seed: &Seed, role: &HeldRole) -> Body {
    let permissions = role.permissions().iter().map(|permission| Permission {
        classifier: permission.classifier(),
        description: permission.description(),
    });
    let built_in = match role {
        HeldRole::BuiltIn(role) => Some(*role),
        HeldRole::Custom(_) => None,
    };
    Body {
        links: Links { this: Link::to(format!("{}/roles/{}", seed.api_base, role.id())) },
        id: role.id(),
        name: role.name().to_owned(),
        description: built_in.map(Role::name),
        applicable_to: built_in.map_or(&[], Role::applicable_to),
        permissions: permissions.collect(),
        can_assign: built_in.and_then(Role::can_assign).map(|role| [Reference { id: role.id() }]),
    }
}

/// Answers a request for a built-in role, or a custom role that is assigned to a client or user: the
/// sandbox knows no other custom roles.
pub(crate) fn one(sandbox: &Sandbox, id: &str, caller: &Caller, now: Timestamp) -> Answer {
    if let Some(role) = Role::ALL.into_iter().find(|role| role.id().to_string() == id) {
        return Ok((json(StatusCode::OK, &body(&sandbox.seed, &role.into())), 0));
    }
    sandbox.access.reach(caller, role::Permission::ReadCustomRoles, now).ok_or(Refusal::Role)?;
    let role = sandbox.access.held().find(|role| role.id().to_string() == id).ok_or(Refusal::NotFound)?;
    Ok((json(StatusCode::OK, &body(&sandbox.seed, role)), 0))
}

pub(crate) fn list(sandbox: &Sandbox) -> Response<Vec<u8>> {
    let seed = &sandbox.seed;
    let roles = Role::ALL.into_iter().map(|role| body(seed, &role.into())).collect();
    let href = format!("{}/roles", seed.api_base);
    json(StatusCode::OK, &Page::only(&href, Roles { roles }, Role::ALL.len()))
}
