//! After a panic the program goes on to be called, but its state can't be trusted any more.

use std::cell::Cell;

use web_sys::Event;

thread_local! {
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic has happened on this page. Nothing may be sent any more.
pub(crate) fn has_happened() -> bool {
    PANICKED.get()
}

/// Has every panic written to the console and told to the elements, which take their contents away.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info| {
        PANICKED.set(true);
        console_error_panic_hook::hook(info);
        if let (Some(window), Ok(event)) = (web_sys::window(), Event::new("pingone-mfa:panicked")) {
            // There is nobody left to tell if even this fails; the console has the panic.
            let _ = window.dispatch_event(&event);
        }
    }));
}
