//! Formatting of numbers and times with the browser's `Intl`.

use js_sys::Intl::{DateTimeFormat, NumberFormat};
use js_sys::{Array, Date, Function, Object, Reflect};
use pingone::time::Timestamp;
use pingone_mfa_core::ports::Locale;
use wasm_bindgen::JsValue;

pub(crate) struct BrowserLocale {
    numbers: Function,
    times: Function,
    seconds: Function,
    dates: Function,
}

impl BrowserLocale {
    /// Numbers and months are in English, like the page. The time zone is the reader's.
    pub(crate) fn new() -> Self {
        let locale = Array::of1(&"en-GB".into());
        let times = |options: &[(&str, &str)]| DateTimeFormat::new(&locale, &object(options)).format();
        Self {
            numbers: NumberFormat::new(&Array::of1(&"en-US".into()), &Object::new()).format(),
            times: times(&[("hour", "2-digit"), ("minute", "2-digit")]),
            seconds: times(&[("hour", "2-digit"), ("minute", "2-digit"), ("second", "2-digit")]),
            dates: times(&[("day", "numeric"), ("month", "short"), ("year", "numeric")]),
        }
    }
}

/// 27 hours in milliseconds: longer than any day with a time change.
const LONGEST_DAY: i64 = 27 * 3_600_000;

fn object(options: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in options {
        // A plain object accepts any property, so this can't fail.
        let _ = Reflect::set(&object, &(*key).into(), &(*value).into());
    }
    object
}

fn format(format: &Function, value: &JsValue) -> String {
    format.call1(&JsValue::UNDEFINED, value).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "counts and dates are far below 2^53")]
fn date(at: Timestamp) -> JsValue {
    Date::new(&JsValue::from_f64(at.0 as f64)).into()
}

impl Locale for BrowserLocale {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn number(&self, number: u64) -> String {
        format(&self.numbers, &JsValue::from_f64(number as f64))
    }

    fn time(&self, at: Timestamp) -> String {
        format(&self.times, &date(at))
    }

    fn time_to_second(&self, at: Timestamp) -> String {
        format(&self.seconds, &date(at))
    }

    fn date(&self, at: Timestamp) -> String {
        format(&self.dates, &date(at))
    }

    fn is_same_day(&self, one: Timestamp, other: Timestamp) -> bool {
        // Formatting a date is slow, and no day is longer.
        one.since(other).abs() <= LONGEST_DAY && self.date(one) == self.date(other)
    }
}
