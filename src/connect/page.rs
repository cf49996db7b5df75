//! Everything that one element shows: the connect form, then the console.

use leptos::either::Either;
use leptos::prelude::*;

#[cfg(feature = "demo")]
use super::sign_in::DemoBanner;
use crate::connect::console_views::{ConsoleViewsCell, LoadedConsole};
use crate::connect::form::Connect;
use crate::connect::live_regions::LiveRegions;
use crate::connect::session::{Phase, Session, use_session};
use crate::connect::text;
use crate::connect::token_field::TokenWithheld;
use crate::ui::dom::handler;
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// Everything that one element shows.
pub fn root(session: Session, console_views: &ConsoleViewsCell) -> AnyView {
    let console_views = LoadedConsole::new(console_views);
    if session.ports().host.owns_page() {
        return view! {
            <div class="app" on:keydown=handler(move |_| session.touch()) on:pointerdown=handler(move |_| session.touch())>
                <Page console_views/>
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
            <Page console_views/>
        </section>
    }
    .into_any()
}

#[component]
fn Page(console_views: LoadedConsole) -> impl IntoView {
    #[cfg(feature = "demo")]
    let banner = view! { <DemoBanner/> };
    #[cfg(not(feature = "demo"))]
    let banner = ();
    view! {
        {banner}
        <TokenWithheld/>
        <Screen console_views/>
        <Help console_views/>
        <LiveRegions console_views/>
    }
}

/// The connect form, or what a connection leads to.
#[component]
fn Screen(console_views: LoadedConsole) -> impl IntoView {
    let session = use_session();
    // A way to another environment leads through the form.
    let is_connected = memo(move || matches!(session.phase.get(), Phase::Connected { .. }));
    let console = move || {
        if !is_connected.get() {
            return None;
        }
        let Phase::Connected { environment, region } = session.phase.get_untracked() else { return None };
        console_views.with(|console_views| (console_views.connected)(environment, region.label))
    };
    view! {
        {move || match console() {
            Some(console) => Either::Left(console),
            None => Either::Right(view! { <Connect console_views/> }),
        }}
    }
}

/// The help can be opened on the form too, once it is loaded.
#[component]
fn Help(console_views: LoadedConsole) -> impl IntoView {
    let session = use_session();
    view! {
        <Show when=move || session.has_console()>{console_views.with(|console_views| (console_views.help)())}</Show>
    }
}
