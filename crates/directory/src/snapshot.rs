//! A snapshot of how many users had MFA on at one time, stored to be compared with another one.
//!
//! It has counts and the names of populations, but no users. [`crate::snapshot_file`] writes and reads it.

use pingone::environment::EnvironmentId;
use pingone::region::RegionCode;
use pingone::time::Timestamp;
use pingone::user::{Population, PopulationId};

use super::status::{Counts, Status};

/// The counts of one environment at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The environment of the counts. A comparison must first check that both snapshots have the same one.
    pub environment: EnvironmentId,
    /// The region of the environment.
    pub region: RegionCode,
    /// When the list of users was loaded.
    pub list_read_at: Timestamp,
    /// When the devices were read; `None` if no devices were read.
    pub devices_as_of: Option<Timestamp>,
    /// The counts by population, in the status's order. No population appears twice.
    pub populations: Vec<PopulationSnapshot>,
}

/// The counts of one population at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationSnapshot {
    /// The population; `None` for users without one.
    pub population: Option<PopulationId>,
    /// The population's name at that time, where it was known.
    pub name: Option<String>,
    /// The counts of the population's users.
    pub counts: Counts,
}

impl Snapshot {
    /// Creates a snapshot of a status, with the known names of populations.
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

    /// The counts of all users, summed over the populations.
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

/// How one population changed between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationChange {
    /// The population; `None` for users without one.
    pub population: Option<PopulationId>,
    /// The population's name, from the newer snapshot where that has one.
    pub name: Option<String>,
    /// The counts of its users before and after.
    pub presence: Presence,
}

/// In which of two snapshots a population is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The population is in both snapshots.
    Stayed {
        /// The counts in the older snapshot.
        before: Counts,
        /// The counts in the newer snapshot.
        after: Counts,
    },
    /// The population is only in the newer snapshot: it was created, had no users before, or wasn't visible.
    Came {
        /// The counts in the newer snapshot.
        after: Counts,
    },
    /// The population is only in the older snapshot.
    Went {
        /// The counts in the older snapshot.
        before: Counts,
    },
}

/// The change of every population, in the newer snapshot's order; those that are only in the older one come last. The
/// caller must check that both are of the same environment.
#[must_use]
pub fn change(older: &Snapshot, newer: &Snapshot) -> Vec<PopulationChange> {
    let present = newer.populations.iter().map(|now| {
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
    present.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::super::status::PopulationStatus;
    use super::*;
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
    fn a_snapshot_has_the_counts_of_the_status_and_the_known_names() {
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
    fn every_population_of_either_snapshot_is_reported_once() {
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
        let reported: Vec<_> = change(&older, &newer)
            .into_iter()
            .map(|change| (change.population, change.name, change.presence))
            .collect();
        let unchanged = Presence::Stayed { before: counts(0, 2), after: counts(0, 2) };
        let stayed = Presence::Stayed { before: counts(3, 4), after: counts(6, 1) };
        assert_eq!(
            reported,
            [
                (SHOP, Some("Shop floor".into()), Presence::Came { after: counts(5, 5) }),
                (EMPLOYEES, Some("Employees".into()), stayed),
                (None, None, unchanged),
                (LAB, Some("Lab".into()), Presence::Went { before: counts(1, 1) }),
            ]
        );
    }

    #[test]
    fn a_name_that_only_the_older_snapshot_has_is_kept() {
        let older = snapshot(&[(LAB, Some("Lab"), counts(1, 1))]);
        let newer = snapshot(&[(LAB, None, counts(1, 1))]);
        assert_eq!(change(&older, &newer)[0].name.as_deref(), Some("Lab"));
    }
}
