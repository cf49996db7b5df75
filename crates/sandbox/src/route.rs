//! From a request to whoever answers it.

use http::{Method, Request, Response};
use uuid::Uuid;

use crate::refusal::Refusal;
use crate::token;
use crate::{
    Sandbox, Wall, bypass, cors, devices, environment, groups, mfa, populations, report, seed, users,
};

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    Token(String),
    Environments,
    Environment(String),
    Populations(String),
    Users(String),
    User(String, String),
    MfaEnabled(String, String),
    Devices(String, String),
    Bypass(String, String),
    Groups(String),
    Reports(String),
    ReportEntries(String, String),
}

impl Resource {
    fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        // An empty part names nothing, so that a slash at the end makes another path.
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let text = |part: &&str| (*part).to_owned();
        match parts.as_slice() {
            [id, "as", "token"] => Some(Self::Token(text(id))),
            ["v1", "environments"] => Some(Self::Environments),
            ["v1", "environments", id] => Some(Self::Environment(text(id))),
            ["v1", "environments", id, "populations"] => Some(Self::Populations(text(id))),
            ["v1", "environments", id, "users"] => Some(Self::Users(text(id))),
            ["v1", "environments", id, "users", user] => Some(Self::User(text(id), text(user))),
            ["v1", "environments", id, "users", user, "mfaEnabled"] => {
                Some(Self::MfaEnabled(text(id), text(user)))
            }
            ["v1", "environments", id, "users", user, "devices"] => Some(Self::Devices(text(id), text(user))),
            ["v1", "environments", id, "users", user, "bypassMFA"] => {
                Some(Self::Bypass(text(id), text(user)))
            }
            ["v1", "environments", id, "groups"] => Some(Self::Groups(text(id))),
            ["v1", "environments", id, "dataExplorations"] => Some(Self::Reports(text(id))),
            ["v1", "environments", id, "dataExplorations", report, "entries"] => {
                Some(Self::ReportEntries(text(id), text(report)))
            }
            _ => None,
        }
    }

    /// `Access-Control-Allow-Methods`. PingOne names what the resource has, not what this sandbox answers.
    pub(crate) fn methods(&self) -> &'static str {
        match self {
            Self::Token(_) | Self::Reports(_) => "OPTIONS,POST",
            Self::Environment(_) => "OPTIONS,GET,PUT,DELETE",
            Self::ReportEntries(..) => "OPTIONS,GET",
            Self::Environments
            | Self::Populations(_)
            | Self::Users(_)
            | Self::Devices(..)
            | Self::Groups(_) => "OPTIONS,GET,POST",
            Self::User(..) => "OPTIONS,GET,PUT,PATCH,DELETE",
            Self::MfaEnabled(..) | Self::Bypass(..) => "OPTIONS,GET,PUT",
        }
    }

    fn environment(&self) -> Option<&str> {
        match self {
            Self::Environments => None,
            Self::Token(id)
            | Self::Environment(id)
            | Self::Populations(id)
            | Self::Users(id)
            | Self::User(id, _)
            | Self::MfaEnabled(id, _)
            | Self::Devices(id, _)
            | Self::Bypass(id, _)
            | Self::Groups(id)
            | Self::Reports(id)
            | Self::ReportEntries(id, _) => Some(id),
        }
    }
}

/// An answer, and how many users' data it carries.
pub(crate) type Answer = Result<(Response<Vec<u8>>, u32), Refusal>;

/// Answers a request.
pub(crate) fn answer(
    sandbox: &mut Sandbox,
    request: &Request<Vec<u8>>,
    now: Wall,
) -> (Response<Vec<u8>>, u32) {
    let resource = Resource::of(request.uri().path());
    if request.method() == Method::OPTIONS {
        return (cors::preflight(request, resource.as_ref()), 0);
    }
    let error_id = seed::uuid(sandbox.seed.seed ^ 0xe0, sandbox.answered);
    let answer = match resource {
        None => Err(Refusal::Path),
        Some(Resource::Token(id)) if id != environment::ID.to_string() => Err(Refusal::NotFound),
        Some(Resource::Token(_)) => environment::token(sandbox, request, now),
        Some(resource) => of_api(sandbox, request, &resource, now),
    };
    answer.unwrap_or_else(|refusal| (refusal.answer(error_id), 0))
}

fn of_api(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, resource: &Resource, now: Wall) -> Answer {
    let role = token::role(&sandbox.seed, &sandbox.keys, request.headers(), now).ok_or(Refusal::Token)?;
    let known = resource.environment().is_none_or(|id| id == environment::ID.to_string());
    if !known {
        // PingOne hides what is under an environment that doesn't exist; the environment itself is a 404.
        let itself = matches!(resource, Resource::Environment(_));
        return Err(if itself { Refusal::NotFound } else { Refusal::Role });
    }
    match (resource, request.method()) {
        (Resource::Environments, &Method::GET) => Ok((environment::all(&sandbox.seed), 0)),
        (Resource::Environment(_), &Method::GET) => Ok((environment::one(&sandbox.seed), 0)),
        (Resource::Populations(_), &Method::GET) => Ok((populations::list(sandbox), 0)),
        (Resource::Users(_), &Method::GET) if role.reads_users() => users::list(sandbox, request),
        (Resource::User(_, id), &Method::GET) if role.reads_users() => {
            users::one(sandbox, request, user_id(id)?)
        }
        (Resource::MfaEnabled(_, id), &Method::GET) if role.reads_users() => mfa::read(sandbox, user_id(id)?),
        (Resource::MfaEnabled(_, id), &Method::PUT) if role.changes_mfa() => {
            mfa::write(sandbox, request, user_id(id)?, now)
        }
        (Resource::Devices(_, id), &Method::GET) if role.reads_users() => {
            devices::list(sandbox, request, user_id(id)?, now)
        }
        (Resource::Bypass(_, id), &Method::GET) if role.reads_users() => {
            bypass::read(sandbox, user_id(id)?, now)
        }
        (Resource::Bypass(_, id), &Method::PUT) if role.changes_mfa() => {
            bypass::write(sandbox, request, user_id(id)?, now)
        }
        (Resource::Groups(_), &Method::GET) => groups::list(sandbox, request),
        (Resource::Reports(_), &Method::POST) if role.reads_users() => report::create(sandbox, request, now),
        (Resource::ReportEntries(_, id), &Method::GET) if role.reads_users() => {
            report::entries(sandbox, request, id)
        }
        (resource, method) => Err(refused(resource, method)),
    }
}

/// What the arms above didn't answer: a known method lacks its role, any other is not supported.
fn refused(resource: &Resource, method: &Method) -> Refusal {
    let answers = match resource {
        Resource::Reports(_) => *method == Method::POST,
        Resource::MfaEnabled(..) | Resource::Bypass(..) => matches!(*method, Method::GET | Method::PUT),
        _ => *method == Method::GET,
    };
    if answers { Refusal::Role } else { Refusal::Method }
}

/// Only the form with hyphens: the other forms of a UUID are no ids here.
fn user_id(text: &str) -> Result<Uuid, Refusal> {
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH);
    id.ok_or(Refusal::Value("userID"))
}
