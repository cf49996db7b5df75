//! How fast requests leave at most: chosen by a person, within what the deployment permits.

use pingone::time::PerSecond;

use leptos::prelude::*;

/// The ceilings on offer, as far as the deployment permits them.
const STEPS: [u32; 9] = [5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/// One of the two ceilings.
#[derive(Clone, Copy)]
pub struct Ceiling {
    in_use: RwSignal<PerSecond>,
    highest: PerSecond,
}

impl Ceiling {
    pub(super) const fn new(in_use: RwSignal<PerSecond>, highest: PerSecond) -> Self {
        Self { in_use, highest }
    }

    /// The one in use; whoever asks while being shown is shown anew when another is chosen.
    pub fn get(self) -> PerSecond {
        self.in_use.get()
    }

    /// The one in use now.
    pub fn get_untracked(self) -> PerSecond {
        self.in_use.get_untracked()
    }

    /// The ceilings to choose from, the lowest first: some steps, the highest that is permitted, and the one in use.
    pub fn choices(self) -> Vec<u32> {
        choices(self.get_untracked(), self.highest)
    }

    /// Chooses another, as far as it is permitted. Returns what it is now.
    pub(super) fn choose(self, per_second: u32) -> PerSecond {
        let ceiling = PerSecond(f64::from(per_second.max(1))).min(self.highest);
        self.in_use.set(ceiling);
        ceiling
    }

    /// Takes back what was chosen.
    pub(super) fn begin_with(self, ceiling: PerSecond) {
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
    fn what_is_offered_ends_at_what_is_permitted_and_holds_what_is_in_use() {
        let offered = |in_use, highest| choices(PerSecond(in_use), PerSecond(highest));
        assert_eq!(offered(20.0, 50.0), [5, 10, 20, 50]);
        assert_eq!(offered(30.0, 80.0), [5, 10, 20, 30, 50, 80]);
        assert_eq!(offered(3.0, 3.0), [3]);
        assert_eq!(offered(2000.0, 2000.0).last(), Some(&2000));
    }
}
