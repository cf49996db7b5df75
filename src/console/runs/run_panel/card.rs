//! The card of the current run: what it is, how far it is, what it waits for, and what can be done about it.

use leptos::html;
use leptos::prelude::*;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::{moment, number};
use crate::console::runs::run::Phase;
use crate::console::runs::text;
use crate::ui::dom::{focus, once_shown};
use pingone_mfa_core::run::row::RowState;

use crate::console::runs::run_panel::actions::{Place, RunActions};
use crate::console::runs::run_panel::finished::FinishedLinks;
use crate::console::runs::run_panel::of_run;
use crate::console::runs::run_panel::phase_note::{PhaseDetails, PhaseNote};
use crate::console::runs::run_panel::progress::{ProgressBar, Tiles};
use crate::console::runs::run_panel::remarks::Remarks;
use crate::console::runs::run_panel::shown_phase::ShownPhase;
use crate::console::runs::run_panel::speed::ChangeSpeed;
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn RunCard() -> impl IntoView {
    let app = use_app();
    let phase = memo(move || of_run(app, |run| Some(ShownPhase(run.phase.clone()))));
    let heading = NodeRef::<html::H2>::new();
    view! {
        <section class="run" part="run" aria-label=text::run::NAME>
            <header>
                <Heading heading/>
                <div class="run-actions">
                    <RunActions phase place=Place::Head heading/>
                </div>
            </header>
            <Show when=move || is_in(phase, |phase| has_numbers(phase) && phase.is_open())>
                <ProgressBar/>
            </Show>
            <Show when=move || is_in(phase, has_numbers)>
                <div class="run-sums">
                    <Tiles/>
                    <Show when=move || is_in(phase, |phase| matches!(phase, Phase::Over { .. }))>
                        <FinishedLinks/>
                    </Show>
                </div>
            </Show>
            <Show when=move || is_in(phase, |phase| !matches!(phase, Phase::Over { .. }))>
                <div class="run-line">
                    <div class="run-says">
                        {move || phase.get().map(|ShownPhase(phase)| view! { <PhaseNote phase/> })}
                    </div>
                    <RunActions phase place=Place::Line heading/>
                    <Show when=move || is_in(phase, is_written)>
                        <ChangeSpeed/>
                    </Show>
                </div>
            </Show>
            {move || phase.get().map(|ShownPhase(phase)| view! { <PhaseDetails phase/> })}
            <Remarks/>
        </section>
    }
}

fn is_in(phase: Memo<Option<ShownPhase>>, is: impl FnOnce(&Phase) -> bool) -> bool {
    phase.with(|phase| phase.as_ref().is_some_and(|ShownPhase(phase)| is(phase)))
}

/// What another page does with the run isn't known here.
fn has_numbers(phase: &Phase) -> bool {
    !matches!(phase, Phase::NotStarted(_) | Phase::Elsewhere)
}

/// Whether users are changed, or are going to be.
fn is_written(phase: &Phase) -> bool {
    matches!(phase, Phase::Working | Phase::Paused(_))
}

/// The title takes the focus when the run was just started or opened, which also brings it into view.
#[component]
fn Heading(heading: NodeRef<html::H2>) -> impl IntoView {
    let app = use_app();
    let title_text = memo(move || title(app));
    Effect::new(move |_| {
        if app.run().is_called_for() && heading.get().is_some() {
            app.run().was_shown();
            take_focus(heading);
        }
    });
    view! {
        <h2 node_ref=heading tabindex="-1">{move || title_text.get()}</h2>
        <p class="run-facts">{move || facts(app)}</p>
    }
}

fn take_focus(heading: NodeRef<html::H2>) {
    // A dialog that closes gives the focus back first.
    once_shown(move || once_shown(move || focus(heading)));
}

fn title(app: App) -> String {
    of_run(app, |run| {
        let users = run.tally.all();
        if matches!(run.phase, Phase::Over { .. }) {
            let changed = run.tally.of(RowState::Changed);
            text::run::title_after(run.plan.to, changed, &number(app, changed))
        } else {
            text::run::title(run.plan.to, users, &number(app, users))
        }
    })
}

fn facts(app: App) -> String {
    of_run(app, |run| {
        let time = match (&run.phase, run.ended_at) {
            (Phase::Over { is_stopped, .. }, Some(at)) => text::run::ended_at(&moment(app, at), *is_stopped),
            _ => text::run::started_at(&moment(app, run.started_at)),
        };
        text::run::facts(&run.number.to_string(), &run.plan.reference, &time)
    })
}
