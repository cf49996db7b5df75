//! A modal dialog. Every dialog of the page is one of these: each shows the notice about a token in the wrong field,
//! because nothing around an open dialog can be read.

use leptos::prelude::*;
use leptos::{ev, html};

use crate::connect::token_field::TokenWithheld;
use crate::ui::dom::close_from_search;
use crate::ui::dom::handler;

/// A modal dialog that opens and closes with `is_open`. `on_open` runs each time it has opened, to move the focus.
/// `on_close` runs when a person closes it, and also after `is_open` closed it: then the dialog's owner may be gone, so
/// it is a plain closure.
#[component]
pub(crate) fn Modal(
    #[prop(into)] name: Signal<String>,
    class: &'static str,
    #[prop(optional)] part: Option<&'static str>,
    is_open: Signal<bool>,
    on_open: impl Fn() + 'static,
    on_close: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |was_open: Option<bool>| {
        let is_open = is_open.get();
        let Some(dialog) = dialog.get() else { return false };
        if is_open && !dialog.open() {
            // It throws only for a dialog that is open or not in the document, and this one is neither.
            let _ = dialog.show_modal();
        } else if !is_open && dialog.open() {
            dialog.close();
        }
        if is_open && was_open != Some(true) {
            on_open();
        }
        is_open
    });
    view! {
        <dialog
            node_ref=dialog
            class=class
            part=part
            aria-label=move || name.get()
            on:keydown=handler(|event: ev::KeyboardEvent| close_from_search(&event))
            on:close=handler(move |_| on_close())
        >
            <TokenWithheld/>
            {children()}
        </dialog>
    }
}
