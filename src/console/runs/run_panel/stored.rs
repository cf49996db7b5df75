//! The runs stored in this browser, and the way to a run that was saved as a file.

use std::rc::Rc;

use leptos::prelude::*;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::{moment, number};
use crate::console::runs::review::Obstacle;
use crate::console::runs::run::{Contents, Stored};
use crate::console::runs::text;
use crate::ui::dom::handler;

#[component]
pub(crate) fn StoredRuns() -> impl IntoView {
    let app = use_app();
    let runs = Memo::new(move |_| {
        app.run().stored.with(|runs| runs.iter().map(|run| StoredRun::of(app, run)).collect::<Vec<_>>())
    });
    let problem = move || app.run().not_taken.with(|why| why.as_ref().map(text::run::not_taken));
    view! {
        {move || problem().map(|problem| view! { <p class="note" role="alert">{problem}</p> })}
        <Show when=move || runs.with(|runs| !runs.is_empty())>
            <section class="run stored" aria-label=text::run::STORED>
                <For each=move || runs.get() key=StoredRun::clone children=|run| view! { <StoredRunLine run/> }/>
            </section>
        </Show>
    }
}

/// What is shown of a stored run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct StoredRun {
    /// The name that it is stored under.
    name: String,
    sentence: String,
    state: StoredState,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum StoredState {
    Damaged,
    Finished,
    Unfinished {
        /// Why the deployment doesn't let it be continued.
        obstacle: Option<String>,
    },
}

impl StoredRun {
    fn of(app: App, run: &Stored) -> Self {
        let name = run.name.to_string();
        let contents = match &run.contents {
            Ok(contents) => contents,
            Err(damage) => {
                let sentence = text::run::damaged(&damage.to_string());
                return Self { name, sentence, state: StoredState::Damaged };
            }
        };
        if run.is_unfinished() {
            let state = StoredState::Unfinished { obstacle: obstacle(app, contents) };
            return Self { name, sentence: unfinished(app, contents), state };
        }
        Self { name, sentence: finished(app, contents), state: StoredState::Finished }
    }
}

fn unfinished(app: App, contents: &Contents) -> String {
    let (all, done) = (contents.tally.all(), contents.tally.ended());
    let by = contents.actor.as_ref().map(text::actor_short);
    let sentence = text::run::unfinished(
        contents.to,
        &moment(app, contents.made_at),
        &contents.number.to_string(),
        &number(app, done),
        &number(app, all),
        by.as_deref(),
        &number(app, all - done),
    );
    let handed_over = contents.handed_over_at.map(|at| text::run::was_handed_over(&moment(app, at)));
    sentence + &handed_over.unwrap_or_default()
}

fn finished(app: App, contents: &Contents) -> String {
    let changed = number(app, contents.tally.of(RowState::Changed));
    let (when, plan) = (moment(app, contents.made_at), contents.number.to_string());
    text::run::finished(contents.to, &when, &plan, &changed)
}

fn obstacle(app: App, contents: &Contents) -> Option<String> {
    let users = u64::from(contents.tally.all());
    let obstacle = Obstacle::Limit(app.review().limits().run_obstacle(contents.to, users)?);
    Some(text::review::obstacle(app.ports.get().locale.as_ref(), &obstacle, None))
}

#[component]
fn StoredRunLine(run: StoredRun) -> impl IntoView {
    let StoredRun { name, sentence, state } = run;
    match state {
        StoredState::Damaged => view! {
            <div class="line">
                <p>{sentence}</p>
                <DiscardButton name/>
            </div>
        }
        .into_any(),
        StoredState::Unfinished { obstacle } => view! {
            <div class="line note">
                <p>{sentence}</p>
                <ContinueButton name=name.clone() obstacle/>
                <DiscardButton name/>
            </div>
        }
        .into_any(),
        StoredState::Finished => view! {
            <div class="line">
                <p class="hint">{sentence}</p>
                <ShowButton name=name.clone()/>
                <DiscardButton name/>
            </div>
        }
        .into_any(),
    }
}

/// Continues the run, or says why that isn't permitted.
#[component]
fn ContinueButton(name: String, obstacle: Option<String>) -> impl IntoView {
    let app = use_app();
    match obstacle {
        Some(obstacle) => view! { <p class="hint">{obstacle}</p> }.into_any(),
        None => view! {
            <button class="primary" on:click=handler(move |_| app.run().go_on(Rc::from(name.as_str())))>
                {text::run::CONTINUE}
            </button>
        }
        .into_any(),
    }
}

#[component]
fn ShowButton(name: String) -> impl IntoView {
    let app = use_app();
    view! {
        <button class="quiet" on:click=handler(move |_| app.run().look_at(Rc::from(name.as_str())))>
            {text::run::LOOK}
        </button>
    }
}

#[component]
fn DiscardButton(name: String) -> impl IntoView {
    let app = use_app();
    let discard = move |_| {
        let stored =
            app.run().stored.with_untracked(|runs| runs.iter().find(|run| *run.name == name).cloned());
        if let Some(stored) = stored {
            app.run().ask_to_discard(stored);
        }
    };
    view! { <button class="quiet" on:click=handler(discard)>{text::run::DISCARD}</button> }
}

#[component]
pub(crate) fn OpenRunFile() -> impl IntoView {
    let app = use_app();
    let is_permitted = app.review().may_run(true) || app.review().may_run(false);
    is_permitted.then(|| {
        view! {
            <button class="quiet" disabled=move || app.run().is_open() on:click=handler(move |_| app.run().open_file())>
                {text::run::OPEN_FILE}
            </button>
        }
    })
}
