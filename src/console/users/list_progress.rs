//! The list as a whole: how many users there are, the progress of loading them, and what can be done about it.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone::time::PerSecond;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::store::UserStore;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::List;

use crate::console::ceiling_choice::CeilingChoice;
use crate::console::format::number;
use crate::console::troubleshooting::failure::Failure;
use crate::console::users::refresh_button::RefreshButton;
use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::dropdown::{Dropdown, DropdownButton, Opens};
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// Users per request, because every page of 200 has a preflight.
const USERS_PER_REQUEST: u64 = 100;

/// What decides which controls are shown. The numbers between them follow by themselves.
#[derive(Clone, PartialEq)]
enum Phase {
    Before,
    Loading,
    Paused { fault: Fault, unread: u64 },
    Stopped,
    Complete,
}

impl Phase {
    fn of(list: &List) -> Self {
        match list {
            List::Idle => Self::Before,
            List::Loading { .. } => Self::Loading,
            List::Paused { fault, unread } => Self::Paused { fault: fault.clone(), unread: *unread },
            List::Stopped => Self::Stopped,
            List::Complete => Self::Complete,
        }
    }
}

#[component]
pub(crate) fn ListProgress() -> impl IntoView {
    let app = use_app();
    let phase = memo(move || app.directory().list.with(Phase::of));
    move || {
        match phase.get() {
        Phase::Before => view! { <LoadOffer/> }.into_any(),
        Phase::Loading => view! {
            <p class="working list-loading">{move || loading(app)}</p>
            <StopButton/>
        }
        .into_any(),
        Phase::Paused { fault, unread } => paused(app, fault, unread),
        Phase::Stopped => view! {
            <p>{move || partial(app)}</p>
            <RefreshButton name=text::directory::REFRESH press=Callback::new(move |()| app.directory().load_all())/>
        }
        .into_any(),
        Phase::Complete => view! { <Remarks/> }.into_any(),
    }
    }
}

/// The limit on the request rate, while something is loaded.
#[component]
pub(crate) fn ReadCeiling() -> impl IntoView {
    let directory = use_app().directory();
    let is_of_use = memo(move || directory.list.with(List::is_loading));
    view! { <Show when=move || is_of_use.get()><SpeedMenu/></Show> }
}

#[component]
fn SpeedMenu() -> impl IntoView {
    let directory = use_app().directory();
    let panel = Dropdown::new();
    view! {
        <DropdownButton dropdown=panel opens=Opens::Panel name=text::directory::CHANGE_SPEED class="link">
            <CeilingChoice ceiling=directory.read_ceiling choose=move |chosen| directory.limit_reads(chosen)/>
        </DropdownButton>
    }
}

#[component]
fn StopButton() -> impl IntoView {
    let directory = use_app().directory();
    view! { <button class="link" on:click=handler(move |_| directory.stop())>{text::directory::STOP}</button> }
}

fn paused(app: App, fault: Fault, unread: u64) -> AnyView {
    let unread = (unread > 0).then(|| text::directory::unread(&number(app, unread)));
    view! {
        <p>{move || partial(app)}</p>
        {unread.map(|unread| view! { <p>{unread}</p> })}
        <button class="link" on:click=handler(move |_| app.directory().resume())>{text::directory::CONTINUE}</button>
        <StopButton/>
        {list_failure(fault)}
    }
    .into_any()
}

fn list_failure(fault: Fault) -> AnyView {
    let title = text::fault(&fault);
    view! { <Failure at=Location::People tried=Operation::ReadUsers fault title/> }.into_any()
}

fn total(app: App) -> Option<u64> {
    app.directory().total.read().ready().copied().flatten()
}

/// How many users were loaded.
pub(crate) fn listed(app: App) -> u64 {
    app.directory().table.listed_len.get()
}

fn of_total(app: App) -> String {
    total(app).map_or_else(|| "?".to_owned(), |total| number(app, total))
}

pub(crate) fn partial(app: App) -> String {
    let at = app.directory().listed_at.get().map(|at| app.ports.get().locale.time(at)).unwrap_or_default();
    text::directory::partial(&number(app, listed(app)), &of_total(app), &at)
}

fn loading(app: App) -> String {
    let List::Loading { pace } = app.directory().list.get() else { return String::new() };
    let left = total(app).map(|total| seconds(total.saturating_sub(listed(app)), pace));
    let left = left.map(|left| number(app, left));
    text::directory::loading(
        &number(app, listed(app)),
        &of_total(app),
        &number(app, pace.whole()),
        left.as_deref(),
    )
}

/// How many seconds it takes to load this many users at a pace, rounded up.
fn seconds(users: u64, pace: PerSecond) -> u64 {
    requests(users).div_ceil(pace.whole().max(1))
}

fn requests(users: u64) -> u64 {
    users.div_ceil(2 * USERS_PER_REQUEST) * 2
}

/// What is unexpected about a list that was loaded completely.
#[component]
fn Remarks() -> impl IntoView {
    let app = use_app();
    view! { {move || {
        let listed = listed(app);
        let differs = total(app).filter(|count| *count != listed);
        let differs = differs.map(|count| text::directory::differs(&number(app, count)));
        let unreadable = app.directory().users.with(UserStore::unreadable_len) as u64;
        let unreadable = (unreadable > 0).then(|| text::directory::unreadable(&number(app, unreadable)));
        let remarks = [differs, unreadable].into_iter().flatten();
        remarks.map(|remark| view! { <p class="hint">{remark}</p> }).collect_view()
    }} }
}

const SKELETON: &str = "grid-scroll";
const ROWS: &str = "grid-skeleton";

/// Before anything is loaded: how many users there are, and what loading them costs.
#[component]
pub(crate) fn LoadOffer() -> impl IntoView {
    let app = use_app();
    view! { {move || match app.directory().total.get() {
        Load::Idle | Load::Loading => view! {
            <p class="unseen" role="status">{text::directory::COUNTING}</p>
            <div class=SKELETON aria-hidden="true"><div class=ROWS></div></div>
        }
        .into_any(),
        Load::Failed(fault) => list_failure(fault),
        Load::Ready { value: None, .. } => view! {
            <Offer load=text::directory::LOAD_ALL.to_owned() cost=String::new()/>
        }
        .into_any(),
        Load::Ready { value: Some(users), .. } => {
            let seconds = number(app, seconds(users, app.directory().read_ceiling.get()).max(1));
            let cost = text::directory::cost(&number(app, requests(users)), &seconds);
            let users = number(app, users);
            view! { <Offer load=text::directory::load_all(&users) cost/> }.into_any()
        }
    }} }
}

#[component]
fn Offer(load: String, cost: String) -> impl IntoView {
    let app = use_app();
    view! {
        <div class="placeholder">
            <p>{text::directory::OFFER}</p>
            <button class="primary" on:click=handler(move |_| app.directory().load_all())>{load}</button>
            <div class="hint offer-cost">{cost} <SpeedMenu/></div>
            <p class="hint">{text::MEANING}</p>
        </div>
    }
}
