//! Decides whether populations are listed in parallel or all users with one cursor.

use pingone::filter::Filter;
use pingone::request::PAGE_SIZE;
use pingone::user::Population;

use super::lane::Lane;

/// With more populations, too many requests would go to their last pages, which are rarely full.
const MAX_POPULATIONS: usize = 100;

/// The lanes in which `total` users are read. Every user is in exactly one population, so lanes by population read
/// every user once. They are used if they cost at most a fifth more pages and the populations' user counts add up to
/// the total (within 1 %); otherwise the token may see users whose population it can't see.
pub(super) fn lanes(populations: &[Population], total: Option<u64>) -> Vec<Lane> {
    by_population(populations, total).unwrap_or_else(|| vec![Lane::new(None, total)])
}

fn by_population(populations: &[Population], total: Option<u64>) -> Option<Vec<Lane>> {
    let total = total?;
    if !(2..=MAX_POPULATIONS).contains(&populations.len()) {
        return None;
    }
    let counts: Vec<u64> = populations.iter().map(|population| population.users).collect::<Option<_>>()?;
    let sum: u64 = counts.iter().sum();
    let pages: u64 = counts.iter().map(|users| pages(*users)).sum();
    let adds_up = sum.abs_diff(total) * 100 <= total;
    (adds_up && pages * 5 <= self::pages(total) * 6).then(|| {
        let lane = |(population, users): (&Population, u64)| {
            Lane::new(Some(Filter::Population(population.id)), Some(users))
        };
        populations.iter().zip(counts).map(lane).collect()
    })
}

/// The number of pages of a population; an empty one takes a page too.
fn pages(users: u64) -> u64 {
    users.div_ceil(u64::from(PAGE_SIZE)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::user::PopulationId;
    use uuid::Uuid;

    fn populations(counts: &[Option<u64>]) -> Vec<Population> {
        let population = |(users, number): (&Option<u64>, u128)| Population {
            id: PopulationId(Uuid::from_u128(number)),
            name: format!("P{number}"),
            users: *users,
        };
        counts.iter().zip(1..).map(population).collect()
    }

    fn lanes_of(counts: &[u64], total: u64) -> usize {
        let counts: Vec<_> = counts.iter().copied().map(Some).collect();
        lanes(&populations(&counts), Some(total)).len()
    }

    #[test]
    fn large_populations_are_read_in_parallel() {
        assert_eq!(lanes_of(&[31_480, 6_204, 2_428], 40_112), 3);
        assert_eq!(lanes_of(&[2500; 8], 20_000), 8);
        assert_eq!(lanes_of(&[31_480, 6_204, 2_420], 40_112), 3, "a user may have been added meanwhile");
    }

    #[test]
    fn one_cursor_reads_all_if_lanes_would_cost_too_many_pages() {
        assert_eq!(lanes_of(&[10; 50], 500), 1);
        assert_eq!(lanes_of(&[200, 1], 201), 2, "two pages either way");
        assert_eq!(lanes_of(&[201, 201], 402), 1, "four pages instead of three");
        assert_eq!(lanes_of(&[10_000; 101], 1_010_000), 1);
        assert_eq!(lanes_of(&[40_112], 40_112), 1);
    }

    #[test]
    fn one_cursor_reads_all_if_counts_are_missing_or_do_not_add_up() {
        assert_eq!(lanes(&populations(&[Some(500), None]), Some(1000)).len(), 1);
        assert_eq!(lanes(&populations(&[Some(500), Some(500)]), None).len(), 1);
        assert_eq!(lanes_of(&[30_000, 5_000], 40_112), 1);
    }
}
