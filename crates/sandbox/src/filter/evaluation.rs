//! Whether a filter holds for a person.

use uuid::Uuid;

use super::{Bound, Filter};
use crate::directory::Person;

/// Whether a person belongs to a group; if the last is true, then not by way of another group.
pub(crate) type Membership<'a> = dyn Fn(Uuid, &Person, bool) -> bool + 'a;

impl Filter {
    /// Whether it holds for a person. What somebody doesn't have equals nothing.
    pub(crate) fn holds(&self, person: &Person, membership: &Membership<'_>) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.holds(person, membership)),
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(person, membership)),
            Self::Text(attribute, operator, value) => {
                attribute.of(person).is_some_and(|text| operator.holds(text, value))
            }
            Self::Id(id) => person.id == *id,
            Self::Population(id) => person.population == *id,
            Self::MemberOf { group, directly } => membership(*group, person, *directly),
            Self::Updated(Bound::From, time) => person.updated >= *time,
            Self::Updated(Bound::Until, time) => person.updated <= *time,
        }
    }
}
