//! PingOne's built-in roles, with the permissions that this product needs.
//!
//! Source: a recorded `GET /v1/roles` (names and permissions). It contradicts the tutorial, in which
//! Environment Admin changes the flag.

/// A permission that a role may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read the environment that is worked on.
    ReadEnvironment,
    /// Read the environment's populations.
    ReadPopulations,
    /// Read the environment's groups.
    ReadGroups,
    /// Read the environment's MFA settings.
    ReadSettings,
    /// Read users, including their MFA flags.
    ReadUsers,
    /// Read the MFA devices of single users.
    ReadDevices,
    /// Create PingOne's device report, which covers all users, and read it.
    ReadReport,
    /// Change the flag `mfaEnabled` of users. Which permission a bypass needs isn't documented;
    /// this one is the likeliest.
    UpdateMfa,
}

impl Permission {
    /// The permissions that this page needs to show users and, if `may_change`, to change them. One request to those
    /// who assign roles can name all of them, because PingOne reports missing permissions one at a time. A run needs to
    /// know which users have a device.
    #[must_use]
    pub fn needed(may_change: bool) -> Vec<Self> {
        let reads = [
            Self::ReadEnvironment,
            Self::ReadPopulations,
            Self::ReadGroups,
            Self::ReadUsers,
            Self::ReadDevices,
        ];
        let changes = [Self::ReadReport, Self::UpdateMfa].into_iter().filter(|_| may_change);
        reads.into_iter().chain(changes).collect()
    }

    /// The permissions for what the page shows if it may and omits otherwise. No role has all of
    /// these and all the needed ones.
    #[must_use]
    pub fn optional(may_change: bool) -> Vec<Self> {
        let report = (!may_change).then_some(Self::ReadReport);
        report.into_iter().chain([Self::ReadSettings]).collect()
    }
}

/// A built-in role, which every organization has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads and changes user data.
    IdentityDataAdmin,
    /// Reads user data and changes none.
    IdentityDataReadOnly,
    /// Reads and changes the environment's settings, but no user data.
    EnvironmentAdmin,
    /// Reads the environment's settings.
    ConfigurationReadOnly,
    /// Reads the environment, its populations and groups.
    ClientApplicationDeveloper,
    /// Of the permissions above, reads only environments and device reports.
    OrganizationAdmin,
}

impl Role {
    /// All roles, the ones that matter most here first.
    pub const ALL: [Self; 6] = [
        Self::IdentityDataAdmin,
        Self::IdentityDataReadOnly,
        Self::EnvironmentAdmin,
        Self::ConfigurationReadOnly,
        Self::ClientApplicationDeveloper,
        Self::OrganizationAdmin,
    ];

    /// PingOne's name of the role, as in its list of roles.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdentityDataAdmin => "Identity Data Admin",
            Self::IdentityDataReadOnly => "Identity Data Read Only",
            Self::EnvironmentAdmin => "Environment Admin",
            Self::ConfigurationReadOnly => "Configuration Read Only",
            Self::ClientApplicationDeveloper => "Client Application Developer",
            Self::OrganizationAdmin => "Organization Admin",
        }
    }

    /// Whether the role contains a permission.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        match permission {
            Permission::ReadEnvironment => true,
            Permission::ReadPopulations | Permission::ReadGroups => !matches!(self, Self::OrganizationAdmin),
            Permission::ReadSettings => matches!(self, Self::EnvironmentAdmin | Self::ConfigurationReadOnly),
            Permission::ReadUsers | Permission::ReadDevices => {
                matches!(self, Self::IdentityDataAdmin | Self::IdentityDataReadOnly)
            }
            // Recorded: this role reads reports that others create.
            Permission::ReadReport => !matches!(self, Self::IdentityDataReadOnly),
            Permission::UpdateMfa => matches!(self, Self::IdentityDataAdmin),
        }
    }

    /// The roles that contain all of these permissions.
    #[must_use]
    pub fn with_all(permissions: &[Permission]) -> Vec<Self> {
        let has_all = |role: &Self| permissions.iter().all(|permission| role.has(*permission));
        Self::ALL.into_iter().filter(has_all).collect()
    }

    /// The single roles that would explain every permission that was observed as granted or refused. A user may have
    /// several roles, or one that the organization defined itself, so this is only a hint.
    #[must_use]
    pub fn explaining(observed: &[(Permission, bool)]) -> Vec<Self> {
        let explains = |role: &Self| {
            observed.iter().all(|(permission, is_allowed)| role.has(*permission) == *is_allowed)
        };
        Self::ALL.into_iter().filter(explains).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identity_data_admin_changes_the_flag_and_environment_admin_reads_no_users() {
        let changing = Role::ALL.into_iter().filter(|role| role.has(Permission::UpdateMfa));
        assert_eq!(changing.collect::<Vec<_>>(), [Role::IdentityDataAdmin]);
        assert!(!Role::EnvironmentAdmin.has(Permission::ReadUsers));
    }

    #[test]
    fn one_role_has_every_permission_that_the_page_needs() {
        assert_eq!(Role::with_all(&Permission::needed(true)), [Role::IdentityDataAdmin]);
        let reading = Role::with_all(&Permission::needed(false));
        assert_eq!(reading, [Role::IdentityDataAdmin, Role::IdentityDataReadOnly]);
        assert!(!Permission::needed(false).contains(&Permission::UpdateMfa));
        assert!(!Role::IdentityDataAdmin.has(Permission::ReadSettings));
    }

    #[test]
    fn the_report_is_optional_for_read_only_use() {
        assert!(!Role::IdentityDataReadOnly.has(Permission::ReadReport));
        assert_eq!(Permission::optional(false), [Permission::ReadReport, Permission::ReadSettings]);
        assert_eq!(Permission::optional(true), [Permission::ReadSettings]);
        assert!(Permission::needed(true).contains(&Permission::ReadReport));
    }

    #[test]
    fn observed_permissions_identify_the_role() {
        use Permission::{ReadEnvironment, ReadPopulations, ReadSettings, ReadUsers, UpdateMfa};
        for (observed, roles) in [
            (vec![(ReadUsers, true), (UpdateMfa, false)], vec![Role::IdentityDataReadOnly]),
            (vec![(UpdateMfa, true)], vec![Role::IdentityDataAdmin]),
            (
                vec![(ReadUsers, false), (ReadPopulations, true), (ReadSettings, true)],
                vec![Role::EnvironmentAdmin, Role::ConfigurationReadOnly],
            ),
            (
                vec![(ReadUsers, false), (ReadPopulations, true), (ReadSettings, false)],
                vec![Role::ClientApplicationDeveloper],
            ),
            (vec![(ReadEnvironment, true), (ReadPopulations, false)], vec![Role::OrganizationAdmin]),
            (vec![(ReadEnvironment, false)], vec![]),
        ] {
            assert_eq!(Role::explaining(&observed), roles, "{observed:?}");
        }
    }
}
