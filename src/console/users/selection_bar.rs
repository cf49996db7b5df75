//! The bar below the table: how many users are selected, and what can be done with them.

use leptos::html;
use leptos::prelude::*;
use pingone::time::Millis;
use pingone_mfa_core::directory::store::UserSet;

use crate::announcement::Announcement;
use crate::console::app::App;
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::Checking;
use crate::console::users::text;
use crate::ui::dom::{Event, focus_next, handler, key_of, move_focus_in};
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// How long a selection stays as it is before its number is announced.
const STAYS: Millis = Millis(500);

/// It is there only with a selection, or while devices are read.
#[component]
pub(crate) fn SelectionBar(app: App) -> impl IntoView {
    let count = memo(move || app.directory().table.selected.with(UserSet::len));
    let is_checking = memo(move || app.directory().checking.with(Option::is_some));
    Effect::new(move |before: Option<usize>| announce(app, count, before));
    view! {
        <Show when=move || count.get() != 0 || is_checking.get()>
            <div class="selection">
                <Show when=move || is_checking.get()>
                    <CheckProgress app/>
                </Show>
                <Show when=move || count.get() != 0>
                    <SelectionToolbar app count/>
                </Show>
            </div>
        </Show>
    }
}

/// Announces how many users are selected once that stays, and not each step of a selection that grows. Returns the
/// number.
fn announce(app: App, count: Memo<usize>, before: Option<usize>) -> usize {
    let now = count.get();
    if before.is_some_and(|before| before != now) {
        app.session().after(STAYS, move || {
            if count.try_get_untracked() == Some(now) {
                app.announcer().tell(Announcement::Selected(now as u64));
            }
        });
    }
    now
}

#[component]
fn SelectionToolbar(app: App, count: Memo<usize>) -> impl IntoView {
    let bar = NodeRef::<html::Div>::new();
    let label = memo(move || text::table::selected(&number(app, count.get())));
    let move_focus = move |event: leptos::ev::KeyboardEvent| step(bar, &event);
    let clear = move |event: leptos::ev::MouseEvent| {
        focus_next(&event, &[text::table::SEARCH]);
        app.directory().table.deselect();
    };
    view! {
        <div
            class="line"
            role="toolbar"
            aria-label=move || label.get()
            node_ref=bar
            on:keydown=handler(move_focus)
        >
            <p class="selection-count">{move || label.get()}</p>
            <Show when=move || app.run().is_open()>
                <p class="hint">{text::table::RUN_IS_OPEN}</p>
            </Show>
            <button class="quiet" on:click=handler(clear)>
                {text::table::CLEAR_SELECTION}
            </button>
            <ChangeButton app to=true count/>
            <ChangeButton app to=false count/>
            <CheckButton app count/>
        </div>
    }
}

/// The arrow keys of a toolbar.
fn step(bar: NodeRef<html::Div>, event: &Event) {
    let key = match key_of(event).as_str() {
        "ArrowRight" => "ArrowDown",
        "ArrowLeft" => "ArrowUp",
        "Home" => "Home",
        "End" => "End",
        _ => return,
    };
    event.prevent_default();
    move_focus_in(bar, key);
}

fn number(app: App, number: usize) -> String {
    app.ports.get().locale.number(number as u64)
}

/// Turns MFA on or off for all selected users, where the deployment permits it.
#[component]
fn ChangeButton(app: App, to: bool, count: Memo<usize>) -> impl IntoView {
    let is_permitted =
        Memo::new(
            move |_| {
                if count.get() == 1 { app.directory().may_change(to) } else { app.review().may_run(to) }
            },
        );
    let is_run_open = move || app.run().is_open();
    let press = move |_| {
        if !untrack(is_run_open) {
            app.review().of_selected(to);
        }
    };
    view! {
        <Show when=move || is_permitted.get()>
            <button
                class=if to { "primary" } else { "danger" }
                aria-label=move || text::mfa_change::begin(to, &number(app, count.get()), count.get())
                aria-disabled=move || is_run_open().to_string()
                title=move || is_run_open().then_some(text::table::RUN_IS_OPEN)
                on:click=handler(press)
            >
                {if to { text::table::ENABLE } else { text::table::DISABLE }}
            </button>
        </Show>
    }
}

/// Reads the devices of all selected users. Its description is the cost.
#[component]
fn CheckButton(app: App, count: Memo<usize>) -> impl IntoView {
    let cost = move || {
        let ceiling = app.directory().read_ceiling.get();
        text::table::check_cost(&*app.ports.get().locale, count.get() as u64, ceiling)
    };
    view! {
        <button title=cost on:click=handler(move |_| app.directory().check_selected())>
            {text::table::CHECK}
        </button>
    }
}

/// The progress of reading devices one by one, and why it stopped if it failed.
#[component]
fn CheckProgress(app: App) -> impl IntoView {
    let checking = app.directory().checking;
    let is_running = move || checking.read().as_ref().is_some_and(|checking| checking.is_running);
    let sentence = move || {
        let checked = |checking: &Checking| text::table::checked(&*app.ports.get().locale, checking);
        checking.read().as_ref().map(checked).unwrap_or_default()
    };
    let fault = memo(move || checking.read().as_ref().and_then(|checking| checking.fault.clone()));
    let why = move || {
        let fault = fault.get()?;
        let card = move || view! { <FaultCard fault=fault.clone()/> };
        Some(view! { <FailureCase at=Location::Checking fallback=card/> })
    };
    view! {
        <div class="line">
            <p class=move || if is_running() { "working" } else { "done" } role="status">
                {sentence}
            </p>
            <button class="quiet" on:click=handler(move |_| app.directory().stop_checking())>
                {move || if is_running() { text::directory::STOP } else { text::CLOSE }}
            </button>
        </div>
        {why}
    }
}
