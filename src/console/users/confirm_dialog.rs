//! The dialog before a change that may lock one user out, and the frame that it shares with the disable dialog: a
//! title, what it is about, the environment, and two buttons. The focus is on the one that changes nothing.

use leptos::html;
use leptos::prelude::*;
use pingone::user::UserId;

use crate::connect::session::Phase;
use crate::console::app::{App, use_app};

use crate::console::modal::Modal;
use crate::console::users::text;
use crate::ui::dom::{focus, handler};
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn ConfirmChangeDialog() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let confirming = directory.confirming;
    let name = move || confirming.read().as_ref().map(|asked| name_of(app, asked.user));
    let to = move || confirming.read().as_ref().is_none_or(|asked| asked.to);
    let title =
        Signal::derive(move || name().map(|name| text::confirm::title(to(), &name)).unwrap_or_default());
    let concerns = memo(move || {
        let Some(asked) = confirming.get() else { return Vec::new() };
        let name = name_of(app, asked.user);
        let sentence = |concern| text::confirm::concern(concern, asked.to, &name);
        asked.concerns.iter().copied().map(sentence).collect()
    });
    let concerns = move || {
        let note = |sentence| view! { <p class="note warn">{sentence}</p> };
        concerns.get().into_iter().map(note).collect_view()
    };
    view! {
        <ConfirmDialog
            is_open=Signal::derive(move || confirming.with(Option::is_some))
            title
            on_cancel=move || directory.cancel()
            action=Signal::derive(move || Some(text::confirm::go(to())))
            is_risk=Signal::derive(move || !to())
            on_action=move || directory.confirm()
        >
            {concerns}
        </ConfirmDialog>
    }
}

/// A modal dialog with a button that cancels and one that changes something. `on_cancel` is also called when the dialog
/// is closed, whatever closed it. That can be reported after the dialog was removed, when a `Callback` is disposed of;
/// hence plain closures.
#[component]
pub(crate) fn ConfirmDialog(
    is_open: Signal<bool>,
    title: Signal<String>,
    on_cancel: impl Fn() + Copy + Send + 'static,
    /// The button that changes something; without it, `children` have what there is to do.
    action: Signal<Option<String>>,
    /// Whether the button that changes something is a warning by itself.
    is_risk: Signal<bool>,
    on_action: impl Fn() + Copy + Send + Sync + 'static,
    children: Children,
) -> impl IntoView {
    let app = use_app();
    let cancel_button = NodeRef::<html::Button>::new();
    view! {
        <Modal
            name=title
            class="confirm"
            part="dialog"
            is_open
            on_open=move || focus(cancel_button)
            on_close=on_cancel
        >
            <h2>{move || title.get()}</h2>
            {children()}
            <footer>
                <span class="confirm-place">{move || place(app)}</span>
                <button node_ref=cancel_button on:click=handler(move |_| on_cancel())>
                    {text::confirm::CANCEL}
                </button>
                <Show when=move || action.with(Option::is_some)>
                    <button class=move || is_risk.get().then_some("danger") on:click=handler(move |_| on_action())>
                        {move || action.get()}
                    </button>
                </Show>
            </footer>
        </Modal>
    }
}

/// The user's name in a sentence: the username if PingOne has no other.
pub(crate) fn name_of(app: App, id: UserId) -> String {
    let user = app.directory().user(id);
    user.map(|user| if user.name.is_empty() { user.username } else { user.name.to_string() })
        .unwrap_or_default()
}

fn place(app: App) -> String {
    match app.session().phase.get() {
        Phase::Connected { environment, .. } => {
            text::disable_dialog::place(&environment.name, &text::kind(&environment.kind))
        }
        Phase::Form | Phase::Loading | Phase::Connecting => String::new(),
    }
}
