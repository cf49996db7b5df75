//! Text comparison in the language of the browser. It is part of the second file: before connecting, nothing is
//! searched or sorted.

use js_sys::Intl::Collator;
use js_sys::{Array, Function, JsString, Object, Reflect, RegExp};
use pingone_mfa_core::directory::ranking::ranked;
use pingone_mfa_core::import::Form;
use pingone_mfa_core::ports::Collation;
use wasm_bindgen::JsCast;

/// Uses the browser's `Intl.Collator` and case conversion.
pub(crate) struct BrowserCollation {
    collator: Function,
    marks: RegExp,
}

impl BrowserCollation {
    /// The collator uses the browser's language, not the page's, so that users are sorted as the reader expects.
    pub(crate) fn new() -> Self {
        Self {
            collator: Collator::new(&Array::new(), &Object::new()).compare(),
            // Accents and invisible characters: soft hyphens, joiners, direction marks.
            marks: RegExp::new("[\\p{M}\\p{Cf}]+", "gu"),
        }
    }

    /// Sorts lines by the browser's language. All lines cross the boundary to JavaScript in one call and are sorted
    /// there. One call per line, or a comparison in Rust, would need a million crossings.
    fn sorted(&self, lines: &str) -> String {
        let lines = JsString::from(lines).split("\n");
        let sort = Reflect::get(&lines, &"sort".into()).and_then(JsCast::dyn_into::<Function>);
        if let Ok(sort) = sort {
            // Comparing strings doesn't throw. If it did, the lines would keep their order.
            let _ = sort.call1(&lines, &self.collator);
        }
        String::from(lines.join("\n"))
    }
}

impl Collation for BrowserCollation {
    fn fold(&self, text: &str) -> String {
        let apart = JsString::from(text).normalize("NFKD");
        let bare = apart.replace_by_pattern(&self.marks, "");
        // Upper case first: it unifies letters with several lower-case forms, and expands one letter to two where
        // necessary.
        let folded = String::from(bare.to_upper_case().to_lower_case());
        folded.chars().fold(String::with_capacity(folded.len()), |mut text, letter| {
            match plain(letter) {
                Some(plain) => text.push_str(plain),
                None => text.push(letter),
            }
            text
        })
    }

    fn normalize(&self, text: &str, form: Form) -> String {
        let form = match form {
            Form::Nfc => "NFC",
            Form::Nfd => "NFD",
            Form::Nfkc => "NFKC",
        };
        String::from(JsString::from(text).normalize(form))
    }

    fn capitalized(&self, text: &str) -> String {
        let mut letters = text.chars();
        let first = letters.next().map(String::from).unwrap_or_default();
        String::from(JsString::from(first).to_upper_case()) + letters.as_str()
    }

    fn lower(&self, text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }

    fn rank(&self, texts: &[&str]) -> Vec<u32> {
        ranked(texts, &|lines| self.sorted(lines))
    }
}

/// Letters with a stroke and ligatures, which Unicode doesn't decompose.
const fn plain(letter: char) -> Option<&'static str> {
    match letter {
        'ø' => Some("o"),
        'ł' => Some("l"),
        'đ' | 'ð' => Some("d"),
        'ħ' => Some("h"),
        'ŧ' => Some("t"),
        'ı' => Some("i"),
        'æ' => Some("ae"),
        'œ' => Some("oe"),
        'þ' => Some("th"),
        // A final sigma has its own form, but a search text may end in the middle of a word.
        'ς' => Some("σ"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    fn accents_and_capitals_are_folded_away_in_any_script() {
        let collation = BrowserCollation::new();
        for (text, folded) in [
            ("Zoë", "zoe"),
            ("Łucja", "lucja"),
            ("Straße", "strasse"),
            ("Ørsted Æ", "orsted ae"),
            ("Γιώργος", "γιωργοσ"),
            ("ＡＢＣ", "abc"),
            ("王", "王"),
            ("Siobhán\n", "siobhan\n"),
            ("Zoe\u{308} Z\u{ad}o\u{200b}ë \u{202a}Zoë\u{202c}", "zoe zoe zoe"),
        ] {
            assert_eq!(collation.fold(text), folded, "{text}");
        }
    }

    #[wasm_bindgen_test]
    fn a_text_is_written_in_each_normalization_form() {
        let collation = BrowserCollation::new();
        for (form, written) in
            [(Form::Nfc, "Zoë ﬁ Ａ"), (Form::Nfd, "Zoe\u{308} ﬁ Ａ"), (Form::Nfkc, "Zoë fi A")]
        {
            assert_eq!(collation.normalize("Zoe\u{308} ﬁ Ａ", form), written);
        }
    }

    #[wasm_bindgen_test]
    fn a_text_gets_a_capital_first_letter_and_small_ones_in_any_script() {
        let collation = BrowserCollation::new();
        for (text, capitalized, lower) in [
            ("okonkwo", "Okonkwo", "okonkwo"),
            ("Li", "Li", "li"),
            ("émile", "Émile", "émile"),
            ("ДАРЬЯ", "ДАРЬЯ", "дарья"),
            ("дарья", "Дарья", "дарья"),
            ("王", "王", "王"),
            ("", "", ""),
        ] {
            assert_eq!(
                (collation.capitalized(text), collation.lower(text)),
                (capitalized.into(), lower.into())
            );
        }
    }

    #[wasm_bindgen_test]
    fn texts_are_ranked_as_people_sort_them() {
        let collation = BrowserCollation::new();
        assert_eq!(collation.rank(&["zebra", "Éclair", "apple", "Zebra2", "eclair"]), [3, 2, 0, 4, 1]);
        assert_eq!(collation.rank(&[]), Vec::<u32>::new());
    }

    #[wasm_bindgen_test]
    fn ranks_agree_with_the_reader_s_collator() {
        let collation = BrowserCollation::new();
        let syllables =
            ["an", "Ó", "o'", "de la ", "ß", "-", "Ł", "ng", "aa", "王", "é", "Ch", "ά", "Д", "2", "z"];
        let texts: Vec<String> = (0..4096_usize)
            .map(|number| {
                [number % 16, number / 16 % 16, number / 256].map(|place| syllables[place]).concat()
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let ranks = collation.rank(&texts);
        let mut sorted = vec![""; texts.len()];
        for (text, rank) in texts.iter().zip(&ranks) {
            sorted[*rank as usize] = text;
        }
        assert!(sorted.iter().all(|text| !text.is_empty()), "no two texts share a rank");
        for pair in sorted.windows(2) {
            let order = collation.collator.call2(&JsValue::UNDEFINED, &pair[0].into(), &pair[1].into());
            assert!(order.unwrap().as_f64().unwrap() <= 0.0, "{pair:?}");
        }
    }
}
