//! The runs stored in this browser, and the ways to runs and reports in files.

use leptos::prelude::*;

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::runs::run::Stored;
use crate::console::runs::text;
use crate::console::tabs::Tab;
use crate::ui::dom::handler;
use crate::ui::icon::{Icon, Symbol};

use crate::console::runs::run_panel::continue_button::ContinueButton;
use crate::console::runs::run_panel::stored_row::{StoredRow, StoredRun, handed_over};
use crate::ui::list::For;
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn StoredRuns() -> impl IntoView {
    let app = use_app();
    let runs = memo(move || app.run().others().iter().map(|run| StoredRun::of(app, run)).collect::<Vec<_>>());
    let is_empty = memo(move || app.run().count() == Some(0));
    view! {
        <NotTaken/>
        <Show when=move || !runs.read().is_empty()>
            <div class="runs" role="table" aria-label=text::stored::STORED>
                <Headers/>
                <div role="rowgroup">
                    <For each=move || runs.get() key=StoredRun::clone children=|run| view! { <StoredRow run/> }/>
                </div>
            </div>
        </Show>
        <Show when=move || is_empty.get()>
            <div class="runs-empty">
                <p>{text::stored::NONE_STORED}</p>
                <p class="hint">{text::stored::NONE_STORED_MEANING}</p>
            </div>
        </Show>
    }
}

#[component]
fn Headers() -> impl IntoView {
    let names = [
        text::stored::PLAN,
        text::stored::WHAT,
        text::stored::USERS,
        text::stored::RESULT,
        text::stored::STARTED,
        text::stored::BY,
        text::stored::REFERENCE,
    ];
    let header = |name| view! { <span role="columnheader">{name}</span> };
    view! {
        <div role="rowgroup">
            <div role="row" class="runs-head">
                {names.map(header).collect_view()}
                <span role="columnheader"><span class="unseen">{text::stored::ACTIONS}</span></span>
            </div>
        </div>
    }
}

/// Why a run file or a stored run couldn't be used.
#[component]
fn NotTaken() -> impl IntoView {
    let app = use_app();
    let problem = move || app.run().not_taken.read().as_ref().map(text::stored::not_taken);
    view! { {move || problem().map(|problem| view! { <p class="note warn" role="alert">{problem}</p> })} }
}

/// What is said on the users' tab about stored runs: that one isn't finished, or that they can't be listed.
#[component]
pub(crate) fn UnfinishedRuns() -> impl IntoView {
    let app = use_app();
    let unfinished = memo(move || {
        let others = app.run().others();
        others.iter().filter_map(|run| Unfinished::of(app, run)).collect::<Vec<_>>()
    });
    let shows_runs = app.tabs().contains(&Tab::Runs);
    let line = move || {
        let runs = unfinished.get();
        let sentence = match runs.as_slice() {
            [] => return None,
            [only] => only.sentence.clone(),
            several => text::stored::several_unfinished(several.len()),
        };
        let only = runs.into_iter().next().filter(|run| run.is_permitted);
        let is_only = unfinished.read_untracked().len() == 1;
        let continue_it =
            only.filter(|_| is_only).map(|run| view! { <ContinueButton name=run.name users=run.left/> });
        Some(view! {
            <div class="line note">
                <span>{sentence}</span>
                {continue_it}
                {shows_runs
                    .then(|| {
                        view! {
                            <button class="link" on:click=handler(move |_| app.show_tab(Tab::Runs))>
                                {text::stored::SHOW_RUNS}
                            </button>
                        }
                    })}
            </div>
        })
    };
    view! {
        <NotTaken/>
        {line}
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Unfinished {
    name: String,
    sentence: String,
    left: u32,
    is_permitted: bool,
}

impl Unfinished {
    fn of(app: App, run: &Stored) -> Option<Self> {
        let left = run.remaining()?;
        let contents = run.contents.as_ref().ok()?;
        let plan = contents.number.to_string();
        let unfinished = text::stored::unfinished(contents.to, &plan, left, &number(app, left));
        Some(Self {
            name: run.name.to_string(),
            sentence: unfinished + &handed_over(app, contents).unwrap_or_default(),
            left,
            is_permitted: app
                .review()
                .limits()
                .run_obstacle(contents.to, u64::from(contents.tally.all()))
                .is_none(),
        })
    }
}

fn open_file(app: App) {
    if !app.run().is_open_untracked() {
        app.run().open_file();
    }
}

#[component]
pub(crate) fn OpenRunFile() -> impl IntoView {
    let app = use_app();
    let is_permitted = app.review().may_run(true) || app.review().may_run(false);
    is_permitted.then(|| {
        view! {
            <button
                class="quiet"
                aria-disabled=move || app.run().is_open().then_some("true")
                title=move || app.run().is_open().then_some(text::stored::ANOTHER_IS_OPEN)
                on:click=handler(move |_| open_file(app))
            >
                <Symbol icon=Icon::Upload/>
                {text::stored::OPEN_FILE}
            </button>
        }
    })
}
