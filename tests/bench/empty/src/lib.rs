//! The least that a Leptos page loads: one field.

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Shows the field. The module's start calls it.
#[wasm_bindgen(start)]
pub fn start() {
    mount_to_body(|| view! { <input aria-label="Access token" /> });
}
