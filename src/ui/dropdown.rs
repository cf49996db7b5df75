//! A button that opens a menu or a panel below it. Escape and a press elsewhere close it; the focus goes into it and,
//! unless it went elsewhere, comes back to the button.

use leptos::prelude::*;
use leptos::{ev, html};

use crate::ui::dom::{focus, focus_first_in, handler, key_of, leaves, move_focus_in, once_shown, stop};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::show::Show;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// Entries to choose one from, by the pattern of <https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/>.
    Menu,
    /// Fields and text.
    Panel,
}

/// Whether the dropdown is open; what is inside closes it by this.
#[derive(Clone, Copy)]
pub(crate) struct Dropdown {
    pub(crate) is_open: RwSignal<bool>,
    button: NodeRef<html::Button>,
}

impl Dropdown {
    pub(crate) fn new() -> Self {
        Self { is_open: RwSignal::new(false), button: NodeRef::new() }
    }

    /// Closes it and gives the focus back to the button.
    pub(crate) fn close(self) {
        self.is_open.set(false);
        focus(self.button);
    }

    fn open(self, panel: NodeRef<html::Div>) {
        self.is_open.set(true);
        once_shown(move || focus_first_in(panel));
    }

    fn press(self, event: &ev::KeyboardEvent, opens: Opens, panel: NodeRef<html::Div>) {
        let key = key_of(event);
        match key.as_str() {
            "Escape" if self.is_open.get_untracked() => {
                stop(event);
                self.close();
            }
            "ArrowDown" if !self.is_open.get_untracked() => {
                event.prevent_default();
                self.open(panel);
            }
            "ArrowDown" | "ArrowUp" | "Home" | "End" if opens == Opens::Menu => {
                event.prevent_default();
                move_focus_in(panel, &key);
            }
            _ => {}
        }
    }
}

/// The button with its menu or panel. `children` are created each time it opens.
#[component]
pub(crate) fn DropdownButton(
    dropdown: Dropdown,
    opens: Opens,
    /// The accessible name.
    #[prop(into)]
    name: Signal<String>,
    /// What the button shows, where that is more than the name.
    #[prop(into, optional)]
    label: Option<Signal<String>>,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(default = "")] class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    let wrapper = NodeRef::<html::Div>::new();
    let Dropdown { is_open, button } = dropdown;
    let toggle = move |_| if is_open.get_untracked() { is_open.set(false) } else { dropdown.open(panel) };
    let press = move |event: ev::KeyboardEvent| dropdown.press(&event, opens, panel);
    let leave = move |event: ev::FocusEvent| {
        if leaves(&event, wrapper) {
            is_open.set(false);
        }
    };
    let shown = move || label.unwrap_or(name).get();
    view! {
        <div class="dropdown" node_ref=wrapper on:keydown=handler(press) on:focusout=handler(leave)>
            <button
                class=class
                node_ref=button
                // Safari gives a pressed button the focus only with this.
                tabindex="0"
                aria-haspopup=(opens == Opens::Menu).then_some("menu")
                aria-expanded=move || is_open.get().to_string()
                aria-label=move || name.get()
                on:click=handler(toggle)
            >
                {icon.map(|icon| view! { <Symbol icon/> })}
                <span class="dropdown-label">{shown}</span>
                <Symbol icon=Icon::ChevronDown/>
            </button>
            <Show when=move || is_open.get()>
                <div
                    class=if opens == Opens::Menu { "dropdown-panel menu" } else { "dropdown-panel" }
                    role=if opens == Opens::Menu { "menu" } else { "group" }
                    aria-label=move || name.get()
                    tabindex="-1"
                    node_ref=panel
                >
                    {children()}
                </div>
            </Show>
        </div>
    }
}

/// Closes the menu first, so that what the entry does can move the focus.
fn choosing(menu: Dropdown, choose: Callback<()>) -> Box<dyn FnMut(ev::MouseEvent)> {
    handler(move |_| {
        menu.close();
        choose.run(());
    })
}

/// An entry of a menu. Choosing it closes the menu.
#[component]
pub(crate) fn MenuItem(
    dropdown: Dropdown,
    #[prop(into)] name: Signal<String>,
    #[prop(default = "")] class: &'static str,
    /// Whether it can't be chosen yet. What it does then says why.
    #[prop(default = Signal::stored(false))]
    is_disabled: Signal<bool>,
    choose: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            role="menuitem"
            class=class
            tabindex="-1"
            aria-disabled=move || is_disabled.get().then_some("true")
            on:click=choosing(dropdown, choose)
        >
            {move || name.get()}
        </button>
    }
}

/// An entry that is one of several choices. Choosing it closes the menu.
#[component]
pub(crate) fn MenuChoice(
    dropdown: Dropdown,
    #[prop(into)] name: Signal<String>,
    is_chosen: Signal<bool>,
    choose: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            role="menuitemradio"
            class="menu-choice"
            tabindex="-1"
            aria-checked=move || is_chosen.get().to_string()
            on:click=choosing(dropdown, choose)
        >
            {move || name.get()}
        </button>
    }
}
