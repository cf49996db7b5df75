//! Ranks texts in the sort order of the reader's language.

use std::borrow::Cow;
use std::collections::HashMap;

/// The rank of each of `texts` among all of them. `sort` puts lines in the order of a language. It may be slow, so it
/// gets the lines nearly in order: confirming that lines are in order takes one comparison each.
#[must_use]
pub fn ranked(texts: &[&str], sort: &dyn Fn(&str) -> String) -> Vec<u32> {
    let lines: Vec<Cow<str>> = texts.iter().map(|text| one_line(text)).collect();
    let order = nearly_sorted(&lines);
    let line = |index: u32| lines.get(index as usize).map(Cow::as_ref).unwrap_or_default();
    let sorted = sort(&joined(order.iter().map(|index| line(*index))));
    let mut ranks = vec![u32::MAX; lines.len()];
    let mut set = |index: u32, to: u32| {
        if let Some(rank) = ranks.get_mut(index as usize) {
            *rank = to;
        }
    };
    let (mut elsewhere, mut moved) = (HashMap::new(), Vec::new());
    for ((rank, index), text) in (0..).zip(order).zip(sorted.split('\n')) {
        if line(index) == text {
            set(index, rank);
        } else {
            elsewhere.insert(text, rank);
            moved.push(index);
        }
    }
    for index in moved {
        if let Some(rank) = elsewhere.get(line(index)) {
            set(index, *rank);
        }
    }
    ranks
}

fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { text.replace('\n', " ").into() } else { text.into() }
}

/// The lines, separated by line breaks.
fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (index, line) in lines.enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(line);
    }
    text
}

/// The indexes of the lines in alphabetical order, ignoring case and the accents of Latin letters.
fn nearly_sorted(lines: &[Cow<str>]) -> Vec<u32> {
    let plain: Vec<Cow<str>> = lines
        .iter()
        .map(|line| if line.is_ascii() { line.as_ref().into() } else { line.chars().map(plain).collect() })
        .collect();
    let letters = |index: u32| {
        let line = plain.get(index as usize).map(Cow::as_ref).unwrap_or_default();
        line.bytes().map(|letter| letter.to_ascii_lowercase())
    };
    let mut keyed: Vec<(u64, u32)> =
        (0..).zip(&plain).map(|(index, _)| (beginning(letters(index)), index)).collect();
    keyed.sort_unstable_by(|one, other| {
        one.0.cmp(&other.0).then_with(|| letters(one.1).cmp(letters(other.1))).then(one.1.cmp(&other.1))
    });
    keyed.into_iter().map(|(_, index)| index).collect()
}

/// The letters from U+00C0 to U+017F without their accents.
const BARE: &[u8; 192] = b"aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty\
    aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrsssssssstttttt\
    uuuuuuuuuuuuwwyyyzzzzzzs";

fn plain(letter: char) -> char {
    let index = (letter as usize).checked_sub(0xc0);
    index.and_then(|index| BARE.get(index)).map_or(letter, |bare| char::from(*bare))
}

/// The first bytes of a text as a number, which compares in the same order.
fn beginning(letters: impl Iterator<Item = u8>) -> u64 {
    let mut bytes = [0; 8];
    for (byte, letter) in bytes.iter_mut().zip(letters) {
        *byte = letter;
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::fold;
    use super::*;

    /// Sorts as a language might: `ch` is a letter after `h`, and accents decide last.
    fn sort(lines: &str) -> String {
        let mut lines: Vec<&str> = lines.split('\n').collect();
        lines.sort_by_key(|line| (fold(line).replace("ch", "h~"), (*line).to_owned()));
        lines.join("\n")
    }

    #[test]
    fn texts_are_ranked_in_the_order_of_the_language() {
        let texts =
            ["Chytil", "Černý", "Holm", "Éclair", "chalupa", "Zoë", "Cibulka", "eclair", "Ian", "Łuk"];
        let mut sorted = texts;
        sorted.sort_by_key(|text| (fold(text).replace("ch", "h~"), (*text).to_owned()));
        let index =
            |text: &&str| u32::try_from(sorted.iter().position(|other| other == text).unwrap()).unwrap();
        let expected: Vec<u32> = texts.iter().map(index).collect();
        assert_eq!(ranked(&texts, &sort), expected);
        assert_ne!(expected.first(), Some(&0), "the language sorts differently from the letters");
    }

    #[test]
    fn a_text_of_two_lines_and_equal_texts_are_ranked() {
        let ranks = ranked(&["b", "a\nb", "b", "", "é\né"], &sort);
        assert_eq!((ranks[3], ranks[1], ranks[4]), (0, 1, 4));
        assert!([2, 3].contains(&ranks[0]) && [2, 3].contains(&ranks[2]));
        assert_eq!(ranked(&[], &sort), Vec::<u32>::new());
    }

    #[test]
    fn an_unsorted_or_short_result_gives_no_text_the_rank_of_another() {
        assert_eq!(ranked(&["b", "a"], &|_| String::new()), [u32::MAX, u32::MAX]);
        assert_eq!(ranked(&["b", "a"], &str::to_owned), [1, 0]);
    }

    #[test]
    fn latin_letters_are_sorted_without_their_accents() {
        for (letter, bare) in
            [('À', 'a'), ('ß', 's'), ('ÿ', 'y'), ('Ā', 'a'), ('č', 'c'), ('ĸ', 'k'), ('Ł', 'l')]
        {
            assert_eq!(plain(letter), bare, "{letter}");
        }
        for (letter, bare) in
            [('ŋ', 'n'), ('ő', 'o'), ('Œ', 'o'), ('ř', 'r'), ('ş', 's'), ('ŷ', 'y'), ('ſ', 's')]
        {
            assert_eq!(plain(letter), bare, "{letter}");
        }
        assert_eq!(
            ["ƀ", "Д", "王", "a"].map(|text| text.chars().map(plain).collect::<String>()),
            ["ƀ", "Д", "王", "a"]
        );
    }
}
