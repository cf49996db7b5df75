//! A PingOne environment: its ID, name and type.

use std::fmt;

use uuid::Uuid;

/// The ID of a PingOne environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnvironmentId(pub Uuid);

impl fmt::Display for EnvironmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
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
