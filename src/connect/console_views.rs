//! What the first file shows of the console: functions that return its views. The form's components must not name the
//! console's, which are in the second file.

use std::cell::OnceCell;
use std::rc::Rc;

use leptos::prelude::*;
use pingone::environment::Environment;
use pingone::fault::Fault;

use crate::announcement::Announcement;

/// The screens behind the connect form. The form knows nothing else of them, so that they can be loaded later.
pub struct ConsoleViews {
    pub(crate) connected: Box<dyn Fn(Environment, String) -> AnyView>,
    pub(crate) announced: Box<dyn Fn(&Announcement) -> String>,
    pub(crate) not_connected: Box<dyn Fn(Fault) -> AnyView>,
    pub(crate) help: Box<dyn Fn() -> AnyView>,
}

/// Where the screens are put once they are loaded.
pub type ConsoleViewsCell = Rc<OnceCell<ConsoleViews>>;

/// Handle of that place, for components.
#[derive(Clone, Copy)]
pub(crate) struct LoadedConsole(StoredValue<ConsoleViewsCell, LocalStorage>);

impl LoadedConsole {
    pub(crate) fn new(place: &ConsoleViewsCell) -> Self {
        Self(StoredValue::new_local(Rc::clone(place)))
    }

    /// `None` until the screens are loaded. This isn't reactive: a view that needs them also reads a signal that changes
    /// only after that.
    pub(crate) fn with<R>(self, read: impl FnOnce(&ConsoleViews) -> R) -> Option<R> {
        self.0.get_value().get().map(read)
    }
}
