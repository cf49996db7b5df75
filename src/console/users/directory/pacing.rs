//! The maximum request rate for reads. The choice is remembered in this browser.

use pingone::policy::Rate;
use pingone::request::Kind;
use pingone::time::PerSecond;

use crate::announcement::Announcement;
use crate::ports::Ports;

use crate::console::users::directory::Directory;

/// The remembered rate, or the deployment's default.
pub(super) fn remembered(ports: &Ports, rate: Rate) -> PerSecond {
    let chosen = ports.get().preferences.read_ceiling().filter(|chosen| *chosen > 0);
    chosen.map_or(rate.read, |chosen| PerSecond(f64::from(chosen)).min(rate.max))
}

impl Directory {
    /// Sets the maximum request rate for reads, including those in progress.
    pub fn limit_reads(self, per_second: u32) {
        let ceiling = self.read_ceiling.choose(per_second);
        self.ports.get().preferences.remember_read_ceiling(per_second);
        if let Some(connection) = self.connection() {
            connection.limit(Kind::Read, ceiling);
        }
        self.announcer.tell(Announcement::Ceiling(ceiling));
    }
}
