//! A minimal Leptos page with one field, as a baseline for the size of the product.

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Shows the field. Called when the module is initialized.
#[wasm_bindgen(start)]
pub fn start() {
    mount_to_body(|| view! { <input aria-label="Access token" /> });
}
