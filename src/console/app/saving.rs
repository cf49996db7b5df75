//! Saves files: users as CSV or JSON, plans and scripts, exchanges, and the MFA status counts as a snapshot.

use crate::announcement::Announcement;
use crate::connect::session::Phase;
use crate::console::app::App;
use crate::console::load::Load;
use crate::console::saving::{Progress, ROWS_AT_ONCE, Slices, contents};
use crate::console::unreadable_body::UnreadableBody;
use leptos::prelude::*;
use pingone::device::Devices;
use pingone::environment::Environment;
use pingone::time::Millis;
use pingone::user::{Population, UserId};
use pingone_mfa_core::directory::export::{Export, ExportRow};
use pingone_mfa_core::directory::export_file::Exporter;
use pingone_mfa_core::directory::snapshot::Snapshot;
use pingone_mfa_core::directory::snapshot_file::SNAPSHOT_LIMIT;
use pingone_mfa_core::directory::store::{UserIndex, UserStore};
use pingone_mfa_core::ports::{Opened, utf_8};
use pingone_mfa_core::run::plan::Plan;
use pingone_mfa_core::run::plan_file::{Extent, PlanWriter, Username};
use pingone_mfa_core::snippets::script::{PlanScript, Shell};
use std::rc::Rc;

impl App {
    /// Opens the dialog for saving users.
    pub fn ask_what_to_save(self) {
        self.saving().open();
    }

    /// The users a file would contain: the selected ones, or all that are shown if none are selected.
    pub fn rows_to_save(self) -> Vec<UserIndex> {
        let table = &self.directory().table;
        let rows = table.shown.with(Vec::clone);
        let selected = table.selected.read();
        if selected.is_empty() {
            rows
        } else {
            rows.into_iter().filter(|row| selected.contains(*row)).collect()
        }
    }

    /// The connected environment, if any.
    pub fn environment(self) -> Option<Environment> {
        match self.session().phase.get_untracked() {
            Phase::Connected { environment, .. } => Some(environment),
            Phase::Form | Phase::Loading | Phase::Connecting => None,
        }
    }

    /// Saves users in slices, so that the page stays responsive.
    pub fn save_users(self) {
        let saving = &self.saving();
        let (Some(environment), Some(list_read_at)) =
            (self.environment(), self.directory().listed_at.get_untracked())
        else {
            return;
        };
        if saving.progress.get_untracked().is_writing() {
            return;
        }
        let contents = contents(saving.with_names.get_untracked());
        let devices_as_of = self.directory().devices_as_of();
        let export = Export { format: saving.format(), contents, list_read_at, devices_as_of };
        let (rows, clock) = (self.rows_to_save(), Rc::clone(&self.ports.get().clock));
        saving.show_progress(Progress::Writing { rows: 0, of: rows.len() });
        saving.tasks.spawn(async move {
            let mut exporter = Exporter::new(export);
            let name = exporter.file_name(&environment.name, clock.wall());
            let mut download = self.ports.get().files.save(&name, exporter.mime());
            download.write(&exporter.begin());
            for (chunk, number) in rows.chunks(ROWS_AT_ONCE).zip(0..) {
                download.write(&self.written(chunk, &mut exporter));
                self.saving()
                    .show_progress(Progress::Writing { rows: number * ROWS_AT_ONCE, of: rows.len() });
                clock.sleep_until(clock.now() + Millis(1)).await;
            }
            download.write(&exporter.end());
            let saved = download.finish();
            self.saving().show_progress(Progress::Ended { rows: rows.len(), saved });
            self.announcer().tell(Announcement::Saved(saved));
        });
    }

    fn written(self, rows: &[UserIndex], exporter: &mut Exporter) -> String {
        let mut text = String::new();
        self.directory().users.with_untracked(|users| {
            for row in rows {
                self.write_row(users, *row, exporter, &mut text);
            }
        });
        text
    }

    fn write_row(self, users: &UserStore, row: UserIndex, exporter: &mut Exporter, text: &mut String) {
        // For a row that couldn't be read, only the ID is known.
        let Some(id) = users.id(row) else { return };
        let user = users.user(row);
        let user = user.as_ref();
        let population_name =
            users.population(row).and_then(|id| untrack(|| self.directory().population_name(id)));
        let devices = match users.devices(row) {
            Devices::NotChecked => None,
            Devices::Usable(devices) => Some(u16::from(devices)),
        };
        let row = ExportRow {
            id,
            username: user.map_or("", |user| &user.username),
            given_name: user.map_or("", |user| &user.name.given),
            family_name: user.map_or("", |user| &user.name.family),
            email: user.and_then(|user| user.email.as_deref()),
            external_id: user.and_then(|user| user.external_id.as_deref()),
            population_name: population_name.as_deref(),
            population: users.population(row),
            account: users.account(row),
            mfa: users.mfa(row),
            devices,
            created_at: users.created_at(row),
            last_sign_on: users.last_sign_on(row),
            bypass: users.bypass(row),
        };
        exporter.row(&row, text);
    }

    /// Saves the reviewed plan, or the list of the users that it leaves out. The plan may be run elsewhere, so it
    /// passes the same checks as a run.
    pub fn save_plan(self, extent: Extent, with_names: bool) {
        let saved = self.review().saved;
        if saved.get_untracked().is_writing() {
            return;
        }
        let plan = match extent {
            Extent::Plan => self.review().cleared_plan(),
            Extent::LeftOut => self.review().preview().map(|preview| self.review().plan(&preview)),
        };
        let Some(plan) = plan.map(Rc::new) else { return };
        self.save_of_plan(plan, extent, with_names, saved);
    }

    /// Saves the users that the finished run left out, and why.
    pub fn save_left_out(self, with_names: bool) {
        let (saving, plan) = (self.saving(), self.run().with_kept(|run, _| Rc::clone(run.plan())));
        if let Some(plan) = plan.filter(|_| !saving.reported.get_untracked().is_writing()) {
            self.save_of_plan(plan, Extent::LeftOut, with_names, saving.reported);
        }
    }

    fn save_of_plan(self, plan: Rc<Plan>, extent: Extent, with_names: bool, progress: RwSignal<Progress>) {
        let environment = self.environment().map(|environment| environment.name);
        let mut writer = PlanWriter::new(plan, extent, environment, contents(with_names), false);
        let (name, of) = (writer.file_name(self.ports.get().clock.wall()), writer.rows());
        let (mime, slices) =
            (writer.mime(), Box::new(move |rows, username: Username<'_>| writer.slice(rows, username)));
        self.save_slices(&name, mime, of, progress, slices);
    }

    /// Saves the reviewed plan as a script, which reads the saved plan. It passes the same checks as a run.
    pub fn save_script(self, shell: Shell) {
        let Some(connection) = self.run().connection() else { return };
        let Some(plan) = self.review().cleared_plan() else { return };
        let script = PlanScript::new(connection.tenant(), &plan);
        let mut download = self.ports.get().files.save(&script.file_name(shell), "text/plain;charset=utf-8");
        download.write(&script.text(shell));
        self.announcer().tell(Announcement::Saved(download.finish()));
    }

    /// Saves a file of `of` rows slice by slice, so that the page stays responsive.
    pub(crate) fn save_slices(
        self,
        name: &str,
        mime: &'static str,
        of: usize,
        progress: RwSignal<Progress>,
        slices: Slices,
    ) {
        let (mut slices, clock) = (slices, Rc::clone(&self.ports.get().clock));
        let mut download = self.ports.get().files.save(name, mime);
        progress.set(Progress::Writing { rows: 0, of });
        self.saving().tasks.spawn(async move {
            let mut rows = 0;
            loop {
                let slice = self.directory().users.with_untracked(|users| {
                    let username = |id: UserId| users.find(id).map_or("", |row| users.username(row));
                    slices(ROWS_AT_ONCE, &username)
                });
                let Some(text) = slice else { break };
                download.write(&text);
                rows = of.min(rows + ROWS_AT_ONCE);
                progress.set(Progress::Writing { rows, of });
                clock.sleep_until(clock.now() + Millis(1)).await;
            }
            let saved = download.finish();
            progress.set(Progress::Ended { rows: of, saved });
            self.announcer().tell(Announcement::Saved(saved));
        });
    }

    /// The current counts, to save or compare.
    pub fn snapshot(self) -> Option<Snapshot> {
        let Phase::Connected { environment, region } = self.session().phase.get() else { return None };
        let directory = self.directory();
        let list_read_at = directory.listed_at.get()?;
        let names = self.populations();
        let status = directory.table.status.get();
        Some(Snapshot::of(
            environment.id,
            region.code,
            list_read_at,
            directory.devices_as_of(),
            &status,
            &names,
        ))
    }

    /// Saves the listed exchanges.
    pub fn save_exchanges(self) {
        let mut download = self.ports.get().files.save("pingone-mfa.har", "application/json");
        download.write(&self.exchanges().har_of_listed());
        self.announcer().tell(Announcement::Saved(download.finish()));
    }

    /// Saves the counts.
    pub fn save_snapshot(self) {
        let Some(snapshot) = self.snapshot() else { return };
        let day: String =
            snapshot.list_read_at.to_rfc3339().chars().take(16).filter(|letter| *letter != ':').collect();
        let mut download = self.ports.get().files.save(&format!("mfa-status-{day}.json"), "application/json");
        download.write(&snapshot.write());
        self.announcer().tell(Announcement::Saved(download.finish()));
    }

    /// Opens an earlier snapshot to compare the status with.
    pub fn open_snapshot(self) {
        let opening = self.ports.get().files.open(".json", SNAPSHOT_LIMIT);
        self.saving().tasks.spawn(async move {
            let earlier = match opening.await {
                Opened::Cancelled => return,
                Opened::TooLarge => Err(UnreadableBody::TooLarge),
                Opened::Unreadable => Err(UnreadableBody::Unreadable),
                Opened::Silent => Err(UnreadableBody::Silent),
                Opened::Bytes(bytes) => utf_8(&bytes)
                    .ok_or(UnreadableBody::Unreadable)
                    .and_then(|text| Snapshot::read(text).map_err(UnreadableBody::Fault)),
            };
            let environment = self.environment().map(|environment| environment.id);
            let earlier = earlier.and_then(|earlier| {
                let is_ours = Some(earlier.environment) == environment;
                is_ours.then_some(earlier).ok_or(UnreadableBody::OtherEnvironment)
            });
            self.saving().compare_with(earlier);
        });
    }

    /// The snapshot that the status is compared with, if it is usable.
    pub fn earlier(self) -> Option<Snapshot> {
        self.saving().earlier.read().clone()?.ok()
    }

    /// The populations, or none if they aren't loaded.
    pub fn populations(self) -> Vec<Population> {
        self.directory().populations.with(Load::ready_or_default)
    }
}
