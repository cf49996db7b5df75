//! Built-in roles with their permissions, and custom roles.
//!
//! Source: recorded `GET /v1/roles` (IDs, names, what a role is applicable to, its permissions and their descriptions).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{Seed, dice};

/// A permission of a role. PingOne has more; these are the ones that the sandbox distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Read environments and their capabilities, products and roles.
    ReadEnvironments,
    /// Read populations and their user counts.
    ReadPopulations,
    /// Create populations in the environment.
    CreatePopulations,
    /// Read groups and group memberships.
    ReadGroups,
    /// Read users, their MFA flags and their bypasses.
    ReadUsers,
    /// Create users, or import them.
    CreateUsers,
    /// Change whether MFA is enabled for a user.
    UpdateUserMfaEnabled,
    /// Read the role assignments of users.
    ReadUserRoleAssignments,
    /// Read the MFA devices of users.
    ReadDevices,
    /// Read the environment's MFA settings.
    ReadMfaSettings,
    /// Change the environment's MFA settings.
    UpdateMfaSettings,
    /// Reset the environment's MFA settings.
    ResetMfaSettings,
    /// Create a report of MFA devices.
    CreateDataExploration,
    /// Read a report of MFA devices.
    ReadDataExploration,
    /// Read the organization's custom roles.
    ReadCustomRoles,
}

impl Permission {
    /// The kind of object that the permission is about, PingOne's `classifier`.
    #[must_use]
    pub const fn classifier(self) -> &'static str {
        match self {
            Self::ReadEnvironments => "environment",
            Self::ReadPopulations | Self::CreatePopulations => "population",
            Self::ReadGroups => "group",
            Self::ReadUsers | Self::CreateUsers => "user",
            Self::UpdateUserMfaEnabled => "userMfaEnabled",
            Self::ReadUserRoleAssignments => "userRoleAssignments",
            Self::ReadDevices => "device",
            Self::ReadMfaSettings | Self::UpdateMfaSettings | Self::ResetMfaSettings => "mfaSettings",
            Self::CreateDataExploration | Self::ReadDataExploration => "dataExploration",
            Self::ReadCustomRoles => "customRole",
        }
    }

    /// Whether the permission requires a role that is assigned for the whole environment, because it isn't about the
    /// users of one population.
    pub(crate) const fn is_of_environment(self) -> bool {
        matches!(
            self,
            Self::CreatePopulations
                | Self::ReadMfaSettings
                | Self::UpdateMfaSettings
                | Self::ResetMfaSettings
        )
    }

    /// The description of the permission in PingOne's answers.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::ReadEnvironments => "Read environments",
            Self::ReadPopulations => "Read populations",
            Self::CreatePopulations => "Create populations",
            Self::ReadGroups => "Read Group",
            Self::ReadUsers => "Read users",
            Self::CreateUsers => "Create users",
            Self::UpdateUserMfaEnabled => "Update user's mfaEnabled status",
            Self::ReadUserRoleAssignments => "Read roles assigned to users",
            Self::ReadDevices => "Retrieve user's device",
            Self::ReadMfaSettings => "Retrieve MFA settings",
            Self::UpdateMfaSettings => "Update MFA settings",
            Self::ResetMfaSettings => "Reset MFA settings",
            Self::CreateDataExploration => "Create data exploration",
            Self::ReadDataExploration => "Read data exploration",
            Self::ReadCustomRoles => "Read Custom Roles",
        }
    }
}

/// One of PingOne's built-in roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Identity Data Admin: reads and creates users, and changes MFA.
    #[default]
    #[serde(rename = "admin")]
    IdentityDataAdmin,
    /// Identity Data Read Only: reads users.
    #[serde(rename = "read-only")]
    IdentityDataReadOnly,
    /// Environment Admin: reads and changes the environment's settings and populations, but can't read users.
    EnvironmentAdmin,
    /// Organization Admin: reads environments.
    OrganizationAdmin,
    /// Client Application Developer: reads the environment, its populations and groups.
    ClientApplicationDeveloper,
    /// Configuration Read Only: reads the environment, its populations, groups and settings.
    ConfigurationReadOnly,
}

impl Role {
    /// All built-in roles, in PingOne's order.
    pub const ALL: [Self; 6] = [
        Self::OrganizationAdmin,
        Self::EnvironmentAdmin,
        Self::IdentityDataAdmin,
        Self::ClientApplicationDeveloper,
        Self::IdentityDataReadOnly,
        Self::ConfigurationReadOnly,
    ];

    const fn number(self) -> u64 {
        match self {
            Self::IdentityDataAdmin => 1,
            Self::IdentityDataReadOnly => 2,
            Self::EnvironmentAdmin => 3,
            Self::OrganizationAdmin => 4,
            Self::ClientApplicationDeveloper => 5,
            Self::ConfigurationReadOnly => 6,
        }
    }

    /// The client that holds the role from the start.
    #[must_use]
    pub fn client_id(self) -> Uuid {
        Uuid::from_u128(0x0b41_0000_0000_4000_8000_0000_0000_0000 | u128::from(self.number()))
    }

    /// The administrator who holds the role from the start. Administrators belong to another environment.
    pub(crate) fn person_id(self, seed: &Seed) -> Uuid {
        dice::uuid(seed.seed ^ 0xae, self.number())
    }

    pub(crate) fn of_client(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.client_id().to_string() == id)
    }

    /// The role's ID, the same in every organization. It is invented; PingOne's IDs are different.
    #[must_use]
    pub fn id(self) -> Uuid {
        Uuid::from_u128(0x401e_0000_0000_4000_8000_0000_0000_0000 | u128::from(self.number()))
    }

    /// The name of the role in PingOne.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdentityDataAdmin => "Identity Data Admin",
            Self::IdentityDataReadOnly => "Identity Data Read Only",
            Self::EnvironmentAdmin => "Environment Admin",
            Self::OrganizationAdmin => "Organization Admin",
            Self::ClientApplicationDeveloper => "Client Application Developer",
            Self::ConfigurationReadOnly => "Configuration Read Only",
        }
    }

    pub(crate) const fn applicable_to(self) -> &'static [&'static str] {
        match self {
            Self::IdentityDataAdmin | Self::IdentityDataReadOnly => &["POPULATION", "ENVIRONMENT"],
            Self::EnvironmentAdmin => &["ORGANIZATION", "ENVIRONMENT"],
            Self::OrganizationAdmin => &["ORGANIZATION"],
            Self::ClientApplicationDeveloper => &["ENVIRONMENT"],
            Self::ConfigurationReadOnly => &["ENVIRONMENT", "ORGANIZATION"],
        }
    }

    /// The role that its holders can assign to others.
    pub(crate) const fn can_assign(self) -> Option<Self> {
        match self {
            Self::IdentityDataAdmin => Some(Self::IdentityDataReadOnly),
            Self::EnvironmentAdmin => Some(Self::ConfigurationReadOnly),
            Self::IdentityDataReadOnly
            | Self::OrganizationAdmin
            | Self::ClientApplicationDeveloper
            | Self::ConfigurationReadOnly => None,
        }
    }

    /// The permissions that the role grants, in PingOne's order.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{
            CreateDataExploration, CreatePopulations, CreateUsers, ReadCustomRoles, ReadDataExploration,
            ReadDevices, ReadEnvironments, ReadGroups, ReadMfaSettings, ReadPopulations,
            ReadUserRoleAssignments, ReadUsers, ResetMfaSettings, UpdateMfaSettings, UpdateUserMfaEnabled,
        };
        match self {
            Self::IdentityDataAdmin => &[
                ReadUsers,
                ReadEnvironments,
                ReadUserRoleAssignments,
                ReadDevices,
                ReadGroups,
                UpdateUserMfaEnabled,
                CreateUsers,
                ReadPopulations,
                CreateDataExploration,
                ReadDataExploration,
                ReadCustomRoles,
            ],
            Self::IdentityDataReadOnly => &[
                ReadUsers,
                ReadEnvironments,
                ReadGroups,
                ReadPopulations,
                ReadUserRoleAssignments,
                ReadDevices,
                ReadDataExploration,
                ReadCustomRoles,
            ],
            Self::EnvironmentAdmin => &[
                CreatePopulations,
                ReadEnvironments,
                UpdateMfaSettings,
                ReadGroups,
                ReadPopulations,
                ResetMfaSettings,
                ReadMfaSettings,
                CreateDataExploration,
                ReadDataExploration,
                ReadCustomRoles,
            ],
            Self::OrganizationAdmin => &[ReadEnvironments, CreateDataExploration, ReadDataExploration],
            Self::ClientApplicationDeveloper => {
                &[ReadEnvironments, ReadGroups, ReadPopulations, CreateDataExploration, ReadDataExploration]
            }
            Self::ConfigurationReadOnly => &[
                ReadEnvironments,
                ReadMfaSettings,
                ReadGroups,
                ReadPopulations,
                CreateDataExploration,
                ReadDataExploration,
                ReadCustomRoles,
            ],
        }
    }
}

/// A role that the organization defined itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    /// The unique name of the custom role.
    pub name: String,
    /// The permissions that the role grants.
    pub permissions: Vec<Permission>,
}

/// A role that a client or user can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldRole {
    /// One of PingOne's built-in roles.
    BuiltIn(Role),
    /// A custom role of the organization.
    Custom(CustomRole),
}

impl HeldRole {
    /// The role's ID. A custom role's ID is derived from its name.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::BuiltIn(role) => role.id(),
            Self::Custom(role) => {
                let digest = Sha256::digest(role.name.as_bytes());
                let half =
                    digest.iter().take(16).fold(0, |number: u128, byte| (number << 8) | u128::from(*byte));
                Builder::from_random_bytes(half.to_be_bytes()).into_uuid()
            }
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::BuiltIn(role) => role.name(),
            Self::Custom(role) => &role.name,
        }
    }

    pub(crate) fn permissions(&self) -> &[Permission] {
        match self {
            Self::BuiltIn(role) => role.permissions(),
            Self::Custom(role) => &role.permissions,
        }
    }
}

impl From<Role> for HeldRole {
    fn from(role: Role) -> Self {
        Self::BuiltIn(role)
    }
}

impl From<CustomRole> for HeldRole {
    fn from(role: CustomRole) -> Self {
        Self::Custom(role)
    }
}

/// The part of the environment in which a role is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The role applies in the whole environment.
    Environment,
    /// The role applies to the users of this population only.
    Population(Uuid),
}
