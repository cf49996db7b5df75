//! How many users had MFA on at one time, kept so that another time can be compared with it. It has counts and the
//! names of populations, and nobody in it. [`crate::api::snapshot`] writes and reads it.

use super::region::RegionCode;
use super::status::{Counts, Status};
use super::tenant::EnvironmentId;
use super::time::Timestamp;
use super::user::{Population, PopulationId};

/// The counts of one environment at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Which environment. Whoever compares asks first whether it is the same one.
    pub environment: EnvironmentId,
    /// Its region.
    pub region: RegionCode,
    /// When the list was read.
    pub list_read_at: Timestamp,
    /// When the devices were; `None` if nobody had looked for any.
    pub devices_as_of: Option<Timestamp>,
    /// The counts, in the status's order. No population is there twice.
    pub populations: Vec<PopulationSnapshot>,
}

/// The counts of one population at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationSnapshot {
    /// Which; `None` for users who name none.
    pub population: Option<PopulationId>,
    /// What it was called, where that was known.
    pub name: Option<String>,
    /// Its users.
    pub counts: Counts,
}

impl Snapshot {
    /// Of a status, with the names of populations that are known.
    #[must_use]
    pub fn of(
        environment: EnvironmentId,
        region: RegionCode,
        list_read_at: Timestamp,
        devices_as_of: Option<Timestamp>,
        status: &Status,
        names: &[Population],
    ) -> Self {
        let name = |id| names.iter().find(|named| Some(named.id) == id).map(|named| named.name.clone());
        let counted = status.populations.iter().map(|counted| PopulationSnapshot {
            population: counted.population,
            name: name(counted.population),
            counts: counted.counts,
        });
        Self { environment, region, list_read_at, devices_as_of, populations: counted.collect() }
    }

    /// All users' counts.
    #[must_use]
    pub fn all(&self) -> Counts {
        let mut all = Counts::default();
        self.populations.iter().for_each(|population| all.join(&population.counts));
        all
    }

    fn get(&self, population: Option<PopulationId>) -> Option<&PopulationSnapshot> {
        self.populations.iter().find(|other| other.population == population)
    }
}

/// What became of one population between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationChange {
    /// Which; `None` for users who name none.
    pub population: Option<PopulationId>,
    /// What it is called, by the newer snapshot where that has a name.
    pub name: Option<String>,
    /// Its users before and after.
    pub presence: Presence,
}

/// In which of two snapshots a population is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In both.
    Stayed {
        /// In the older one.
        before: Counts,
        /// In the newer one.
        after: Counts,
    },
    /// In the newer one alone: it was made, had no users before, or could not be seen.
    Came {
        /// In the newer one.
        after: Counts,
    },
    /// In the older one alone.
    Went {
        /// In the older one.
        before: Counts,
    },
}

/// What became of every population, in the newer snapshot's order; those that went stand at the end. That both are
/// of one environment is the caller's to ask.
#[must_use]
pub fn change(older: &Snapshot, newer: &Snapshot) -> Vec<PopulationChange> {
    let there = newer.populations.iter().map(|now| {
        let before = older.get(now.population);
        let presence = match before {
            Some(before) => Presence::Stayed { before: before.counts, after: now.counts },
            None => Presence::Came { after: now.counts },
        };
        let name = now.name.clone().or_else(|| before.and_then(|before| before.name.clone()));
        PopulationChange { population: now.population, name, presence }
    });
    let gone = older.populations.iter().filter(|before| newer.get(before.population).is_none());
    let gone = gone.map(|before| PopulationChange {
        population: before.population,
        name: before.name.clone(),
        presence: Presence::Went { before: before.counts },
    });
    there.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::status::PopulationStatus;
    use uuid::Uuid;

    const EMPLOYEES: Option<PopulationId> = Some(PopulationId(Uuid::from_u128(1)));
    const LAB: Option<PopulationId> = Some(PopulationId(Uuid::from_u128(2)));
    const SHOP: Option<PopulationId> = Some(PopulationId(Uuid::from_u128(3)));

    fn counts(on: u64, off: u64) -> Counts {
        Counts { on_not_checked: on, off, ..Counts::default() }
    }

    fn snapshot(rows: &[(Option<PopulationId>, Option<&str>, Counts)]) -> Snapshot {
        let populations = rows.iter().map(|(population, name, counts)| PopulationSnapshot {
            population: *population,
            name: name.map(str::to_owned),
            counts: *counts,
        });
        Snapshot {
            environment: EnvironmentId(Uuid::from_u128(9)),
            region: RegionCode("EU".into()),
            list_read_at: Timestamp(0),
            devices_as_of: None,
            populations: populations.collect(),
        }
    }

    #[test]
    fn a_snapshot_has_the_counts_of_the_status_and_the_names_that_are_known() {
        let row = |population, counts| PopulationStatus { population, counts };
        let populations = vec![row(EMPLOYEES, counts(3, 4)), row(LAB, counts(1, 0)), row(None, counts(0, 2))];
        let status = Status { all: counts(4, 6), populations };
        let names = [Population { id: EMPLOYEES.unwrap(), name: "Employees".into(), users: None }];
        let made = Snapshot::of(
            EnvironmentId(Uuid::from_u128(9)),
            RegionCode("EU".into()),
            Timestamp(0),
            None,
            &status,
            &names,
        );
        let rows = [
            (EMPLOYEES, Some("Employees"), counts(3, 4)),
            (LAB, None, counts(1, 0)),
            (None, None, counts(0, 2)),
        ];
        assert_eq!(made, snapshot(&rows));
        assert_eq!(made.all(), status.all);
    }

    #[test]
    fn every_population_of_either_snapshot_is_told_once() {
        let older = snapshot(&[
            (EMPLOYEES, Some("Staff"), counts(3, 4)),
            (LAB, Some("Lab"), counts(1, 1)),
            (None, None, counts(0, 2)),
        ]);
        let newer = snapshot(&[
            (SHOP, Some("Shop floor"), counts(5, 5)),
            (EMPLOYEES, Some("Employees"), counts(6, 1)),
            (None, None, counts(0, 2)),
        ]);
        let told: Vec<_> = change(&older, &newer)
            .into_iter()
            .map(|change| (change.population, change.name, change.presence))
            .collect();
        let unchanged = Presence::Stayed { before: counts(0, 2), after: counts(0, 2) };
        let stayed = Presence::Stayed { before: counts(3, 4), after: counts(6, 1) };
        assert_eq!(
            told,
            [
                (SHOP, Some("Shop floor".into()), Presence::Came { after: counts(5, 5) }),
                (EMPLOYEES, Some("Employees".into()), stayed),
                (None, None, unchanged),
                (LAB, Some("Lab".into()), Presence::Went { before: counts(1, 1) }),
            ]
        );
    }

    #[test]
    fn a_name_that_only_the_older_snapshot_knows_is_kept() {
        let older = snapshot(&[(LAB, Some("Lab"), counts(1, 1))]);
        let newer = snapshot(&[(LAB, None, counts(1, 1))]);
        assert_eq!(change(&older, &newer)[0].name.as_deref(), Some("Lab"));
    }
}
