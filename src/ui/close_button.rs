//! The button that closes what it stands in.

use leptos::ev;
use leptos::prelude::*;

use crate::ui::icon::{Icon, Symbol};

#[component]
pub(crate) fn CloseButton(
    name: &'static str,
    class: &'static str,
    on_press: Box<dyn FnMut(ev::MouseEvent)>,
) -> impl IntoView {
    view! {
        <button class=class aria-label=name title=name on:click=on_press>
            <Symbol icon=Icon::Close/>
        </button>
    }
}
