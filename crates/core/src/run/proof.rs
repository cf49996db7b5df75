//! What a run has proved by its successful changes: the token was accepted, PingOne was reachable, and the role
//! was granted for those users.
//!
//! It is used to diagnose why a user of the run was not changed.

use pingone::user::PopulationId;

/// As many consecutive refusals as pause a run: after them, what worked before may have stopped working.
const CONSECUTIVE_REFUSALS: u64 = 20;

/// The changes that PingOne carried out in a run, with the current token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    changed: Vec<(Option<PopulationId>, u64)>,
    refused_since: u64,
}

impl Proof {
    /// Counts changed users by population. `refused_since` is how many users were refused after the last change.
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

    /// How many users were changed in all populations.
    #[must_use]
    pub fn users(&self) -> u64 {
        self.changed.iter().map(|(_, users)| users).sum()
    }

    /// How many users of this population were changed.
    #[must_use]
    pub fn users_in(&self, population: PopulationId) -> u64 {
        self.changed.iter().filter(|(known, _)| *known == Some(population)).map(|(_, users)| users).sum()
    }

    /// How many changes are evidence against a cause that would have prevented all of them: those in the user's own
    /// population or, if that isn't known, all of them. Zero after 20 consecutive refusals,
    /// because the cause may have set in since.
    #[must_use]
    pub fn speaks_for(&self, population: Option<PopulationId>) -> u64 {
        if self.refused_since >= CONSECUTIVE_REFUSALS {
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
    fn changes_are_evidence_for_their_own_population() {
        let changed = [Some(EMPLOYEES), None, Some(EMPLOYEES)];
        let proof = Proof::new(changed, 3);
        assert_eq!((proof.users(), proof.users_in(EMPLOYEES), proof.users_in(CONTRACTORS)), (3, 2, 0));
        assert_eq!(
            [Some(EMPLOYEES), Some(CONTRACTORS), None].map(|population| proof.speaks_for(population)),
            [2, 0, 3]
        );
    }

    #[test]
    fn changes_before_many_consecutive_refusals_prove_nothing() {
        assert_eq!(Proof::new([Some(EMPLOYEES)], 19).speaks_for(Some(EMPLOYEES)), 1);
        assert_eq!(Proof::new([Some(EMPLOYEES)], 20).speaks_for(Some(EMPLOYEES)), 0);
        assert_eq!(Proof::default().speaks_for(None), 0);
    }
}
