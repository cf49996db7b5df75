//! State of the help: whether it is open, its topic and its search.

use pingone_mfa_core::diagnosis::topic::Topic;

use leptos::prelude::*;

#[derive(Clone, Copy, Default)]
pub struct Help {
    pub is_open: RwSignal<bool>,
    /// The topic it was opened at, if any.
    pub topic: RwSignal<Option<Topic>>,
    pub search: RwSignal<String>,
}

impl Help {
    pub fn open(self, topic: Topic) {
        self.show(Some(topic));
    }

    /// Opens the help without a topic.
    pub fn open_all(self) {
        self.show(None);
    }

    fn show(self, topic: Option<Topic>) {
        self.search.set(String::new());
        self.topic.set(topic);
        self.is_open.set(true);
    }

    pub(crate) fn search_for(self, text: String) {
        self.search.set(text);
    }

    pub fn close(self) {
        self.is_open.set(false);
    }
}
