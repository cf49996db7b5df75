//! Access control: which roles a client or user holds, and which users its permissions reach. Assignments are looked up
//! at every call, so a change takes effect on the next request with the same token.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Administrator permissions and role assignments" and "Access
//! services" (self-service scopes). What a role scoped to one population covers is assumed.

use std::collections::HashMap;

use uuid::Uuid;

use crate::authorization::people;
use crate::directory::{Directory, Person};
use crate::refusal::Refusal;
use crate::role::{HeldRole, Permission, Role, Scope};
use crate::{Sandbox, Seed, Timestamp, dice};

/// A role that a client or user holds in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// ID of the assignment, unique within the sandbox.
    pub id: Uuid,
    /// The built-in or custom role that is assigned.
    pub role: HeldRole,
    /// The environment or population in which the role applies.
    pub scope: Scope,
    /// When it was assigned; it takes effect once the role delay has passed.
    pub since: Timestamp,
}

/// The sender of a request, as identified by its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A client or an administrator; the permissions come from its roles.
    Holder(Uuid),
    /// A user with a self-service token, which reaches only that user. An application's token has no user.
    SelfService { user: Option<Uuid>, changes_mfa: bool },
}

/// The users that a permission covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    Environment,
    Populations(Vec<Uuid>),
    SelfService(Uuid),
}

impl Reach {
    pub(crate) fn covers_population(&self, population: Uuid) -> bool {
        match self {
            Self::Environment => true,
            Self::Populations(populations) => populations.contains(&population),
            Self::SelfService(_) => false,
        }
    }

    pub(crate) fn covers(&self, person: &Person) -> bool {
        match self {
            Self::SelfService(user) => *user == person.id,
            _ => self.covers_population(person.population),
        }
    }

    /// Refuses self-service tokens: they reach the token's own user and MFA flag, but no lists and settings.
    pub(crate) fn refuse_self_service(&self) -> Result<(), Refusal> {
        if matches!(self, Self::SelfService(_)) { Err(Refusal::Role) } else { Ok(()) }
    }

    /// Returns the user with this ID if the reach covers that user. With a self-service token, every other user is a
    /// 403, whether or not it exists.
    pub(crate) fn person<'a>(&self, directory: &'a Directory, id: Uuid) -> Result<&'a Person, Refusal> {
        if matches!(self, Self::SelfService(user) if *user != id) {
            return Err(Refusal::Role);
        }
        let person = directory.get(id).ok_or(Refusal::NotFound)?;
        if self.covers(person) { Ok(person) } else { Err(Refusal::Role) }
    }
}

/// All role assignments, by client ID or user ID.
pub(crate) struct Access {
    seed: u64,
    assigned: u64,
    delay_millis: i64,
    holders: HashMap<Uuid, Vec<Assignment>>,
}

impl Access {
    /// Assigns each built-in role to one client and one administrator, and their roles to
    /// the administrators who can sign on.
    pub(crate) fn new(seed: &Seed) -> Self {
        let mut access = Self { seed: seed.seed, assigned: 0, delay_millis: 0, holders: HashMap::new() };
        for role in Role::ALL {
            for holder in [role.client_id(), role.person_id(seed)] {
                access.assign(holder, role.into(), Scope::Environment, Timestamp(i64::MIN));
            }
        }
        for (holder, role) in people::administrators(seed) {
            access.assign(holder, role.into(), Scope::Environment, Timestamp(i64::MIN));
        }
        access
    }

    /// Assigns a role. An existing assignment of the same role in the same scope is kept unchanged.
    fn assign(&mut self, holder: Uuid, role: HeldRole, scope: Scope, since: Timestamp) {
        let assignments = self.holders.entry(holder).or_default();
        if assignments.iter().any(|held| held.role == role && held.scope == scope) {
            return;
        }
        self.assigned += 1;
        let id = dice::uuid(self.seed ^ 0xa5, self.assigned);
        assignments.push(Assignment { id, role, scope, since });
    }

    fn withdraw(&mut self, holder: Uuid, role: &HeldRole, scope: Scope) {
        if let Some(assignments) = self.holders.get_mut(&holder) {
            assignments.retain(|held| held.role != *role || held.scope != scope);
        }
    }

    pub(crate) fn assignments(&self, holder: Uuid) -> &[Assignment] {
        self.holders.get(&holder).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn held(&self) -> impl Iterator<Item = &HeldRole> {
        self.holders.values().flatten().map(|assignment| &assignment.role)
    }

    /// The users that the caller's permission covers; `None` if the caller doesn't have the permission.
    pub(crate) fn reach(&self, caller: &Caller, needed: Permission, now: Timestamp) -> Option<Reach> {
        match caller {
            Caller::Holder(holder) => self.reach_of_holder(*holder, needed, now),
            Caller::SelfService { user, changes_mfa } => match needed {
                Permission::ReadUsers => user.map(Reach::SelfService),
                Permission::UpdateUserMfaEnabled if *changes_mfa => user.map(Reach::SelfService),
                _ => None,
            },
        }
    }

    fn reach_of_holder(&self, holder: Uuid, needed: Permission, now: Timestamp) -> Option<Reach> {
        let mut populations = Vec::new();
        for held in self.assignments(holder) {
            let is_in_effect = now.0.saturating_sub(held.since.0) >= self.delay_millis;
            if !is_in_effect || !held.role.permissions().contains(&needed) {
                continue;
            }
            match held.scope {
                Scope::Environment => return Some(Reach::Environment),
                Scope::Population(_) if needed.is_of_environment() => {}
                Scope::Population(population) => populations.push(population),
            }
        }
        (!populations.is_empty()).then_some(Reach::Populations(populations))
    }
}

impl Sandbox {
    /// Assigns a role to a client or a user.
    pub fn assign(&mut self, holder: Uuid, role: impl Into<HeldRole>, scope: Scope, now: Timestamp) {
        self.access.assign(holder, role.into(), scope, now);
    }

    /// Withdraws a role from a client or a user, effective immediately.
    pub fn withdraw(&mut self, holder: Uuid, role: impl Into<HeldRole>, scope: Scope) {
        self.access.withdraw(holder, &role.into(), scope);
    }

    /// The roles that a client or a user holds, oldest first.
    #[must_use]
    pub fn assignments(&self, holder: Uuid) -> &[Assignment] {
        self.access.assignments(holder)
    }

    /// Sets how long a role assignment takes to take effect. Until then it is ignored.
    pub fn set_role_delay_millis(&mut self, millis: i64) {
        self.access.delay_millis = millis;
    }
}
