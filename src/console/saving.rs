//! Saving files: what is written, and its progress.

use crate::console::unreadable_body::UnreadableBody;
use crate::ui::tasks::Tasks;
use leptos::prelude::*;
use pingone_mfa_core::directory::export::{Contents, Format};
use pingone_mfa_core::directory::snapshot::Snapshot;
use pingone_mfa_core::directory::snapshot_file::SnapshotFault;
use pingone_mfa_core::run::plan_file::Username;

/// How many rows are written before the page may do other work.
pub(crate) const ROWS_AT_ONCE: usize = 1000;

/// Progress of writing a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    #[default]
    Idle,
    /// Some of the rows are written.
    Writing {
        /// Rows written so far.
        rows: usize,
        /// Rows in total.
        of: usize,
    },
    /// The file is complete, and the browser accepted or refused it.
    Ended {
        rows: usize,
        /// Whether the browser accepted it.
        saved: bool,
    },
}

impl Progress {
    #[must_use]
    pub const fn is_writing(self) -> bool {
        matches!(self, Self::Writing { .. })
    }
}

/// Produces the next slice of a file, with at most the given number of rows; `None` after the last.
pub(crate) type Slices = Box<dyn FnMut(usize, Username<'_>) -> Option<String>>;

pub(crate) const fn contents(with_names: bool) -> Contents {
    if with_names { Contents::WithNames } else { Contents::StatesOnly }
}

/// State of the save dialogs.
#[derive(Clone, Copy, Default)]
pub struct Saving {
    /// Whether the dialog for saving users is open.
    is_open: RwSignal<bool>,
    /// Whether the file contains names.
    pub with_names: RwSignal<bool>,
    /// Whether the file is JSON.
    pub as_json: RwSignal<bool>,
    /// Whether a CSV file starts with a byte order mark.
    pub for_excel: RwSignal<bool>,
    pub progress: RwSignal<Progress>,
    /// An earlier snapshot that the status is compared with.
    pub earlier: RwSignal<Option<Result<Snapshot, UnreadableBody<SnapshotFault>>>>,
    /// Progress of saving a run's report.
    pub reported: RwSignal<Progress>,
    pub(crate) tasks: Tasks,
}

impl Saving {
    /// Resets the dialogs, and aborts what is being written.
    pub(crate) fn clear(self) {
        self.tasks.abort_all();
        self.is_open.set(false);
        self.progress.set(Progress::Idle);
        self.reported.set(Progress::Idle);
        self.earlier.set(None);
    }

    pub(crate) fn open(self) {
        self.progress.set(Progress::Idle);
        self.is_open.set(true);
    }

    pub(crate) fn close(self) {
        self.is_open.set(false);
    }

    /// Whether the dialog for saving users is open. Reactive.
    pub(crate) fn is_open(self) -> bool {
        self.is_open.get()
    }

    pub(crate) fn write_for_excel(self, for_excel: bool) {
        self.for_excel.set(for_excel);
    }

    pub(crate) fn show_progress(self, progress: Progress) {
        self.progress.set(progress);
    }

    /// Compares the status with an earlier snapshot, or says why it can't be used.
    pub(crate) fn compare_with(self, earlier: Result<Snapshot, UnreadableBody<SnapshotFault>>) {
        self.earlier.set(Some(earlier));
    }

    pub(crate) fn stop_comparing(self) {
        self.earlier.set(None);
    }

    pub(crate) fn format(self) -> Format {
        if self.as_json.get_untracked() {
            return Format::Json;
        }
        Format::Csv { byte_order_mark: self.for_excel.get_untracked() }
    }
}
