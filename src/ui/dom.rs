//! The page's hands on the browser's elements and events, where Leptos has none: focus in a grid, keys while a word is
//! being composed, the clipboard. It is the only file of the view that names the browser's own types.

use leptos::html::{self, ElementType};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{
    ClipboardEvent, Element, FocusEvent, FocusOptions, HtmlDialogElement, HtmlElement, HtmlInputElement,
    KeyboardEvent, Node, PointerEvent, ShadowRoot,
};
use web_sys::ResizeObserver;

pub(crate) use leptos::ev::Event;

/// How far an element is scrolled and how high it is, in pixels. `None` once the view around it is gone: what was put
/// off until the next frame may come that late.
pub(crate) fn scroll_view(of: NodeRef<html::Div>) -> Option<(i32, i32)> {
    element(of).map(|element| (element.scroll_top(), element.client_height()))
}

/// How wide an element is inside, in pixels; 0 while it isn't shown.
pub(crate) fn width_of(element_ref: NodeRef<html::Div>) -> u32 {
    element(element_ref).and_then(|element| u32::try_from(element.client_width()).ok()).unwrap_or(0)
}

/// Does something when an element gets another size, also when it is hidden or shown again. It happens before the browser
/// paints.
pub(crate) fn on_resize(of: NodeRef<html::Div>, then: impl Fn() + 'static) {
    let changed = Closure::<dyn Fn()>::new(then);
    let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
    let observing = StoredValue::new_local(Some((observer.clone(), changed)));
    of.on_load(move |element| observer.observe(&element));
    on_cleanup(move || {
        if let Some((observer, _)) = observing.try_update_value(Option::take).flatten() {
            observer.disconnect();
        }
    });
}

/// Lets an element have all events of a pointer until it is released, wherever it is moved.
pub(crate) fn hold_pointer(event: &PointerEvent) {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    if let Some(target) = target {
        // It throws for a pointer that is gone, and then there is nothing to hold.
        let _ = target.set_pointer_capture(event.pointer_id());
    }
}

/// The `aria-rowindex` of the row that was clicked, unless a control in it was.
pub(crate) fn clicked_row(event: &Event) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let is_control = target.closest("button, input, a, label").ok()?.is_some();
    if is_control { None } else { cell_of(event).map(|(row, _)| row) }
}

/// Gives the cell under the pointer its whole text as a tooltip, if there is no room for it.
pub(crate) fn explain_cut_text(event: &Event) {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(cell) = target.and_then(|target| target.closest("td").ok().flatten()) else { return };
    let text = if overflow_of(&cell) > 0 { cell.text_content().unwrap_or_default() } else { String::new() };
    if cell.get_attribute("title").unwrap_or_default() != text {
        set(&cell, "title", &text);
    }
}

/// By how much a cell's content is wider than the cell.
fn overflow_of(cell: &Element) -> i32 {
    let overflow = |element: &Element| element.scroll_width() - element.client_width();
    let inside = cell.first_element_child().map_or(0, |inside| overflow(&inside));
    overflow(cell).max(inside)
}

/// How wide a column would have to be for the cells that are rendered, if it is as wide as `now` and too narrow.
pub(crate) fn content_width(table: NodeRef<html::Div>, column: usize, now: u32) -> u32 {
    let Some(table) = element(table) else { return now };
    let cells = all(&table, &format!("tr[role='row'] > :nth-child({})", column + 1));
    let overflow = cells.iter().map(overflow_of).max().and_then(|overflow| u32::try_from(overflow).ok());
    now + overflow.unwrap_or(0)
}

/// How wide the columns of a table would have to be for the content of the rows that are rendered, by their position.
/// A column whose content isn't in elements is left out.
pub(crate) fn content_widths(table: NodeRef<html::Div>) -> Vec<(usize, u32)> {
    let Some(table) = element(table) else { return Vec::new() };
    let columns = all(&table, "thead th").len();
    let width = |position: usize| {
        let cells = all(&table, &format!("td:nth-child({}):not([colspan])", position + 1));
        cells.iter().filter_map(natural_width).max()
    };
    (0..columns).filter_map(|position| Some((position, width(position)?))).collect()
}

/// The width of a cell's content and of the padding around it; `None` for a cell that isn't shown.
fn natural_width(cell: &Element) -> Option<u32> {
    /// As in the style sheet, and what is lost to rounding.
    const AROUND: i32 = 21;
    let inside =
        |element: Option<Element>| element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let text = inside(cell.query_selector("bdi").ok().flatten());
    let first = text.clone().or_else(|| inside(cell.first_element_child()))?;
    let last = text.or_else(|| inside(cell.last_element_child()))?;
    let width = last.offset_left() + last.offset_width() - first.offset_left();
    u32::try_from(width + AROUND).ok().filter(|_| width > 0)
}

/// Scrolls an element down to this many pixels.
pub(crate) fn scroll_to(scroller: NodeRef<html::Div>, top: i32) {
    if let Some(element) = element(scroller) {
        element.set_scroll_top(top);
    }
}

/// Gives the focus, without scrolling, to a cell of the table in an element: to what can be pressed in the cell, or else
/// to the cell itself. `row` is the row's `aria-rowindex`, `column` the cell's position.
pub(crate) fn focus_cell(around: NodeRef<html::Div>, row: usize, column: usize) {
    if let Some(cell) = element(around).and_then(|element| cell(&element, row, column)) {
        let still = FocusOptions::new();
        still.set_prevent_scroll(true);
        // It throws for no element of HTML.
        let _ = cell.focus_with_options(&still);
    }
}

/// Makes one cell of the table in an element reachable with Tab, as a grid needs it: the one with the focus or, where
/// none has it, the first of the head or, where that has nothing to press, of the rows. Returns whether the focus is
/// nowhere.
pub(crate) fn keep_tab_stop(around: NodeRef<html::Div>) -> bool {
    let Some(element) = element(around) else { return false };
    let active = element.get_root_node().dyn_into::<ShadowRoot>().ok().and_then(|root| root.active_element());
    let focused = active.clone().filter(|active| *active != *element && element.contains(Some(active)));
    let stop = focused
        .or_else(|| found(&element, TAB_STOP))
        .or_else(|| found(&element, "thead button, thead input"))
        .or_else(|| found(&element, "tbody button, tbody input, tbody td[tabindex]"));
    for old in all(&element, TAB_STOP) {
        set(&old, "tabindex", "-1");
    }
    if let Some(stop) = stop {
        set(&stop, "tabindex", "0");
    }
    active.is_none() && nothing_has_focus()
}

fn element(of: NodeRef<html::Div>) -> Option<HtmlElement> {
    of.try_get_untracked().flatten().map(Into::into)
}

/// An event handler of one type per event. Leptos compiles its listeners for each type of handler, and each closure is a
/// type of its own: with this a release is 60 kB smaller, 5 kB after gzip.
pub(crate) fn handler<E>(then: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(then)
}

/// On Escape, closes what has the focus inside it, and nothing around it.
pub(crate) fn close_on_escape(close: impl Fn(&Event) + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    handler(move |event: KeyboardEvent| {
        if key_of(&event) == "Escape" {
            stop(&event);
            close(&event);
        }
    })
}

/// Whether the focus goes from inside an element to outside of it. It doesn't while another window has the focus, or the
/// page around the frame: it comes back to where it was.
pub(crate) fn leaves(event: &FocusEvent, around: NodeRef<html::Div>) -> bool {
    let Some(element) = element(around) else { return false };
    match event.related_target().and_then(|target| target.dyn_into::<Node>().ok()) {
        Some(to) => !element.contains(Some(&to)),
        None => moves_on(event),
    }
}

/// Whether the focus leaves an element for another one of this page, or for none.
pub(crate) fn moves_on(event: &FocusEvent) -> bool {
    event.related_target().is_some() || document().has_focus().unwrap_or(true)
}

/// What can have the focus in a menu or a panel.
const FOCUSABLE: &str =
    "button:not(:disabled), input:not(:disabled), select:not(:disabled), a[href], [tabindex='0']";

/// Gives the focus to the chosen entry of a menu, or else to the first element that can have it, or else to the element
/// itself.
pub(crate) fn focus_first_in(around: NodeRef<html::Div>) {
    let Some(around) = element(around) else { return };
    let first = found(&around, "[aria-checked='true']").or_else(|| found(&around, FOCUSABLE));
    give_focus(Some(first.unwrap_or_else(|| around.into())));
}

/// Gives the focus to an element, if it is still there.
pub(crate) fn focus<E>(of: NodeRef<E>)
where
    E: ElementType,
    E::Output: JsCast + Into<Element> + Clone + 'static,
{
    give_focus(of.try_get_untracked().flatten().map(Into::into));
}

fn give_focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // It throws for no element of HTML.
        let _ = element.focus();
    }
}

/// Gives the focus to the first field in an element, or else to the first element that can have it.
pub(crate) fn focus_field_in(around: NodeRef<html::Div>) {
    match element(around).and_then(|around| found(&around, "input")) {
        Some(field) => give_focus(Some(field)),
        None => focus_first_in(around),
    }
}

/// Gives the focus to what takes the place of a pressed button in the element around it.
pub(crate) fn focus_successor(pressed: &Event) {
    let pressed: Option<Element> = pressed.current_target().and_then(|target| target.dyn_into().ok());
    let around = pressed.and_then(|pressed| pressed.parent_element());
    let Some(around) = around.and_then(|around| around.dyn_into::<HtmlElement>().ok()) else { return };
    once_shown(move || give_focus(found(&around, FOCUSABLE)));
}

/// Moves the focus among what can have it in an element, by an arrow key, Home or End. The first follows the last.
pub(crate) fn move_focus_in(around: NodeRef<html::Div>, key: &str) {
    let Some(around) = element(around) else { return };
    let entries = all(&around, FOCUSABLE);
    let Some(last) = entries.len().checked_sub(1) else { return };
    let root = around.get_root_node().dyn_into::<ShadowRoot>().ok();
    let active = root.and_then(|root| root.active_element());
    let now = active.and_then(|active| entries.iter().position(|entry| *entry == active));
    let to = match (key, now) {
        ("Home", _) | ("ArrowDown", None) => 0,
        ("End", _) | ("ArrowUp", None) => last,
        ("ArrowDown", Some(now)) => {
            if now == last {
                0
            } else {
                now + 1
            }
        }
        (_, Some(now)) => now.checked_sub(1).unwrap_or(last),
        (_, None) => 0,
    };
    give_focus(entries.get(to).cloned());
}

/// Closes the dialog around an empty search field on Escape. WebKit takes that key for the field, which has nothing to
/// clear, and never closes the dialog.
pub(crate) fn close_from_search(event: &Event) {
    let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(field) = field.filter(|field| field.type_() == "search" && field.value().is_empty()) else {
        return;
    };
    let dialog = field.closest("dialog").ok().flatten();
    let Some(dialog) = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok()) else { return };
    if key_of(event) == "Escape" {
        event.prevent_default();
        dialog.close();
    }
}

/// Scrolls to an element once what is to be shown is there.
pub(crate) fn bring_into_view(of: NodeRef<html::Div>) {
    once_shown(move || {
        if let Some(element) = element(of) {
            element.scroll_into_view();
        }
    });
}

/// Whether an element is as wide as the page around it, and so covers it.
pub(crate) fn covers_page(element: NodeRef<html::Aside>) -> bool {
    let element = element.try_get_untracked().flatten();
    let root = element.as_ref().and_then(|element| element.closest(".app").ok().flatten());
    let around = root.and_then(|root| root.dyn_into::<HtmlElement>().ok());
    element.zip(around).is_some_and(|(element, around)| element.offset_width() >= around.offset_width())
}

/// Once what an event came from has gone, gives the focus to the first of these that can be seen, each by its
/// `aria-label`.
pub(crate) fn focus_next(event: &Event, names: &[&str]) {
    focus_next_in(".app", event, names);
}

/// The same inside the closest element of this selector.
pub(crate) fn focus_next_in(around: &str, event: &Event, names: &[&str]) {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(root) = target.and_then(|target| target.closest(around).ok().flatten()) else { return };
    let Ok(root) = root.dyn_into::<HtmlElement>() else { return };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    once_shown(move || {
        let controls = all(&root, "button, input, [role='grid']");
        let called = |name: &String| controls.iter().find(|control| is_named(control, name));
        give_focus(names.iter().filter(|name| !name.is_empty()).find_map(called).cloned());
    });
}

fn is_named(control: &Element, name: &str) -> bool {
    let is_shown = control.dyn_ref::<HtmlElement>().is_some_and(|control| control.offset_width() > 0);
    is_shown && control.get_attribute("aria-label").as_deref() == Some(name)
}

/// What Tab reaches in a table.
const TAB_STOP: &str = "[tabindex='0']";

/// Whether the browser gives the focus to no element at all: it was on one that has gone.
fn nothing_has_focus() -> bool {
    let document = document();
    document.active_element().is_none_or(|active| active.tag_name() == "BODY")
}

fn found(inside: &HtmlElement, selector: &str) -> Option<Element> {
    // Only a wrong selector throws, and these are ours.
    inside.query_selector(selector).ok().flatten()
}

fn all(inside: &HtmlElement, selector: &str) -> Vec<Element> {
    let Ok(list) = inside.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|place| list.item(place)?.dyn_into().ok()).collect()
}

fn set(element: &Element, name: &str, value: &str) {
    // It throws only for a name that is none.
    let _ = element.set_attribute(name, value);
}

fn cell(table: &HtmlElement, row: usize, column: usize) -> Option<HtmlElement> {
    let row = found(table, &format!("[aria-rowindex='{row}']"))?;
    let cell = row.children().item(u32::try_from(column).ok()?)?;
    let inside = cell.query_selector("button, input").ok().flatten();
    inside.unwrap_or(cell).dyn_into().ok()
}

/// The place of the cell that an event comes from: the row's `aria-rowindex` and the cell's place in it.
pub(crate) fn cell_of(event: &Event) -> Option<(usize, usize)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let cell = target.closest("td, th").ok()??;
    let row = cell.closest("tr").ok()??;
    let mut column = 0;
    let mut before = cell.previous_element_sibling();
    while let Some(sibling) = before {
        column += 1;
        before = sibling.previous_element_sibling();
    }
    Some((row.get_attribute("aria-rowindex")?.parse().ok()?, column))
}

/// Does something once everything that is to be shown is there.
pub(crate) fn once_shown(then: impl FnOnce() + 'static) {
    request_animation_frame(then);
}

/// Takes an event away from whatever was to take note of it, the browser included.
pub(crate) fn stop(event: &Event) {
    event.prevent_default();
    event.stop_propagation();
}

/// Takes the text out of a field. Once the field is gone there is none.
pub(crate) fn take_text_of(field: NodeRef<html::Input>) -> String {
    let Some(field) = field.try_get_untracked().flatten() else { return String::new() };
    let text = field.value();
    field.set_value("");
    text
}

/// Takes the text that is about to be pasted, so that it never reaches the field.
pub(crate) fn take_paste(event: &Event) -> Option<String> {
    let clipboard = event.unchecked_ref::<ClipboardEvent>().clipboard_data()?;
    event.prevent_default();
    Some(clipboard.get_data("text").unwrap_or_default())
}

/// What an input method's own keys have as their code. Safari tells by nothing else that Enter ends a composition: its
/// `isComposing` is false again by then.
const COMPOSING: u32 = 229;

/// The key of a keyboard event, behind `Control+` where that is held. The one place that tells which keys are ours:
/// nothing while a word is being composed, because keys choose the word then; nothing with Alt or Meta, which are the
/// browser's and the system's; and nothing of an event without a key, as a browser sends that fills in a field.
pub(crate) fn key_of(event: &Event) -> String {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return String::new() };
    let is_composing = event.is_composing() || event.key_code() == COMPOSING;
    if is_composing || event.alt_key() || event.meta_key() {
        return String::new();
    }
    let mut key = event.key();
    if event.ctrl_key() {
        key.insert_str(0, "Control+");
    }
    key
}
