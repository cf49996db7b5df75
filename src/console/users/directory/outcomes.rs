//! The run report that filters the user list.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::time::Millis;
use pingone_mfa_core::directory::store::{UserIndex, UserSet, UserStore};
use pingone_mfa_core::ports::Opened;
use pingone_mfa_core::run::report::{Part, RunReport};
use pingone_mfa_core::run::report_file::{REPORT_LIMIT, ReportFault, ReportReader};

use crate::console::saving::ROWS_AT_ONCE;
use crate::console::unreadable_body::UnreadableBody;

use crate::console::users::directory::Directory;

/// Loading state of a report file.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcomes {
    Reading,
    UnreadableBody(UnreadableBody<ReportFault>),
    /// Users of the report are shown in the list.
    Shown(Shown),
}

/// The part of a report that is shown in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub report: Rc<RunReport>,
    pub part: Part,
    /// The number of its users that are not in the list.
    pub unlisted: usize,
}

impl Directory {
    /// Opens a report that was saved as JSON, and filters the list by it. `chosen` is called once a file is chosen.
    pub fn open_outcomes(self, chosen: impl FnOnce() + 'static) {
        let opening = self.ports.get().files.open(".json", REPORT_LIMIT);
        self.tasks.spawn(async move {
            let opened = opening.await;
            if !matches!(opened, Opened::Cancelled) {
                chosen();
            }
            let read = match opened {
                Opened::Cancelled => return,
                Opened::TooLarge => Err(UnreadableBody::TooLarge),
                Opened::Unreadable => Err(UnreadableBody::Unreadable),
                Opened::Silent => Err(UnreadableBody::Silent),
                Opened::Bytes(bytes) => {
                    self.close_outcomes();
                    self.outcomes.set(Some(Outcomes::Reading));
                    self.read_outcomes(bytes).await
                }
            };
            match read {
                Ok(report) => self.show_outcomes(Rc::new(report)),
                Err(why) => {
                    self.close_outcomes();
                    self.outcomes.set(Some(Outcomes::UnreadableBody(why)));
                }
            }
        });
    }

    /// Parses the report a thousand rows at a time, so that the page is not blocked.
    async fn read_outcomes(self, bytes: Vec<u8>) -> Result<RunReport, UnreadableBody<ReportFault>> {
        let mut reader = ReportReader::new(bytes).map_err(UnreadableBody::Fault)?;
        let report = loop {
            if let Some(report) = reader.step(ROWS_AT_ONCE).map_err(UnreadableBody::Fault)? {
                break report;
            }
            let clock = &self.ports.get().clock;
            clock.sleep_until(clock.now() + Millis(1)).await;
        };
        let environment = self.connection().map(|connection| connection.tenant().environment);
        let is_ours = environment == Some(report.plan.environment);
        is_ours.then_some(report).ok_or(UnreadableBody::OtherEnvironment)
    }

    /// Filters the list by a report.
    pub(crate) fn show_outcomes(self, report: Rc<RunReport>) {
        self.close_search();
        self.place_outcomes(report, Part::Planned);
    }

    /// Shows another part of the current report.
    pub fn show_part(self, part: Part) {
        if let Some(Outcomes::Shown(shown)) = self.outcomes.get_untracked() {
            self.place_outcomes(shown.report, part);
        }
    }

    /// Closes the report and removes its filter from the list.
    pub fn close_outcomes(self) {
        self.outcomes.set(None);
        self.table.narrow(&self.users.read_untracked(), None);
    }

    /// Applies the report to a list that was reloaded.
    pub(super) fn follow_outcomes(self) {
        if let Some(Outcomes::Shown(shown)) = self.outcomes.get_untracked() {
            self.place_outcomes(shown.report, shown.part);
        }
    }

    fn place_outcomes(self, report: Rc<RunReport>, part: Part) {
        let ids = report.part(part);
        let is_listed = |row: &UserIndex| self.table.lists(*row);
        let place = |users: &UserStore| -> UserSet {
            ids.iter().filter_map(|id| users.find(*id)).filter(is_listed).collect()
        };
        let rows = self.users.with_untracked(place);
        let unlisted = ids.len().saturating_sub(rows.len());
        self.table.narrow(&self.users.read_untracked(), Some(rows));
        self.outcomes.set(Some(Outcomes::Shown(Shown { report, part, unlisted })));
    }
}
