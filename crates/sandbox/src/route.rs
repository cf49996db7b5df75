//! Routing: maps a request to the handler that answers it.

use http::{Method, Request, Response};
use uuid::Uuid;

use crate::access::Reach;
use crate::answer::Answer;
use crate::authorization;
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::{
    Sandbox, Timestamp, bypass, capabilities, cors, creation, devices, dice, environment, groups, mfa,
    mfa_settings, populations, report, role_assignments, roles, token, users,
};

/// Routes a request and answers it, with the number of users whose data the answer contains.
pub(crate) fn answer(
    sandbox: &mut Sandbox,
    request: &Request<Vec<u8>>,
    now: Timestamp,
) -> (Response<Vec<u8>>, u32) {
    let resource = Resource::of(request.uri().path());
    if request.method() == Method::OPTIONS {
        return (cors::preflight(request, resource.as_ref()), 0);
    }
    let error_id = dice::uuid(sandbox.seed.seed ^ 0xe0, sandbox.answered);
    let answer = match resource {
        None => Err(Refusal::Path),
        Some(Resource::NotImplemented) => Err(Refusal::NotImplemented),
        Some(Resource::Authorization(id, _)) if id != environment::ID.to_string() => Err(Refusal::NotFound),
        Some(Resource::Authorization(_, endpoint)) => authorization::answer(sandbox, request, endpoint, now),
        Some(resource) => answer_api(sandbox, request, &resource, now),
    };
    answer.unwrap_or_else(|refusal| (refusal.answer(error_id), 0))
}

fn answer_api(
    sandbox: &mut Sandbox,
    request: &Request<Vec<u8>>,
    resource: &Resource,
    now: Timestamp,
) -> Answer {
    let clock = sandbox.clock(now);
    let caller = token::caller(&sandbox.seed, &mut *sandbox.keys, request.headers(), clock);
    let caller = caller.ok_or(Refusal::Token)?;
    let known = resource.environment().is_none_or(|id| id == environment::ID.to_string());
    if !known {
        // PingOne answers 403 for paths under an unknown environment; the environment itself is a 404.
        let itself = matches!(resource, Resource::Environment(_));
        return Err(if itself { Refusal::NotFound } else { Refusal::Role });
    }
    let needed =
        resource.permission(request.method()).ok_or_else(|| resource.method_refusal(request.method()))?;
    let reach = &sandbox.access.reach(&caller, needed, now).ok_or(Refusal::Role)?;
    match (resource, request.method()) {
        (Resource::Environments, _) => environment::list(sandbox, request),
        (Resource::Environment(_), _) => Ok((environment::one(sandbox, request), 0)),
        (Resource::Capabilities(_), _) => Ok((capabilities::read(sandbox), 0)),
        (Resource::BillOfMaterials(_), _) => Ok((environment::bill_of_materials(sandbox), 0)),
        (Resource::Roles, _) => Ok((roles::list(sandbox), 0)),
        (Resource::Role(id), _) => roles::one(sandbox, id, &caller, now),
        (Resource::Populations(_), &Method::POST) => populations::create(sandbox, request, now),
        (Resource::Populations(_), _) => populations::list(sandbox, request, reach),
        (Resource::Population(_, id), _) => populations::one(sandbox, id, reach),
        (Resource::Users(_), &Method::POST) => creation::user(sandbox, request, reach, now),
        (Resource::Users(_), _) => users::list(sandbox, request, reach, now),
        (Resource::User(_, id), _) => users::one(sandbox, request, user_id(id)?, reach),
        (Resource::MfaEnabled(_, id), &Method::PUT) => mfa::write(sandbox, request, user_id(id)?, reach, now),
        (Resource::MfaEnabled(_, id), _) => mfa::read(sandbox, user_id(id)?, reach),
        (Resource::RoleAssignments(_, id), _) => {
            role_assignments::list(sandbox, request, user_id(id)?, reach)
        }
        (Resource::MfaSettings(_), &Method::PUT) => mfa_settings::write(sandbox, request, now),
        (Resource::UserMemberships(_, id), _) => {
            groups::of_user(sandbox, request, covered_user(sandbox, reach, id)?)
        }
        (Resource::UserPopulation(_, id), _) => users::population(sandbox, user_id(id)?, reach),
        (Resource::UserEnabled(_, id), _) => users::enabled(sandbox, user_id(id)?, reach),
        (Resource::MfaSettings(_), &Method::DELETE) => Ok((mfa_settings::reset(sandbox, now), 0)),
        (Resource::MfaSettings(_), _) => Ok((mfa_settings::read(sandbox), 0)),
        (Resource::Devices(_, id), _) => {
            devices::list(sandbox, request, covered_user(sandbox, reach, id)?, now)
        }
        (Resource::Bypass(_, id), &Method::PUT) => {
            let id = covered_user(sandbox, reach, id)?;
            bypass::write(sandbox, request, id, now)
        }
        (Resource::Bypass(_, id), _) => bypass::read(sandbox, covered_user(sandbox, reach, id)?, now),
        (Resource::Groups(_), _) => groups::list(sandbox, request),
        (Resource::Group(_, id), _) => groups::one(sandbox, id),
        (Resource::GroupMemberships(_, id), _) => groups::of_group(sandbox, request, id),
        (Resource::Reports(_), _) => report::create(sandbox, request, reach, now),
        (Resource::ReportEntries(_, id), _) => report::entries(sandbox, request, id, reach),
        // These are answered by the caller, `answer`.
        (Resource::Authorization(..) | Resource::NotImplemented, _) => Err(Refusal::Method),
    }
}

/// The user with this ID, if the caller's role covers it.
fn covered_user(sandbox: &Sandbox, reach: &Reach, id: &str) -> Result<Uuid, Refusal> {
    reach.refuse_self_service()?;
    let id = user_id(id)?;
    reach.person(&sandbox.directory, id)?;
    Ok(id)
}

/// Parses a user ID. Only UUIDs with hyphens are accepted.
fn user_id(text: &str) -> Result<Uuid, Refusal> {
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH);
    id.ok_or(Refusal::Value("userID"))
}
