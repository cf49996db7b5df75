//! The card of the current run: what it is, how far it is, what it waits for, and what can be done about it.

use leptos::html;
use leptos::prelude::*;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::{moment, number};
use crate::console::runs::run::Phase;
use crate::console::runs::text;
use crate::ui::dom::once_shown;

use crate::console::ceiling_choice::CeilingChoice;
use crate::console::runs::run_panel::actions::RunActions;
use crate::console::runs::run_panel::of_run;
use crate::console::runs::run_panel::phase_note::PhaseNote;
use crate::console::runs::run_panel::progress::RunProgress;
use crate::console::runs::run_panel::remarks::Remarks;
use crate::console::runs::run_panel::shown_phase::ShownPhase;

#[component]
pub(crate) fn RunCard() -> impl IntoView {
    let app = use_app();
    let phase = Memo::new(move |_| of_run(app, |run| Some(ShownPhase(run.phase.clone()))));
    let is_starting = Memo::new(move |_| is_in(phase, |phase| *phase == Phase::Starting));
    let card = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        if is_starting.get() {
            take_lost_focus(card);
        }
    });
    view! {
        <section
            node_ref=card
            class="run"
            part="run"
            tabindex=move || is_starting.get().then_some("-1")
            aria-label=text::run::NAME
        >
            <Heading/>
            <Show when=move || is_in(phase, is_begun)>
                <RunProgress/>
            </Show>
            {move || phase.get().map(|ShownPhase(phase)| view! { <PhaseNote phase/> })}
            <Show when=move || is_in(phase, is_written)>
                <CeilingChoice ceiling=app.run().ceiling choose=move |chosen| app.run().limit(chosen)/>
            </Show>
            <Remarks/>
            <footer>
                <RunActions phase/>
            </footer>
        </section>
    }
}

fn is_in(phase: Memo<Option<ShownPhase>>, is: impl FnOnce(&Phase) -> bool) -> bool {
    phase.with(|phase| phase.as_ref().is_some_and(|ShownPhase(phase)| is(phase)))
}

fn is_begun(phase: &Phase) -> bool {
    !matches!(phase, Phase::Starting | Phase::NotStarted(_) | Phase::Elsewhere)
}

/// Whether users are changed, or are going to be.
fn is_written(phase: &Phase) -> bool {
    matches!(phase, Phase::Working | Phase::Halted(_))
}

/// Focuses the card if no element has the focus: a run is started in a dialog that is closed by then.
fn take_lost_focus(card: NodeRef<html::Section>) {
    let focus = move || {
        let is_lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if is_lost && let Some(card) = card.try_get_untracked().flatten() {
            // It throws for no element of HTML.
            let _ = card.focus();
        }
    };
    // A dialog that closes gives the focus back first, perhaps to an element that is disabled by now.
    once_shown(move || once_shown(focus));
}

#[component]
fn Heading() -> impl IntoView {
    let app = use_app();
    view! {
        <header>
            <h2>{move || title(app)}</h2>
            <p class="hint">{move || facts(app)}</p>
        </header>
    }
}

fn title(app: App) -> String {
    of_run(app, |run| {
        let users = number(app, run.tally.all());
        if matches!(run.phase, Phase::Over { .. }) {
            text::run::title_after(run.plan.to, &users)
        } else {
            text::run::title(run.plan.to, &users)
        }
    })
}

fn facts(app: App) -> String {
    of_run(app, |run| {
        text::run::facts(&run.number.to_string(), &run.plan.reference, &moment(app, run.started_at))
    })
}
