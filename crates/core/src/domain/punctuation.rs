//! Apostrophes and hyphens, of which keyboards, word processors and spreadsheets write different ones for the same.

/// The apostrophe, and what is written in its place.
const APOSTROPHES: [char; 10] = [
    '\'', '\u{2019}', '\u{2018}', '\u{02bc}', '\u{02b9}', '\u{2032}', '\u{201b}', '`', '\u{00b4}', '\u{ff07}',
];

/// The hyphen, and what is written in its place.
const HYPHENS: [char; 9] =
    ['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{ff0d}', '\u{fe63}'];

/// The typographic hyphens that stored names are looked for with: hyphen, non-breaking hyphen and en dash.
const STORED_HYPHENS: [char; 3] = ['\u{2010}', '\u{2011}', '\u{2013}'];

/// The plain sign for a letter that is a kind of apostrophe or hyphen; any other letter as it is.
#[must_use]
pub fn plain_mark(letter: char) -> char {
    match letter {
        letter if APOSTROPHES.contains(&letter) => '\'',
        letter if HYPHENS.contains(&letter) => '-',
        letter => letter,
    }
}

/// A text with plain apostrophes and hyphens.
#[must_use]
pub fn plain_marks(text: String) -> String {
    if text.chars().all(|letter| plain_mark(letter) == letter) {
        return text;
    }
    text.chars().map(plain_mark).collect()
}

/// The ways in which a text may be stored that has apostrophes or hyphens: as it is, with plain signs, and with
/// typographic ones. One way where it has neither.
#[must_use]
pub fn spellings(text: &str) -> Vec<String> {
    let plain = plain_marks(text.to_owned());
    let mut ways = vec![text.to_owned(), plain.clone()];
    if plain.contains('\'') || plain.contains('-') {
        let typographic = |hyphen: char| {
            let letter = move |letter| match letter {
                '\'' => '\u{2019}',
                '-' => hyphen,
                letter => letter,
            };
            plain.chars().map(letter).collect::<String>()
        };
        ways.extend(STORED_HYPHENS.map(typographic));
    }
    let mut distinct: Vec<String> = Vec::new();
    for way in ways {
        if !distinct.contains(&way) {
            distinct.push(way);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_apostrophe_and_hyphen_is_the_plain_one() {
        for apostrophe in "\u{2019}\u{2018}\u{02bc}\u{2032}`\u{00b4}\u{201b}\u{ff07}".chars() {
            assert_eq!(plain_marks(format!("O{apostrophe}Brien")), "O'Brien", "{apostrophe:?}");
        }
        for hyphen in "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}\u{ff0d}".chars() {
            assert_eq!(plain_marks(format!("Anna{hyphen}Lena")), "Anna-Lena", "{hyphen:?}");
        }
        assert_eq!(plain_marks("\u{2019}\u{2013}".into()), "'-");
        assert_eq!(plain_marks("Zoë \"Ann\" Holm_3.2/x".into()), "Zoë \"Ann\" Holm_3.2/x");
    }

    #[test]
    fn a_text_is_spelt_as_typed_plainly_and_typographically_each_once() {
        assert_eq!(spellings("Okonkwo"), ["Okonkwo"]);
        assert_eq!(spellings("O'Brien"), ["O'Brien", "O\u{2019}Brien"]);
        assert_eq!(spellings("O\u{2019}Brien"), ["O\u{2019}Brien", "O'Brien"]);
        assert_eq!(spellings("O\u{02bc}Brien"), ["O\u{02bc}Brien", "O'Brien", "O\u{2019}Brien"]);
        assert_eq!(
            spellings("Anna\u{2013}Lena"),
            ["Anna\u{2013}Lena", "Anna-Lena", "Anna\u{2010}Lena", "Anna\u{2011}Lena"]
        );
    }
}
