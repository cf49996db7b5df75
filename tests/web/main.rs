//! Tests that need a browser: the adapters of the ports and the exported entry point.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it didn't expect")]

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

fn wrapper() -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let wrapper: HtmlElement = document.create_element("div").unwrap().unchecked_into();
    document.body().unwrap().append_child(&wrapper).unwrap();
    wrapper
}

fn options(pairs: &[(&str, &str)]) -> JsValue {
    let options = Object::new();
    for (key, value) in pairs {
        Reflect::set(&options, &(*key).into(), &(*value).into()).unwrap();
    }
    options.into()
}

fn token_field(wrapper: &HtmlElement) -> HtmlInputElement {
    wrapper.query_selector("input[type=password]").unwrap().unwrap().unchecked_into()
}

#[wasm_bindgen_test]
fn two_elements_are_mounted_and_unmounted_independently() {
    let (one, other) = (wrapper(), wrapper());
    let first = pingone_mfa::mount(one.clone(), &options(&[])).unwrap();
    let second = pingone_mfa::mount(other.clone(), &options(&[("build", "4f2a91c")])).unwrap();
    assert!(other.inner_text().contains("build 4f2a91c"));
    first.unmount();
    assert_eq!(one.child_element_count(), 0);
    assert!(other.inner_text().contains("Connect to PingOne"));
    second.unmount();
}

/// Bytes of the program's memory. It only ever grows.
fn memory() -> f64 {
    let buffer = Reflect::get(&wasm_bindgen::memory(), &"buffer".into()).unwrap();
    Reflect::get(&buffer, &"byteLength".into()).unwrap().as_f64().unwrap()
}

/// Mounts an element, has it load what stands behind the form, and removes it.
async fn visit() {
    let wrapper = wrapper();
    let widget = pingone_mfa::mount(wrapper.clone(), &options(&[])).unwrap();
    let field = token_field(&wrapper);
    field.set_value("Bearer {{accessToken}}");
    field.dispatch_event(&web_sys::Event::new("change").unwrap()).unwrap();
    for _ in 0..20 {
        leptos::task::tick().await;
    }
    widget.unmount();
    wrapper.remove();
}

#[wasm_bindgen_test]
async fn an_element_that_is_removed_leaves_nothing_in_memory() {
    for _ in 0..50 {
        visit().await;
    }
    let before = memory();
    for _ in 0..400 {
        visit().await;
    }
    assert!(memory() - before <= 65_536.0, "{} bytes more after 400 removals", memory() - before);
}

#[wasm_bindgen_test]
fn an_invalid_config_is_an_error_that_names_the_field() {
    let wrapper = wrapper();
    let config = r#"{"regions":[{"code":"X","label":"x","apiBase":"ftp://a/v1","authBase":"https://a"}]}"#;
    let error = pingone_mfa::mount(wrapper.clone(), &options(&[("config", config)])).err().unwrap();
    let message = js_sys::Error::from(error).message();
    assert_eq!(
        message,
        "config.json: regions[0].apiBase: must begin with https:// (http:// on this computer only)"
    );
    assert_eq!(wrapper.child_element_count(), 0);
}

#[wasm_bindgen_test]
async fn text_in_the_token_field_is_read_once_and_removed() {
    let wrapper = wrapper();
    let widget = pingone_mfa::mount(wrapper.clone(), &options(&[])).unwrap();
    let field = token_field(&wrapper);
    assert_eq!(field.get_attribute("autocomplete").as_deref(), Some("one-time-code"));
    assert!(field.form().is_none(), "in a form, browsers would treat the field as a login");
    field.set_value("Bearer {{accessToken}}");
    field.dispatch_event(&web_sys::Event::new("change").unwrap()).unwrap();
    assert_eq!(field.value(), "");
    // Other text is checked by the second wasm file, which takes some turns to load.
    for _ in 0..50 {
        leptos::task::tick().await;
    }
    assert!(
        wrapper.inner_text().contains("This is a variable that was not filled in"),
        "{}",
        wrapper.inner_text()
    );
    widget.unmount();
}
