//! What is going on for one connection, so that it can be ended with it.

use std::cell::RefCell;
use std::future::Future;

use futures::future::{AbortHandle, Abortable, LocalBoxFuture};
use leptos::task::spawn_local;

/// The tasks of one connection.
#[derive(Default)]
pub struct Tasks(RefCell<Vec<AbortHandle>>);

impl Tasks {
    /// Starts a task.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let (handle, registration) = AbortHandle::new_pair();
        let mut handles = self.0.borrow_mut();
        handles.retain(|handle| !handle.is_aborted());
        handles.push(handle);
        // Boxed, so that one wrapper in the program serves every task.
        let task: LocalBoxFuture<'static, ()> = Box::pin(task);
        spawn_local(async move {
            // An aborted task has nothing to say any more.
            let _ = Abortable::new(task, registration).await;
        });
    }

    /// Ends all tasks; what they have in flight is aborted.
    pub fn abort_all(&self) {
        for handle in self.0.take() {
            handle.abort();
        }
    }
}
