//! The help, and what is looked up in it.

use pingone_mfa_core::diagnosis::topic::Topic;

use leptos::prelude::*;

/// The help.
#[derive(Clone, Copy, Default)]
pub struct Help {
    /// Whether it is shown.
    pub is_open: RwSignal<bool>,
    /// The topic that it was opened for, if for one.
    pub topic: RwSignal<Option<Topic>>,
    /// What is looked for.
    pub search: RwSignal<String>,
}

impl Help {
    /// Opens it at a topic.
    pub fn open(self, topic: Topic) {
        self.show(Some(topic));
    }

    /// Opens it at its beginning.
    pub fn open_all(self) {
        self.show(None);
    }

    fn show(self, topic: Option<Topic>) {
        self.search.set(String::new());
        self.topic.set(topic);
        self.is_open.set(true);
    }

    /// Closes it.
    pub fn close(self) {
        self.is_open.set(false);
    }
}
