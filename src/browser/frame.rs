//! The host page of another origin around this frame. This module only listens and posts messages, to one window of
//! one origin; the core interprets them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{FutureExt, LocalBoxFuture};
use js_sys::{JSON, Object, Reflect};
use pingone_mfa_core::embedding::frame::{self, Appearance, Hello, HostNotice, Message, read_message};
use pingone_mfa_core::embedding::host_events::Reason;
use pingone_mfa_core::ports::Embedder;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, MessageEvent, ResizeObserver, Window};
use zeroize::Zeroizing;

use super::panic;

/// The host page around the frame.
#[derive(Clone)]
pub(crate) struct FrameEmbedder {
    border: Rc<Border>,
}

/// Receives the token, or `None` if the host page has none.
type Answer = oneshot::Sender<Option<Zeroizing<String>>>;

struct Border {
    /// The only origin that messages are accepted from and posted to.
    origin: String,
    around: Window,
    last_request: Cell<u32>,
    asked: RefCell<Option<(u32, Answer)>>,
    on_forget: RefCell<Option<Box<dyn Fn()>>>,
}

impl FrameEmbedder {
    /// The host page and its hello (the option `frame`, from `web/boot.js`). `None` without a hello.
    pub(crate) fn new(options: &JsValue) -> Option<(Self, Hello)> {
        let frame = Reflect::get(options, &"frame".into()).ok().filter(JsValue::is_object)?;
        let origin = Reflect::get(&frame, &"origin".into()).ok()?.as_string()?;
        let window = web_sys::window()?;
        let around = window.parent().ok().flatten()?;
        let border = Rc::new(Border {
            origin,
            around,
            last_request: Cell::default(),
            asked: RefCell::default(),
            on_forget: RefCell::default(),
        });
        let hello = match Reflect::get(&frame, &"hello".into()).ok().and_then(|data| read(&data)) {
            Some(Message::Hello(hello)) => hello,
            _ => Hello::default(),
        };
        wear(&hello.look);
        let listening = Rc::clone(&border);
        let received =
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| listening.received(&event));
        let listener = received.as_ref().unchecked_ref();
        window.add_event_listener_with_callback("message", listener).ok()?;
        // The listener is never removed: the page of a frame contains nothing else and exists as long as the element.
        received.forget();
        Some((Self { border }, hello))
    }

    /// The origin of the host page.
    pub(crate) fn origin(&self) -> &str {
        &self.border.origin
    }

    /// Registers what happens when the host page asks to forget the token.
    pub(crate) fn on_forget(&self, then: Box<dyn Fn()>) {
        self.border.on_forget.replace(Some(then));
    }

    /// Posts the height of `wrapper`, now and after every change.
    pub(crate) fn follow_height(&self, wrapper: &HtmlElement) {
        let border = Rc::clone(&self.border);
        let last = Cell::new(0);
        let observed = wrapper.clone();
        let changed = Closure::<dyn Fn()>::new(move || {
            let height = u32::try_from(observed.offset_height()).unwrap_or_default();
            if last.replace(height) != height {
                border.post(&frame::height(height));
            }
        });
        if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(wrapper);
            changed.forget();
        }
    }
}

impl Border {
    fn received(&self, event: &MessageEvent) {
        let is_from_around = event.source().is_some_and(|source| Object::is(&source, &self.around));
        if panic::has_happened() || !is_from_around || event.origin() != self.origin {
            return;
        }
        match read(&event.data()) {
            Some(Message::Appearance(look)) => wear(&look),
            Some(Message::Token { request, text }) => self.answered(request, Some(text)),
            Some(Message::NoToken { request }) => self.answered(request, None),
            Some(Message::Forget) => {
                if let Some(forget) = &*self.on_forget.borrow() {
                    forget();
                }
            }
            // The hello is read once, before anything is shown.
            Some(Message::Hello(_)) | None => {}
        }
    }

    /// Accepts only the answer to the latest request.
    fn answered(&self, request: u32, text: Option<Zeroizing<String>>) {
        let asked = self.asked.borrow_mut().take_if(|(number, _)| *number == request);
        match asked {
            // The request may have been given up.
            Some((_, sender)) => drop(sender.send(text)),
            None => warn("request is not one that is waited for"),
        }
    }

    fn post(&self, json: &str) {
        if let Ok(message) = JSON::parse(json) {
            // The host page may be gone.
            let _ = self.around.post_message(&message, &self.origin);
        }
    }
}

impl Embedder for FrameEmbedder {
    fn supplies_tokens(&self) -> bool {
        true
    }

    fn is_around_frame(&self) -> bool {
        true
    }

    fn token(&self, reason: Reason) -> LocalBoxFuture<'static, Option<Zeroizing<String>>> {
        let request = self.border.last_request.get().wrapping_add(1);
        self.border.last_request.set(request);
        let (sender, answer) = oneshot::channel();
        self.border.asked.replace(Some((request, sender)));
        self.border.post(&frame::ask(request, reason));
        async move { answer.await.ok().flatten() }.boxed_local()
    }

    fn tell(&self, note: &HostNotice) {
        if note.crosses_frames {
            self.border.post(&note.json);
        }
    }

    fn permits(&self, _: &str) -> bool {
        true
    }
}

/// Reads a posted message. A value without a JSON form isn't a message.
fn read(data: &JsValue) -> Option<Message> {
    let text = JSON::stringify(data).ok().filter(|text| text.is_string())?;
    let reading = read_message(&Zeroizing::new(String::from(text)));
    reading.dropped.iter().for_each(|dropped| warn(dropped));
    reading.message
}

fn warn(said: &str) {
    web_sys::console::warn_1(
        &format!("pingone-mfa: in a message of the page around this frame: {said}").into(),
    );
}

/// Applies theme and custom properties to the whole page of the frame. It uses the object model, because the content
/// security policy forbids the style attribute.
fn wear(look: &Appearance) {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else { return };
    let theme = look.theme.map(|theme| ("color-scheme", theme.color_scheme()));
    let properties = look.properties.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in theme.into_iter().chain(properties) {
        // A value that the browser doesn't accept changes nothing.
        let _ = root.style().set_property(name, value);
    }
}
