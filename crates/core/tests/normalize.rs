//! The browser's `String.prototype.normalize`, implemented without a browser.

use std::rc::Rc;

use pingone_mfa_core::import::{Form, Normalize};
use unicode_normalization::UnicodeNormalization;

/// Returns a function that converts a text to a Unicode normalization form.
pub fn normalize() -> Normalize {
    Rc::new(|text, form| match form {
        Form::Nfc => text.nfc().collect(),
        Form::Nfd => text.nfd().collect(),
        Form::Nfkc => text.nfkc().collect(),
    })
}
