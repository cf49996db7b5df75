//! The ways to a token: the field for it, and the host page. The field is read once and emptied; the token is never
//! shown, and is in no attribute, signal or event.

use leptos::either::{Either, EitherOf4};
use leptos::ev;
use leptos::prelude::*;
use zeroize::Zeroizing;

use crate::connect::session::host_token::HostTokenState;
use crate::connect::session::{Session, use_session};

use crate::connect::sign_in::SignInAgain;
use crate::connect::text;
use crate::ui::dom::handler;
use crate::ui::dom::{take_paste, take_text_from};

/// The ways to another token while connected.
#[component]
pub(crate) fn NextToken() -> impl IntoView {
    let session = use_session();
    view! {
        {session.offers_host().then(|| view! { <HostToken/> })}
        <SignInAgain/>
        {session.offers_paste().then(|| view! { <TokenField/> })}
    }
}

/// How far the host page is with a token, and the way to ask it again.
#[component]
pub(crate) fn HostToken() -> impl IntoView {
    let session = use_session();
    view! {
        {move || match session.host_token.get() {
            HostTokenState::Idle => EitherOf4::A(view! { <AskHost name=text::host_token::ASK/> }),
            HostTokenState::Asking => {
                EitherOf4::B(view! { <p class="working" role="status">{text::host_token::ASKING}</p> })
            }
            HostTokenState::Late => EitherOf4::C(view! { <HostTokenLate/> }),
            HostTokenState::Missed => EitherOf4::D(view! { <HostTokenMissed/> }),
        }}
    }
}

#[component]
fn HostTokenLate() -> impl IntoView {
    let session = use_session();
    view! {
        <p class="working" role="status">{text::host_token::LATE}</p>
        <AskHost name=text::host_token::ASK_AGAIN>
            <button on:click=handler(move |_| session.stop_asking_host())>{text::host_token::CANCEL}</button>
        </AskHost>
    }
}

#[component]
fn AskHost(name: &'static str, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let session = use_session();
    view! {
        <div class="line">
            <button on:click=handler(move |_| session.ask_host())>{name}</button>
            {children.map(|children| children())}
        </div>
    }
}

#[component]
fn HostTokenMissed() -> impl IntoView {
    let session = use_session();
    view! {
        <p class="problem" role="alert">{move || why_missed(session)}</p>
        <AskHost name=text::host_token::ASK_AGAIN/>
    }
}

fn why_missed(session: Session) -> String {
    // The token field, where there is one, shows the fault itself.
    let fault = session.paste_fault.get().filter(|_| !session.offers_paste());
    fault.map_or_else(|| text::host_token::MISSED.to_owned(), text::paste_fault)
}

/// The notice that a token was taken out of a field that is for something else. It is shown at the top of the page and
/// in each dialog, because nothing around an open dialog can be read.
#[component]
pub(crate) fn TokenWithheld() -> impl IntoView {
    let session = use_session();
    view! {
        <Show when=move || session.is_token_withheld.get()>
            <p class="problem withheld" role="alert">{text::TOKEN_WITHHELD}</p>
        </Show>
    }
}

/// The token field. A paste never reaches it: the text is taken from the event. What is typed or dropped is taken when
/// it is complete.
#[component]
pub(crate) fn TokenField() -> impl IntoView {
    let session = use_session();
    let on_paste = move |event: ev::ClipboardEvent| {
        if let Some(text) = take_paste(&event) {
            session.take_paste(&Zeroizing::new(text));
        }
    };
    let on_change = move |event: ev::Event| session.take_paste(&Zeroizing::new(take_text_from(&event)));
    // It is in no form and no password of this site, so nothing offers to save it.
    view! {
        <label class="field">
            <span class="field-name">{text::TOKEN}</span>
            <input
                class="token-input"
                type="password"
                autocomplete="one-time-code"
                autocapitalize="off"
                spellcheck="false"
                data-1p-ignore="true"
                data-lpignore="true"
                placeholder=text::TOKEN_PLACEHOLDER
                aria-invalid=move || session.paste_fault.get().map(|_| "true")
                on:paste=handler(on_paste)
                on:change=handler(on_change)
            />
        </label>
        {move || match session.paste_fault.get() {
            // A closure, so that the same fault is announced again.
            Some(fault) => Either::Left(
                view! { <p class="problem" role="alert">{move || text::paste_fault(fault)}</p> },
            ),
            None => Either::Right(view! { <p class="hint">{text::TOKEN_HINT}</p> }),
        }}
    }
}
