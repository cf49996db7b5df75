//! The line above the table: how many users are shown, by which filters, how old the list is, and the way back to all.

use leptos::prelude::*;
use pingone_mfa_core::directory::store::UserStore;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::{List, Members};
use crate::console::users::list_progress::listed;
use crate::console::users::refresh_button::RefreshButton;
use crate::console::users::text;
use crate::console::users::toolbar::described;
use crate::ui::dom::{focus_next, handler};
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn ShownLine() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let is_complete = memo(move || *directory.list.read() == List::Complete);
    let is_filtered = memo(move || is_filtered(app));
    let is_of_use = move || is_complete.get() || is_filtered.get();
    view! {
        <Show when=is_of_use>
            <p class="list-shown">
                <strong role="status">{move || count(app)}</strong>
                <span>{move || facts(app)}</span>
            </p>
        </Show>
        <Show when=move || is_complete.get()>
            <RefreshButton name=text::directory::REFRESH press=Callback::new(move |()| directory.load_all())/>
        </Show>
        <Show when=move || is_filtered.get()>
            <button class="link" on:click=handler(move |_| app.show_everyone())>{text::table::SHOW_ALL}</button>
        </Show>
        <SearchOffer/>
        <Undecided/>
        {move || directory.members.get().map(|members| group_members(app, &members))}
    }
}

fn is_filtered(app: App) -> bool {
    let directory = app.directory();
    let is_searched = !directory.table.search.read().trim().is_empty();
    let has_report = directory.outcomes.with(Option::is_some);
    is_searched || has_report || !directory.table.view.read().filters.is_empty()
}

fn count(app: App) -> String {
    let directory = app.directory();
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let (shown, listed) = (directory.shown_len() as u64, listed(app));
    let is_complete = *directory.list.read() == List::Complete;
    if shown == 0 && listed > 0 {
        let listed = locale.number(listed);
        return if is_complete { text::table::no_match(&listed) } else { text::table::no_match_yet(&listed) };
    }
    let of = (shown != listed).then(|| locale.number(listed));
    text::table::shown(&locale.number(shown), shown, of.as_deref())
}

/// By which filters, and how old the list is.
fn facts(app: App) -> String {
    let directory = app.directory();
    let is_complete = *directory.list.read() == List::Complete;
    let read = directory.listed_at.get().filter(|_| is_complete);
    let age = read.map(|at| {
        let ports = app.ports.get();
        text::table::age(ports.locale.as_ref(), at, app.session().now.get())
    });
    described(app).into_iter().chain(age).flat_map(|fact| [" · ".to_owned(), fact]).collect()
}

/// How many users the filters can't decide about.
#[component]
fn Undecided() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let undecided = memo(move || directory.table.undecided(directory.users));
    view! { {move || {
        let users = undecided.get();
        (users > 0).then(|| {
            let sentence = text::table::undecided(&app.ports.get().locale.number(users), users);
            view! { <p class="hint">{sentence}</p> }
        })
    }} }
}

/// How many members the filter's group has, and when they were read.
fn group_members(app: App, members: &Members) -> AnyView {
    let filter = members.filter;
    let refresh = move || {
        let read = Callback::new(move |()| app.directory().read_members(filter));
        view! { <RefreshButton name=text::table::REFRESH_GROUP press=read/> }
    };
    match &members.read {
        Load::Idle | Load::Loading => {
            view! { <p class="working hint">{text::table::READING_GROUP}</p> }.into_any()
        }
        Load::Failed(fault) => {
            let fault = fault.clone();
            let card = move || view! { <FaultCard fault=fault.clone()/> };
            view! { <FailureCase at=Location::Group fallback=card/> {refresh()} }.into_any()
        }
        Load::Ready { value, at } => {
            let ports = app.ports.get();
            let locale = &*ports.locale;
            let is_listed =
                |users: &UserStore| value.iter().filter(|id| users.find(**id).is_some()).count() as u64;
            let listed = app.directory().users.with_untracked(is_listed);
            let (all, at) = (value.len() as u64, locale.time(*at));
            let sentence = text::table::group_read(locale, all, all - listed, &at);
            view! { <p class="hint">{sentence}</p> {refresh()} }.into_any()
        }
    }
}

/// How few matches make a person look in PingOne too.
const FEW: usize = 3;

/// Where little or nothing that is loaded matches, PingOne may still have the user.
#[component]
pub(crate) fn SearchOffer() -> impl IntoView {
    let directory = use_app().directory();
    let wanted = memo(move || {
        let text = directory.table.search.read().trim().to_owned();
        (directory.shown_len() <= FEW && !text.is_empty()).then_some(text)
    });
    view! { {move || {
        wanted.get().map(|wanted| {
            // A text of any length may have been typed.
            let short: String = wanted.chars().take(40).collect();
            let find = move |event: leptos::ev::MouseEvent| {
                focus_next(&event, &[text::table::SEARCH]);
                directory.find(&wanted);
            };
            view! {
                <button class="link" on:click=handler(find)>
                    {text::table::ask_pingone(&short)}
                </button>
            }
        })
    }} }
}
