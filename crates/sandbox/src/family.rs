//! Family names composed of invented syllables.
//!
//! A large directory needs thousands of different names, so that searching and sorting meet as many keys as in a real
//! company, without using the names of real people.

use crate::dice::Dice;

/// The first, middle and last syllables of the names in one script.
pub(crate) struct Syllables {
    starts: &'static [&'static str],
    middles: &'static [&'static str],
    ends: &'static [&'static str],
}

impl Syllables {
    /// Composes a random name.
    pub(crate) fn name(&self, dice: &mut Dice) -> String {
        [dice.of(self.starts), dice.of(self.middles), dice.of(self.ends)].concat()
    }
}

pub(crate) const LATIN: Syllables = Syllables {
    starts: &[
        "Ba", "Bré", "Çe", "Cha", "Da", "Dø", "El", "Fe", "Fra", "Gu", "Há", "Hol", "Ish", "Ja", "Ka", "Kö",
        "Li", "Łu", "Ma", "Mé", "Na", "Ñu", "O", "Öz", "Pa", "Qui", "Ra", "Ro", "Sa", "Ší", "Ta", "Tre",
        "Ul", "Va", "Wi", "Xa", "Yo", "Ze", "Žu", "Åk",
    ],
    middles: &[
        "ba", "be", "bri", "da", "dé", "do", "fa", "ga", "go", "ka", "ko", "la", "lé", "li", "lo", "ma",
        "mi", "na", "ne", "ño", "ra", "re", "ri", "sa", "se", "šo", "ta", "ti", "tö", "va", "vi", "za",
    ],
    ends: &[
        "bert", "ck", "dal", "den", "dor", "fen", "gard", "gren", "ke", "kov", "land", "lin", "lund", "mann",
        "nen", "nez", "nik", "noğlu", "quist", "rez", "rić", "sen", "ska", "son", "ström", "tier", "to",
        "vell", "wald", "win", "zák", "zen",
    ],
};

pub(crate) const GREEK: Syllables = Syllables {
    starts: &[
        "Αλ", "Βε", "Γα", "Δρό", "Ζα", "Θε", "Κα", "Λά", "Μα", "Νι", "Πα", "Ρω", "Σα", "Τσι", "Φω", "Χα",
    ],
    middles: &["βα", "γο", "δη", "θα", "κε", "λι", "μα", "νο", "πα", "ρο", "σι", "τα", "φα", "χι"],
    ends: &["δης", "ίδου", "κης", "κου", "λης", "νος", "όπουλος", "ράκης", "ρης", "της", "ώνη", "ώτης"],
};

pub(crate) const CYRILLIC: Syllables = Syllables {
    starts: &[
        "Ба", "Ве", "Га", "Дро", "Жи", "За", "Ка", "Ло", "Ма", "Не", "Па", "Ро", "Сё", "Та", "Фи", "Шу",
    ],
    middles: &["ба", "ве", "го", "де", "жа", "ка", "ли", "ма", "ни", "по", "ра", "сё", "ти", "че"],
    ends: &["вич", "дзе", "ев", "енко", "ин", "кін", "ко", "лов", "нюк", "ська", "тюк", "чук"],
};
