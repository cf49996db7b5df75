//! Texts packed one behind the other. A hundred thousand users have some hundred thousand texts; as strings of their
//! own each would cost its room twice.

/// A chunk's room in bytes, 2^18. Chunks never move, so that the store grows without ever copying itself.
const CHUNK: usize = 1 << OFFSET_BITS;

const OFFSET_BITS: u32 = 18;

/// Where a text stands: the chunk in the upper bits, the offset in it in the lower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text(u32);

impl Text {
    /// The text that isn't there.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// Packed texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    chunks: Vec<Vec<u8>>,
}

impl Texts {
    /// Adds a text made of parts. [`Text::NONE`] once the store is full, which takes four gigabytes.
    pub(super) fn add(&mut self, parts: &[&str]) -> Text {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let prefix = Prefix::of(length);
        let needed = prefix.bytes().len() + length;
        let has_room = self.chunks.last().is_some_and(|chunk| chunk.len() + needed <= CHUNK);
        if !has_room {
            // A text that is longer than a chunk has one of its own.
            self.chunks.push(Vec::with_capacity(needed.max(CHUNK)));
        }
        let index = self.chunks.len().saturating_sub(1);
        let Some(chunk) = self.chunks.last_mut() else { return Text::NONE };
        let Ok(place) = u32::try_from((index << OFFSET_BITS) | chunk.len()) else { return Text::NONE };
        chunk.extend_from_slice(prefix.bytes());
        for part in parts {
            chunk.extend_from_slice(part.as_bytes());
        }
        Text(place)
    }

    /// The bytes of a text; `None` for [`Text::NONE`].
    pub(super) fn bytes(&self, text: Text) -> Option<&[u8]> {
        if text == Text::NONE {
            return None;
        }
        let chunk = self.chunks.get((text.0 >> OFFSET_BITS) as usize)?;
        let rest = chunk.get(text.0 as usize & (CHUNK - 1)..)?;
        let (length, rest) = Prefix::read(rest)?;
        rest.get(..length)
    }

    /// A text; `None` for [`Text::NONE`].
    pub(super) fn get(&self, text: Text) -> Option<&str> {
        // Only whole texts were added, so that this can't fail.
        self.bytes(text).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}

/// A text's length in front of it: seven bits a byte, the lowest first, the eighth says that another byte follows.
struct Prefix {
    written: [u8; 5],
    length: usize,
}

impl Prefix {
    fn of(mut value: usize) -> Self {
        let (mut written, mut length) = ([0; 5], 0);
        for byte in &mut written {
            let [low, ..] = value.to_le_bytes();
            *byte = low & 0x7f;
            value >>= 7;
            length += 1;
            if value == 0 {
                break;
            }
            *byte |= 0x80;
        }
        Self { written, length }
    }

    fn bytes(&self) -> &[u8] {
        self.written.get(..self.length).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Option<(usize, &[u8])> {
        let mut value = 0;
        for (index, byte) in bytes.iter().take(5).enumerate() {
            value |= usize::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Some((value, bytes.get(index + 1..)?));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were_added() {
        let mut texts = Texts::default();
        let long = "é".repeat(CHUNK);
        let samples = ["", "a", &"x".repeat(127), &"y".repeat(128), &"z".repeat(20_000), &long, "after"];
        let places: Vec<Text> = samples.iter().map(|sample| texts.add(&[sample])).collect();
        for (place, sample) in places.iter().zip(samples) {
            assert_eq!(texts.get(*place), Some(sample));
        }
        let parts = texts.add(&["one", "\n", "two"]);
        assert_eq!(texts.get(parts), Some("one\ntwo"));
        assert_eq!(texts.get(Text::NONE), None);
    }

    #[test]
    fn many_texts_fill_many_chunks() {
        let mut texts = Texts::default();
        let places: Vec<Text> =
            (0..100_000).map(|number| texts.add(&[&format!("user{number:06}")])).collect();
        assert!(texts.chunks.len() > 3);
        for (number, place) in places.iter().enumerate() {
            assert_eq!(texts.get(*place), Some(format!("user{number:06}").as_str()));
        }
    }
}
