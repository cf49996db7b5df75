//! Who may sign on: the administrators among the people. PingOne lets an application be for them only.

use uuid::Uuid;

use crate::directory::{Account, Person};
use crate::{Role, Sandbox, Seed, seed};

/// The numbers of the administrators among the people, and the roles that they hold from the start.
const ADMINISTRATORS: [(u64, Role); 3] =
    [(2, Role::IdentityDataAdmin), (3, Role::IdentityDataReadOnly), (7, Role::EnvironmentAdmin)];

/// The administrators' ids, and the roles that they hold from the start.
pub(crate) fn administrators(seed: &Seed) -> impl Iterator<Item = (Uuid, Role)> {
    ADMINISTRATORS.into_iter().map(|(number, role)| (seed::uuid(seed.seed, number), role))
}

/// Everyone who may sign on now, and what their role is called.
pub(crate) fn all(sandbox: &Sandbox) -> impl Iterator<Item = (&Person, &'static str)> {
    administrators(&sandbox.seed).filter_map(|(id, role)| {
        let person = sandbox.directory.get(id)?;
        (person.account == Account::Enabled).then_some((person, role.name()))
    })
}

/// Whether somebody may sign on now.
pub(crate) fn may_sign_on(sandbox: &Sandbox, id: Uuid) -> bool {
    all(sandbox).any(|(person, _)| person.id == id)
}
