//! The top bar: the environment, the tabs, the token in use and when it expires, and the ways to another token, to the
//! checks and to the help.

use leptos::html;
use leptos::prelude::*;
use pingone::environment::{Environment, EnvironmentKind};
use pingone::token::claims::Remark;
use pingone_mfa_core::exchanges::log::Log;

use crate::connect::paste::Pasted;
use crate::connect::session::{Session, use_session};
use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::tabs::Tab;
use crate::console::users::directory::List;

use crate::connect::form::ObstacleNotice;
use crate::connect::sign_in::RenewalFailed;
use crate::connect::token_field::NextToken;
use crate::console::modal::Modal;
use crate::console::text;
use crate::console::troubleshooting::failure::CheckButton;
use crate::ui::dom::{focus_field_in, handler, once_shown};
use crate::ui::dropdown::{Dropdown, DropdownButton, MenuItem, Opens};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::memo::memo;
use crate::ui::show::Show;
use crate::ui::tab_list::{TabItem, TabList};

/// From this long before it expires the token's expiry stands out.
const SOON: i64 = 10 * 60 * 1000;

#[component]
pub(crate) fn TopBar(environment: Environment, region: String) -> impl IntoView {
    view! {
        <header class="top-bar" part="band" aria-label=text::top_bar::NAME>
            <EnvironmentName environment=environment.clone()/>
            <Tabs/>
            <ConnectionFacts environment region=region.clone()/>
            <Actions region/>
        </header>
        <RenewalFailed/>
        <ReplacementDialog/>
    }
}

#[component]
fn EnvironmentName(environment: Environment) -> impl IntoView {
    let kind_class = match &environment.kind {
        EnvironmentKind::Production => "tag production",
        EnvironmentKind::Sandbox | EnvironmentKind::Other(_) => "tag",
    };
    view! {
        <div class="environment">
            <h1 class="environment-name">
                <bdi>{environment.name}</bdi>
            </h1>
            <span class=kind_class>{text::kind(&environment.kind)}</span>
        </div>
    }
}

#[component]
fn Tabs() -> impl IntoView {
    let app = use_app();
    let tabs = StoredValue::new(app.tabs());
    let position = move |tab: Tab| {
        tabs.with_value(|tabs| tabs.iter().position(|other| *other == tab).unwrap_or_default())
    };
    let selected = Signal::derive(move || position(app.tab()));
    let select = Callback::new(move |position: usize| {
        if let Some(tab) = tabs.with_value(|tabs| tabs.get(position).copied()) {
            app.show_tab(tab);
        }
    });
    let item = |tab: Tab| {
        let (id, panel) = tab.ids();
        TabItem { id, panel, name: text::tabs::name(tab), count: Some(memo(move || count(app, tab)).into()) }
    };
    let items: Vec<TabItem> = app.tabs().into_iter().map(item).collect();
    (items.len() > 1)
        .then(|| view! { <TabList name=text::tabs::NAME class="top-tabs" tabs=items selected select/> })
}

/// How many entries a tab has; empty until that is known.
fn count(app: App, tab: Tab) -> String {
    let count = match tab {
        Tab::Users => users_count(app),
        Tab::Runs => app.run().count().map(|count| count as u64),
        Tab::Requests => Some(app.exchanges().log.with(Log::len) as u64),
    };
    count.map(|count| app.ports.get().locale.number(count)).unwrap_or_default()
}

/// How many users there are: all of a complete list, and otherwise as many as PingOne counts.
fn users_count(app: App) -> Option<u64> {
    let directory = app.directory();
    let listed = directory.table.listed_len.get();
    if *directory.list.read() == List::Complete {
        return Some(listed);
    }
    match &*directory.total.read() {
        Load::Ready { value: Some(total), .. } => Some(listed.max(*total)),
        _ => Some(listed).filter(|listed| *listed > 0),
    }
}

#[component]
fn ConnectionFacts(environment: Environment, region: String) -> impl IntoView {
    let session = use_session();
    let id = environment.id.to_string();
    let other_environment = memo(move || session.other_environment(&id));
    view! {
        <div class="top-facts">
            <span class="top-fact">{region}</span>
            <span class="top-fact">{move || text::actor_short(&session.facts().unwrap_or_default().actor)}</span>
            {move || {
                let own = other_environment.get()?;
                Some(view! { <span class="top-fact">{text::other_environment(own)}</span> })
            }}
            <TokenExpiry/>
        </div>
    }
}

#[component]
fn TokenExpiry() -> impl IntoView {
    let session = use_session();
    let expiry = memo(move || expiry(session));
    view! {
        <span class=move || expiry.get().class>
            <span class="token-words">{move || expiry.get().words}</span>
            <strong>{move || expiry.get().time}</strong>
        </span>
    }
}

/// When the token expires: words, and what is shown strongly.
#[derive(Clone, PartialEq)]
struct Expiry {
    class: &'static str,
    words: &'static str,
    time: String,
}

fn expiry(session: Session) -> Expiry {
    let said = |class, time: &str| Expiry { class, words: "", time: time.to_owned() };
    if expired_at_once(session) {
        return said("token-expiry expired", text::top_bar::EXPIRED_BY_CLOCK);
    }
    let now = session.now.get();
    match session.facts().and_then(|facts| facts.expires_at) {
        None => Expiry { class: "token-expiry", words: text::top_bar::EXPIRY_UNKNOWN, time: String::new() },
        Some(end) if end <= now => said("token-expiry expired", text::top_bar::EXPIRED),
        Some(end) => {
            let class = if end.since(now) <= SOON { "token-expiry soon" } else { "token-expiry" };
            Expiry { class, words: text::top_bar::EXPIRES_IN, time: text::remaining(end, now) }
        }
    }
}

/// Whether the token had expired by this computer's clock when it was taken. PingOne decides whether it has.
fn expired_at_once(session: Session) -> bool {
    match &*session.pasted.read() {
        Pasted::Taken { notes, .. } => notes.iter().any(|note| matches!(note, Remark::Expired(_))),
        Pasted::Nothing | Pasted::Forgotten { .. } => false,
    }
}

#[component]
fn Actions(region: String) -> impl IntoView {
    let app = use_app();
    let has_menu = app.session().settings().shown.token_menu;
    view! {
        <div class="top-actions">
            {has_menu.then(|| view! { <TokenMenu region/> })}
            <CheckButton/>
            <button class="quiet" aria-label=text::HELP title=text::HELP on:click=handler(move |_| app.help().open_all())>
                <Symbol icon=Icon::Help/>
                <span class="action-name">{text::HELP}</span>
            </button>
        </div>
    }
}

#[component]
fn TokenMenu(region: String) -> impl IntoView {
    let session = use_session();
    let menu = Dropdown::new();
    let replace = Callback::new(move |()| session.open_replacement());
    let forget = Callback::new(move |()| session.forget());
    let sign_out = Callback::new(move |()| session.sign_out());
    view! {
        <div class="token-menu">
        <DropdownButton dropdown=menu opens=Opens::Menu name=text::top_bar::TOKEN icon=Icon::Key>
            <TokenFacts region=region.clone()/>
            <MenuItem dropdown=menu name=text::top_bar::REPLACE choose=replace/>
            <MenuItem dropdown=menu name=text::top_bar::FORGET choose=forget/>
            <Show when=move || session.is_signed_in()>
                <MenuItem dropdown=menu name=text::sign_in::SIGN_OUT choose=sign_out/>
            </Show>
        </DropdownButton>
        </div>
    }
}

/// What is known of the token, above the entries of its menu.
#[component]
fn TokenFacts(region: String) -> impl IntoView {
    let session = use_session();
    let facts = move || session.facts().unwrap_or_default();
    let expires =
        move || text::expires(session.ports().locale.as_ref(), facts().expires_at, session.now.get());
    // A list isn't permitted in a menu.
    view! {
        <div class="menu-facts">
            <span>{text::top_bar::REGION}</span>
            <span>{region}</span>
            <span>{text::top_bar::ACTS_AS}</span>
            <span>{move || text::actor_short(&facts().actor)}</span>
            <span>{text::top_bar::EXPIRES}</span>
            <span>{expires}</span>
        </div>
    }
}

/// The ways to another token. The token in use stays until there is another one.
#[component]
fn ReplacementDialog() -> impl IntoView {
    let session = use_session();
    let content = NodeRef::<html::Div>::new();
    let is_open = Signal::derive(move || session.is_replacing());
    let focus = move || once_shown(move || focus_field_in(content));
    let close = move || session.close_replacement();
    view! {
        <Modal name=text::top_bar::REPLACE class="confirm replace" is_open on_open=focus on_close=close>
            <h2>{text::top_bar::REPLACE}</h2>
            <div node_ref=content>
                <Show when=move || is_open.get()>
                    <NextToken/>
                    <ObstacleNotice/>
                </Show>
            </div>
            <footer>
                <button on:click=handler(move |_| close())>{text::top_bar::CANCEL}</button>
            </footer>
        </Modal>
    }
}
