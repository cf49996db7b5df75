//! Detection of a file's character encoding, and conversion between its bytes and text.

/// Character encoding of an import file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16 in little-endian order, which Windows calls Unicode.
    Utf16Le,
    /// UTF-16 in big-endian order, with or without a byte order mark.
    Utf16Be,
    /// Windows-1252, one byte per character: the encoding of Excel's CSV files in Western Europe and America.
    Windows1252,
}

/// How many byte pairs at the beginning are sampled to detect UTF-16 without a byte order mark.
const SAMPLED_PAIRS: usize = 512;

/// The characters of the bytes from 0x80 to 0x9f in Windows-1252. Five of these bytes are undefined and stand for
/// themselves, as they do in browsers.
const WINDOWS_1252_FROM_80: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// UTF-8's byte order mark, read as Windows-1252.
const MISREAD_MARK: &str = "ï»¿";

/// Decodes a file. The byte order mark and the zero bytes with which some programs pad a file are removed. Decoding
/// never fails: a file that isn't in another encoding is Windows-1252, and invalid bytes become U+FFFD.
pub(super) fn decode(bytes: &[u8]) -> (String, Encoding) {
    let (mut text, encoding) = decode_all(bytes);
    text.truncate(without_padding(&text).len());
    // A program has read UTF-8 as Windows-1252, possibly several times, and has written what it read.
    while let Some(rest) = text.strip_prefix(MISREAD_MARK) {
        text = reread(rest).unwrap_or_else(|| rest.to_owned());
    }
    (text, encoding)
}

/// The text that was read as Windows-1252 although it is UTF-8; `None` if not all of it was.
fn reread(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(windows_1252_byte).collect();
    String::from_utf8(bytes?).ok()
}

/// Removes zero bytes at the end of a text, along with line ends and DOS end-of-file marks among them.
fn without_padding(text: &str) -> &str {
    let content = text.trim_end_matches(['\0', '\u{1a}', '\r', '\n', ' ', '\t']).len();
    let padding = text.get(content..).unwrap_or_default();
    if !padding.contains('\0') {
        return text;
    }
    // Text before the first zero or end-of-file mark belongs to the last line: a tab there begins an empty cell.
    let own = padding.find(['\0', '\u{1a}']).unwrap_or_default();
    text.get(..content + own).unwrap_or(text).trim_end_matches(['\r', '\n'])
}

fn decode_all(bytes: &[u8]) -> (String, Encoding) {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return (String::from_utf8_lossy(rest).into_owned(), Encoding::Utf8);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return (utf_16(rest, u16::from_le_bytes), Encoding::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return (utf_16(rest, u16::from_be_bytes), Encoding::Utf16Be);
    }
    match detect_utf_16(bytes) {
        Some(Encoding::Utf16Le) => return (utf_16(bytes, u16::from_le_bytes), Encoding::Utf16Le),
        Some(Encoding::Utf16Be) => return (utf_16(bytes, u16::from_be_bytes), Encoding::Utf16Be),
        _ => {}
    }
    if is_utf_8(bytes) {
        return (String::from_utf8_lossy(bytes).into_owned(), Encoding::Utf8);
    }
    (bytes.iter().copied().map(windows_1252).collect(), Encoding::Windows1252)
}

/// Whether bytes are UTF-8, possibly with a few invalid ones. Valid multi-byte sequences hardly ever occur by chance,
/// so a file with at least as many of them as of invalid sequences is UTF-8.
fn is_utf_8(bytes: &[u8]) -> bool {
    let (mut characters, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        characters += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    broken == 0 || characters >= broken
}

impl Encoding {
    /// Whether the encoding is a Unicode encoding: it has every character, and its detection is reliable. What is
    /// decoded as Windows-1252 may be another code page.
    pub(super) const fn is_unicode(self) -> bool {
        !matches!(self, Self::Windows1252)
    }

    /// The encoding's byte order mark; empty if it has none.
    fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xef\xbb\xbf",
            Self::Utf16Le => b"\xff\xfe",
            Self::Utf16Be => b"\xfe\xff",
            Self::Windows1252 => b"",
        }
    }

    pub(super) fn has_byte_order_mark(self, bytes: &[u8]) -> bool {
        !self.mark().is_empty() && bytes.starts_with(self.mark())
    }

    /// Encodes a text. Text from [`decode`] becomes the original bytes again, except for padding and invalid bytes.
    pub(super) fn encode(self, text: &str, with_mark: bool) -> Vec<u8> {
        let mut bytes = if with_mark { self.mark().to_vec() } else { Vec::new() };
        match self {
            Self::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Self::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Self::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            // Every character of such a file was decoded from one byte, so `?` doesn't occur.
            Self::Windows1252 => {
                bytes.extend(text.chars().map(|character| windows_1252_byte(character).unwrap_or(b'?')));
            }
        }
        bytes
    }
}

fn windows_1252_byte(character: char) -> Option<u8> {
    let special = WINDOWS_1252_FROM_80.iter().position(|other| *other == character);
    let byte = special.and_then(|index| u8::try_from(index + 0x80).ok());
    byte.or_else(|| u8::try_from(character).ok())
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let characters =
        char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER));
    // An odd byte at the end means that the file was truncated.
    characters.chain(rest.first().filter(|byte| **byte != 0).map(|_| char::REPLACEMENT_CHARACTER)).collect()
}

/// Detects UTF-16 without a byte order mark: Latin letters, digits and separators have a zero high byte, and hardly any
/// character has a zero low byte.
fn detect_utf_16(bytes: &[u8]) -> Option<Encoding> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let pairs = pairs.get(..SAMPLED_PAIRS).unwrap_or(pairs);
    let first = pairs.iter().filter(|[first, _]| *first == 0).count();
    let second = pairs.iter().filter(|[_, second]| *second == 0).count();
    let are_high = |zeros: usize, others: usize| zeros * 2 > pairs.len() && others * 4 < zeros;
    if are_high(second, first) {
        return Some(Encoding::Utf16Le);
    }
    are_high(first, second).then_some(Encoding::Utf16Be)
}

fn windows_1252(byte: u8) -> char {
    let special = byte.checked_sub(0x80).and_then(|index| WINDOWS_1252_FROM_80.get(usize::from(index)));
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_a_decoded_text_restores_its_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        let (text, encoding) = decode(&all);
        assert_eq!((encoding, encoding.encode(&text, false)), (Encoding::Windows1252, all));
        for bytes in [&b"\xef\xbb\xbfM\xc3\xbcller"[..], b"\xff\xfeM\0\xfc\0", b"\xfe\xff\0M\0\xfc", b"plain"]
        {
            let (text, encoding) = decode(bytes);
            assert_eq!(encoding.encode(&text, encoding.has_byte_order_mark(bytes)), bytes);
        }
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_8_is_decoded_with_and_without_a_byte_order_mark() {
        for bytes in ["zoë,1".as_bytes(), b"\xef\xbb\xbfzo\xc3\xab,1"] {
            assert_eq!(decode(bytes), ("zoë,1".to_owned(), Encoding::Utf8));
        }
        let misread = "ï»¿username\nana";
        assert_eq!(decode(misread.as_bytes()).0, "username\nana", "the mark was read as Windows-1252");
        assert_eq!(decode(&[b"\xef\xbb\xbf", misread.as_bytes()].concat()).0, "username\nana");
        for (misread, text) in [
            ("ï»¿zoÃ«\nÅ\u{81}uk", "zoë\nŁuk"),
            ("ï»¿zoÃ«\nŁuk", "zoÃ«\nŁuk"),
            ("Ã¯Â»Â¿zoÃƒÂ«", "Ã¯Â»Â¿zoÃƒÂ«"),
        ] {
            assert_eq!(decode(misread.as_bytes()).0, text, "{misread}");
        }
        assert_eq!(decode("ï»¿Ã¯Â»Â¿zoÃƒÂ«".as_bytes()).0, "zoë", "misread twice");
        let (text, encoding) = decode(b"\xef\xbb\xbfa\xff");
        assert_eq!((text.as_str(), encoding), ("a\u{fffd}", Encoding::Utf8), "the byte order mark decides");
    }

    #[test]
    fn utf_16_is_recognized_by_its_byte_order_mark_and_by_its_zero_bytes() {
        let text = "zoë;łuk;😀\r\nana;holm;x";
        for mark in ["", "\u{feff}"] {
            let marked = format!("{mark}{text}");
            let little = utf_16(&marked, u16::to_le_bytes);
            assert_eq!(decode(&little), (text.to_owned(), Encoding::Utf16Le));
            let big = utf_16(&marked, u16::to_be_bytes);
            assert_eq!(decode(&big), (text.to_owned(), Encoding::Utf16Be));
        }
        assert_eq!(decode(b"\xff\xfea\0b").0, "a\u{fffd}", "truncated within a character");
        assert_eq!(decode(b"\xff\xfe\x00\xd8a\0").0, "\u{fffd}a", "an unpaired surrogate");
    }

    #[test]
    fn windows_1252_is_the_fallback_encoding() {
        let (text, encoding) = decode(b"\x80 Zo\xeb \x9f\x8a \x81\xff");
        assert_eq!((text.as_str(), encoding), ("€ Zoë ŸŠ \u{81}ÿ", Encoding::Windows1252));
        let differing = WINDOWS_1252_FROM_80.iter().filter(|character| **character > '\u{9f}').count();
        assert_eq!(differing, 27);
    }

    #[test]
    fn a_few_invalid_bytes_do_not_change_the_detection_of_utf_8() {
        let (text, encoding) =
            decode("Zoë,zoe\nŁuk,luk\nAn".bytes().chain(*b"\xe9,ana").collect::<Vec<_>>().as_slice());
        assert_eq!((text.as_str(), encoding), ("Zoë,zoe\nŁuk,luk\nAn\u{fffd},ana", Encoding::Utf8));
        let cut_off = decode(b"Zo\xc3\xab\nJ\xc3\xb6rg\n\xe7\x8e");
        assert_eq!(cut_off, ("Zoë\nJörg\n\u{fffd}".to_owned(), Encoding::Utf8));
        // In Windows-1252, É followed by a closing quotation mark happens to be valid UTF-8.
        assert_eq!(decode(b"\xabCaf\xc9\xbb Zo\xeb J\xf6rg").1, Encoding::Windows1252);
    }

    #[test]
    fn zero_bytes_at_the_end_are_cut_off() {
        for (bytes, expected) in [
            (&b"ana\nbo\0\0\0"[..], "ana\nbo"),
            (b"ana\nbo\r\n\0\0\r\n", "ana\nbo"),
            (b"ana\nbo\n\x1a\0\0\0\0", "ana\nbo"),
            (b"\xef\xbb\xbfana\0", "ana"),
            (b"\xff\xfea\0n\0a\0\0\0\0\0", "ana"),
            (b"\xff\xfea\0n\0a\0\0", "ana"),
            (b"Zo\xeb\0\0", "Zoë"),
            (b"ab\0c\0", "ab\0c"),
            (b"ana \n", "ana \n"),
            (b"ana\tx\nbo\t\n\0\0", "ana\tx\nbo\t"),
            (b"ana\tx\nbo\t\0\t\0", "ana\tx\nbo\t"),
            (b"ana\n\t\r\n\x1a\0", "ana\n\t"),
            (b"ana \0 \0", "ana "),
            (b"ana\t\t\r\n\0\r\n\0", "ana\t\t"),
        ] {
            assert_eq!(decode(bytes).0, expected, "{bytes:?}");
        }
        let padded = [b"ana\nbo\n".as_slice(), &[0; 4088]].concat();
        assert_eq!(decode(&padded), ("ana\nbo".to_owned(), Encoding::Utf8));
    }

    #[test]
    fn a_few_zero_bytes_do_not_make_a_file_utf_16() {
        assert_eq!(decode(b"ab\0c").1, Encoding::Utf8);
        assert_eq!(decode(b"\0\0\0\0").1, Encoding::Utf8);
        assert_eq!(decode(b"").1, Encoding::Utf8);
    }
}
