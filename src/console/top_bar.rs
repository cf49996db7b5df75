//! The top bar: the environment, the token in use and when it expires, and below it the way to another token.

use leptos::prelude::*;
use pingone::environment::{Environment, EnvironmentKind};
use pingone::token::paste::Remark;

use crate::connect::paste::Pasted;
use crate::connect::session::{Session, use_session};
use crate::console::app::use_app;

use crate::connect::form::ObstacleNotice;
use crate::connect::sign_in::RenewalFailed;
use crate::connect::token_field::NextToken;
use crate::console::text;
use crate::console::troubleshooting::failure::CheckEverything;
use crate::ui::dom::handler;

#[component]
pub(crate) fn TopBar(environment: Environment, region: String) -> impl IntoView {
    let session = use_session();
    view! {
        <header class="band" part="band" aria-label=text::top_bar::NAME>
            <ConnectionFacts environment region/>
            <Actions/>
        </header>
        <RenewalFailed/>
        <Show when=move || session.replacing.get()>
            <Replacement/>
        </Show>
    }
}

#[component]
fn ConnectionFacts(environment: Environment, region: String) -> impl IntoView {
    let session = use_session();
    let kind_class = match &environment.kind {
        EnvironmentKind::Production => "tag production",
        EnvironmentKind::Sandbox | EnvironmentKind::Other(_) => "tag",
    };
    let id = environment.id.to_string();
    let other_environment = Memo::new(move |_| session.other_environment(&id));
    view! {
        <div class="band-facts">
            <h1 class="band-name">
                <bdi>{environment.name}</bdi>
            </h1>
            <span class=kind_class>{text::kind(&environment.kind)}</span>
            <span>{region}</span>
            <span>{move || text::actor_short(&session.facts().unwrap_or_default().actor)}</span>
            <TokenExpiry/>
            {move || {
                let own = other_environment.get()?;
                Some(view! { <span>{text::other_environment(own)}</span> })
            }}
        </div>
    }
}

#[component]
fn TokenExpiry() -> impl IntoView {
    let session = use_session();
    let facts = move || session.facts().unwrap_or_default();
    let is_expired = move || facts().is_expired(session.now.get()) == Some(true);
    view! {
        <span class=move || if is_expired() { "band-end ended" } else { "band-end" }>
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
    let (app, session) = (use_app(), use_session());
    view! {
        <div class="band-actions">
            <CheckEverything/>
            <button on:click=handler(move |_| app.help().open_all())>{text::HELP}</button>
            <button
                aria-expanded=move || session.replacing.get().to_string()
                on:click=handler(move |_| toggle_replacement(session))
            >
                {text::top_bar::REPLACE}
            </button>
            <button on:click=handler(move |_| session.forget())>{text::top_bar::FORGET}</button>
            <Show when=move || session.is_signed_in()>
                <button on:click=handler(move |_| session.sign_out())>{text::sign_in::SIGN_OUT}</button>
            </Show>
        </div>
    }
}

#[component]
fn Replacement() -> impl IntoView {
    let session = use_session();
    view! {
        <section class="replace" aria-label=text::top_bar::REPLACE>
            <NextToken/>
            <ObstacleNotice/>
            <button class="quiet" on:click=handler(move |_| toggle_replacement(session))>{text::top_bar::KEEP}</button>
        </section>
    }
}

fn toggle_replacement(session: Session) {
    session.keep_token();
    session.replacing.update(|replacing| *replacing = !*replacing);
}
