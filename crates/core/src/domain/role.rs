//! PingOne's built-in roles, as far as this product asks anything of them.
//!
//! Source: a recorded `GET /v1/roles` (names and permissions). It disagrees with the tutorial, which has Environment Admin
//! change the flag.

/// Something that a role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read the environment.
    ReadEnvironment,
    /// Read its populations.
    ReadPopulations,
    /// Read its groups.
    ReadGroups,
    /// Read its MFA settings.
    ReadSettings,
    /// Read users, and their flags.
    ReadUsers,
    /// Read the devices of users.
    ReadDevices,
    /// Create PingOne's report of everyone's devices, and read it.
    ReadReport,
    /// Change the flag `mfaEnabled` of users. Which permission a bypass needs isn't documented; this one is the likeliest.
    UpdateMfa,
}

impl Permission {
    /// What this page needs to show users, and for changes where it makes any: one request to those who assign roles names
    /// all of them, because PingOne refuses one after the other. A run wants to know who has a device.
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

    /// What the page shows where it may be read, and does without otherwise. No role has all of this and all the rest.
    #[must_use]
    pub fn optional(may_change: bool) -> Vec<Self> {
        let report = (!may_change).then_some(Self::ReadReport);
        report.into_iter().chain([Self::ReadSettings]).collect()
    }
}

/// A role that every organization has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads and changes people.
    IdentityDataAdmin,
    /// Reads people.
    IdentityDataReadOnly,
    /// Reads and changes the environment's settings, and no people.
    EnvironmentAdmin,
    /// Reads the environment's settings.
    ConfigurationReadOnly,
    /// Reads the environment, its populations and groups.
    ClientApplicationDeveloper,
    /// Reads environments.
    OrganizationAdmin,
}

impl Role {
    /// All of them, the ones that matter here first.
    pub const ALL: [Self; 6] = [
        Self::IdentityDataAdmin,
        Self::IdentityDataReadOnly,
        Self::EnvironmentAdmin,
        Self::ConfigurationReadOnly,
        Self::ClientApplicationDeveloper,
        Self::OrganizationAdmin,
    ];

    /// PingOne's name of it.
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

    /// Whether it allows this.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        match permission {
            Permission::ReadEnvironment => true,
            Permission::ReadPopulations | Permission::ReadGroups => !matches!(self, Self::OrganizationAdmin),
            Permission::ReadSettings => matches!(self, Self::EnvironmentAdmin | Self::ConfigurationReadOnly),
            Permission::ReadUsers | Permission::ReadDevices => {
                matches!(self, Self::IdentityDataAdmin | Self::IdentityDataReadOnly)
            }
            // Recorded: this one reads reports that others create.
            Permission::ReadReport => !matches!(self, Self::IdentityDataReadOnly),
            Permission::UpdateMfa => matches!(self, Self::IdentityDataAdmin),
        }
    }

    /// The roles that allow all of these.
    #[must_use]
    pub fn with_all(permissions: &[Permission]) -> Vec<Self> {
        let has_all = |role: &Self| permissions.iter().all(|permission| role.has(*permission));
        Self::ALL.into_iter().filter(has_all).collect()
    }

    /// The roles of which one alone would explain everything that was allowed and refused. Somebody may hold several, or
    /// one that the organization made itself, so this is a hint.
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
    fn only_identity_data_admin_changes_the_flag_and_environment_admin_reads_nobody() {
        let changing = Role::ALL.into_iter().filter(|role| role.has(Permission::UpdateMfa));
        assert_eq!(changing.collect::<Vec<_>>(), [Role::IdentityDataAdmin]);
        assert!(!Role::EnvironmentAdmin.has(Permission::ReadUsers));
    }

    #[test]
    fn one_role_has_all_that_the_page_needs() {
        assert_eq!(Role::with_all(&Permission::needed(true)), [Role::IdentityDataAdmin]);
        let reading = Role::with_all(&Permission::needed(false));
        assert_eq!(reading, [Role::IdentityDataAdmin, Role::IdentityDataReadOnly]);
        assert!(!Permission::needed(false).contains(&Permission::UpdateMfa));
        assert!(!Role::IdentityDataAdmin.has(Permission::ReadSettings));
    }

    #[test]
    fn whoever_only_reads_may_do_without_the_report() {
        assert!(!Role::IdentityDataReadOnly.has(Permission::ReadReport));
        assert_eq!(Permission::optional(false), [Permission::ReadReport, Permission::ReadSettings]);
        assert_eq!(Permission::optional(true), [Permission::ReadSettings]);
        assert!(Permission::needed(true).contains(&Permission::ReadReport));
    }

    #[test]
    fn what_was_allowed_and_refused_tells_the_role() {
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
