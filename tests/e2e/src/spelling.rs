//! A text as it may stand in a file: as it is, in UTF-16, or in base64 at any place of a longer text.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// Every spelling, by name.
pub(crate) fn spellings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut spellings = vec![("as it is", text.as_bytes().to_vec()), ("UTF-16", wide)];
    for before in 0..3 {
        for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
            let spelled = engine.encode([&vec![0; before], text.as_bytes()].concat());
            // What stands before and behind the text has a part in the letters at both ends.
            let (first, last) = ((before * 8).div_ceil(6), (before + text.len()) * 8 / 6);
            spellings.push(("base64", spelled.as_bytes().get(first..last).unwrap_or_default().to_vec()));
        }
    }
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_base64_wherever_it_stands() {
        let text = "a-text_that-is_looked-for>>>???";
        for before in ["", "x", "xy", "xyz"] {
            let longer = BASE64_STANDARD_NO_PAD.encode(format!("{before}{text}and more"));
            let is_found = spellings(text).iter().any(|(_, spelled)| {
                longer.as_bytes().windows(spelled.len()).any(|window| window == spelled.as_slice())
            });
            assert!(is_found, "behind {before:?}: {longer}");
        }
    }
}
