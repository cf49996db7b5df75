//! After a run: its report as a file, retrying failures, and undoing changes.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone_mfa_core::directory::export::Format;
use pingone_mfa_core::run::plan_file::Username;
use pingone_mfa_core::run::proposal::{Proposal, Retryable, can_undo, undo_until};
use pingone_mfa_core::run::report::{LimitsInForce, Operator, RunReport};
use pingone_mfa_core::run::report_file::ReportWriter;
use pingone_mfa_core::run::row::{Row, RowState};

use crate::connect::session::console_loader::ReportFile;
use crate::console::app::App;
use crate::console::saving::{ROWS_AT_ONCE, contents};

impl App {
    /// The report of the finished run, as far as it is known.
    pub fn report(self) -> Option<RunReport> {
        let progress = self.run().progress.get_untracked()?;
        let settings = self.session().settings();
        self.run().with_kept(|run, actors| RunReport {
            plan: Rc::clone(run.plan()),
            rows: run.rows().to_vec(),
            failures: run.failures().clone(),
            environment_name: self.environment().map(|environment| environment.name),
            operators: actors.iter().map(operator).collect(),
            page_version: self.session().build().to_string(),
            another_writer_at: run.another_writer_at(),
            started_at: Some(progress.started_at),
            ended_at: progress.ended_at,
            written_at: self.ports.get().clock.wall(),
            limits: LimitsInForce::of(&settings.limits, progress.highest_ceiling),
        })
    }

    /// Saves the report in slices, so that the page stays responsive.
    pub fn save_report(self, as_json: bool, with_names: bool) {
        let saving = &self.saving();
        if saving.reported.get_untracked().is_writing() {
            return;
        }
        let Some(report) = self.report() else { return };
        let format = if as_json { Format::Json } else { Format::Csv { byte_order_mark: false } };
        let of = report.rows.len();
        let contents = contents(with_names);
        let mut writer = ReportWriter::new(Rc::new(report), format, contents);
        let (name, mime) = (writer.file_name(), writer.mime());
        let slices = Box::new(move |rows, username: Username<'_>| writer.slice(rows, username));
        self.save_slices(&name, mime, of, saving.reported, slices);
    }

    /// The report as JSON without names, for the host page.
    pub(crate) fn report_file(self) -> Option<ReportFile> {
        let mut writer = ReportWriter::new(Rc::new(self.report()?), Format::Json, contents(false));
        let (name, mime, mut text) = (writer.file_name(), writer.mime(), String::new());
        while let Some(slice) = writer.slice(ROWS_AT_ONCE, &|_| "") {
            text.push_str(&slice);
        }
        Some(ReportFile { name, mime, text })
    }

    /// Shows the users of the finished run in the table.
    pub fn show_run_in_list(self) {
        if let Some(report) = self.report() {
            self.show_everyone();
            self.directory().show_outcomes(Rc::new(report));
        }
    }

    /// How many users were changed and verified.
    pub fn read_back(self) -> u32 {
        let is_read_back = |row: &&Row| row.state == RowState::Changed && row.read_back_at.is_some();
        let count = self.run().with_kept(|run, _| run.rows().iter().filter(is_read_back).count());
        count.and_then(|count| u32::try_from(count).ok()).unwrap_or_default()
    }

    /// How many users can be retried.
    pub fn mendable(self) -> Option<Retryable> {
        self.run().with_kept(|run, _| Retryable::of(run.rows(), &|place| run.failure(place)))
    }

    /// How many users' changes can be undone, and until when undo is offered. `None` if there are none.
    pub fn undoable(self) -> Option<(u32, Timestamp)> {
        let ended_at = self.run().progress.read().as_ref()?.ended_at?;
        let changed =
            self.run().progress.read().as_ref().map_or(0, |progress| progress.tally.of(RowState::Changed));
        let is_offered = changed > 0 && can_undo(ended_at, self.ports.get().clock.wall());
        is_offered.then(|| (changed, undo_until(ended_at)))
    }

    /// Opens the review of a retry. With `has_grant`, it includes the users that were refused because of a missing
    /// role that has been granted since.
    pub fn retry(self, has_grant: bool) {
        let proposal = self.run().with_kept(|run, _| {
            Proposal::retry(run.plan(), run.rows(), &|place| run.failure(place), has_grant)
        });
        if let Some(proposal) = proposal {
            self.review().of_draft(proposal);
        }
    }

    /// Opens the review of undoing what the run changed.
    pub fn undo(self) {
        if let Some(proposal) = self.run().with_kept(|run, _| Proposal::undo(run.plan(), run.rows())) {
            self.review().of_draft(proposal);
        }
    }
}

fn operator(actor: &Actor) -> Operator {
    match actor {
        Actor::Application(id) => Operator::Named(format!("application {id}")),
        Actor::Person(Some(id)) | Actor::EndUser(Some(id)) => Operator::Named(format!("person {id}")),
        Actor::Person(None) | Actor::EndUser(None) | Actor::Unknown => Operator::Application,
    }
}
