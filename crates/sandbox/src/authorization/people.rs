//! The users who can sign on: a few administrators among the seeded users. PingOne can restrict an
//! application to administrators too.

use uuid::Uuid;

use crate::directory::{Account, Person};
use crate::{Role, Sandbox, Seed, dice};

/// The numbers of the seeded administrators, their roles and the names of those roles.
const ADMINISTRATORS: [(u64, Role, &str); 3] = [
    (2, Role::IdentityDataAdmin, "Identity Data Admin"),
    (3, Role::IdentityDataReadOnly, "Identity Data Read Only"),
    (7, Role::EnvironmentAdmin, "Environment Admin"),
];

/// The administrators, each with the role that is assigned at startup.
pub(crate) fn administrators(seed: &Seed) -> impl Iterator<Item = (Uuid, Role)> {
    ADMINISTRATORS.into_iter().map(|(number, role, _)| (dice::uuid(seed.seed, number), role))
}

/// The users who can sign on at present, each with the name of the role.
pub(crate) fn all(sandbox: &Sandbox) -> impl Iterator<Item = (&Person, &'static str)> {
    ADMINISTRATORS.into_iter().filter_map(|(number, _, role)| {
        let person = sandbox.directory.get(dice::uuid(sandbox.seed.seed, number))?;
        (person.account == Account::Enabled).then_some((person, role))
    })
}

/// Whether the user can sign on at present.
pub(crate) fn may_sign_on(sandbox: &Sandbox, id: Uuid) -> bool {
    all(sandbox).any(|(person, _)| person.id == id)
}
