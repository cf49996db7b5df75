//! Signing in with PingOne: the buttons that begin it, and how far it is.

use leptos::either::EitherOf4;
use leptos::prelude::*;
use pingone_mfa_core::sign_in::session::SignInFault;

use crate::connect::session::sign_in::SigningIn;
use crate::connect::session::{Session, use_session};

use crate::connect::text;
use crate::ui::dom::handler;

/// The first way in, if the deployment offers it.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let session = use_session();
    let (signs_in, pastes) = (session.offers_sign_in(), session.offers_paste());
    let has_no_way = !signs_in && !pastes && !session.offers_host();
    view! {
        {has_no_way.then(|| view! { <p class="note">{text::sign_in::NO_WAY}</p> })}
        <SignInStatus/>
        {signs_in.then(|| view! { <SignInOffer/> })}
    }
}

#[component]
fn SignInOffer() -> impl IntoView {
    let session = use_session();
    let or_token = session.offers_paste().then(|| view! { <p class="or">{text::sign_in::OR_TOKEN}</p> });
    view! {
        <div class="connect-go">
            <button
                class:primary=move || !session.has_token()
                aria-disabled=move || is_busy(session).then_some("true")
                on:click=handler(move |_| begin(session))
            >
                {text::sign_in::SIGN_IN}
            </button>
        </div>
        {or_token}
    }
}

/// The way to another token while connected. The page stays.
#[component]
pub(crate) fn SignInAgain() -> impl IntoView {
    let session = use_session();
    let again = move || {
        view! {
            <SignInStatus/>
            <div class="line">
                <button
                    aria-disabled=move || is_busy(session).then_some("true")
                    on:click=handler(move |_| begin(session))
                >
                    {text::sign_in::SIGN_IN_AGAIN}
                </button>
                <span class="hint">{text::sign_in::OWN_WINDOW}</span>
            </div>
        }
    };
    session.offers_sign_in().then(again)
}

/// The notice below the top bar that a sign-in isn't renewed anymore.
#[component]
pub(crate) fn RenewalFailed() -> impl IntoView {
    let session = use_session();
    let notice = |fault: SignInFault| {
        view! {
            <section class="replace" aria-label=text::sign_in::RENEWAL>
                <p class="problem" role="alert">{text::sign_in::not_renewed(&fault)}</p>
                <div class="line">
                    <SignInAgainButton/>
                </div>
            </section>
        }
    };
    view! { {move || session.not_renewed().map(notice)} }
}

/// The button alone, where there is little room. The status is shown with the other ways to replace the token.
#[component]
pub(crate) fn SignInAgainButton() -> impl IntoView {
    let session = use_session();
    let sign_in = move |_| {
        session.open_replacement();
        session.sign_in();
    };
    view! { <button on:click=handler(sign_in)>{text::sign_in::SIGN_IN_AGAIN}</button> }
}

/// A second press now would lead to a second answer. While PingOne's window is open the button works, because waiting
/// can be given up; and while the page is being left, because it may stay after all.
fn is_busy(session: Session) -> bool {
    matches!(*session.signing_in.read(), SigningIn::Exchanging)
}

fn begin(session: Session) {
    if !matches!(*session.signing_in.read_untracked(), SigningIn::Exchanging) {
        session.sign_in();
    }
}

#[component]
fn SignInStatus() -> impl IntoView {
    let session = use_session();
    let working = |sentence| view! { <p class="working" role="status">{sentence}</p> };
    view! {
        {move || match session.signing_in.get() {
            SigningIn::No => EitherOf4::A(()),
            SigningIn::Leaving => EitherOf4::B(working(text::sign_in::LEAVING)),
            SigningIn::Exchanging => EitherOf4::B(working(text::sign_in::EXCHANGING)),
            SigningIn::Waiting { is_gone } => EitherOf4::C(view! { <WaitingForWindow is_gone/> }),
            SigningIn::Failed(fault) => EitherOf4::D(view! { <SignInFailed fault/> }),
        }}
    }
}

#[component]
fn WaitingForWindow(is_gone: bool) -> impl IntoView {
    let session = use_session();
    let (class, sentence) =
        if is_gone { ("note", text::sign_in::WINDOW_GONE) } else { ("working", text::sign_in::WAITING) };
    view! {
        <p class=class role="status">{sentence}</p>
        <div class="line">
            <button class="quiet" on:click=handler(move |_| session.stop_signing_in())>
                {text::sign_in::STOP_WAITING}
            </button>
            <SignInHere/>
        </div>
    }
}

#[component]
fn SignInFailed(fault: SignInFault) -> impl IntoView {
    view! {
        <p class="problem" role="alert">{text::sign_in::fault(&fault)}</p>
        {(fault == SignInFault::Blocked).then(|| view! { <SignInHere/> })}
    }
}

/// The way that needs no window, where the page offers it.
#[component]
fn SignInHere() -> impl IntoView {
    let session = use_session();
    let here = move || {
        view! {
            <div class="line">
                <button class="quiet" on:click=handler(move |_| session.sign_in_here())>
                    {text::sign_in::SIGN_IN_HERE}
                </button>
                <span class="hint">{text::sign_in::LEAVES}</span>
            </div>
        }
    };
    session.can_leave().then(here)
}
