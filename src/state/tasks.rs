//! What is going on for one connection, so that it can be ended with it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::rc::Rc;

use futures::future::{AbortHandle, Abortable, LocalBoxFuture};
use leptos::task::spawn_local;

type Handles = Rc<RefCell<HashMap<u64, AbortHandle>>>;

/// The tasks of one connection that have not ended.
#[derive(Default)]
pub struct Tasks {
    handles: Handles,
    last: Cell<u64>,
}

impl Tasks {
    /// Starts a task.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let (handle, registration) = AbortHandle::new_pair();
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        self.handles.borrow_mut().insert(number, handle);
        let handles = Rc::clone(&self.handles);
        // Boxed, so that one wrapper in the program serves every task.
        let task: LocalBoxFuture<'static, ()> = Box::pin(task);
        spawn_local(async move {
            // An aborted task has nothing to say any more.
            let _ = Abortable::new(task, registration).await;
            handles.borrow_mut().remove(&number);
        });
    }

    /// Ends all tasks; what they have in flight is aborted.
    pub fn abort_all(&self) {
        for handle in self.handles.take().into_values() {
            handle.abort();
        }
    }
}
