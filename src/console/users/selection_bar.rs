//! The selected users, and what can be done with them or, without a selection, with all users that are shown.

use leptos::prelude::*;
use pingone_mfa_core::directory::store::UserSet;

use crate::console::app::App;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::Checking;

use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::console::users::text;
use crate::ui::dom::handler;

#[component]
pub(crate) fn SelectionBar(app: App) -> impl IntoView {
    let table = app.directory().table;
    let count = Memo::new(move |_| table.selected.with(UserSet::len));
    let is_any_selected = move || count.get() > 0;
    view! {
        <div class=move || if is_any_selected() { "line selection active" } else { "line selection" }>
            <p>{move || text::table::selected(&number(app, count.get()), count.get())}</p>
            <Show when=is_any_selected>
                <button class="quiet" on:click=handler(move |_| table.deselect())>
                    {text::table::CLEAR_SELECTION}
                </button>
                <ChangeButton app=app to=true count=count />
                <ChangeButton app=app to=false count=count />
                <CheckButton app=app count=count />
            </Show>
        </div>
        <CheckProgress app=app />
    }
}

fn number(app: App, number: usize) -> String {
    app.ports.get().locale.number(number as u64)
}

/// Turns MFA on or off for all selected users, where the deployment permits it.
#[component]
fn ChangeButton(app: App, to: bool, count: Memo<usize>) -> impl IntoView {
    let is_permitted =
        move || if count.get() == 1 { app.directory().may_change(to) } else { app.review().may_run(to) };
    view! {
        <Show when=is_permitted>
            <button
                disabled=move || app.run().is_open()
                on:click=handler(move |_| app.review().of_selected(to))
            >
                {move || text::review::begin(to, &number(app, count.get()), count.get())}
            </button>
        </Show>
    }
}

/// Reads the devices of all selected users, and says what that costs.
#[component]
fn CheckButton(app: App, count: Memo<usize>) -> impl IntoView {
    let cost = move || {
        let ceiling = app.directory().read_ceiling.get();
        text::table::check_cost(&*app.ports.get().locale, count.get() as u64, ceiling)
    };
    view! {
        <button on:click=handler(move |_| app.directory().check_selected())>
            {move || text::table::check(&number(app, count.get()), count.get())}
        </button>
        <span class="hint">{cost}</span>
    }
}

/// The progress of reading devices one by one, and why it stopped if it failed.
#[component]
fn CheckProgress(app: App) -> impl IntoView {
    let checking = app.directory().checking;
    let is_running =
        move || checking.with(|checking| checking.as_ref().is_some_and(|checking| checking.is_running));
    let sentence = move || {
        let checked = |checking: &Checking| text::table::checked(&*app.ports.get().locale, checking);
        checking.with(|checking| checking.as_ref().map(checked).unwrap_or_default())
    };
    let fault = Memo::new(move |_| {
        checking.with(|checking| checking.as_ref().and_then(|checking| checking.fault.clone()))
    });
    let why = move || {
        let fault = fault.get()?;
        let card = move || view! { <FaultCard fault=fault.clone()/> };
        Some(view! { <FailureCase at=Location::Checking fallback=card/> })
    };
    view! {
        <Show when=move || checking.with(Option::is_some)>
            <div class="line">
                <p class=move || if is_running() { "working" } else { "done" } role="status">
                    {sentence}
                </p>
                <button class="quiet" on:click=handler(move |_| app.directory().stop_checking())>
                    {move || if is_running() { text::directory::STOP } else { text::saving::CLOSE }}
                </button>
            </div>
        </Show>
        {why}
    }
}
