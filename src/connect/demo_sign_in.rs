//! The demo's banner, and its own token in place of signing in.

use leptos::prelude::*;

use crate::connect::session::use_session;

use crate::connect::text;
use crate::ui::dom::handler;

/// Shown above every screen.
#[component]
pub(crate) fn DemoBanner() -> impl IntoView {
    view! {
        <aside class="demo" aria-label=text::demo::NAME>
            <strong>{text::demo::BANNER}</strong>
            <span>{text::demo::MORE}</span>
        </aside>
    }
}

/// The way in.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let session = use_session();
    view! {
        <div class="connect-go">
            <button class:primary=move || !session.has_token() on:click=handler(move |_| session.take_demo_token())>
                {text::demo::TRY}
            </button>
            <p class="hint">{text::demo::TRY_HINT}</p>
        </div>
    }
}

/// The way to another token while connected.
#[component]
pub(crate) fn SignInAgain() -> impl IntoView {
    view! {
        <div class="line">
            <SignInAgainButton/>
        </div>
    }
}

/// The demo's token isn't renewed, so renewal can't fail.
#[component]
pub(crate) fn RenewalFailed() -> impl IntoView {}

/// Another token, where there is little room.
#[component]
pub(crate) fn SignInAgainButton() -> impl IntoView {
    let session = use_session();
    view! { <button on:click=handler(move |_| session.take_demo_token())>{text::demo::ANOTHER}</button> }
}
