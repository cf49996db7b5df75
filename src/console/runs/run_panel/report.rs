//! The files about a run that is over: what its report contains, in which format, and how far it is written.

use leptos::prelude::*;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::number;
use crate::console::runs::text;
use crate::ui::dom::handler;
use crate::ui::radio::Radio;

#[component]
pub(crate) fn Report() -> impl IntoView {
    let app = use_app();
    let saving = app.saving();
    let is_writing = move || saving.reported.get().is_writing();
    let progress = move || text::saving::progress(app.ports.get().locale.as_ref(), saving.reported.get());
    let save_left_out = left_out(app).map(|users| {
        let name = text::review::save_left_out(&number(app, users));
        view! { <button disabled=is_writing on:click=handler(move |_| app.save_left_out())>{name}</button> }
    });
    let (names, json) = (saving.report_with_names, saving.report_as_json);
    view! {
        <fieldset class="files">
            <legend class="field-name">{text::run::REPORT}</legend>
            <Radio group="report-contents" label=text::run::IDS_ONLY chosen=names value=false/>
            <Radio group="report-contents" label=text::run::WITH_NAMES chosen=names value=true/>
            <Radio group="report-format" label=text::run::CSV chosen=json value=false/>
            <Radio group="report-format" label=text::run::JSON chosen=json value=true/>
            <button class="primary" disabled=is_writing on:click=handler(move |_| app.save_report())>
                {text::run::SAVE_REPORT}
            </button>
            {save_left_out}
            <button on:click=handler(move |_| app.show_run_in_list())>{text::report_filter::SHOW_IN_LIST}</button>
            <span role="status">{progress}</span>
            <p class="hint">{text::run::AUTHORITY}</p>
        </fieldset>
    }
}

/// How many users the plan left out. It never changes, so it isn't followed.
fn left_out(app: App) -> Option<u64> {
    let users =
        app.run().progress.with_untracked(|run| run.as_ref().map_or(0, |run| run.plan.left_out.len()));
    (users > 0).then_some(users as u64)
}
