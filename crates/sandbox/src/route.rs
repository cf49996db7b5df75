//! Routing: maps a request to the handler that answers it.

use http::{Method, Request, Response};
use uuid::Uuid;

use crate::access::Reach;
use crate::authorization::{self, Endpoint};
use crate::refusal::Refusal;
use crate::role::Permission;
use crate::{
    Sandbox, Timestamp, bypass, capabilities, cors, creation, devices, environment, groups, mfa,
    mfa_settings, populations, report, role_assignments, roles, seed, token, users,
};

/// The resource that a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    Authorization(String, Endpoint),
    Environments,
    Environment(String),
    Populations(String),
    Users(String),
    User(String, String),
    MfaEnabled(String, String),
    RoleAssignments(String, String),
    Capabilities(String),
    MfaSettings(String),
    Roles,
    Devices(String, String),
    Bypass(String, String),
    Groups(String),
    Reports(String),
    ReportEntries(String, String),
    Population(String, String),
    Group(String, String),
    GroupMemberships(String, String),
    UserMemberships(String, String),
    UserPopulation(String, String),
    UserEnabled(String, String),
    BillOfMaterials(String),
    Role(String),
    /// A resource that PingOne has, but the sandbox doesn't implement.
    NotImplemented,
}

/// Resources of an environment that PingOne has and the sandbox doesn't implement, as far as clients were seen to
/// request them.
const NOT_IMPLEMENTED: [&str; 34] = [
    "activeIdentityCounts",
    "activities",
    "agreements",
    "alerting",
    "applications",
    "branding",
    "certificates",
    "credentialTypes",
    "customDomains",
    "dataExplorationTemplates",
    "deviceAuthenticationPolicies",
    "emailDomains",
    "fido2Policies",
    "flowPolicies",
    "forms",
    "gateways",
    "identityProviders",
    "images",
    "keys",
    "languages",
    "notificationsPolicies",
    "notificationsSettings",
    "passwordPolicies",
    "propagation",
    "resources",
    "riskPolicySets",
    "riskPredictors",
    "schemas",
    "signOnPolicies",
    "subscriptions",
    "templates",
    "themes",
    "totalIdentities",
    "userActivities",
];

/// Resources of a user that PingOne has and the sandbox doesn't implement.
const NOT_IMPLEMENTED_OF_USER: [&str; 8] = [
    "agreementConsents",
    "credentials",
    "identityProvider",
    "linkedAccounts",
    "password",
    "sessions",
    "verificationStatus",
    "verifyTransactions",
];

impl Resource {
    pub(crate) fn of(path: &str) -> Option<Self> {
        let named = Self::named(path.strip_suffix('/').unwrap_or(path))?;
        // PingOne accepts a trailing slash after a collection; after anything else it makes the path unknown.
        (!path.ends_with('/') || named.is_collection()).then_some(named)
    }

    fn named(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let text = |part: &&str| (*part).to_owned();
        match parts.as_slice() {
            [id, "as", rest @ ..] => Some(Self::Authorization(text(id), Endpoint::of(rest)?)),
            ["v1", "environments"] => Some(Self::Environments),
            ["v1", "environments", id] => Some(Self::Environment(text(id))),
            ["v1", "environments", id, "populations"] => Some(Self::Populations(text(id))),
            ["v1", "environments", id, "users"] => Some(Self::Users(text(id))),
            ["v1", "environments", id, "users", user] => Some(Self::User(text(id), text(user))),
            ["v1", "environments", id, "users", user, "mfaEnabled"] => {
                Some(Self::MfaEnabled(text(id), text(user)))
            }
            ["v1", "environments", id, "users", user, "roleAssignments"] => {
                Some(Self::RoleAssignments(text(id), text(user)))
            }
            ["v1", "environments", id, "capabilities"] => Some(Self::Capabilities(text(id))),
            ["v1", "environments", id, "mfaSettings"] => Some(Self::MfaSettings(text(id))),
            ["v1", "roles"] => Some(Self::Roles),
            ["v1", "environments", id, "users", user, "devices"] => Some(Self::Devices(text(id), text(user))),
            ["v1", "environments", id, "users", user, "bypassMFA"] => {
                Some(Self::Bypass(text(id), text(user)))
            }
            ["v1", "environments", id, "groups"] => Some(Self::Groups(text(id))),
            ["v1", "environments", id, "dataExplorations"] => Some(Self::Reports(text(id))),
            ["v1", "environments", id, "dataExplorations", report, "entries"] => {
                Some(Self::ReportEntries(text(id), text(report)))
            }
            ["v1", "roles", role] => Some(Self::Role(text(role))),
            ["v1", "environments", id, "billOfMaterials"] => Some(Self::BillOfMaterials(text(id))),
            ["v1", "environments", id, "populations", population] => {
                Some(Self::Population(text(id), text(population)))
            }
            ["v1", "environments", id, "groups", group] => Some(Self::Group(text(id), text(group))),
            ["v1", "environments", id, "groups", group, "memberOfGroups"] => {
                Some(Self::GroupMemberships(text(id), text(group)))
            }
            ["v1", "environments", id, "users", user, "memberOfGroups"] => {
                Some(Self::UserMemberships(text(id), text(user)))
            }
            ["v1", "environments", id, "users", user, "population"] => {
                Some(Self::UserPopulation(text(id), text(user)))
            }
            ["v1", "environments", id, "users", user, "enabled"] => {
                Some(Self::UserEnabled(text(id), text(user)))
            }
            ["v1", "environments", _, "groups", _, "roleAssignments", ..]
            | [
                "v1",
                "environments",
                _,
                "users",
                _,
                "devices" | "memberOfGroups" | "roleAssignments",
                _,
                ..,
            ]
            | ["v1", "organizations", ..] => Some(Self::NotImplemented),
            ["v1", "environments", _, "users", _, part, ..] => {
                NOT_IMPLEMENTED_OF_USER.contains(part).then_some(Self::NotImplemented)
            }
            ["v1", "environments", _, part, ..] => {
                NOT_IMPLEMENTED.contains(part).then_some(Self::NotImplemented)
            }
            _ => None,
        }
    }

    fn is_collection(&self) -> bool {
        matches!(
            self,
            Self::Environments
                | Self::Populations(_)
                | Self::Users(_)
                | Self::RoleAssignments(..)
                | Self::Roles
                | Self::Devices(..)
                | Self::Groups(_)
                | Self::GroupMemberships(..)
                | Self::UserMemberships(..)
                | Self::Reports(_)
                | Self::ReportEntries(..)
                | Self::NotImplemented
        )
    }

    /// The value of `Access-Control-Allow-Methods`. PingOne lists the methods that the resource has, not those that the
    /// sandbox implements.
    pub(crate) fn methods(&self) -> &'static str {
        match self {
            Self::Authorization(_, endpoint) => endpoint.methods(),
            Self::Environment(_) | Self::MfaSettings(_) | Self::Population(..) | Self::Group(..) => {
                "OPTIONS,GET,PUT,DELETE"
            }
            Self::Environments
            | Self::Populations(_)
            | Self::Users(_)
            | Self::RoleAssignments(..)
            | Self::Devices(..)
            | Self::Groups(_)
            | Self::GroupMemberships(..)
            | Self::UserMemberships(..) => "OPTIONS,GET,POST",
            Self::Reports(_) => "OPTIONS,POST",
            Self::User(..) => "OPTIONS,GET,PUT,PATCH,DELETE",
            Self::MfaEnabled(..)
            | Self::Bypass(..)
            | Self::UserPopulation(..)
            | Self::UserEnabled(..)
            | Self::BillOfMaterials(_) => "OPTIONS,GET,PUT",
            Self::Capabilities(_) | Self::Roles | Self::Role(_) | Self::ReportEntries(..) => "OPTIONS,GET",
            Self::NotImplemented => "OPTIONS",
        }
    }

    /// The resource's name in fault rules.
    pub(crate) fn endpoint(&self) -> &'static str {
        match self {
            Self::Authorization(_, endpoint) => endpoint.name(),
            Self::Environments => "environments",
            Self::Environment(_) => "environment",
            Self::Populations(_) => "populations",
            Self::Users(_) => "users",
            Self::User(..) => "user",
            Self::MfaEnabled(..) => "mfaEnabled",
            Self::RoleAssignments(..) => "roleAssignments",
            Self::Capabilities(_) => "capabilities",
            Self::MfaSettings(_) => "mfaSettings",
            Self::Roles => "roles",
            Self::Devices(..) => "devices",
            Self::Bypass(..) => "bypassMFA",
            Self::Groups(_) => "groups",
            Self::Reports(_) | Self::ReportEntries(..) => "dataExplorations",
            Self::Population(..) => "population",
            Self::Group(..) => "group",
            Self::GroupMemberships(..) | Self::UserMemberships(..) => "memberOfGroups",
            Self::UserPopulation(..) => "userPopulation",
            Self::UserEnabled(..) => "enabled",
            Self::BillOfMaterials(_) => "billOfMaterials",
            Self::Role(_) => "role",
            Self::NotImplemented => "",
        }
    }

    /// The ID of the user that the path names; `None` for devices and bypasses.
    pub(crate) fn user(&self) -> Option<Uuid> {
        match self {
            Self::User(_, id)
            | Self::MfaEnabled(_, id)
            | Self::RoleAssignments(_, id)
            | Self::UserMemberships(_, id)
            | Self::UserPopulation(_, id)
            | Self::UserEnabled(_, id) => Uuid::try_parse(id).ok(),
            _ => None,
        }
    }

    /// Whether a browser navigates to it; a page never reads it from another origin.
    pub(crate) fn is_navigation(&self) -> bool {
        matches!(self, Self::Authorization(_, endpoint) if endpoint.is_navigation())
    }

    /// The permission that a method requires; `None` if the sandbox doesn't implement the method.
    fn permission(&self, method: &Method) -> Option<Permission> {
        Some(match (self, method.as_str()) {
            (
                Self::Environments
                | Self::Environment(_)
                | Self::Capabilities(_)
                | Self::BillOfMaterials(_)
                | Self::Roles
                | Self::Role(_),
                "GET",
            ) => Permission::ReadEnvironments,
            (Self::Populations(_) | Self::Population(..), "GET") => Permission::ReadPopulations,
            (Self::Populations(_), "POST") => Permission::CreatePopulations,
            (
                Self::Users(_)
                | Self::User(..)
                | Self::MfaEnabled(..)
                | Self::Bypass(..)
                | Self::UserPopulation(..)
                | Self::UserEnabled(..),
                "GET",
            ) => Permission::ReadUsers,
            (Self::Users(_), "POST") => Permission::CreateUsers,
            (Self::MfaEnabled(..) | Self::Bypass(..), "PUT") => Permission::UpdateUserMfaEnabled,
            (Self::Devices(..), "GET") => Permission::ReadDevices,
            (Self::Reports(_), "POST") => Permission::CreateDataExploration,
            (Self::ReportEntries(..), "GET") => Permission::ReadDataExploration,
            (
                Self::Groups(_) | Self::Group(..) | Self::GroupMemberships(..) | Self::UserMemberships(..),
                "GET",
            ) => Permission::ReadGroups,
            (Self::RoleAssignments(..), "GET") => Permission::ReadUserRoleAssignments,
            (Self::MfaSettings(_), "GET") => Permission::ReadMfaSettings,
            (Self::MfaSettings(_), "PUT") => Permission::UpdateMfaSettings,
            (Self::MfaSettings(_), "DELETE") => Permission::ResetMfaSettings,
            _ => return None,
        })
    }

    /// The refusal of a method that the sandbox doesn't implement: whether PingOne has it or not.
    fn method_refusal(&self, method: &Method) -> Refusal {
        let is_known = self.methods().split(',').any(|known| known == method.as_str());
        if is_known { Refusal::NotImplemented } else { Refusal::Method }
    }

    fn environment(&self) -> Option<&str> {
        match self {
            Self::Environments | Self::Roles | Self::Role(_) | Self::NotImplemented => None,
            Self::Authorization(id, _)
            | Self::Environment(id)
            | Self::Populations(id)
            | Self::Users(id)
            | Self::User(id, _)
            | Self::MfaEnabled(id, _)
            | Self::RoleAssignments(id, _)
            | Self::Capabilities(id)
            | Self::MfaSettings(id)
            | Self::Devices(id, _)
            | Self::Bypass(id, _)
            | Self::Groups(id)
            | Self::Reports(id)
            | Self::ReportEntries(id, _)
            | Self::Population(id, _)
            | Self::Group(id, _)
            | Self::GroupMemberships(id, _)
            | Self::UserMemberships(id, _)
            | Self::UserPopulation(id, _)
            | Self::UserEnabled(id, _)
            | Self::BillOfMaterials(id) => Some(id),
        }
    }
}

/// An answer with the number of users whose data it contains.
pub(crate) type Answer = Result<(Response<Vec<u8>>, u32), Refusal>;

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
    let error_id = seed::uuid(sandbox.seed.seed ^ 0xe0, sandbox.answered);
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
