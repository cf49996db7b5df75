//! The destination of a connection: a region and an environment.

use crate::environment::EnvironmentId;
use crate::region::Region;

/// The destination of every request of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The region whose hosts the requests go to.
    pub region: Region,
    /// The environment that is worked on. It may differ from the one that issued the token.
    pub environment: EnvironmentId,
}
