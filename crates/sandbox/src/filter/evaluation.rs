//! Evaluation of a filter for a user.

use uuid::Uuid;

use crate::directory::Person;

use super::{Bound, Filter};

/// Whether a user is a member of a group; if the last argument is true, direct membership is required.
pub(crate) type Membership<'a> = dyn Fn(Uuid, &Person, bool) -> bool + 'a;

impl Filter {
    /// Whether the filter matches the user. A missing attribute matches nothing.
    pub(crate) fn matches(&self, person: &Person, membership: &Membership<'_>) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.matches(person, membership)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(person, membership)),
            Self::Text(attribute, operator, value) => {
                attribute.of(person).is_some_and(|text| operator.matches(text, value))
            }
            Self::Id(id) => person.id == *id,
            Self::Population(id) => person.population == *id,
            Self::MemberOf { group, directly } => membership(*group, person, *directly),
            Self::Updated(Bound::From, time) => person.updated >= *time,
            Self::Updated(Bound::Until, time) => person.updated <= *time,
        }
    }
}
