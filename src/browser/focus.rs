//! Restores the keyboard focus. When the focused element is removed, disabled or hidden, browsers drop the focus, and
//! a keyboard user starts again at the top of the page. This module moves the focus to the control with the same
//! name, to the region that contained the element, or to the nearest control.
//!
//! Intentional focus changes take precedence: the check runs a few frames later, and acts only if no element has the
//! focus.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, Event, FocusOptions, HtmlElement, MutationObserver, ShadowRoot, Window};

/// Number of frames before the check: a closing dialog returns the focus at once, and the table focuses its cell
/// again within two frames.
const FRAMES: u32 = 3;

/// Elements that are focusable as they are.
const CONTROLS: &str = "button, input, select, summary, [tabindex='0']";

/// The element that gets the focus if nothing else can be found.
const HEADING: &str = "h1";

/// The element that had the focus last, and its ancestors, innermost first.
struct Trail(Vec<Step>);

struct Step {
    element: HtmlElement,
    name: String,
}

struct Keeper {
    wrapper: HtmlElement,
    last: RefCell<Option<Trail>>,
    is_due: Cell<bool>,
}

/// Restores the focus inside an element until it is dropped.
pub(crate) struct FocusGuard {
    wrapper: HtmlElement,
    on_enter: Closure<dyn Fn(Event)>,
    on_leave: Closure<dyn Fn()>,
    observer: Option<MutationObserver>,
    _on_change: Closure<dyn Fn()>,
}

impl FocusGuard {
    pub(crate) fn new(wrapper: &HtmlElement) -> Self {
        let keeper =
            Rc::new(Keeper { wrapper: wrapper.clone(), last: RefCell::default(), is_due: Cell::default() });
        if let Some(active) = keeper.active() {
            keeper.follow(&active);
        }
        let (entered, left, changed) = (Rc::clone(&keeper), Rc::clone(&keeper), keeper);
        let on_enter = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if let Some(target) = event.target().and_then(|target| target.dyn_into().ok()) {
                entered.follow(&target);
            }
        });
        let on_leave = Closure::<dyn Fn()>::new(move || left.clone().look_later());
        let on_change = Closure::<dyn Fn()>::new(move || {
            if changed.last.borrow().as_ref().is_some_and(Trail::is_lost) {
                changed.clone().look_later();
            }
        });
        // A valid listener can't make these throw.
        let _ = wrapper.add_event_listener_with_callback("focusin", on_enter.as_ref().unchecked_ref());
        let _ = wrapper.add_event_listener_with_callback("focusout", on_leave.as_ref().unchecked_ref());
        // Focus lost while the window was in the background is restored when the window is focused again.
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback("focus", on_leave.as_ref().unchecked_ref());
        }
        let observer = observe(wrapper, &on_change);
        Self { wrapper: wrapper.clone(), on_enter, on_leave, observer, _on_change: on_change }
    }
}

/// Reports elements that are added, removed, disabled or opened inside `wrapper`.
fn observe(wrapper: &HtmlElement, on_change: &Closure<dyn Fn()>) -> Option<MutationObserver> {
    let observer = MutationObserver::new(on_change.as_ref().unchecked_ref()).ok()?;
    let options = Object::new();
    for part in ["childList", "subtree"] {
        // A plain object accepts any property, so this can't fail.
        let _ = Reflect::set(&options, &part.into(), &true.into());
    }
    let attributes = Array::of2(&"disabled".into(), &"open".into());
    let _ = Reflect::set(&options, &"attributeFilter".into(), &attributes);
    // It throws only for contradictory options, and these are consistent.
    let _ = observer.observe_with_options(wrapper, options.unchecked_ref());
    Some(observer)
}

impl Drop for FocusGuard {
    fn drop(&mut self) {
        // A valid listener can't make these throw.
        let _ = self
            .wrapper
            .remove_event_listener_with_callback("focusin", self.on_enter.as_ref().unchecked_ref());
        let _ = self
            .wrapper
            .remove_event_listener_with_callback("focusout", self.on_leave.as_ref().unchecked_ref());
        if let Some(window) = web_sys::window() {
            let _ =
                window.remove_event_listener_with_callback("focus", self.on_leave.as_ref().unchecked_ref());
        }
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

impl Keeper {
    /// The focused element inside the wrapper.
    fn active(&self) -> Option<HtmlElement> {
        let root = self.wrapper.get_root_node();
        let active = match root.dyn_into::<ShadowRoot>() {
            Ok(root) => root.active_element(),
            Err(_) => document().and_then(|document| document.active_element()),
        };
        active.filter(|active| self.wrapper.contains(Some(active))).and_then(|active| active.dyn_into().ok())
    }

    fn follow(&self, target: &HtmlElement) {
        let mut steps = Vec::new();
        let mut next = Some(target.clone());
        // The wrapper's only child contains the whole page: its first control would be the start of the page.
        let is_whole =
            |element: &HtmlElement| element.parent_element().is_none_or(|parent| parent == *self.wrapper);
        while let Some(element) = next.filter(|element| !is_whole(element)) {
            next = element.parent_element().and_then(|parent| parent.dyn_into().ok());
            let name = if steps.is_empty() { name_of(&element) } else { label_of(&element) };
            steps.push(Step { element, name });
        }
        self.last.replace(Some(Trail(steps)));
    }

    fn look_later(self: Rc<Self>) {
        if !self.is_due.replace(true) {
            in_frames(FRAMES, Box::new(move || self.look()));
        }
    }

    fn look(&self) {
        self.is_due.set(false);
        if !has_focus() {
            return;
        }
        if !is_nowhere() {
            // The focus moved on, inside or outside.
            if self.active().is_none() {
                self.last.take();
            }
            return;
        }
        let last = self.last.take();
        // The focus was removed on purpose if the element is still usable.
        if let Some(trail) = last.filter(Trail::is_lost) {
            self.restore(&trail);
        }
    }

    fn restore(&self, trail: &Trail) {
        let Some(lost) = trail.0.first() else { return };
        let restored = trail.0.iter().any(|step| self.restore_at(step, lost));
        if !restored && let Some(heading) = first(&self.wrapper, HEADING, is_shown) {
            focus(&heading);
        }
    }

    /// Focuses an element in this step or in its replacement. Returns whether it could.
    fn restore_at(&self, step: &Step, lost: &Step) -> bool {
        let is_lost_control = step.element == lost.element && is_control(&step.element);
        let place = if is_shown(&step.element) { Some(step.element.clone()) } else { self.counterpart(step) };
        let Some(place) = place else { return false };
        if is_lost_control {
            return is_usable(&place) && focus(&place);
        }
        let is_same =
            |other: &HtmlElement| other.tag_name() == lost.element.tag_name() && name_of(other) == lost.name;
        let same =
            first(&place, CONTROLS, |other| is_usable(other) && !lost.name.is_empty() && is_same(other));
        if let Some(same) = same {
            return focus(&same);
        }
        if !step.name.is_empty() || is_control(&place) {
            return focus(&place);
        }
        first(&place, CONTROLS, is_usable).is_some_and(|nearest| focus(&nearest))
    }

    /// The counterpart of a removed element: a new element with the same name, or the button that opened it.
    fn counterpart(&self, step: &Step) -> Option<HtmlElement> {
        if step.name.is_empty() {
            return None;
        }
        let is_same = |other: &HtmlElement| is_usable(other) && name_of(other) == step.name;
        let tag = step.element.tag_name();
        first(&self.wrapper, &tag, is_same).or_else(|| first(&self.wrapper, "button", is_same))
    }
}

impl Trail {
    /// Whether the element can't have the focus any more.
    fn is_lost(&self) -> bool {
        self.0.first().is_some_and(|step| !is_usable(&step.element))
    }
}

fn is_shown(element: &HtmlElement) -> bool {
    element.offset_width() > 0
}

fn is_usable(element: &HtmlElement) -> bool {
    is_shown(element) && element.get_attribute("disabled").is_none()
}

fn is_control(element: &HtmlElement) -> bool {
    matches!(element.tag_name().as_str(), "BUTTON" | "INPUT" | "SELECT" | "SUMMARY")
}

fn label_of(element: &Element) -> String {
    element.get_attribute("aria-label").unwrap_or_default()
}

/// The accessible name of a control, from its label or text.
fn name_of(element: &HtmlElement) -> String {
    let label = label_of(element);
    if !label.is_empty() || element.tag_name() != "BUTTON" {
        return label;
    }
    element.text_content().unwrap_or_default().trim().to_owned()
}

fn first(inside: &HtmlElement, selector: &str, is_it: impl Fn(&HtmlElement) -> bool) -> Option<HtmlElement> {
    // Only an invalid selector throws, and these are constants.
    let all = inside.query_selector_all(selector).ok()?;
    let mut elements = (0..all.length()).filter_map(|place| all.item(place)?.dyn_into().ok());
    elements.find(|element| is_it(element))
}

fn document() -> Option<Document> {
    web_sys::window().and_then(|window| window.document())
}

/// Whether this document has the focus, and not another window or the host page of the frame. Without it, the
/// document has no focused element either.
fn has_focus() -> bool {
    document().is_some_and(|document| document.has_focus().unwrap_or_default())
}

/// Whether no element of the document has the focus.
fn is_nowhere() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_none_or(|active| active.tag_name() == "BODY")
}

/// Focuses the element, after making it focusable if it isn't a control. Returns whether an element has the focus
/// afterwards.
fn focus(element: &HtmlElement) -> bool {
    if !is_control(element) && element.get_attribute("tabindex").is_none() {
        // It throws only for an invalid attribute name.
        let _ = element.set_attribute("tabindex", "-1");
    }
    let still = FocusOptions::new();
    still.set_prevent_scroll(true);
    // It doesn't throw for an HTML element.
    let _ = element.focus_with_options(&still);
    !is_nowhere()
}

fn in_frames(frames: u32, then: Box<dyn FnOnce()>) {
    let Some(window) = web_sys::window() else { return };
    let next = Closure::once_into_js(move || match frames {
        0 | 1 => then(),
        more => in_frames(more - 1, then),
    });
    ask_for_frame(&window, next.unchecked_ref());
}

fn ask_for_frame(window: &Window, then: &js_sys::Function) {
    // It throws only if the argument isn't a function.
    let _ = window.request_animation_frame(then);
}
