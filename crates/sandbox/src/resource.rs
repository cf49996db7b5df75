//! The resources of the API: the path of each, its methods, and the user it belongs to.

use http::Method;
use uuid::Uuid;

use crate::authorization::Endpoint;
use crate::refusal::Refusal;
use crate::role::Permission;

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

/// Resources of an environment that PingOne has and the sandbox doesn't implement, as far as
/// clients were seen to request them.
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

    /// The value of `Access-Control-Allow-Methods`. PingOne lists the methods that the resource has, not
    /// those that the sandbox implements.
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
    pub(crate) fn permission(&self, method: &Method) -> Option<Permission> {
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
    pub(crate) fn method_refusal(&self, method: &Method) -> Refusal {
        let is_known = self.methods().split(',').any(|known| known == method.as_str());
        if is_known { Refusal::NotImplemented } else { Refusal::Method }
    }

    pub(crate) fn environment(&self) -> Option<&str> {
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
