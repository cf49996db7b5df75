//! Converts decimal digits of every script to ASCII, so that a number typed on a Japanese or Arabic keyboard is
//! accepted as that number.

use std::borrow::Cow;

/// The zeros of Unicode's decimal digits (general category `Nd`, Unicode 16). Each is
/// followed by the digits one to nine.
const ZEROS: [u32; 71] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
    0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30,
    0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0,
    0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60,
    0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0,
];

/// More zeros, of the scripts whose digits come after those of [`ZEROS`].
const LATE_ZEROS: [u32; 4] = [0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0];

/// The text with every decimal digit replaced by its ASCII digit. Everything else is unchanged.
#[must_use]
pub fn ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    text.chars().map(ascii_digit).collect::<String>().into()
}

/// Parses a whole number as a user types it, with blanks around it; `None` if the text isn't one or exceeds `u32`.
#[must_use]
pub fn typed_number(text: &str) -> Option<u32> {
    let digits = ascii_digits(text.trim());
    // `parse` would also accept a sign.
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

fn ascii_digit(character: char) -> char {
    let code = u32::from(character);
    let zeros = ZEROS.iter().chain(&LATE_ZEROS);
    let value = zeros.filter_map(|zero| code.checked_sub(*zero)).find(|value| *value < 10);
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_converted_by_their_value() {
        for text in [
            "0123456789",
            "０１２３４５６７８９",
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "०१२३४५६७८९",
            "๐๑๒๓๔๕๖๗๘๙",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡",
            "𞥐𞥑𞥒𞥓𞥔𞥕𞥖𞥗𞥘𞥙",
        ] {
            assert_eq!(ascii_digits(text), "0123456789", "{text}");
        }
        for text in ["", "ana 5", "½", "五", "²", "ⅷ"] {
            assert_eq!(ascii_digits(text), text);
        }
    }

    #[test]
    fn only_whole_numbers_are_parsed_in_the_digits_of_any_script() {
        for (text, number) in [("50", 50), (" ５０ ", 50), ("٥٠", 50), ("۵۰", 50), ("\u{3000}0７\u{a0}", 7)]
        {
            assert_eq!(typed_number(text), Some(number), "{text}");
        }
        for text in ["", " ", "+5", "-5", "−5", "5.0", "٥٫٠", "5 0", "五十", "99999999999"] {
            assert_eq!(typed_number(text), None, "{text}");
        }
    }
}
