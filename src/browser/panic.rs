//! Handling of panics. After a panic the program can still be called, but its state can't be trusted.

use std::cell::Cell;

use web_sys::Event;

thread_local! {
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic has occurred on this page. After one, no request may be sent.
pub(crate) fn has_happened() -> bool {
    PANICKED.get()
}

/// Logs every panic to the console, and notifies the elements, which then remove their contents.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info| {
        PANICKED.set(true);
        console_error_panic_hook::hook(info);
        if let (Some(window), Ok(event)) = (web_sys::window(), Event::new("pingone-mfa:panicked")) {
            // If this fails too, the panic is still in the console.
            let _ = window.dispatch_event(&event);
        }
    }));
}
