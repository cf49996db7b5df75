//! Texts of which many users have the same: names. Each is kept once and has a number.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use hashbrown::HashTable;

use super::texts::{Text, Texts};

type Hashes = BuildHasherDefault<DefaultHasher>;

/// The number of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(u32);

impl Word {
    /// The word of no letters.
    pub(super) const EMPTY: Self = Self(u32::MAX);

    pub(super) fn place(self) -> usize {
        self.0 as usize
    }
}

/// Distinct words.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    texts: Texts,
    places: Vec<Text>,
    numbers: HashTable<u32>,
}

impl Words {
    /// The number of a word, which it keeps.
    pub(super) fn add(&mut self, word: &str) -> Word {
        if word.is_empty() {
            return Word::EMPTY;
        }
        let Self { texts, places, numbers } = self;
        let get =
            |number: u32| places.get(number as usize).and_then(|place| texts.get(*place)).unwrap_or_default();
        let hash = Hashes::default().hash_one(word);
        if let Some(number) = numbers.find(hash, |number| get(*number) == word) {
            return Word(*number);
        }
        let Ok(number) = u32::try_from(places.len()) else { return Word::EMPTY };
        numbers.insert_unique(hash, number, |number| Hashes::default().hash_one(get(*number)));
        places.push(texts.add(&[word]));
        Word(number)
    }

    /// A word.
    pub(super) fn get(&self, word: Word) -> &str {
        self.places.get(word.place()).and_then(|place| self.texts.get(*place)).unwrap_or_default()
    }

    /// All words, by their numbers.
    pub(super) fn all(&self) -> Vec<&str> {
        self.places.iter().map(|place| self.texts.get(*place).unwrap_or_default()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_once_and_keeps_its_number() {
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
