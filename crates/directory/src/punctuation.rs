//! Variants of apostrophes and hyphens: keyboards, word processors and spreadsheets write different
//! characters for the same mark.

/// Characters outside of ASCII that are written in place of an apostrophe.
const APOSTROPHES: [char; 8] =
    ['\u{2019}', '\u{2018}', '\u{02bc}', '\u{02b9}', '\u{2032}', '\u{201b}', '\u{00b4}', '\u{ff07}'];

/// Characters outside of ASCII that are written in place of a hyphen.
const HYPHENS: [char; 8] =
    ['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{ff0d}', '\u{fe63}'];

/// The typographic hyphens with which stored names are searched: hyphen, non-breaking hyphen and en dash.
const STORED_HYPHENS: [char; 3] = ['\u{2010}', '\u{2011}', '\u{2013}'];

/// The plain character for a variant of the apostrophe or hyphen; any other character unchanged.
#[must_use]
pub fn plain_mark(letter: char) -> char {
    match letter {
        '`' => '\'',
        // Most letters are decided by this.
        letter if letter.is_ascii() => letter,
        letter if APOSTROPHES.contains(&letter) => '\'',
        letter if HYPHENS.contains(&letter) => '-',
        letter => letter,
    }
}

/// The text with plain apostrophes and hyphens.
#[must_use]
pub fn plain_marks(text: String) -> String {
    if text.chars().all(|letter| plain_mark(letter) == letter) {
        return text;
    }
    text.chars().map(plain_mark).collect()
}

/// The spellings under which a text with apostrophes or hyphens may be stored: as it is, with plain characters, and
/// with typographic ones. Only one where it has neither.
#[must_use]
pub fn spellings(text: &str) -> Vec<String> {
    let plain = plain_marks(text.to_owned());
    let mut spellings = vec![text.to_owned(), plain.clone()];
    if plain.contains('\'') || plain.contains('-') {
        let typographic = |hyphen: char| {
            let letter = move |letter| match letter {
                '\'' => '\u{2019}',
                '-' => hyphen,
                letter => letter,
            };
            plain.chars().map(letter).collect::<String>()
        };
        spellings.extend(STORED_HYPHENS.map(typographic));
    }
    let mut distinct: Vec<String> = Vec::new();
    for way in spellings {
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
    fn every_apostrophe_and_hyphen_becomes_the_plain_one() {
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
    fn spellings_are_as_typed_plain_and_typographic_without_duplicates() {
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
