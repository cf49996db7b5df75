//! How far the run is: the bar, the estimate, and how many users are in each state.

use leptos::prelude::*;
use pingone_mfa_core::run::estimate::will_pause_again;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::{moment, number};
use crate::console::runs::run::{Phase, Progress};
use crate::console::runs::text;

use crate::console::runs::run_panel::of_run;

#[component]
pub(crate) fn RunProgress() -> impl IntoView {
    let app = use_app();
    view! {
        <ProgressBar/>
        <p>{move || how_far(app)}</p>
        <StateCounts/>
    }
}

#[component]
fn ProgressBar() -> impl IntoView {
    let app = use_app();
    let percent = move || format!("{} %", of_run(app, per_mille) / 10);
    view! {
        <div class="run-bar">
            <progress
                aria-label=text::run::PROGRESS
                max="1000"
                value=move || of_run(app, per_mille).to_string()
            >
                {percent}
            </progress>
            <span class="run-percent" aria-hidden="true">{percent}</span>
        </div>
    }
}

fn per_mille(run: &Progress) -> u64 {
    u64::from(run.tally.ended()) * 1000 / u64::from(run.tally.all().max(1))
}

fn how_far(app: App) -> String {
    of_run(app, |run| {
        let left = run.tally.all() - run.tally.ended();
        let ready =
            (run.phase == Phase::Working && left > 0).then(|| run.ends_at(app.session().now.get())).flatten();
        let ready = ready.map(|at| moment(app, at));
        let waits = will_pause_again(run.plan.stops, run.tally.ended(), run.tally.all());
        text::run::done(&number(app, run.tally.ended()), &number(app, left), ready.as_deref(), waits)
    })
}

/// How many users are in each state. States without users aren't shown.
#[component]
fn StateCounts() -> impl IntoView {
    let app = use_app();
    let states = Memo::new(move |_| shown_states(app));
    let count = move |state| of_run(app, |run| number(app, run.tally.of(state)));
    view! {
        <dl class="run-counts">
            <For
                each=move || states.get()
                key=|state| *state
                children=move |state| {
                    view! {
                        <div title=text::run::meaning(state)>
                            <dt>{text::run::state(state)}</dt>
                            <dd>{move || count(state)}</dd>
                        </div>
                    }
                }
            />
        </dl>
    }
}

fn shown_states(app: App) -> Vec<RowState> {
    of_run(app, |run| {
        let is_shown = |state: &RowState| *state == RowState::Changed || run.tally.of(*state) > 0;
        RowState::ALL.into_iter().filter(is_shown).collect()
    })
}
