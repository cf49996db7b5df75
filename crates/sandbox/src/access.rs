//! Who may do what: assignments of roles, looked up at every call.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Administrator permissions and role assignments" and
//! "Access services" (self-service scopes). What a role of one population covers is assumed.

use std::collections::HashMap;

use uuid::Uuid;

use crate::authorization::people;
use crate::directory::{Directory, Person};
use crate::refusal::Refusal;
use crate::role::{HeldRole, Permission, Role, Scope};
use crate::{Sandbox, Seed, Timestamp, seed};

/// A role that somebody holds somewhere since some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its id.
    pub id: Uuid,
    /// The role.
    pub role: HeldRole,
    /// Where it holds.
    pub scope: Scope,
    /// Since when.
    pub since: Timestamp,
}

/// Who asks, by the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A client or an administrator: roles decide.
    Holder(Uuid),
    /// Somebody with a self-service token, which reaches nobody else. An application's has no user.
    OneSelf { user: Option<Uuid>, changes_mfa: bool },
}

/// How far a permission goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    Environment,
    Populations(Vec<Uuid>),
    OneSelf(Uuid),
}

impl Reach {
    pub(crate) fn covers_population(&self, population: Uuid) -> bool {
        match self {
            Self::Environment => true,
            Self::Populations(populations) => populations.contains(&population),
            Self::OneSelf(_) => false,
        }
    }

    pub(crate) fn covers(&self, person: &Person) -> bool {
        match self {
            Self::OneSelf(user) => *user == person.id,
            _ => self.covers_population(person.population),
        }
    }

    /// A self-service token reaches one's own user and flag, and none of the lists and settings around them.
    pub(crate) fn refuse_self_service(&self) -> Result<(), Refusal> {
        if matches!(self, Self::OneSelf(_)) { Err(Refusal::Role) } else { Ok(()) }
    }

    /// The person with this id, if the reach goes that far. With a self-service token everybody else is a 403,
    /// whether or not they exist.
    pub(crate) fn person<'a>(&self, directory: &'a Directory, id: Uuid) -> Result<&'a Person, Refusal> {
        if matches!(self, Self::OneSelf(user) if *user != id) {
            return Err(Refusal::Role);
        }
        let person = directory.get(id).ok_or(Refusal::NotFound)?;
        if self.covers(person) { Ok(person) } else { Err(Refusal::Role) }
    }
}

/// All assignments, by client or user.
pub(crate) struct Access {
    seed: u64,
    assigned: u64,
    delay_millis: i64,
    holders: HashMap<Uuid, Vec<Assignment>>,
}

impl Access {
    /// A client and an administrator hold each built-in role from the start, and so do those who may sign on theirs.
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

    /// Whoever holds the role there already keeps it as it is.
    fn assign(&mut self, holder: Uuid, role: HeldRole, scope: Scope, since: Timestamp) {
        let assignments = self.holders.entry(holder).or_default();
        if assignments.iter().any(|held| held.role == role && held.scope == scope) {
            return;
        }
        self.assigned += 1;
        let id = seed::uuid(self.seed ^ 0xa5, self.assigned);
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

    /// Every role that is assigned.
    pub(crate) fn held(&self) -> impl Iterator<Item = &HeldRole> {
        self.holders.values().flatten().map(|assignment| &assignment.role)
    }

    /// How far the caller's permission goes; `None` without it.
    pub(crate) fn reach(&self, caller: &Caller, needed: Permission, now: Timestamp) -> Option<Reach> {
        match caller {
            Caller::Holder(holder) => self.reach_of_holder(*holder, needed, now),
            Caller::OneSelf { user, changes_mfa } => match needed {
                Permission::ReadUsers => user.map(Reach::OneSelf),
                Permission::UpdateUserMfaEnabled if *changes_mfa => user.map(Reach::OneSelf),
                _ => None,
            },
        }
    }

    fn reach_of_holder(&self, holder: Uuid, needed: Permission, now: Timestamp) -> Option<Reach> {
        let mut populations = Vec::new();
        for held in self.assignments(holder) {
            let has_arrived = now.0.saturating_sub(held.since.0) >= self.delay_millis;
            if !has_arrived || !held.role.permissions().contains(&needed) {
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
    /// Gives a role to a client or a user.
    pub fn assign(&mut self, holder: Uuid, role: impl Into<HeldRole>, scope: Scope, now: Timestamp) {
        self.access.assign(holder, role.into(), scope, now);
    }

    /// Takes a role away, at once.
    pub fn withdraw(&mut self, holder: Uuid, role: impl Into<HeldRole>, scope: Scope) {
        self.access.withdraw(holder, &role.into(), scope);
    }

    /// The roles that a client or a user holds, the oldest first.
    #[must_use]
    pub fn assignments(&self, holder: Uuid) -> &[Assignment] {
        self.access.assignments(holder)
    }

    /// How long an assignment takes to arrive: until then it is as if it were not there.
    pub fn set_role_delay_millis(&mut self, millis: i64) {
        self.access.delay_millis = millis;
    }
}
