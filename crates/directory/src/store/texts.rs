//! Texts packed one after the other.
//!
//! A hundred thousand users have several hundred thousand texts; stored as separate strings they
//! would take twice the memory.

use memchr::memmem::Finder;

/// A chunk's capacity in bytes, 2^18. Chunks never move, so the store grows without copying its contents.
const CHUNK: usize = 1 << OFFSET_BITS;

const OFFSET_BITS: u32 = 18;

/// The position of a text: the chunk in the upper bits, the offset in it in the lower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text(u32);

impl Text {
    /// The position that stands for a missing text.
    pub(super) const NONE: Self = Self(u32::MAX);

    const fn chunk(self) -> usize {
        (self.0 >> OFFSET_BITS) as usize
    }

    const fn offset(self) -> usize {
        self.0 as usize & (CHUNK - 1)
    }
}

/// A store of packed texts, which can only be added to.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    chunks: Vec<Vec<u8>>,
}

impl Texts {
    /// Adds a text that is made of parts. Returns [`Text::NONE`] if the store is full, which takes four gigabytes.
    pub(super) fn add(&mut self, parts: &[&str]) -> Text {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let prefix = Prefix::of(length);
        let needed = prefix.bytes().len() + length;
        let has_room = self.chunks.last().is_some_and(|chunk| chunk.len() + needed <= CHUNK);
        if !has_room {
            // A text that is longer than a chunk gets one of its own.
            self.chunks.push(Vec::with_capacity(needed.max(CHUNK)));
        }
        let index = self.chunks.len().saturating_sub(1);
        let Some(chunk) = self.chunks.last_mut() else { return Text::NONE };
        let Ok(position) = u32::try_from((index << OFFSET_BITS) | chunk.len()) else { return Text::NONE };
        chunk.extend_from_slice(prefix.bytes());
        for part in parts {
            chunk.extend_from_slice(part.as_bytes());
        }
        Text(position)
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

    /// Starts a pass over these texts that searches for `finder`.
    pub(super) fn pass<'a>(&'a self, finder: &'a Finder<'a>) -> Pass<'a> {
        Pass { texts: self, finder, chunk: 0, from: 0, next: None }
    }

    /// The text as a string; `None` for [`Text::NONE`].
    pub(super) fn get(&self, text: Text) -> Option<&str> {
        // Only whole texts were added, so this can't fail.
        self.bytes(text).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}

/// A search through texts that are queried in the order in which they were added.
///
/// A chunk is searched once, as one long text, because starting a search for every text would take longer than the
/// search itself. Texts queried in another order are searched one by one.
pub(super) struct Pass<'a> {
    texts: &'a Texts,
    finder: &'a Finder<'a>,
    chunk: usize,
    /// The offset from which the chunk was searched.
    from: usize,
    /// The offset of the first match from there on; `None` before the first search.
    next: Option<usize>,
}

impl Pass<'_> {
    /// Whether a text contains the searched text.
    pub(super) fn contains(&mut self, text: Text) -> bool {
        let Some(bytes) = self.texts.bytes(text) else { return false };
        let (chunk, from) = (text.chunk(), text.offset() + Prefix::of(bytes.len()).bytes().len());
        let is_sequential = (chunk == self.chunk && from >= self.from) || chunk == self.chunk + 1;
        if !is_sequential {
            return self.finder.find(bytes).is_some();
        }
        let next = self.next.filter(|next| chunk == self.chunk && *next >= from);
        let next = next.unwrap_or_else(|| self.search_from(chunk, from));
        // The first match may begin in this text and end in the next one, and doesn't count then. No complete match can
        // begin after it and end before it.
        next.saturating_add(self.finder.needle().len()) <= from + bytes.len()
    }

    fn search_from(&mut self, chunk: usize, from: usize) -> usize {
        let rest = self.texts.chunks.get(chunk).and_then(|chunk| chunk.get(from..)).unwrap_or_default();
        let next = self.finder.find(rest).map_or(usize::MAX, |position| from + position);
        (self.chunk, self.from, self.next) = (chunk, from, Some(next));
        next
    }
}

/// The length that precedes a text: seven bits per byte, the lowest first; the eighth bit says
/// that another byte follows.
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
    fn texts_are_returned_as_they_were_added() {
        let mut texts = Texts::default();
        let long = "é".repeat(CHUNK);
        let samples = ["", "a", &"x".repeat(127), &"y".repeat(128), &"z".repeat(20_000), &long, "after"];
        let handles: Vec<Text> = samples.iter().map(|sample| texts.add(&[sample])).collect();
        for (position, sample) in handles.iter().zip(samples) {
            assert_eq!(texts.get(*position), Some(sample));
        }
        let parts = texts.add(&["one", "\n", "two"]);
        assert_eq!(texts.get(parts), Some("one\ntwo"));
        assert_eq!(texts.get(Text::NONE), None);
    }

    #[test]
    fn many_texts_fill_many_chunks() {
        let mut texts = Texts::default();
        let handles: Vec<Text> =
            (0..100_000).map(|number| texts.add(&[&format!("user{number:06}")])).collect();
        assert!(texts.chunks.len() > 3);
        for (number, position) in handles.iter().enumerate() {
            assert_eq!(texts.get(*position), Some(format!("user{number:06}").as_str()));
        }
    }

    #[test]
    fn a_pass_finds_matches_within_a_text_and_never_across_two() {
        let mut texts = Texts::default();
        // The length that precedes the second text is a hyphen.
        let second = "cd".to_owned() + &"x".repeat(43);
        let handles: Vec<Text> =
            ["ab", &second, "", "abab", "b", "a"].iter().map(|text| texts.add(&[text])).collect();
        let containing = |needle: &str, handles: &[Text]| {
            let finder = Finder::new(needle);
            let mut pass = texts.pass(&finder);
            handles.iter().map(|position| pass.contains(*position)).collect::<Vec<_>>()
        };
        assert_eq!(containing("ab", &handles), [true, false, false, true, false, false]);
        assert_eq!(containing("b", &handles), [true, false, false, true, true, false]);
        assert_eq!(containing("b-cd", &handles), [false; 6]);
        assert_eq!(containing("b\0", &handles), [false; 6]);
        assert_eq!(containing("xa", &handles), [false; 6]);
        let mut backwards = handles.clone();
        backwards.reverse();
        assert_eq!(containing("ab", &backwards), [false, false, true, false, false, true]);
        assert_eq!(containing("a", &[Text::NONE, handles[5], handles[0]]), [false, true, true]);
    }

    #[test]
    fn a_pass_over_many_chunks_agrees_with_a_search_of_each_text() {
        let mut texts = Texts::default();
        let mut handles: Vec<Text> =
            (0..60_000).map(|number| texts.add(&[&format!("user{:05}", number * 7919 % 60_000)])).collect();
        handles.push(texts.add(&["77".repeat(CHUNK).as_str()]));
        handles.push(texts.add(&["after 77"]));
        // A renamed user has a text far behind those of the others.
        handles.swap(100, 59_000);
        for needle in ["7", "77", "r12", "user59999", "9u", "nobody"] {
            let finder = Finder::new(needle);
            let mut pass = texts.pass(&finder);
            for position in &handles {
                let each = finder.find(texts.bytes(*position).unwrap()).is_some();
                assert_eq!(pass.contains(*position), each, "{needle}");
            }
        }
    }
}
