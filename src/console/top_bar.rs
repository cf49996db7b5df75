//! The top bar: the environment, the tabs, the token in use and when it expires, and the ways to another token, to the
//! checks and to the help.

use leptos::html;
use leptos::prelude::*;
use pingone::environment::{Environment, EnvironmentKind};
use pingone::token::paste::Remark;
use pingone_mfa_core::exchanges::log::Log;

use crate::connect::paste::Pasted;
use crate::connect::session::{Session, use_session};
use crate::console::app::{App, use_app};
use crate::console::tabs::Tab;

use crate::connect::form::ObstacleNotice;
use crate::connect::sign_in::RenewalFailed;
use crate::connect::token_field::NextToken;
use crate::console::layout::ids;
use crate::console::modal::Modal;
use crate::console::text;
use crate::console::troubleshooting::failure::CheckEverything;
use crate::ui::dom::{focus_first_in, handler, once_shown};
use crate::ui::dropdown::{Dropdown, DropdownButton, MenuItem, Opens};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::tab_list::{TabItem, TabList};

#[component]
pub(crate) fn TopBar(environment: Environment, region: String) -> impl IntoView {
    view! {
        <header class="top-bar" part="band" aria-label=text::top_bar::NAME>
            <EnvironmentName environment=environment.clone()/>
            <Tabs/>
            <ConnectionFacts environment region/>
            <Actions/>
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
    let position = |tab: Tab| Tab::ALL.iter().position(|other| *other == tab).unwrap_or_default();
    let selected = Signal::derive(move || position(app.tab.get()));
    let select = Callback::new(move |position: usize| {
        if let Some(tab) = Tab::ALL.get(position) {
            app.tab.set(*tab);
        }
    });
    let item = |tab| {
        let (id, panel) = ids(tab);
        TabItem {
            id,
            panel,
            name: text::tabs::name(tab),
            count: Some(Signal::derive(move || count(app, tab))),
        }
    };
    view! {
        <TabList name=text::tabs::NAME class="top-tabs" tabs=Tab::ALL.map(item).to_vec() selected select/>
    }
}

/// How many entries a tab has; empty for none.
fn count(app: App, tab: Tab) -> String {
    let count = match tab {
        Tab::Users => app.directory().table.listed_len.get(),
        Tab::Runs => app.run().count() as u64,
        Tab::Requests => app.exchanges().log.with(Log::len) as u64,
    };
    if count == 0 { String::new() } else { app.ports.get().locale.number(count) }
}

#[component]
fn ConnectionFacts(environment: Environment, region: String) -> impl IntoView {
    let session = use_session();
    let id = environment.id.to_string();
    let other_environment = Memo::new(move |_| session.other_environment(&id));
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
    let facts = move || session.facts().unwrap_or_default();
    let is_expired = move || facts().is_expired(session.now.get()) == Some(true);
    view! {
        <span class=move || if is_expired() { "token-expiry ended" } else { "token-expiry" }>
            {move || expiry(session)}
        </span>
    }
}

fn expiry(session: Session) -> String {
    if expired_at_once(session) {
        return text::top_bar::EXPIRED_BY_CLOCK.to_owned();
    }
    let expires_at = session.facts().and_then(|facts| facts.expires_at);
    text::token_expiry(session.ports().locale.as_ref(), expires_at, session.now.get())
}

/// Whether the token had expired by this computer's clock when it was taken. PingOne decides whether it has.
fn expired_at_once(session: Session) -> bool {
    session.pasted.with(|pasted| match pasted {
        Pasted::Taken { notes, .. } => notes.iter().any(|note| matches!(note, Remark::Expired(_))),
        Pasted::Nothing | Pasted::Forgotten { .. } => false,
    })
}

#[component]
fn Actions() -> impl IntoView {
    let app = use_app();
    view! {
        <div class="top-actions">
            <TokenMenu/>
            <CheckEverything/>
            <button class="quiet" on:click=handler(move |_| app.help().open_all())>
                <Symbol icon=Icon::Help/>
                {text::HELP}
            </button>
        </div>
    }
}

#[component]
fn TokenMenu() -> impl IntoView {
    let session = use_session();
    let menu = Dropdown::new();
    let replace = Callback::new(move |()| session.replacing.set(true));
    let forget = Callback::new(move |()| session.forget());
    let sign_out = Callback::new(move |()| session.sign_out());
    view! {
        <DropdownButton dropdown=menu opens=Opens::Menu name=text::top_bar::TOKEN icon=Icon::Key class="token-menu">
            <MenuItem dropdown=menu name=text::top_bar::REPLACE choose=replace/>
            <MenuItem dropdown=menu name=text::top_bar::FORGET choose=forget/>
            <Show when=move || session.is_signed_in()>
                <MenuItem dropdown=menu name=text::sign_in::SIGN_OUT choose=sign_out/>
            </Show>
        </DropdownButton>
    }
}

/// The ways to another token. The token in use stays until there is another one.
#[component]
fn ReplacementDialog() -> impl IntoView {
    let session = use_session();
    let content = NodeRef::<html::Div>::new();
    let is_open = Signal::derive(move || session.replacing.get());
    let focus = move || once_shown(move || focus_first_in(content));
    let close = move || {
        if session.replacing.try_get_untracked() == Some(true) {
            session.keep_token();
            session.replacing.set(false);
        }
    };
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
