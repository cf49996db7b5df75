//! A run as a file, to continue it on another computer.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::driver::Command;
use pingone::fault::{Fault, JournalFault};
use pingone_mfa_core::ports::Opened;
use pingone_mfa_core::run::engine;
use pingone_mfa_core::run::journal::Entry;
use pingone_mfa_core::run::run_file::{self, RUN_FILE_LIMIT, RunFileFault};

use crate::announcement::Announcement;

use crate::console::runs::run::Run;
use crate::console::runs::run::names::name_of;

/// Why a run file was not taken, a stored run not deleted or continued, or the stored runs not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilteredOut {
    /// The file can't be used.
    Fault(RunFileFault),
    /// The file couldn't be read.
    Unreadable,
    /// Reading the file timed out.
    Silent,
    /// The journal couldn't be listed.
    NotListed(JournalFault),
    /// The run belongs to another environment than the connected one.
    OtherEnvironment,
    /// This browser has already stored the run.
    HereAlready,
    /// Another page of this browser is running changes in this environment.
    WorkingElsewhere,
    /// The journal couldn't be read or written.
    NotStored(Fault),
}

impl Run {
    /// Saves the paused run, with everything that is known of it. From then on this browser asks before continuing it.
    pub fn save_file(self) {
        self.wants_file.set_value(true);
        self.command(Command::HandOver);
    }

    /// Writes the requested file once everything that belongs in it is stored.
    pub(super) fn write_file_when_stored(self, run: &engine::Run) {
        if run.is_handed_over() && std::mem::take(&mut *self.wants_file.write_value()) {
            self.write_file();
        }
    }

    fn write_file(self) {
        let (Some(plan), Some(connection)) = (self.plan(), self.connection()) else { return };
        self.tasks.spawn(async move {
            let journal_name = name_of(&plan);
            let entries = match self.entries_of(&journal_name).await {
                Ok(entries) => entries,
                Err(fault) => return self.announcer.tell(Announcement::Failed(fault)),
            };
            let handed_over = Entry::HandedOver(self.ports.get().clock.wall()).encode();
            if let Err(fault) = self.ports.get().journal.append(&journal_name, vec![handed_over]).await {
                return self.announcer.tell(Announcement::Failed(Fault::NotStored(fault)));
            }
            let name = run_file::file_name(plan.number());
            let mut download = self.ports.get().files.save(&name, run_file::MIME);
            download.write(&run_file::write(connection.tenant().environment, &entries));
            self.announcer.tell(Announcement::Saved(download.finish()));
        });
    }

    /// Continues a run here that was saved for another computer.
    pub fn go_on_here(self) {
        let Some(plan) = self.plan() else { return };
        self.tasks.spawn(async move {
            let kept = Entry::Kept(self.ports.get().clock.wall()).encode();
            if let Err(fault) = self.ports.get().journal.append(&name_of(&plan), vec![kept]).await {
                return self.announcer.tell(Announcement::Failed(Fault::NotStored(fault)));
            }
            self.command(Command::Resume);
        });
    }

    /// Opens a run file, stores its contents, and offers to continue it.
    pub fn open_file(self) {
        let opening = self.ports.get().files.open(".txt", RUN_FILE_LIMIT);
        self.tasks.spawn(async move {
            let taken = match opening.await {
                Opened::Cancelled => return,
                Opened::TooLarge => Err(FilteredOut::Fault(RunFileFault::TooLarge)),
                Opened::Unreadable => Err(FilteredOut::Unreadable),
                Opened::Silent => Err(FilteredOut::Silent),
                Opened::Bytes(bytes) => self.take_file(&bytes).await,
            };
            self.not_taken.set(taken.err());
            self.find_stored();
        });
    }

    async fn take_file(self, bytes: &[u8]) -> Result<(), FilteredOut> {
        let file = run_file::read(bytes).map_err(FilteredOut::Fault)?;
        let environment = self.connection().map(|connection| connection.tenant().environment);
        if environment != Some(file.restored.plan.environment) {
            return Err(FilteredOut::OtherEnvironment);
        }
        let name: Rc<str> = name_of(&file.restored.plan);
        let known = self.entries_of(&name).await.map_err(FilteredOut::NotStored)?;
        if !known.is_empty() {
            return Err(FilteredOut::HereAlready);
        }
        let stored = self.ports.get().journal.append(&name, file.entries).await;
        stored.map_err(|fault| FilteredOut::NotStored(Fault::NotStored(fault)))
    }
}
