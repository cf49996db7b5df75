//! Texts that many users share: names. Each is stored once and has a number.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use hashbrown::HashTable;

use super::texts::{Text, Texts};

type Hashes = BuildHasherDefault<DefaultHasher>;

/// The number of a word, its index among the distinct words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(u32);

impl Word {
    /// The number of the empty word.
    pub(super) const EMPTY: Self = Self(u32::MAX);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A store of distinct words, which can only be added to.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    texts: Texts,
    handles: Vec<Text>,
    numbers: HashTable<u32>,
}

impl Words {
    /// Stores a word unless it is already stored. Its number never changes.
    pub(super) fn add(&mut self, word: &str) -> Word {
        if word.is_empty() {
            return Word::EMPTY;
        }
        let Self { texts, handles, numbers } = self;
        let get = |number: u32| {
            handles.get(number as usize).and_then(|handle| texts.get(*handle)).unwrap_or_default()
        };
        let hash = Hashes::default().hash_one(word);
        if let Some(number) = numbers.find(hash, |number| get(*number) == word) {
            return Word(*number);
        }
        let Ok(number) = u32::try_from(handles.len()) else { return Word::EMPTY };
        numbers.insert_unique(hash, number, |number| Hashes::default().hash_one(get(*number)));
        handles.push(texts.add(&[word]));
        Word(number)
    }

    /// The text of a word; empty for [`Word::EMPTY`].
    pub(super) fn get(&self, word: Word) -> &str {
        self.handles.get(word.index()).and_then(|handle| self.texts.get(*handle)).unwrap_or_default()
    }

    /// All words in the order of their numbers.
    pub(super) fn all(&self) -> Vec<&str> {
        self.handles.iter().map(|handle| self.texts.get(*handle).unwrap_or_default()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.handles.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_stored_once_and_keeps_its_number() {
        let mut words = Words::default();
        let numbers: Vec<Word> =
            (0..20_000).map(|number| words.add(&format!("Name{}", number % 5000))).collect();
        assert_eq!(words.len(), 5000);
        assert_eq!(numbers[7], numbers[5007]);
        assert_eq!(words.get(numbers[4999]), "Name4999");
        assert_eq!(words.add(""), Word::EMPTY);
        assert_eq!(words.get(Word::EMPTY), "");
    }
}
