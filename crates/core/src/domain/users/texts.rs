//! Texts packed one behind the other. A hundred thousand users have some hundred thousand texts; as strings of their
//! own each would cost its room twice.

use memchr::memmem::Finder;

/// A chunk's room in bytes, 2^18. Chunks never move, so that the store grows without ever copying itself.
const CHUNK: usize = 1 << OFFSET_BITS;

const OFFSET_BITS: u32 = 18;

/// Where a text stands: the chunk in the upper bits, the offset in it in the lower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text(u32);

impl Text {
    /// The text that isn't there.
    pub(super) const NONE: Self = Self(u32::MAX);

    const fn chunk(self) -> usize {
        (self.0 >> OFFSET_BITS) as usize
    }

    const fn offset(self) -> usize {
        self.0 as usize & (CHUNK - 1)
    }
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
        let rest = self.chunks.get(text.chunk())?.get(text.offset()..)?;
        let (length, rest) = Prefix::read(rest)?;
        rest.get(..length)
    }

    /// A look through these texts for what `finder` finds.
    pub(super) fn pass<'a>(&'a self, finder: &'a Finder<'a>) -> Pass<'a> {
        Pass { texts: self, finder, chunk: 0, from: 0, next: None }
    }

    /// A text; `None` for [`Text::NONE`].
    pub(super) fn get(&self, text: Text) -> Option<&str> {
        // Only whole texts were added, so that this can't fail.
        self.bytes(text).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}

/// A look through texts that are asked for as they were added: a chunk is gone over once, as one long text, where
/// beginning anew for every text would take longer than looking. Texts in another order are answered for as well, one
/// by one.
pub(super) struct Pass<'a> {
    texts: &'a Texts,
    finder: &'a Finder<'a>,
    chunk: usize,
    /// From here on the chunk was looked through.
    from: usize,
    /// Where the first match from there on begins; `None` before the first look.
    next: Option<usize>,
}

impl Pass<'_> {
    /// Whether a text holds what is looked for.
    pub(super) fn holds(&mut self, text: Text) -> bool {
        let Some(bytes) = self.texts.bytes(text) else { return false };
        let (chunk, from) = (text.chunk(), text.offset() + Prefix::of(bytes.len()).bytes().len());
        let follows = (chunk == self.chunk && from >= self.from) || chunk == self.chunk + 1;
        if !follows {
            return self.finder.find(bytes).is_some();
        }
        let next = self.next.filter(|next| chunk == self.chunk && *next >= from);
        let next = next.unwrap_or_else(|| self.look(chunk, from));
        // The first match may begin in this text and end in the next one, which is none. None that is whole can begin
        // behind it and end before it.
        next.saturating_add(self.finder.needle().len()) <= from + bytes.len()
    }

    fn look(&mut self, chunk: usize, from: usize) -> usize {
        let rest = self.texts.chunks.get(chunk).and_then(|chunk| chunk.get(from..)).unwrap_or_default();
        let next = self.finder.find(rest).map_or(usize::MAX, |place| from + place);
        (self.chunk, self.from, self.next) = (chunk, from, Some(next));
        next
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

    #[test]
    fn a_pass_finds_within_a_text_and_never_across_two() {
        let mut texts = Texts::default();
        // The length in front of the second is a hyphen.
        let second = "cd".to_owned() + &"x".repeat(43);
        let places: Vec<Text> =
            ["ab", &second, "", "abab", "b", "a"].iter().map(|text| texts.add(&[text])).collect();
        let holding = |needle: &str, places: &[Text]| {
            let finder = Finder::new(needle);
            let mut pass = texts.pass(&finder);
            places.iter().map(|place| pass.holds(*place)).collect::<Vec<_>>()
        };
        assert_eq!(holding("ab", &places), [true, false, false, true, false, false]);
        assert_eq!(holding("b", &places), [true, false, false, true, true, false]);
        assert_eq!(holding("b-cd", &places), [false; 6]);
        assert_eq!(holding("b\0", &places), [false; 6]);
        assert_eq!(holding("xa", &places), [false; 6]);
        let mut backwards = places.clone();
        backwards.reverse();
        assert_eq!(holding("ab", &backwards), [false, false, true, false, false, true]);
        assert_eq!(holding("a", &[Text::NONE, places[5], places[0]]), [false, true, true]);
    }

    #[test]
    fn a_pass_agrees_with_a_look_at_each_text_through_many_chunks() {
        let mut texts = Texts::default();
        let mut places: Vec<Text> =
            (0..60_000).map(|number| texts.add(&[&format!("user{:05}", number * 7919 % 60_000)])).collect();
        places.push(texts.add(&["77".repeat(CHUNK).as_str()]));
        places.push(texts.add(&["after 77"]));
        // Somebody who was renamed has a text far behind the others'.
        places.swap(100, 59_000);
        for needle in ["7", "77", "r12", "user59999", "9u", "nobody"] {
            let finder = Finder::new(needle);
            let mut pass = texts.pass(&finder);
            for place in &places {
                let each = finder.find(texts.bytes(*place).unwrap()).is_some();
                assert_eq!(pass.holds(*place), each, "{needle}");
            }
        }
    }
}
