//! What a run proved before somebody asks why one of its users was not changed: the token was taken, PingOne was
//! reachable, and the role was there for those users.

use super::user::PopulationId;

/// As many refusals in a row as halt a run: after them, what worked before may have stopped working.
const MANY_IN_A_ROW: u64 = 20;

/// The changes that PingOne carried out in a run, with the token that is in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// How many users were changed, by population.
    changed: Vec<(Option<PopulationId>, u64)>,
    /// How many users were refused since the last change.
    refused_since: u64,
}

impl Proof {
    /// Counts the populations of the users who were changed, and takes note of how many were refused after the last.
    #[must_use]
    pub fn new(changed: impl IntoIterator<Item = Option<PopulationId>>, refused_since: u64) -> Self {
        let mut counted: Vec<(Option<PopulationId>, u64)> = Vec::new();
        for population in changed {
            match counted.iter_mut().find(|(known, _)| *known == population) {
                Some((_, users)) => *users += 1,
                None => counted.push((population, 1)),
            }
        }
        Self { changed: counted, refused_since }
    }

    /// How many users were changed.
    #[must_use]
    pub fn users(&self) -> u64 {
        self.changed.iter().map(|(_, users)| users).sum()
    }

    /// How many users of this population were changed.
    #[must_use]
    pub fn users_in(&self, population: PopulationId) -> u64 {
        self.changed.iter().filter(|(known, _)| *known == Some(population)).map(|(_, users)| users).sum()
    }

    /// How many changes speak against a cause that would have stopped all of them: those in the user's own population
    /// or, where that isn't known, all. None once so many users were refused in a row that it may have stopped working.
    #[must_use]
    pub fn speaks_for(&self, population: Option<PopulationId>) -> u64 {
        if self.refused_since >= MANY_IN_A_ROW {
            return 0;
        }
        population.map_or_else(|| self.users(), |population| self.users_in(population))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const EMPLOYEES: PopulationId = PopulationId(Uuid::from_u128(1));
    const CONTRACTORS: PopulationId = PopulationId(Uuid::from_u128(2));

    #[test]
    fn changes_speak_for_their_own_population() {
        let changed = [Some(EMPLOYEES), None, Some(EMPLOYEES)];
        let proof = Proof::new(changed, 3);
        assert_eq!((proof.users(), proof.users_in(EMPLOYEES), proof.users_in(CONTRACTORS)), (3, 2, 0));
        assert_eq!(
            [Some(EMPLOYEES), Some(CONTRACTORS), None].map(|population| proof.speaks_for(population)),
            [2, 0, 3]
        );
    }

    #[test]
    fn what_worked_before_many_refusals_in_a_row_proves_nothing_any_more() {
        assert_eq!(Proof::new([Some(EMPLOYEES)], 19).speaks_for(Some(EMPLOYEES)), 1);
        assert_eq!(Proof::new([Some(EMPLOYEES)], 20).speaks_for(Some(EMPLOYEES)), 0);
        assert_eq!(Proof::default().speaks_for(None), 0);
    }
}
