//! The environment that is worked on, and its region.

use std::fmt;

use uuid::Uuid;

use crate::region::Region;

/// The ID of a PingOne environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnvironmentId(pub Uuid);

impl fmt::Display for EnvironmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The destination of every request of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The region whose hosts the requests go to.
    pub region: Region,
    /// The environment that is worked on. It may differ from the one that issued the token.
    pub environment: EnvironmentId,
}

/// What PingOne says an environment is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentKind {
    /// A production environment, type `PRODUCTION`.
    Production,
    /// A sandbox environment, type `SANDBOX`.
    Sandbox,
    /// A type that PingOne did not have when this was written; shown as received.
    Other(String),
}

/// An environment as PingOne describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The environment's ID, as PingOne assigned it.
    pub id: EnvironmentId,
    /// The name of the environment.
    pub name: String,
    /// The type of the environment.
    pub kind: EnvironmentKind,
}
