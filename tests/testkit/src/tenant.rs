//! Seeds of sandboxes, and the tenants that connections are made for.

use pingone::environment::EnvironmentId;
use pingone::region::{Region, RegionCode};
use pingone::tenant::Tenant;
use pingone_sandbox::{EnvironmentKind, Populations, Seed};

/// Origin of a sandbox without a network that has one origin.
pub const LOCAL: &str = "http://127.0.0.1:4001";

/// Origin of the API, for a sandbox whose authorization server has another one.
pub const API: &str = "https://api.sandbox.example";

/// Origin of that authorization server.
pub const AUTH: &str = "https://auth.sandbox.example";

/// A sandbox environment with the usual populations at these origins.
pub fn seed_at(api: &str, auth: &str, users: u32, seed: u64) -> Seed {
    Seed {
        users,
        seed,
        api_base: format!("{api}/v1"),
        auth_base: auth.to_owned(),
        kind: EnvironmentKind::Sandbox,
        populations: Populations::Usual,
    }
}

/// Like [`seed_at`], at [`LOCAL`].
pub fn local_seed(users: u32, seed: u64) -> Seed {
    seed_at(LOCAL, LOCAL, users, seed)
}

/// Like [`seed_at`], at [`API`] and [`AUTH`].
pub fn seed(users: u32, seed: u64) -> Seed {
    seed_at(API, AUTH, users, seed)
}

/// An environment at these origins.
pub fn tenant(environment: EnvironmentId, api: &str, auth: &str) -> Tenant {
    let region = Region {
        code: RegionCode("SANDBOX".into()),
        label: "Sandbox".into(),
        api_base: format!("{api}/v1"),
        auth_base: auth.into(),
        pingone: None,
    };
    Tenant { region, environment }
}
