//! The dialog before a change that may lock one user out, and the frame that it shares with the disable dialog: a
//! title, what it is about, the environment, and two buttons. The focus is on the one that changes nothing.

use leptos::html;
use leptos::prelude::*;
use pingone::user::UserId;

use crate::state::session::Phase;
use crate::state::{App, use_app};

use super::markup::{Handle, Node};
use super::text;
use super::token::modal;

// Bridge: for `directory`, until it is made of components.
pub(super) fn confirm(_app: App) -> Node {
    Node::of(view! { <ConfirmChangeDialog/> }.into_any())
}

#[component]
fn ConfirmChangeDialog() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let confirming = directory.confirming;
    let name = move || confirming.with(|asked| asked.as_ref().map(|asked| name_of(app, asked.user)));
    let to = move || confirming.with(|asked| asked.as_ref().is_none_or(|asked| asked.to));
    let title =
        Signal::derive(move || name().map(|name| text::confirm::title(to(), &name)).unwrap_or_default());
    let concerns = Memo::new(move |_| {
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
            cancel=text::confirm::CANCEL
            on_cancel=move || directory.cancel()
            action=Signal::derive(move || text::confirm::go(to()))
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
pub(super) fn ConfirmDialog(
    is_open: Signal<bool>,
    title: Signal<String>,
    cancel: &'static str,
    on_cancel: impl Fn() + Copy + 'static,
    action: Signal<String>,
    on_action: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let app = use_app();
    let (dialog, cancel_button) = (Handle::new(), NodeRef::<html::Button>::new());
    Effect::new(move |_| {
        let is_open = is_open.get();
        dialog.show_modal(is_open);
        if is_open && let Some(button) = cancel_button.get_untracked() {
            // It throws for no element of HTML.
            let _ = button.focus();
        }
    });
    let content = view! {
        <h2>{title}</h2>
        {children()}
        <footer>
            <span class="confirm-place">{move || place(app)}</span>
            <button class="primary" node_ref=cancel_button on:click=move |_| on_cancel()>
                {cancel}
            </button>
            <button class="danger" on:click=move |_| on_action()>
                {action}
            </button>
        </footer>
    };
    // Bridge: every dialog comes from `token`, which a test checks, and that has no component for it yet.
    modal(app.session())
        .known_as(dialog)
        .class("confirm")
        .part("dialog")
        .follow("aria-label", move || Some(title.get()))
        .on("close", move |_| on_cancel())
        .with(content.into_any())
        .view()
}

/// The user's name in a sentence: the username if PingOne has no other.
pub(super) fn name_of(app: App, id: UserId) -> String {
    let user = app.directory().user(id);
    user.map(|user| if user.name.is_empty() { user.username } else { user.name.to_string() })
        .unwrap_or_default()
}

fn place(app: App) -> String {
    match app.session().phase.get() {
        Phase::Connected { environment, .. } => {
            text::question::place(&environment.name, &text::kind(&environment.kind))
        }
        Phase::Form | Phase::Loading | Phase::Connecting => String::new(),
    }
}
