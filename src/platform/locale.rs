//! Numbers and times as the browser writes them.

use js_sys::Intl::{Collator, DateTimeFormat, NumberFormat};
use js_sys::{Array, Date, Function, JsString, Object, Reflect, RegExp};
use pingone_mfa_core::domain::ranking::ranked;
use pingone_mfa_core::domain::time::Wall;
use pingone_mfa_core::port::Locale;
use wasm_bindgen::{JsCast, JsValue};

/// The browser's `Intl`, in the page's language.
pub(crate) struct BrowserLocale {
    numbers: Function,
    times: Function,
    seconds: Function,
    dates: Function,
    collator: Function,
    marks: RegExp,
}

impl BrowserLocale {
    /// The page is written in English, so are its numbers and months; the clock is the reader's.
    pub(crate) fn new() -> Self {
        let locale = Array::of1(&"en-GB".into());
        let times = |options: &[(&str, &str)]| DateTimeFormat::new(&locale, &object(options)).format();
        Self {
            numbers: NumberFormat::new(&Array::of1(&"en-US".into()), &Object::new()).format(),
            times: times(&[("hour", "2-digit"), ("minute", "2-digit")]),
            seconds: times(&[("hour", "2-digit"), ("minute", "2-digit"), ("second", "2-digit")]),
            dates: times(&[("day", "numeric"), ("month", "short"), ("year", "numeric")]),
            // People are sorted as their reader is used to, whatever language the page is in.
            collator: Collator::new(&Array::new(), &Object::new()).compare(),
            marks: RegExp::new("\\p{M}+", "gu"),
        }
    }
}

/// A day of 27 hours in milliseconds: longer than any that a change of the clocks makes.
const LONGEST_DAY: i64 = 27 * 3_600_000;

impl BrowserLocale {
    /// Lines as the reader's language sorts them. They cross over at once, and are sorted by the browser itself: one by
    /// one, or compared by this program, they would cross over a million times.
    fn sorted(&self, lines: &str) -> String {
        let lines = JsString::from(lines).split("\n");
        let sort = Reflect::get(&lines, &"sort".into()).and_then(JsCast::dyn_into::<Function>);
        if let Ok(sort) = sort {
            // A comparison of texts throws nothing; unsorted they stay in their order.
            let _ = sort.call1(&lines, &self.collator);
        }
        String::from(lines.join("\n"))
    }
}

fn object(options: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in options {
        // A plain object takes any property, so this can't fail.
        let _ = Reflect::set(&object, &(*key).into(), &(*value).into());
    }
    object
}

fn format(format: &Function, value: &JsValue) -> String {
    format.call1(&JsValue::UNDEFINED, value).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "counts and dates are far below 2^53")]
fn date(at: Wall) -> JsValue {
    Date::new(&JsValue::from_f64(at.0 as f64)).into()
}

impl Locale for BrowserLocale {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn number(&self, number: u64) -> String {
        format(&self.numbers, &JsValue::from_f64(number as f64))
    }

    fn time(&self, at: Wall) -> String {
        format(&self.times, &date(at))
    }

    fn time_to_second(&self, at: Wall) -> String {
        format(&self.seconds, &date(at))
    }

    fn date(&self, at: Wall) -> String {
        format(&self.dates, &date(at))
    }

    fn capitalised(&self, text: &str) -> String {
        let mut letters = text.chars();
        let first = letters.next().map(String::from).unwrap_or_default();
        String::from(JsString::from(first).to_upper_case()) + letters.as_str()
    }

    fn fold(&self, text: &str) -> String {
        let apart = JsString::from(text).normalize("NFKD");
        let bare = apart.replace_by_pattern(&self.marks, "");
        // Capitals first: they know that two letters make one, and one is two.
        let folded = String::from(bare.to_upper_case().to_lower_case());
        folded.chars().fold(String::with_capacity(folded.len()), |mut text, letter| {
            match plain(letter) {
                Some(plain) => text.push_str(plain),
                None => text.push(letter),
            }
            text
        })
    }

    fn rank(&self, texts: &[&str]) -> Vec<u32> {
        ranked(texts, &|lines| self.sorted(lines))
    }

    fn is_same_day(&self, one: Wall, other: Wall) -> bool {
        // To write a date is slow, and no day is longer.
        one.since(other).abs() <= LONGEST_DAY && self.date(one) == self.date(other)
    }
}

/// Letters with a stroke and joined ones, which Unicode doesn't take apart.
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
        // A sigma at the end of a word is written in another way, and may be in the middle of what is typed.
        'ς' => Some("σ"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    fn a_text_gets_a_capital_first_letter_in_any_script() {
        let locale = BrowserLocale::new();
        for (text, capitalised) in [
            ("okonkwo", "Okonkwo"),
            ("Li", "Li"),
            ("émile", "Émile"),
            ("дарья", "Дарья"),
            ("王", "王"),
            ("", ""),
        ] {
            assert_eq!(locale.capitalised(text), capitalised);
        }
    }

    #[wasm_bindgen_test]
    fn accents_and_capitals_are_folded_away_in_any_script() {
        let locale = BrowserLocale::new();
        for (text, folded) in [
            ("Zoë", "zoe"),
            ("Łucja", "lucja"),
            ("Straße", "strasse"),
            ("Ørsted Æ", "orsted ae"),
            ("Γιώργος", "γιωργοσ"),
            ("ＡＢＣ", "abc"),
            ("王", "王"),
            ("Siobhán\n", "siobhan\n"),
        ] {
            assert_eq!(locale.fold(text), folded, "{text}");
        }
    }

    #[wasm_bindgen_test]
    fn texts_are_ranked_as_people_sort_them() {
        let locale = BrowserLocale::new();
        assert_eq!(locale.rank(&["zebra", "Éclair", "apple", "Zebra2", "eclair"]), [3, 2, 0, 4, 1]);
        assert_eq!(locale.rank(&[]), Vec::<u32>::new());
    }

    #[wasm_bindgen_test]
    fn ranks_agree_with_the_reader_s_collator() {
        let locale = BrowserLocale::new();
        let syllables =
            ["an", "Ó", "o'", "de la ", "ß", "-", "Ł", "ng", "aa", "王", "é", "Ch", "ά", "Д", "2", "z"];
        let texts: Vec<String> = (0..4096_usize)
            .map(|number| {
                [number % 16, number / 16 % 16, number / 256].map(|place| syllables[place]).concat()
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let ranks = locale.rank(&texts);
        let mut sorted = vec![""; texts.len()];
        for (text, rank) in texts.iter().zip(&ranks) {
            sorted[*rank as usize] = text;
        }
        assert!(sorted.iter().all(|text| !text.is_empty()), "nobody shares a place");
        for pair in sorted.windows(2) {
            let order = locale.collator.call2(&JsValue::UNDEFINED, &pair[0].into(), &pair[1].into());
            assert!(order.unwrap().as_f64().unwrap() <= 0.0, "{pair:?}");
        }
    }
}
