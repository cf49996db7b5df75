//! Everything that one element shows: the connect form, then the console.

use leptos::either::Either;
use leptos::prelude::*;

#[cfg(feature = "demo")]
use super::sign_in::DemoBanner;
use crate::connect::console_views::{LoadedScreens, ScreensPlace};
use crate::connect::form::Connect;
use crate::connect::live_regions::LiveRegions;
use crate::connect::session::{Phase, Session, use_session};
use crate::connect::text;
use crate::connect::token_field::TokenWithheld;
use crate::ui::dom::handler;

/// Everything that one element shows.
pub fn root(session: Session, screens: &ScreensPlace) -> AnyView {
    let screens = LoadedScreens::new(screens);
    if session.ports().host.owns_page() {
        return view! {
            <div class="app" on:keydown=handler(move |_| session.touch()) on:pointerdown=handler(move |_| session.touch())>
                <Page screens/>
            </div>
        }
        .into_any();
    }
    // Another page has its own banner and main part; there, this is one region among others.
    view! {
        <section
            class="app"
            aria-label=text::PRODUCT
            on:keydown=handler(move |_| session.touch())
            on:pointerdown=handler(move |_| session.touch())
        >
            <Page screens/>
        </section>
    }
    .into_any()
}

#[component]
fn Page(screens: LoadedScreens) -> impl IntoView {
    #[cfg(feature = "demo")]
    let banner = view! { <DemoBanner/> };
    #[cfg(not(feature = "demo"))]
    let banner = ();
    view! {
        {banner}
        <TokenWithheld/>
        <Screen screens/>
        <Help screens/>
        <LiveRegions screens/>
    }
}

/// The connect form, or what a connection leads to.
#[component]
fn Screen(screens: LoadedScreens) -> impl IntoView {
    let session = use_session();
    // A way to another environment leads through the form.
    let is_connected = Memo::new(move |_| matches!(session.phase.get(), Phase::Connected { .. }));
    let console = move || {
        if !is_connected.get() {
            return None;
        }
        let Phase::Connected { environment, region } = session.phase.get_untracked() else { return None };
        screens.with(|screens| (screens.connected)(environment, region.label))
    };
    view! {
        {move || match console() {
            Some(console) => Either::Left(console),
            None => Either::Right(view! { <Connect screens/> }),
        }}
    }
}

/// The help can be opened on the form too, once it is loaded.
#[component]
fn Help(screens: LoadedScreens) -> impl IntoView {
    let session = use_session();
    view! {
        <Show when=move || session.has_rooms()>{screens.with(|screens| (screens.help)())}</Show>
    }
}
