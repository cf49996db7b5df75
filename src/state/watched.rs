//! A value that is shown somewhere.

use std::cell::RefCell;

use leptos::prelude::{ArcTrigger, Notify, Track};

/// A value; what shows it is renewed when it changes.
///
/// Leptos compiles its own signals anew for each type that they hold. Here one trigger serves every type, which
/// takes a tenth off the page's size.
#[derive(Default)]
pub struct Watched<T> {
    value: RefCell<T>,
    changed: ArcTrigger,
}

impl<T> Watched<T> {
    /// A value that nobody shows yet.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { value: RefCell::new(value), changed: ArcTrigger::new() }
    }

    /// Puts another value in its place.
    pub fn set(&self, value: T) {
        self.value.replace(value);
        self.changed.notify();
    }

    /// Changes the value. `change` must not touch this value by other ways.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.value.borrow_mut());
        self.changed.notify();
    }

    /// Changes the value in a way that nobody who shows it can see.
    pub fn update_unseen<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.value.borrow_mut())
    }

    /// Has whoever shows the value show it anew.
    pub fn notify(&self) {
        self.changed.notify();
    }

    /// Reads the value; whoever does so while being shown is shown anew when it changes.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.changed.track();
        self.with_untracked(read)
    }

    /// Reads the value as it is now.
    pub fn with_untracked<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.value.borrow())
    }
}

impl<T: Clone> Watched<T> {
    /// A copy of the value; whoever asks while being shown is shown anew when it changes.
    pub fn get(&self) -> T {
        self.with(T::clone)
    }

    /// A copy of the value as it is now.
    pub fn get_untracked(&self) -> T {
        self.with_untracked(T::clone)
    }
}
