//! The maximum request rate: chosen by a person, up to the deployment's limit.

use pingone::time::PerSecond;

use leptos::prelude::*;

/// The rates on offer, up to the deployment's limit.
const STEPS: [u32; 9] = [5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/// A maximum request rate: the one for reads or the one for writes.
#[derive(Clone, Copy)]
pub struct Ceiling {
    in_use: RwSignal<PerSecond>,
    highest: PerSecond,
}

impl Ceiling {
    pub(crate) const fn new(in_use: RwSignal<PerSecond>, highest: PerSecond) -> Self {
        Self { in_use, highest }
    }

    /// The rate in use. Reactive: a component that reads it updates when another rate is chosen.
    pub fn get(self) -> PerSecond {
        self.in_use.get()
    }

    pub fn get_untracked(self) -> PerSecond {
        self.in_use.get_untracked()
    }

    /// The rates to choose from, in ascending order: the steps, the highest one permitted, and the one in use.
    pub fn choices(self) -> Vec<u32> {
        choices(self.get_untracked(), self.highest)
    }

    /// Sets another rate, clamped to what is permitted. Returns the new rate.
    pub(crate) fn choose(self, per_second: u32) -> PerSecond {
        let ceiling = PerSecond(f64::from(per_second.max(1))).min(self.highest);
        self.in_use.set(ceiling);
        ceiling
    }

    /// Discards the chosen rate and uses `ceiling`, for a new connection.
    pub(crate) fn begin_with(self, ceiling: PerSecond) {
        self.in_use.set(ceiling);
    }
}

fn choices(in_use: PerSecond, highest: PerSecond) -> Vec<u32> {
    let [in_use, highest] = [in_use, highest].map(|pace| u32::try_from(pace.whole()).unwrap_or(u32::MAX));
    let mut ceilings: Vec<u32> = STEPS.into_iter().chain([in_use, highest]).collect();
    ceilings.retain(|ceiling| (1..=highest).contains(ceiling));
    ceilings.sort_unstable();
    ceilings.dedup();
    ceilings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_include_the_rate_in_use_and_end_at_the_limit() {
        let offered = |in_use, highest| choices(PerSecond(in_use), PerSecond(highest));
        assert_eq!(offered(20.0, 50.0), [5, 10, 20, 50]);
        assert_eq!(offered(30.0, 80.0), [5, 10, 20, 30, 50, 80]);
        assert_eq!(offered(3.0, 3.0), [3]);
        assert_eq!(offered(2000.0, 2000.0).last(), Some(&2000));
    }
}
