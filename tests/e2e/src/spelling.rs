//! Encodings in which a text may be stored in a file: as it is, UTF-16, or base64 at any offset of a longer text.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// All encodings of the text, each with its name.
pub(crate) fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut encodings = vec![("as it is", text.as_bytes().to_vec()), ("UTF-16", wide)];
    for before in 0..3 {
        for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
            let encoded = engine.encode([&vec![0; before], text.as_bytes()].concat());
            // The characters at both ends also depend on the text before and after, so they are left out.
            let (first, last) = ((before * 8).div_ceil(6), (before + text.len()) * 8 / 6);
            encodings.push(("base64", encoded.as_bytes().get(first..last).unwrap_or_default().to_vec()));
        }
    }
    encodings.dedup();
    encodings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_base64_at_any_offset() {
        let text = "a-text_that-is_looked-for>>>???";
        for before in ["", "x", "xy", "xyz"] {
            let longer = BASE64_STANDARD_NO_PAD.encode(format!("{before}{text}and more"));
            let is_found = encodings(text).iter().any(|(_, encoded)| {
                longer.as_bytes().windows(encoded.len()).any(|window| window == encoded.as_slice())
            });
            assert!(is_found, "behind {before:?}: {longer}");
        }
    }
}
