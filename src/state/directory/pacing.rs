//! How fast is read: chosen by a person, within what the deployment permits.

use pingone_mfa_core::domain::settings::Rate;
use pingone_mfa_core::domain::time::PerSecond;

use super::Directory;
use crate::state::Ports;
use crate::state::announcement::Announcement;

/// The ceilings on offer, as far as the deployment permits them.
const STEPS: [u32; 9] = [5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/// What was chosen last on this computer, or else what the deployment begins with.
pub(super) fn remembered(ports: &Ports, rate: Rate) -> PerSecond {
    let chosen = ports.preferences.read_ceiling().filter(|chosen| *chosen > 0);
    chosen.map_or(rate.read, |chosen| PerSecond(f64::from(chosen)).min(rate.max))
}

/// The ceilings to choose from, the lowest first: some steps, the highest that is permitted, and the one in use.
fn ceilings(in_use: PerSecond, highest: PerSecond) -> Vec<u32> {
    let [in_use, highest] = [in_use, highest].map(|pace| u32::try_from(pace.whole()).unwrap_or(u32::MAX));
    let mut ceilings: Vec<u32> = STEPS.into_iter().chain([in_use, highest]).collect();
    ceilings.retain(|ceiling| (1..=highest).contains(ceiling));
    ceilings.sort_unstable();
    ceilings.dedup();
    ceilings
}

impl Directory {
    /// The ceilings for reads to choose from, the lowest first.
    pub fn read_ceilings(&self) -> Vec<u32> {
        ceilings(self.read_ceiling.get(), self.settings.rate.max)
    }

    /// Reads at most so many requests a second from now on, in what is under way too.
    pub fn limit_reads(&'static self, per_second: u32) {
        let ceiling = PerSecond(f64::from(per_second.max(1))).min(self.settings.rate.max);
        self.read_ceiling.set(ceiling);
        self.ports.preferences.remember_read_ceiling(per_second);
        if let Some(connection) = self.connection() {
            connection.limit_reads(ceiling);
        }
        self.announcer.tell(Announcement::ReadCeiling(ceiling));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_ends_at_what_is_permitted_and_holds_what_is_in_use() {
        let offered = |in_use, highest| ceilings(PerSecond(in_use), PerSecond(highest));
        assert_eq!(offered(20.0, 50.0), [5, 10, 20, 50]);
        assert_eq!(offered(30.0, 80.0), [5, 10, 20, 30, 50, 80]);
        assert_eq!(offered(3.0, 3.0), [3]);
        assert_eq!(offered(2000.0, 2000.0).last(), Some(&2000));
    }
}
