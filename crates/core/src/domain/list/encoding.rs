//! What the bytes of a file mean as text.

/// How a file's text was written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, the low byte first: what Windows calls Unicode.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252, one byte a letter: what Excel writes as CSV in Western Europe and America.
    Windows1252,
}

/// How many pairs of bytes at the beginning tell UTF-16 that has no byte order mark.
const PAIRS_LOOKED_AT: usize = 512;

/// What the bytes from 0x80 to 0x9f mean in Windows-1252. Five of them mean nothing, and stand for themselves as they do
/// in browsers.
const FROM_80: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text without its byte order mark, and how it was written. Every file has some text: Windows-1252 takes whatever
/// is nothing else.
pub(super) fn decode(bytes: &[u8]) -> (String, Encoding) {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return (String::from_utf8_lossy(rest).into_owned(), Encoding::Utf8);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return (utf_16(rest, u16::from_le_bytes), Encoding::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return (utf_16(rest, u16::from_be_bytes), Encoding::Utf16Be);
    }
    match utf_16_by_look(bytes) {
        Some(Encoding::Utf16Le) => return (utf_16(bytes, u16::from_le_bytes), Encoding::Utf16Le),
        Some(Encoding::Utf16Be) => return (utf_16(bytes, u16::from_be_bytes), Encoding::Utf16Be),
        _ => {}
    }
    match str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Encoding::Utf8),
        Err(_) => (bytes.iter().copied().map(windows_1252).collect(), Encoding::Windows1252),
    }
}

impl Encoding {
    /// The byte order mark that files in this encoding may begin with.
    fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xef\xbb\xbf",
            Self::Utf16Le => b"\xff\xfe",
            Self::Utf16Be => b"\xfe\xff",
            Self::Windows1252 => b"",
        }
    }

    /// Whether a file in this encoding begins with its byte order mark.
    pub(super) fn is_marked(self, bytes: &[u8]) -> bool {
        !self.mark().is_empty() && bytes.starts_with(self.mark())
    }

    /// A text as bytes in this encoding: what [`decode`] made a text of becomes what it was.
    pub(super) fn encode(self, text: &str, with_mark: bool) -> Vec<u8> {
        let mut bytes = if with_mark { self.mark().to_vec() } else { Vec::new() };
        match self {
            Self::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Self::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Self::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Self::Windows1252 => bytes.extend(text.chars().map(windows_1252_byte)),
        }
        bytes
    }
}

fn windows_1252_byte(letter: char) -> u8 {
    let special = FROM_80.iter().position(|other| *other == letter);
    let byte = special.and_then(|place| u8::try_from(place + 0x80).ok());
    // Every letter of such a file was made of one byte.
    byte.or_else(|| u8::try_from(letter).ok()).unwrap_or(b'?')
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    // Half a letter at the end shows that the file was cut off.
    letters.chain(rest.first().map(|_| char::REPLACEMENT_CHARACTER)).collect()
}

/// Latin letters, digits and separators have a zero for their high byte, and hardly anything has one for its low byte.
fn utf_16_by_look(bytes: &[u8]) -> Option<Encoding> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let pairs = pairs.get(..PAIRS_LOOKED_AT).unwrap_or(pairs);
    let first = pairs.iter().filter(|[first, _]| *first == 0).count();
    let second = pairs.iter().filter(|[_, second]| *second == 0).count();
    let are_high = |zeros: usize, others: usize| zeros * 2 > pairs.len() && others * 4 < zeros;
    if are_high(second, first) {
        return Some(Encoding::Utf16Le);
    }
    are_high(first, second).then_some(Encoding::Utf16Be)
}

fn windows_1252(byte: u8) -> char {
    let special = byte.checked_sub(0x80).and_then(|place| FROM_80.get(usize::from(place)));
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_the_bytes_that_it_was_made_of() {
        let all: Vec<u8> = (0..=255).collect();
        let (text, encoding) = decode(&all);
        assert_eq!((encoding, encoding.encode(&text, false)), (Encoding::Windows1252, all));
        for bytes in [&b"\xef\xbb\xbfM\xc3\xbcller"[..], b"\xff\xfeM\0\xfc\0", b"\xfe\xff\0M\0\xfc", b"plain"]
        {
            let (text, encoding) = decode(bytes);
            assert_eq!(encoding.encode(&text, encoding.is_marked(bytes)), bytes);
        }
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_8_is_read_with_and_without_a_byte_order_mark() {
        for bytes in ["zoë,1".as_bytes(), b"\xef\xbb\xbfzo\xc3\xab,1"] {
            assert_eq!(decode(bytes), ("zoë,1".to_owned(), Encoding::Utf8));
        }
        let (text, encoding) = decode(b"\xef\xbb\xbfa\xff");
        assert_eq!((text.as_str(), encoding), ("a\u{fffd}", Encoding::Utf8), "the mark says so");
    }

    #[test]
    fn utf_16_is_read_by_its_mark_and_by_its_look() {
        let text = "zoë;łuk;😀\r\nana;holm;x";
        for mark in ["", "\u{feff}"] {
            let marked = format!("{mark}{text}");
            let little = utf_16(&marked, u16::to_le_bytes);
            assert_eq!(decode(&little), (text.to_owned(), Encoding::Utf16Le));
            let big = utf_16(&marked, u16::to_be_bytes);
            assert_eq!(decode(&big), (text.to_owned(), Encoding::Utf16Be));
        }
        assert_eq!(decode(b"\xff\xfea\0b").0, "a\u{fffd}", "cut off within a letter");
        assert_eq!(decode(b"\xff\xfe\x00\xd8a\0").0, "\u{fffd}a", "half of a pair");
    }

    #[test]
    fn what_is_nothing_else_is_windows_1252() {
        let (text, encoding) = decode(b"\x80 Zo\xeb \x9f\x8a \x81\xff");
        assert_eq!((text.as_str(), encoding), ("€ Zoë ŸŠ \u{81}ÿ", Encoding::Windows1252));
        let differing = FROM_80.iter().filter(|letter| **letter > '\u{9f}').count();
        assert_eq!(differing, 27);
    }

    #[test]
    fn a_zero_here_and_there_is_no_utf_16() {
        assert_eq!(decode(b"ab\0c").1, Encoding::Utf8);
        assert_eq!(decode(b"\0\0\0\0").1, Encoding::Utf8);
        assert_eq!(decode(b"").1, Encoding::Utf8);
    }
}
