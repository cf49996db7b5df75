//! Tabs by the pattern of <https://www.w3.org/WAI/ARIA/apg/patterns/tabs/>: Tab reaches the selected one, arrow keys
//! select another one and move the focus to it.

use leptos::prelude::*;
use leptos::{ev, html};

use crate::ui::dom::{focus, handler, key_of};

#[derive(Clone, Copy)]
pub(crate) struct TabItem {
    /// The id of the tab.
    pub(crate) id: &'static str,
    /// The id of its panel.
    pub(crate) panel: &'static str,
    pub(crate) name: &'static str,
    /// How many entries the panel has. It is the tab's description, so that the name doesn't change.
    pub(crate) count: Option<Signal<String>>,
}

#[component]
pub(crate) fn TabList(
    name: &'static str,
    class: &'static str,
    tabs: Vec<TabItem>,
    /// The position of the selected tab.
    selected: Signal<usize>,
    /// Is called with the position of a chosen tab.
    select: Callback<usize>,
) -> impl IntoView {
    let tabs: Vec<(TabItem, NodeRef<html::Button>)> =
        tabs.into_iter().map(|tab| (tab, NodeRef::new())).collect();
    let buttons: Vec<NodeRef<html::Button>> = tabs.iter().map(|(_, button)| *button).collect();
    let to_other = move |event: ev::KeyboardEvent| {
        let last = buttons.len().saturating_sub(1);
        let Some(to) = neighbor(&key_of(&event), selected.get_untracked(), last) else { return };
        event.prevent_default();
        select.run(to);
        if let Some(button) = buttons.get(to) {
            focus(*button);
        }
    };
    let tab = |(position, (item, button))| view! { <Tab item button position selected select/> };
    view! {
        <div class=class role="tablist" aria-label=name on:keydown=handler(to_other)>
            {tabs.into_iter().enumerate().map(tab).collect_view()}
        </div>
    }
}

/// The tab that a key leads to; the first one follows the last one.
fn neighbor(key: &str, selected: usize, last: usize) -> Option<usize> {
    match key {
        "ArrowLeft" => Some(selected.checked_sub(1).unwrap_or(last)),
        "ArrowRight" => Some(if selected >= last { 0 } else { selected + 1 }),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

#[component]
fn Tab(
    item: TabItem,
    button: NodeRef<html::Button>,
    position: usize,
    selected: Signal<usize>,
    select: Callback<usize>,
) -> impl IntoView {
    let is_selected = move || selected.get() == position;
    let description = item.count.map(|count| move || Some(count.get()).filter(|count| !count.is_empty()));
    // The style sheet shows the number: as text it would be a part of the tab's name.
    let count = item.count.map(|count| {
        view! { <span class="tab-count" aria-hidden="true" data-count=move || count.get()></span> }
    });
    view! {
        <button
            role="tab"
            id=item.id
            aria-description=description
            aria-controls=item.panel
            aria-selected=move || is_selected().to_string()
            tabindex=move || if is_selected() { "0" } else { "-1" }
            node_ref=button
            on:click=handler(move |_| select.run(position))
        >
            {item.name}
            {count}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_go_round() {
        assert_eq!(neighbor("ArrowRight", 2, 2), Some(0));
        assert_eq!(neighbor("ArrowLeft", 0, 2), Some(2));
        assert_eq!(neighbor("ArrowRight", 0, 2), Some(1));
        assert_eq!(neighbor("End", 0, 2), Some(2));
        assert_eq!(neighbor("x", 0, 2), None);
    }
}
