//! The environment that is worked on, and where it lives.

use std::fmt;

use uuid::Uuid;

use super::region::Region;

/// An environment's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnvironmentId(pub Uuid);

impl fmt::Display for EnvironmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// Where every request of one connection goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The region whose hosts are asked.
    pub region: Region,
    /// The environment that is worked on. It may differ from the one that issued the token.
    pub environment: EnvironmentId,
}

/// What PingOne says an environment is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentKind {
    /// `PRODUCTION`.
    Production,
    /// `SANDBOX`.
    Sandbox,
    /// A word that PingOne did not have when this was written; shown as it came.
    Other(String),
}

/// An environment as PingOne describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: EnvironmentKind,
}
