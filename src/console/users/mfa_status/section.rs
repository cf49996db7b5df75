//! Whether the section with the numbers by population is open.

use leptos::html;
use leptos::prelude::*;

use crate::ui::dom::{focus, focus_first_in, once_shown};

/// Whether the section is open, and the button that opens it.
#[derive(Clone, Copy)]
pub(super) struct Section {
    pub(super) is_open: RwSignal<bool>,
    pub(super) button: NodeRef<html::Button>,
    pub(super) panel: NodeRef<html::Div>,
}

impl Section {
    pub(super) fn new() -> Self {
        Self { is_open: RwSignal::new(false), button: NodeRef::new(), panel: NodeRef::new() }
    }

    pub(super) fn toggle(self) {
        if self.is_open.get_untracked() {
            return self.close();
        }
        self.is_open.set(true);
        once_shown(move || focus_first_in(self.panel));
    }

    /// Closes it and gives the focus back to the button.
    pub(super) fn close(self) {
        self.is_open.set(false);
        focus(self.button);
    }
}
