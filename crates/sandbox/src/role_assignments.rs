//! The role assignments of a user.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Read role assignments" (also `expand=role`);
//! Ping's OpenAPI description (`RoleAssignment`). Assumed: the role is in `_embedded`, and an assignment
//! is listed before it takes effect.

use http::{Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::access::{Assignment, Reach};
use crate::answer::Answer;
use crate::environment::{self, Reference};
use crate::hal::{Link, json};
use crate::paging::Page;
use crate::role::Scope;
use crate::{Sandbox, query, roles};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleAssignments {
    role_assignments: Vec<Body>,
}

#[derive(Serialize)]
struct Body {
    #[serde(rename = "_links")]
    links: Links,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<Embedded>,
    id: Uuid,
    environment: Reference,
    role: Reference,
    scope: ScopeBody,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

#[derive(Serialize)]
struct Embedded {
    role: roles::Body,
}

#[derive(Serialize)]
struct ScopeBody {
    id: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl ScopeBody {
    fn of(scope: Scope) -> Self {
        match scope {
            Scope::Environment => Self { id: environment::ID, kind: "ENVIRONMENT" },
            Scope::Population(id) => Self { id, kind: "POPULATION" },
        }
    }
}

pub(crate) fn list(sandbox: &Sandbox, request: &Request<Vec<u8>>, id: Uuid, reach: &Reach) -> Answer {
    let person = reach.person(&sandbox.directory, id)?;
    let href = format!("{}/roleAssignments", environment::user_href(&sandbox.seed, person.id));
    let is_expanded = query::names(request, "expand", "role");
    let body = |held: &Assignment| Body {
        links: Links { this: Link::to(format!("{href}/{}", held.id)) },
        embedded: is_expanded.then(|| Embedded { role: roles::body(&sandbox.seed, &held.role) }),
        id: held.id,
        environment: Reference { id: environment::ID },
        role: Reference { id: held.role.id() },
        scope: ScopeBody::of(held.scope),
    };
    let role_assignments: Vec<Body> = sandbox.assignments(id).iter().map(body).collect();
    let count = role_assignments.len();
    Ok((json(StatusCode::OK, &Page::only(&href, RoleAssignments { role_assignments }, count)), 0))
}
