//! Tasks of a connection. They are aborted when the connection ends and when the element is removed.

use std::collections::HashMap;
use std::future::Future;

use futures::future::{AbortHandle, Abortable, LocalBoxFuture};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The running tasks, by number.
#[derive(Clone, Copy)]
pub struct Tasks {
    handles: StoredValue<HashMap<u64, AbortHandle>, LocalStorage>,
    last: StoredValue<u64>,
}

impl Default for Tasks {
    fn default() -> Self {
        let tasks = Self { handles: StoredValue::default(), last: StoredValue::default() };
        on_cleanup(move || tasks.abort_all());
        tasks
    }
}

impl Tasks {
    pub fn spawn(self, task: impl Future<Output = ()> + 'static) {
        self.spawn_boxed(Box::pin(task));
    }

    /// Compiled once, and not for each task.
    fn spawn_boxed(self, task: LocalBoxFuture<'static, ()>) {
        let (handle, registration) = AbortHandle::new_pair();
        self.last.update_value(|last| *last = last.wrapping_add(1));
        let number = self.last.get_value();
        self.handles.update_value(|handles| drop(handles.insert(number, handle)));
        spawn_local(async move {
            // An aborted task has nothing to report.
            let _ = Abortable::new(task, registration).await;
            self.handles.try_update_value(|handles| handles.remove(&number));
        });
    }

    /// Aborts all tasks, including their requests in flight.
    pub fn abort_all(self) {
        let handles = self.handles.try_update_value(std::mem::take);
        for handle in handles.unwrap_or_default().into_values() {
            handle.abort();
        }
    }
}
