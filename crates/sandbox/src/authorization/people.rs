//! Who may sign on: the administrators among the people. PingOne lets an application be for them only.

use uuid::Uuid;

use crate::directory::{Account, Person};
use crate::{Role, Sandbox, Seed, seed};

/// The numbers of the administrators among the people, what they may do, and what the role is called.
const ADMINISTRATORS: [(u64, Role, &str); 3] = [
    (2, Role::IdentityDataAdmin, "Identity Data Admin"),
    (3, Role::IdentityDataReadOnly, "Identity Data Read Only"),
    (7, Role::EnvironmentAdmin, "Environment Admin"),
];

/// The administrators and the role that each holds from the start.
pub(crate) fn administrators(seed: &Seed) -> impl Iterator<Item = (Uuid, Role)> {
    ADMINISTRATORS.into_iter().map(|(number, role, _)| (seed::uuid(seed.seed, number), role))
}

/// Everyone who may sign on now, and what their role is called.
pub(crate) fn all(sandbox: &Sandbox) -> impl Iterator<Item = (&Person, &'static str)> {
    ADMINISTRATORS.into_iter().filter_map(|(number, _, role)| {
        let person = sandbox.directory.get(seed::uuid(sandbox.seed.seed, number))?;
        (person.account == Account::Enabled).then_some((person, role))
    })
}

/// Whether somebody may sign on now.
pub(crate) fn may_sign_on(sandbox: &Sandbox, id: Uuid) -> bool {
    all(sandbox).any(|(person, _)| person.id == id)
}
