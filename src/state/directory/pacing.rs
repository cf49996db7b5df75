//! How fast is read: chosen by a person, and remembered on this computer.

use pingone::policy::Rate;
use pingone::request::Kind;
use pingone::time::PerSecond;

use crate::state::Ports;
use crate::state::announcement::Announcement;

use super::Directory;

/// What was chosen last on this computer, or else what the deployment begins with.
pub(super) fn remembered(ports: &Ports, rate: Rate) -> PerSecond {
    let chosen = ports.get().preferences.read_ceiling().filter(|chosen| *chosen > 0);
    chosen.map_or(rate.read, |chosen| PerSecond(f64::from(chosen)).min(rate.max))
}

impl Directory {
    /// Reads at most so many requests a second from now on, in what is under way too.
    pub fn limit_reads(self, per_second: u32) {
        let ceiling = self.read_ceiling.choose(per_second);
        self.ports.get().preferences.remember_read_ceiling(per_second);
        if let Some(connection) = self.connection() {
            connection.limit(Kind::Read, ceiling);
        }
        self.announcer.tell(Announcement::Ceiling(ceiling));
    }
}
