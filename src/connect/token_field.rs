//! The ways to a token: the field for it, and the host page. The field is emptied once it has a whole token; the token
//! is never shown, and is in no attribute, signal or event.

use leptos::either::EitherOf4;
use leptos::prelude::*;
use leptos::{ev, html};
use pingone::time::Millis;
use pingone::token::claims::is_bare;
use zeroize::Zeroizing;

use crate::connect::session::host_token::HostTokenState;
use crate::connect::session::{Obstacle, Phase, Session, use_session};

use crate::connect::sign_in::SignInAgain;
use crate::connect::text;
use crate::ui::dom::{handler, key_of, take_paste, take_text_of};
use crate::ui::show::Show;

/// How long nothing is typed until what was typed is read.
const AFTER_TYPING: Millis = Millis(400);

/// The length of the shortest signature in use, HMAC-SHA256 in base64.
const SHORTEST_SIGNATURE: usize = 43;

/// The id of the sentence on what stops Connect.
pub(crate) const OBSTACLE_ID: &str = "obstacle";

/// The id of the sentence on what is wrong with the last paste.
const FAULT_ID: &str = "paste-fault";

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
            HostTokenState::Requested => {
                EitherOf4::B(view! { <p class="working" role="status">{text::host_token::REQUESTED}</p> })
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

/// The token field. A paste never reaches it: the text is taken from the event. What is typed, dropped or filled in is
/// taken as soon as it is a whole token, and judged when the field is left.
#[component]
pub(crate) fn TokenField() -> impl IntoView {
    let session = use_session();
    let field = NodeRef::<html::Input>::new();
    // How long the text was at the last event.
    let len = StoredValue::new(0_usize);
    let take = move |text: Zeroizing<String>| {
        len.set_value(0);
        session.take_paste(&text);
    };
    let on_input = move |event: ev::Event| {
        let text = Zeroizing::new(event_target_value(&event));
        let before = len.try_update_value(|len| std::mem::replace(len, text.len())).unwrap_or_default();
        if !is_whole(&text) {
            return;
        }
        // A text that arrives at once is complete. One that is typed is, once nothing follows.
        let pause = if text.len() > before + 1 { Millis(0) } else { AFTER_TYPING };
        let typed = text.len();
        session.after(pause, move || {
            if len.try_get_value() == Some(typed) {
                take(Zeroizing::new(take_text_of(field)));
            }
        });
    };
    let on_paste = move |event: ev::ClipboardEvent| {
        if let Some(text) = take_paste(&event) {
            take(Zeroizing::new(text));
        }
    };
    let on_change = move |_: ev::Event| take(Zeroizing::new(take_text_of(field)));
    // Another token's field is shown while connected, too.
    let is_connected = move || session.phase.with(|phase| matches!(phase, Phase::Connected { .. }));
    let is_taken = move || session.has_token() && !is_connected();
    let is_ready = move || len.get_value() == 0 && untrack(is_taken);
    let is_missing =
        move || session.obstacle.with(|obstacle| matches!(obstacle, Some(Obstacle::TokenMissing)));
    let described_by = move || match session.paste_fault.get() {
        Some(_) => Some(FAULT_ID),
        None => is_missing().then_some(OBSTACLE_ID),
    };
    // It is in no form and no password of this site, so nothing offers to save it.
    view! {
        <label class="field">
            <span class="field-name">{text::TOKEN}</span>
            <input
                class="token-input"
                node_ref=field
                type="password"
                autocomplete="one-time-code"
                autocapitalize="off"
                spellcheck="false"
                data-1p-ignore="true"
                data-lpignore="true"
                placeholder=move || if is_taken() { text::TOKEN_IS_TAKEN } else { text::TOKEN_PLACEHOLDER }
                aria-invalid=move || described_by().map(|_| "true")
                aria-describedby=described_by
                on:paste=handler(on_paste)
                on:input=handler(on_input)
                on:change=handler(on_change)
                on:keydown=connect_on_enter(session, is_ready)
            />
        </label>
        <TokenHelp/>
    }
}

/// Connects on Enter. No form element does it, because browsers would take one for a login.
pub(crate) fn connect_on_enter(
    session: Session,
    is_ready: impl Fn() -> bool + 'static,
) -> Box<dyn FnMut(ev::KeyboardEvent)> {
    handler(move |event: ev::KeyboardEvent| {
        if key_of(&event) == "Enter" && is_ready() {
            session.connect();
        }
    })
}

/// What the field takes, and where to get a token; below it what is wrong with the last paste, in the place of what would
/// have been read from it.
#[component]
fn TokenHelp() -> impl IntoView {
    let session = use_session();
    let shows_source = RwSignal::new(false);
    view! {
        <div class="token-help">
            <p class="hint">{text::TOKEN_HINT}</p>
            <button
                class="link"
                aria-expanded=move || shows_source.get().to_string()
                on:click=handler(move |_| shows_source.update(|shows| *shows = !*shows))
            >
                {text::WHERE_FROM}
            </button>
            <Show when=move || shows_source.get()>
                <p class="hint">{text::TOKEN_SOURCE}</p>
            </Show>
            // A closure, so that the same fault is announced again.
            {move || {
                let fault = session.paste_fault.get()?;
                Some(view! {
                    <p class="problem paste-fault" id=FAULT_ID role="alert">{move || text::paste_fault(fault)}</p>
                })
            }}
        </div>
    }
}

/// Whether a text is a token with a signature, which a token that is still being typed isn't for long.
fn is_whole(text: &str) -> bool {
    let signature = text.trim().rsplit_once('.').map_or("", |(_, signature)| signature);
    is_bare(text) && signature.len() >= SHORTEST_SIGNATURE
}
