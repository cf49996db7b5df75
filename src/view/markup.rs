//! Elements as values of one type.
//!
//! Leptos compiles its machinery anew for every combination of element, attributes, children and closures that
//! `view!` writes down, and a page of this kind has hundreds. Through this builder there is one of each, and the page
//! is half the size. It is the one file of the view that names the browser's own types.

use std::borrow::Cow;
use std::cell::RefCell;
use std::hash::Hash;
use std::rc::Rc;

use leptos::ev;
use leptos::html::{self, ElementChild};
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::tachys::html::attribute::custom::custom_attribute;
use leptos::tachys::html::event::on;
use leptos::tachys::html::node_ref::node_ref;
use leptos::tachys::html::property::prop;
use leptos::tachys::html::style::style;
use leptos::tachys::view::keyed::keyed;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{
    ClipboardEvent, Element, FocusOptions, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent,
    MouseEvent, ShadowRoot,
};
use send_wrapper::SendWrapper;

pub(super) use leptos::ev::Event;

/// Something that is shown: an element, or a group of things without an element around them. It is one word wide,
/// because every step of a chain hands it on.
pub(super) struct Node(Box<Parts>);

struct Parts {
    /// `None` for a group.
    name: Option<&'static str>,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// Something that can stand inside a node.
pub(super) trait Content {
    /// Adds it behind what stands there already.
    fn add_to(self, node: Node) -> Node;
}

impl Content for Node {
    fn add_to(self, mut node: Node) -> Node {
        node.0.children.push(self.view());
        node
    }
}

impl Content for AnyView {
    fn add_to(self, mut node: Node) -> Node {
        node.0.children.push(self);
        node
    }
}

impl Content for String {
    fn add_to(self, mut node: Node) -> Node {
        node.0.children.push(self.into_any());
        node
    }
}

impl Content for &str {
    fn add_to(self, node: Node) -> Node {
        self.to_owned().add_to(node)
    }
}

impl<C: Content> Content for Option<C> {
    fn add_to(self, node: Node) -> Node {
        match self {
            Some(content) => content.add_to(node),
            None => node,
        }
    }
}

impl<C: Content> Content for Vec<C> {
    fn add_to(self, node: Node) -> Node {
        self.into_iter().fold(node, |node, content| content.add_to(node))
    }
}

/// An element of HTML, by its name, with nothing in it.
pub(super) fn tag(name: &'static str) -> Node {
    Node(Box::new(Parts { name: Some(name), attributes: Vec::new(), children: Vec::new() }))
}

/// Nothing, to which something can be added.
pub(super) fn group() -> Node {
    Node(Box::new(Parts { name: None, attributes: Vec::new(), children: Vec::new() }))
}

/// A button and what a press does.
pub(super) fn button(name: impl Content, mut then: impl FnMut() + 'static) -> Node {
    tag("button").on("click", move |_| then()).with(name)
}

impl Node {
    /// An attribute that stays as it is.
    pub(super) fn set(self, name: &'static str, value: &'static str) -> Self {
        self.attribute(custom_attribute(name, Cow::Borrowed(value)).into_any_attr())
    }

    /// An attribute that stays as it is, with a value that was made.
    pub(super) fn set_to(self, name: &'static str, value: String) -> Self {
        self.attribute(custom_attribute(name, Cow::<'static, str>::Owned(value)).into_any_attr())
    }

    /// The style sheet's name for it.
    pub(super) fn class(self, name: &'static str) -> Self {
        self.set("class", name)
    }

    /// The host page's name for it. Each is documented, so none goes without a new version.
    pub(super) fn part(self, name: &'static str) -> Self {
        self.set("part", name)
    }

    /// An attribute that is there while `value` has one.
    pub(super) fn follow(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        self.attribute(following(name, Box::new(value)))
    }

    /// The width as a part of the space that is there, in tenths of a percent.
    pub(super) fn width(self, per_mille: u64) -> Self {
        let width = format!("{}.{}%", per_mille / 10, per_mille % 10);
        // Through the object model: the policy forbids the attribute.
        self.attribute(style(("width", width)).into_any_attr())
    }

    /// Whether a checkbox is checked.
    pub(super) fn checked(self, is_checked: impl Fn() -> bool + 'static) -> Self {
        self.attribute(property("checked", Box::new(is_checked)))
    }

    /// Whether a checkbox is neither checked nor not, because it stands for several of which some are.
    pub(super) fn mixed(self, is_mixed: impl Fn() -> bool + 'static) -> Self {
        self.attribute(property("indeterminate", Box::new(is_mixed)))
    }

    /// The text in a field.
    pub(super) fn value(self, value: impl Fn() -> String + 'static) -> Self {
        self.attribute(value_property(Box::new(value)))
    }

    /// What happens at an event of this name.
    pub(super) fn on(self, event: &'static str, then: impl FnMut(Event) + 'static) -> Self {
        self.attribute(listener(event, Box::new(then)))
    }

    /// What happens at an event of this name before anything inside the element takes note of it.
    pub(super) fn first_on(self, event: &'static str, then: impl FnMut(Event) + 'static) -> Self {
        self.attribute(first_listener(event, Box::new(then)))
    }

    /// Something new that takes the place of what was pressed: it gets the focus if that is nowhere once the rest is there.
    pub(super) fn takes_lost_focus(self) -> Self {
        let handle = Handle::new();
        // A dialog that closes gives the focus back first, perhaps to what is disabled by now.
        once_shown(move || {
            once_shown(move || {
                if nothing_has_focus() {
                    handle.focus();
                }
            });
        });
        self.set("tabindex", "-1").known_as(handle)
    }

    /// Makes the element known as `handle`.
    pub(super) fn known_as(self, handle: Handle) -> Self {
        self.attribute(node_ref::<html::Custom<&'static str>, _>(handle.0).into_any_attr())
    }

    /// Adds content.
    pub(super) fn with(self, content: impl Content) -> Self {
        content.add_to(self)
    }

    /// Adds a term and what it stands for, to a definition list.
    pub(super) fn define(self, term: &'static str, value: impl Content) -> Self {
        self.with(tag("dt").with(term)).with(tag("dd").with(value))
    }

    /// What Leptos shows.
    pub(super) fn view(self) -> AnyView {
        let Parts { name, attributes, mut children } = *self.0;
        match (name, children.len()) {
            (Some(name), _) => html::custom(name).child(children).add_any_attr(attributes).into_any(),
            (None, 0) => ().into_any(),
            (None, 1) => children.remove(0),
            (None, _) => children.into_any(),
        }
    }

    fn attribute(mut self, attribute: AnyAttribute) -> Self {
        self.0.attributes.push(attribute);
        self
    }

    pub(super) fn of(view: AnyView) -> Self {
        let mut node = group();
        node.0.children.push(view);
        node
    }
}

// These have one type each. Inside a generic function every closure would be a type of its own.

fn following(name: &'static str, value: Box<dyn Fn() -> Option<String>>) -> AnyAttribute {
    let value = SendWrapper::new(value);
    custom_attribute(name, move || (*value)()).into_any_attr()
}

fn value_property(value: Box<dyn Fn() -> String>) -> AnyAttribute {
    let value = SendWrapper::new(value);
    prop("value", move || (*value)()).into_any_attr()
}

fn property(name: &'static str, is_set: Box<dyn Fn() -> bool>) -> AnyAttribute {
    let is_set = SendWrapper::new(is_set);
    prop(name, move || (*is_set)()).into_any_attr()
}

fn listener(event: &'static str, then: Box<dyn FnMut(Event)>) -> AnyAttribute {
    on(ev::Custom::<Event>::new(event), then).into_any_attr()
}

fn first_listener(event: &'static str, then: Box<dyn FnMut(Event)>) -> AnyAttribute {
    on(ev::capture(ev::Custom::<Event>::new(event)), then).into_any_attr()
}

fn changing_text(say: Box<dyn Fn() -> String>) -> Node {
    let say = SendWrapper::new(say);
    Node::of((move || (*say)()).into_any())
}

fn changing_part(show: Box<dyn Fn() -> AnyView>) -> Node {
    let show = SendWrapper::new(show);
    Node::of((move || (*show)()).into_any())
}

/// Counts how often `differs` says so. Whoever holds it keeps it: what Leptos keeps for a list's rows is thrown away when
/// others come, also for the rows that stay.
fn changes(differs: Box<dyn Fn() -> bool>) -> ArcMemo<u64> {
    let differs = SendWrapper::new(differs);
    ArcMemo::new(move |count: Option<&u64>| count.copied().unwrap_or(0) + u64::from(differs()))
}

/// A text that changes with what `say` reads.
pub(super) fn says(say: impl Fn() -> String + 'static) -> Node {
    changing_text(Box::new(say))
}

/// A part that is made anew whenever something that `show` reads changes. The focus in it is lost then, so what
/// changes often belongs into a [`says`] inside.
pub(super) fn part<C: Content>(show: impl Fn() -> C + 'static) -> Node {
    changing_part(Box::new(move || group().with(show()).view()))
}

/// A value that is made once for all who show it; they are renewed only when it comes out differently. Leptos keeps a note of
/// whoever followed it for as long as it lives, so that nothing that comes and goes by the hundred may.
pub(super) struct Kept<T> {
    value: Rc<RefCell<Option<T>>>,
    changes: ArcMemo<u64>,
}

// Derived, it would want the value to be one that can be cloned.
impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { value: Rc::clone(&self.value), changes: self.changes.clone() }
    }
}

/// Keeps what `make` makes of what it reads.
pub(super) fn kept<T: PartialEq + 'static>(make: impl Fn() -> T + 'static) -> Kept<T> {
    let value: Rc<RefCell<Option<T>>> = Rc::default();
    let last = Rc::clone(&value);
    let changes = changes(Box::new(move || {
        let new = Some(make());
        let differs = *last.borrow() != new;
        if differs {
            last.replace(new);
        }
        differs
    }));
    Kept { value, changes }
}

impl<T> Kept<T> {
    /// Reads the value; whoever does so while being shown is shown anew when it changes.
    pub(super) fn with<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.changes.get();
        self.value.borrow().as_ref().map(read)
    }

    /// Reads the value as it is now.
    pub(super) fn with_untracked<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.changes.get_untracked();
        self.value.borrow().as_ref().map(read)
    }
}

/// A part that is made anew only when `key` comes out differently.
pub(super) fn part_of<K: PartialEq + Clone + 'static, C: Content>(
    key: impl Fn() -> K + 'static,
    show: impl Fn(K) -> C + 'static,
) -> Node {
    let key = kept(key);
    part(move || key.with(K::clone).map(&show))
}

/// What the page is about: the main part of a page of its own, and no landmark in somebody else's.
pub(super) fn main_part(owns_page: bool) -> Node {
    tag(if owns_page { "main" } else { "div" })
}

/// Rows, each made once and kept as long as its key is among the keys.
pub(super) fn rows<K: Eq + Hash + Copy + Send + 'static>(
    keys: impl Fn() -> Vec<K> + 'static,
    row: impl Fn(K) -> Node + 'static,
) -> Node {
    let keys = SendWrapper::new(keys);
    let row: Rc<dyn Fn(K) -> Node> = Rc::new(row);
    let row = SendWrapper::new(row);
    let rows = move || {
        let row = row.clone();
        keyed(keys(), |key| *key, move |_, key| (|_| (), row(key).view()))
    };
    Node::of(rows.into_any())
}

/// An element that a verb of the view needs: to give it the focus, to measure it.
#[derive(Clone, Copy)]
pub(super) struct Handle(NodeRef<html::Custom<&'static str>>);

impl Handle {
    pub(super) fn new() -> Self {
        Self(NodeRef::new())
    }

    /// Nothing once the view around it is gone: what was put off until the next frame may come that late.
    fn now(self) -> Option<HtmlElement> {
        self.0.try_get_untracked().flatten()
    }

    /// Gives it the focus.
    pub(super) fn focus(self) {
        if let Some(element) = self.now() {
            // It throws for no element of HTML.
            let _ = element.focus();
        }
    }

    /// How far it is scrolled and how high it is, in pixels.
    pub(super) fn view(self) -> Option<(i32, i32)> {
        self.now().map(|element| (element.scroll_top(), element.client_height()))
    }

    /// Scrolls it down to so many pixels.
    pub(super) fn scroll_to(self, top: i32) {
        if let Some(element) = self.now() {
            element.set_scroll_top(top);
        }
    }

    /// Scrolls `frame` sideways until this cell of the table in it can be seen, and no further.
    pub(super) fn show_within(self, frame: Self) {
        let (Some(cell), Some(frame)) = (self.now(), frame.now()) else { return };
        let (begin, width) = (cell.offset_left(), cell.offset_width());
        frame.set_scroll_left((begin + width - frame.client_width()).max(0).min(begin));
    }

    /// Gives the focus, without scrolling, to a cell of the table in it: to what can be pressed in the cell, or else to the cell itself.
    /// `row` is the row's `aria-rowindex`, `column` the cell's place.
    pub(super) fn focus_cell(self, row: usize, column: usize) {
        if let Some(cell) = self.now().and_then(|element| cell(&element, row, column)) {
            let still = FocusOptions::new();
            still.set_prevent_scroll(true);
            // It throws for no element of HTML.
            let _ = cell.focus_with_options(&still);
        }
    }

    /// Has one cell of the table in it reachable by Tab, as a grid wants it: the one with the focus or, where there is
    /// none any more, the first of the head or, where that has nothing to press, of the rows. Says whether the focus is nowhere.
    pub(super) fn keep_tab_stop(self) -> bool {
        let Some(element) = self.now() else { return false };
        let active =
            element.get_root_node().dyn_into::<ShadowRoot>().ok().and_then(|root| root.active_element());
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

    /// Opens it as a modal dialog, or closes it. Waits for it to be there.
    pub(super) fn show_modal(self, is_open: bool) {
        let Some(dialog) = self.0.get().map(JsCast::unchecked_into::<HtmlDialogElement>) else { return };
        if is_open && !dialog.open() {
            // It throws only for a dialog that is open or not in the document, and this one is neither.
            let _ = dialog.show_modal();
        } else if !is_open && dialog.open() {
            dialog.close();
        }
    }
}

/// Closes the dialog around an empty search field on Escape. WebKit takes that key for the field, which has nothing to
/// clear, and never closes the dialog.
pub(super) fn close_from_search(event: &Event) {
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

/// Once what an event came from has gone, gives the focus to the first of these that can be seen, each by its
/// `aria-label`.
pub(super) fn focus_next(event: &Event, names: &[&str]) {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(root) = target.and_then(|target| target.closest(".app").ok().flatten()) else { return };
    let Ok(root) = root.dyn_into::<HtmlElement>() else { return };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    once_shown(move || {
        let controls = all(&root, "button, input");
        let called = |name: &String| controls.iter().find(|control| is_named(control, name));
        if let Some(control) = names.iter().filter(|name| !name.is_empty()).find_map(called) {
            // It throws for no element of HTML.
            let _ = control.unchecked_ref::<HtmlElement>().focus();
        }
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
pub(super) fn cell_of(event: &Event) -> Option<(usize, usize)> {
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

/// What was held while a key or a button was pressed.
pub(super) struct Held {
    /// Shift.
    pub(super) shift: bool,
}

/// What is held at an event of the keyboard or the pointer.
pub(super) fn held(event: &Event) -> Held {
    if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
        return Held { shift: event.shift_key() };
    }
    let pointer = event.dyn_ref::<MouseEvent>();
    Held { shift: pointer.is_some_and(MouseEvent::shift_key) }
}

/// Does something once everything that is to be shown is there.
pub(super) fn once_shown(then: impl FnOnce() + 'static) {
    request_animation_frame(then);
}

/// Takes an event away from whatever was to take note of it, the browser included.
pub(super) fn stop(event: &Event) {
    event.prevent_default();
    event.stop_propagation();
}

/// The text in the field that the event comes from.
pub(super) fn text_in(event: &Event) -> String {
    event_target_value(event)
}

/// Whether the checkbox that the event comes from is checked.
pub(super) fn is_checked(event: &Event) -> bool {
    event_target_checked(event)
}

/// Takes the text out of the field that the event comes from.
pub(super) fn take_text_from(event: &Event) -> String {
    let Some(field) = event.target().map(JsCast::unchecked_into::<HtmlInputElement>) else {
        return String::new();
    };
    let text = field.value();
    field.set_value("");
    text
}

/// Takes the text that is about to be pasted, so that it never reaches the field.
pub(super) fn take_paste(event: &Event) -> Option<String> {
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
pub(super) fn key_of(event: &Event) -> String {
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
