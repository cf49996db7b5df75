//! The filter that searches PingOne for a person.
//!
//! PingOne compares the beginnings of texts, perhaps case-sensitively. It stores the given and the family
//! name separately: a full name is found only by a clause for both, and the typed text doesn't say where
//! one ends and the other begins.
//!
//! The typed text is searched as it is in every attribute. Several words are also split into given and family name at
//! every position and in either order; a comma says where to split. Names are searched as typed and with the usual
//! capitalization, with plain and with typographic apostrophes and hyphens.

use pingone::filter::{Attribute, Filter};

use super::punctuation::{plain_mark, spellings};
use super::query::is_comma;

/// How letters change case. The browser knows all scripts; tables of our own would be large.
#[derive(Clone, Copy)]
pub struct Casing<'a> {
    /// Capitalizes the first letter of a text.
    pub capitalized: &'a dyn Fn(&str) -> String,
    /// Converts a text to lowercase.
    pub lower: &'a dyn Fn(&str) -> String,
}

/// The most characters that the filter may have, percent-encoded. Addresses are cut somewhere above 8,000 characters,
/// so the likeliest clauses come first.
const MAX_LENGTH: usize = 5_500;

/// With more words than this, splitting at every position would make the filter too long: then only the first words
/// of both names are searched.
const MAX_WORDS: usize = 6;

const MAX_WORDS_USED: usize = 24;

/// Words inside a name that are usually in lowercase.
const PARTICLES: [&str; 24] = [
    "al", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "e", "el", "la", "las",
    "le", "los", "ten", "ter", "van", "von", "y", "zu",
];

/// Builds the filter for a typed text. Leading, trailing and repeated whitespace and commas are ignored.
#[must_use]
pub fn person_search(text: &str, casing: Casing<'_>) -> Filter {
    let typed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let typed = typed.trim_matches(|letter: char| letter == ' ' || is_comma(letter));
    let mut clauses = Clauses::default();
    let cases = cases(typed, casing);
    let (first, others) = cases.split_first().map_or((typed, &[][..]), |(first, others)| (first, others));
    clauses.add_single(first);
    clauses.add(Filter::Equals(Attribute::ExternalId, typed.to_owned()));
    for case in &cases {
        clauses.add_name_pairs(case);
    }
    for case in others {
        clauses.add_single(case);
    }
    for case in &cases {
        for spelling in spellings(case).iter().skip(1) {
            clauses.add_name_pairs(spelling);
            clauses.add_single(spelling);
        }
        // A double name that is typed with a hyphen may be stored with a space.
        if case.contains('-') {
            clauses.add_name_pairs(&case.replace('-', " "));
        }
    }
    Filter::Any(clauses.all)
}

/// The text as typed, with each word's first letter capitalized, and with the usual capitalization, with and
/// without lowercase particles.
fn cases(typed: &str, casing: Casing<'_>) -> Vec<String> {
    let first_letters = by_word(typed, |word| (casing.capitalized)(word));
    let usual = by_word(typed, |word| usual_case(word, casing));
    let small = by_word(typed, |word| {
        let lower = (casing.lower)(word);
        if PARTICLES.contains(&lower.as_str()) { lower } else { usual_case(word, casing) }
    });
    let mut cases: Vec<String> = vec![typed.to_owned()];
    for case in [usual, small, first_letters] {
        if !cases.contains(&case) {
            cases.push(case);
        }
    }
    cases
}

/// Changes only the words, so that spaces and commas stay where they are.
fn by_word(text: &str, change: impl Fn(&str) -> String) -> String {
    let parts = text.split_inclusive(|letter| letter == ' ' || is_comma(letter));
    let changed = parts.map(|part| {
        let word = part.trim_end_matches(|letter| letter == ' ' || is_comma(letter));
        let (word, rest) = part.split_at(word.len());
        change(word) + rest
    });
    changed.collect()
}

/// The word with a capital at the beginning, and after each apostrophe, hyphen and full stop.
fn usual_case(word: &str, casing: Casing<'_>) -> String {
    let lower = (casing.lower)(word);
    // Unicode counts some apostrophes as letters.
    let is_mark = |letter: char| !plain_mark(letter).is_alphanumeric();
    lower.split_inclusive(is_mark).map(|part| (casing.capitalized)(part)).collect()
}

/// The distinct clauses of the filter, as far as there is room.
#[derive(Default)]
struct Clauses {
    all: Vec<Filter>,
    length: usize,
}

impl Clauses {
    fn add(&mut self, clause: Filter) {
        let length = encoded_length(&clause.to_string()) + " or ".len() * 3;
        if self.length + length <= MAX_LENGTH && !self.all.contains(&clause) {
            self.length += length;
            self.all.push(clause);
        }
    }

    /// Adds clauses for the whole text in a single attribute.
    fn add_single(&mut self, text: &str) {
        for attribute in [Attribute::Username, Attribute::Email, Attribute::FamilyName, Attribute::GivenName]
        {
            self.add(Filter::StartsWith(attribute, text.to_owned()));
        }
    }

    /// Adds clauses for parts of the text as given and family name, in either order.
    fn add_name_pairs(&mut self, text: &str) {
        for (one, other) in split_names(text) {
            for (given, family) in [(&one, &other), (&other, &one)] {
                self.add(Filter::All(vec![
                    Filter::StartsWith(Attribute::GivenName, given.clone()),
                    Filter::StartsWith(Attribute::FamilyName, family.clone()),
                ]));
            }
        }
    }
}

/// The ways to split a text into two names. Empty for a single word.
fn split_names(text: &str) -> Vec<(String, String)> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut parts = text.splitn(2, is_comma).map(|part| words(&part.replace(is_comma, " ")));
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let first_words = |one: &[String], other: &[String]| one.first().cloned().zip(other.first().cloned());
    if !second.is_empty() {
        let whole = (first.join(" "), second.join(" "));
        // PingOne may lack further given names, or the second part of a double surname.
        let short = second.first().map(|given| (whole.0.clone(), given.clone()));
        return std::iter::once(whole.clone()).chain(short).chain(first_words(&first, &second)).collect();
    }
    if first.len() > MAX_WORDS {
        let first_word = first.first().cloned().unwrap_or_default();
        return first
            .into_iter()
            .take(MAX_WORDS_USED)
            .skip(1)
            .map(|word| (first_word.clone(), word))
            .collect();
    }
    let split_at_word = |position: usize| {
        let (one, other) = first.split_at_checked(position)?;
        Some((one.join(" "), other.join(" ")))
    };
    let mut splits: Vec<(String, String)> = (1..first.len()).filter_map(split_at_word).collect();
    if first.len() > 2 {
        splits.extend(first.first().cloned().zip(first.last().cloned()));
        splits.extend(first.first().cloned().zip(first.get(1).cloned()));
    }
    splits
}

/// The length of a text once it is percent-encoded.
fn encoded_length(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capitalized(text: &str) -> String {
        let mut letters = text.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    fn search(text: &str) -> Filter {
        person_search(text, Casing { capitalized: &capitalized, lower: &|text| text.to_lowercase() })
    }

    /// Whether PingOne would find a person, assuming that it compares case-sensitively.
    fn finds(typed: &str, given: &str, family: &str) -> bool {
        fn matches(filter: &Filter, given: &str, family: &str) -> bool {
            match filter {
                Filter::StartsWith(Attribute::GivenName, value) => given.starts_with(value),
                Filter::StartsWith(Attribute::FamilyName, value) => family.starts_with(value),
                Filter::All(filters) => filters.iter().all(|filter| matches(filter, given, family)),
                Filter::Any(filters) => filters.iter().any(|filter| matches(filter, given, family)),
                _ => false,
            }
        }
        matches(&search(typed), given, family)
    }

    #[test]
    fn a_single_word_is_searched_as_typed_and_with_the_usual_capitalization() {
        assert_eq!(
            search("okonkwo").to_string(),
            "username sw \"okonkwo\" or email sw \"okonkwo\" or name.family sw \"okonkwo\" \
             or name.given sw \"okonkwo\" or externalId eq \"okonkwo\" or username sw \"Okonkwo\" \
             or email sw \"Okonkwo\" or name.family sw \"Okonkwo\" or name.given sw \"Okonkwo\""
        );
        assert_eq!(search("Li").to_string().matches("username").count(), 1, "the clause is added once");
    }

    #[test]
    fn a_full_name_is_searched_as_typed_and_split_into_given_and_family_name() {
        let text = search("Adaeze Okonkwo").to_string();
        assert!(text.starts_with("username sw \"Adaeze Okonkwo\" or "), "{text}");
        let both = "(name.given sw \"Adaeze\" and name.family sw \"Okonkwo\") \
                    or (name.given sw \"Okonkwo\" and name.family sw \"Adaeze\")";
        assert!(text.contains(both), "{text}");
    }

    #[test]
    fn a_full_name_is_found_in_either_order_in_any_case_and_with_any_whitespace() {
        for typed in [
            "Adaeze Okonkwo",
            "Okonkwo, Adaeze",
            "adaeze okonkwo",
            "ADAEZE OKONKWO",
            "okonkwo,adaeze",
            "OKONKWO , ADAEZE",
            "  Adaeze\t \u{a0}Okonkwo  ",
            "Okonkwo Adaeze",
            "aDAEZE oKONKWO,",
            "Okonkwo\u{ff0c}Adaeze",
            "Adaeze Oko",
        ] {
            assert!(finds(typed, "Adaeze", "Okonkwo"), "{typed}");
            assert!(!finds(typed, "Adaeze", "Holm") && !finds(typed, "Ana", "Okonkwo"), "{typed}");
        }
    }

    #[test]
    fn several_given_names_and_double_surnames_are_split_at_every_position() {
        for (typed, given, family) in [
            ("Ana Lucía García Lopez", "Ana Lucía", "García Lopez"),
            ("garcía lopez, ana lucía", "Ana Lucía", "García Lopez"),
            ("Ana García Lopez", "Ana", "García Lopez"),
            ("Ana García Lopez", "Ana", "García"),
            ("Ana Lucía Holm", "Ana", "Holm"),
            ("Holm, Ana Lucía", "Ana", "Holm"),
            ("maria de la cruz", "Maria", "de la Cruz"),
            ("MARIA DE LA CRUZ", "Maria", "De La Cruz"),
            ("Vincent van der Berg", "Vincent", "van der Berg"),
            ("anna-lena smith-jones", "Anna-Lena", "Smith-Jones"),
            ("Ana García-Lopez", "Ana", "García Lopez"),
            ("Ana García Lopez", "Ana", "García-Lopez"),
            ("d'angelo ana", "Ana", "D'Angelo"),
            (
                "Maria Amalia Theodora Luise zu Holm und Berg",
                "Maria Amalia Theodora Luise",
                "zu Holm und Berg",
            ),
            (
                "zu holm und berg, maria amalia theodora luise",
                "Maria Amalia Theodora Luise",
                "zu Holm und Berg",
            ),
        ] {
            assert!(finds(typed, given, family), "{typed}: {given} {family}");
        }
    }

    #[test]
    fn variants_of_apostrophes_and_hyphens_find_each_other() {
        for apostrophe in ["'", "\u{2019}", "\u{2018}", "\u{02bc}", "\u{2032}", "`"] {
            for stored in ["'", "\u{2019}"] {
                let (typed, family) = (format!("sean o{apostrophe}brien"), format!("O{stored}Brien"));
                assert!(finds(&typed, "Sean", &family), "{typed}: {family}");
                assert!(finds(&format!("O{apostrophe}Brien"), "Sean", &family), "{typed}: {family}");
            }
        }
        for hyphen in ["-", "\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}"] {
            for stored in ["-", "\u{2010}", "\u{2011}", "\u{2013}"] {
                let (typed, family) = (format!("smith{hyphen}jones"), format!("Smith{stored}Jones"));
                assert!(finds(&typed, "Ana", &family), "{typed}: {family}");
            }
        }
    }

    #[test]
    fn the_filter_is_never_too_long_for_an_address() {
        let names =
            ["O'Neil-Śmith ".repeat(4), "é".repeat(5_000), "a b c d e f g h".into(), "x, ".repeat(900)];
        for text in names {
            assert!(encoded_length(&search(&text).to_string()) < 6_000, "{text}");
        }
        for text in ["", " , ", "\u{ff0c}"] {
            assert!(!search(text).to_string().contains(" and "), "{text}");
        }
    }
}
