//! A row of the table of stored runs.

use std::rc::Rc;

use leptos::prelude::*;
use pingone_mfa_core::run::proposal::can_undo;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::{App, use_app};
use crate::console::format::{moment, number};
use crate::console::runs::review::Obstacle;
use crate::console::runs::run::{Contents, Stored};
use crate::console::runs::text;
use crate::ui::dom::handler;

use crate::console::runs::run_panel::continue_button::ContinueButton;
use crate::console::runs::run_panel::report::{RunFile, SaveReport};
use crate::ui::show::Show;

/// What is shown of a stored run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct StoredRun {
    /// The name that it is stored under.
    name: String,
    plan: String,
    what: &'static str,
    users: String,
    result: String,
    started: String,
    by: String,
    reference: String,
    state: StoredState,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum StoredState {
    Damaged,
    Finished {
        has_skipped: bool,
        /// What undoing it does, where that is possible.
        undo: Option<String>,
    },
    Unfinished {
        left: u32,
        /// Why the deployment doesn't let it be continued.
        obstacle: Option<String>,
    },
}

impl StoredRun {
    pub(crate) fn of(app: App, run: &Stored) -> Self {
        let name = run.name.to_string();
        let nothing = || text::stored::NOTHING.to_owned();
        let contents = match &run.contents {
            Ok(contents) => contents,
            Err(damage) => {
                return Self {
                    // The name ends with the number of the plan.
                    plan: name.rsplit(' ').next().unwrap_or_default().to_owned(),
                    name,
                    what: text::stored::NOTHING,
                    users: nothing(),
                    result: text::stored::damaged(&damage.to_string()),
                    started: nothing(),
                    by: nothing(),
                    reference: nothing(),
                    state: StoredState::Damaged,
                };
            }
        };
        Self {
            name,
            plan: contents.number.to_string(),
            what: text::mfa_change::action(contents.to),
            users: number(app, contents.tally.all()),
            result: result(app, contents),
            started: moment(app, contents.made_at),
            by: contents.actor.as_ref().map_or_else(nothing, text::actor_short),
            reference: Some(contents.reference.clone())
                .filter(|text| !text.is_empty())
                .unwrap_or_else(nothing),
            state: state(app, run, contents),
        }
    }
}

fn state(app: App, run: &Stored, contents: &Contents) -> StoredState {
    match run.remaining() {
        Some(left) => StoredState::Unfinished { left, obstacle: obstacle(app, contents) },
        None => StoredState::Finished { has_skipped: contents.has_skipped, undo: undo(app, contents) },
    }
}

fn result(app: App, contents: &Contents) -> String {
    let tally = contents.tally;
    if contents.closed_at.is_none() {
        let open = u32::try_from(contents.open).unwrap_or(u32::MAX);
        let so_far = text::stored::so_far(&number(app, tally.ended()), &number(app, tally.all()), open);
        return match handed_over(app, contents) {
            Some(handed_over) => format!("{so_far}.{handed_over}"),
            None => so_far,
        };
    }
    let changed = tally.of(RowState::Changed);
    let left = tally.of(RowState::Waiting);
    let lost = tally.of(RowState::Unconfirmed) + tally.of(RowState::Sending);
    let not_changed = tally.all() - changed - left - lost;
    let counted = |users: u32| (users, number(app, users));
    text::stored::result(&number(app, changed), &counted(not_changed), &counted(lost), &counted(left))
}

/// That a run was saved for another computer.
pub(crate) fn handed_over(app: App, contents: &Contents) -> Option<String> {
    contents.handed_over_at.map(|at| text::stored::was_handed_over(&moment(app, at)))
}

fn undo(app: App, contents: &Contents) -> Option<String> {
    let changed = contents.tally.of(RowState::Changed);
    let is_offered = changed > 0 && can_undo(contents.closed_at?, app.ports.get().clock.wall());
    let is_permitted = is_offered && app.review().may_run(!contents.to);
    is_permitted.then(|| text::run::undo(contents.to, changed, &number(app, changed)))
}

fn obstacle(app: App, contents: &Contents) -> Option<String> {
    let users = u64::from(contents.tally.all());
    let obstacle = Obstacle::Limit(app.review().limits().run_obstacle(contents.to, users)?);
    Some(text::review::obstacle(app.ports.get().locale.as_ref(), &obstacle, None))
}

#[component]
pub(crate) fn StoredRow(run: StoredRun) -> impl IntoView {
    let StoredRun { name, plan, what, users, result, started, by, reference, state } = run;
    let cells = [
        (text::stored::WHAT, what.to_owned()),
        (text::stored::USERS, users),
        (text::stored::RESULT, result),
        (text::stored::STARTED, started),
        (text::stored::BY, by),
        (text::stored::REFERENCE, reference),
    ];
    let cell = |(label, value)| {
        view! { <span role="cell" data-label=label><bdi>{value}</bdi></span> }
    };
    view! {
        <div role="row" class="runs-row">
            <span role="cell" class="id" data-label=text::stored::PLAN>{plan}</span>
            {cells.map(cell).collect_view()}
            <span role="cell" class="runs-actions"><RowActions name state/></span>
        </div>
    }
}

#[component]
fn RowActions(name: String, state: StoredState) -> impl IntoView {
    let first = match state {
        StoredState::Damaged => ().into_any(),
        StoredState::Unfinished { obstacle: Some(obstacle), .. } => {
            view! { <span class="hint">{obstacle}</span> }.into_any()
        }
        StoredState::Unfinished { left, obstacle: None } => {
            view! { <ContinueButton name=name.clone() users=left/> }.into_any()
        }
        StoredState::Finished { has_skipped, undo } => {
            view! { <FinishedRowActions name=name.clone() has_skipped undo/> }.into_any()
        }
    };
    view! {
        {first}
        <DeleteButton name/>
    }
}

/// What needs the whole run shows it first.
#[component]
fn FinishedRowActions(name: String, has_skipped: bool, undo: Option<String>) -> impl IntoView {
    let app = use_app();
    let name = StoredValue::new(name);
    let open_and = move |then: Box<dyn FnOnce()>| {
        app.run().look_at(Rc::from(name.get_value().as_str()), then);
    };
    let is_busy = move || app.run().is_open();
    let is_disabled = move || is_busy().then_some("true");
    let why = move || is_busy().then_some(text::stored::ANOTHER_IS_OPEN);
    let save = Callback::new(move |file: RunFile| open_and(Box::new(move || file.save(app))));
    let undo = undo.map(|undo| {
        view! {
            <button
                class="quiet"
                aria-label=undo
                aria-disabled=is_disabled
                title=why
                on:click=handler(move |_| open_and(Box::new(move || app.undo())))
            >
                {text::run::UNDO}
            </button>
        }
    });
    view! {
        <button aria-disabled=is_disabled title=why on:click=handler(move |_| open_and(Box::new(|| ())))>{text::stored::OPEN}</button>
        <Show when=move || !is_busy()>
            <SaveReport class="" has_skipped save/>
        </Show>
        {undo}
    }
}

#[component]
fn DeleteButton(name: String) -> impl IntoView {
    let app = use_app();
    let delete = move |_| {
        let stored = app.run().stored.read_untracked().iter().find(|run| *run.name == name).cloned();
        if let Some(stored) = stored {
            app.run().ask_to_delete(stored);
        }
    };
    view! { <button class="quiet" on:click=handler(delete)>{text::stored::DELETE}</button> }
}
