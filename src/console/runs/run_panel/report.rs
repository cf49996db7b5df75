//! The files about a run that is over: its report, and the list of the users that it skipped.

use leptos::prelude::*;

use crate::console::app::{App, use_app};
use crate::console::runs::text;
use crate::ui::dropdown::{Dropdown, DropdownButton, MenuItem, Opens};

use crate::console::runs::run_panel::of_run_untracked;

/// What can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunFile {
    Report { as_json: bool, with_names: bool },
    Skipped { with_names: bool },
}

impl RunFile {
    const REPORTS: [Self; 4] = [
        Self::Report { as_json: false, with_names: false },
        Self::Report { as_json: false, with_names: true },
        Self::Report { as_json: true, with_names: false },
        Self::Report { as_json: true, with_names: true },
    ];

    const SKIPPED: [Self; 2] = [Self::Skipped { with_names: false }, Self::Skipped { with_names: true }];

    const fn name(self) -> &'static str {
        match self {
            Self::Report { as_json, with_names } => text::run::report_file(as_json, with_names),
            Self::Skipped { with_names } => text::run::skipped_file(with_names),
        }
    }

    /// Saves it for the run on display.
    pub(crate) fn save(self, app: App) {
        match self {
            Self::Report { as_json, with_names } => app.save_report(as_json, with_names),
            Self::Skipped { with_names } => app.save_left_out(with_names),
        }
    }
}

/// The menu of what can be saved about a run.
#[component]
pub(crate) fn SaveReport(
    class: &'static str,
    /// Whether the run skipped users.
    has_skipped: bool,
    save: Callback<RunFile>,
) -> impl IntoView {
    let dropdown = Dropdown::new();
    let files = if has_skipped { RunFile::SKIPPED.as_slice() } else { &[] };
    let files: Vec<RunFile> = RunFile::REPORTS.iter().chain(files).copied().collect();
    view! {
        <DropdownButton dropdown opens=Opens::Menu name=text::run::SAVE_REPORT.to_owned() class>
            <RunFiles dropdown files=files.clone() save/>
        </DropdownButton>
    }
}

#[component]
fn RunFiles(dropdown: Dropdown, files: Vec<RunFile>, save: Callback<RunFile>) -> impl IntoView {
    let item = move |file: RunFile| {
        let choose = Callback::new(move |()| save.run(file));
        view! { <MenuItem dropdown name=file.name().to_owned() choose/> }
    };
    files.into_iter().map(item).collect_view()
}

/// The menu for the run on display.
#[component]
pub(crate) fn SaveShownReport() -> impl IntoView {
    let app = use_app();
    let has_skipped = of_run_untracked(app, |run| !run.plan.left_out.is_empty());
    view! { <SaveReport class="primary" has_skipped save=Callback::new(move |file: RunFile| file.save(app))/> }
}
