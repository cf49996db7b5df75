//! Points in time, and their RFC 3339 format.

use std::fmt;

use serde::{Serialize, Serializer};

/// A point in time, in milliseconds since the Unix epoch.
///
/// Displayed as RFC 3339 in UTC with milliseconds, as PingOne writes it: `2022-04-27T12:24:40.823Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This many seconds later, or earlier if negative. Saturates at the limits of the type.
    #[must_use]
    pub const fn after_seconds(self, seconds: i64) -> Self {
        self.after_millis(seconds.saturating_mul(1000))
    }

    /// This many milliseconds later, or earlier if negative. Saturates at the limits of the type.
    #[must_use]
    pub const fn after_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Timestamp {
    /// Parses RFC 3339: a date, a time with or without a fraction, and `Z` or an offset. Digits
    /// beyond milliseconds are dropped.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let (time, offset) = without_offset(time)?;
        let midnight = midnight(date)?;
        Some(Self(midnight.0 + time_of_day(time)? - offset))
    }
}

/// Splits off the UTC offset and returns it in milliseconds.
fn without_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, 0));
    }
    let sign = if time.contains('+') { 1 } else { -1 };
    let (time, offset) = time.rsplit_once(['+', '-'])?;
    let (hours, minutes) = offset.split_once(':')?;
    Some((time, sign * (number(hours, 2, 23)? * 3_600_000 + number(minutes, 2, 59)? * 60_000)))
}

/// Parses a date. A day that doesn't exist is detected because it is written back as another date.
fn midnight(date: &str) -> Option<Timestamp> {
    let (year, day) = date.split_once('-')?;
    let (month, day) = day.split_once('-')?;
    let (year, month, day) = (number(year, 4, 9999)?, number(month, 2, 12)?, number(day, 2, 31)?);
    let year_from_march = if month > 2 { year } else { year - 1 };
    let (era, year_of_era) = (year_from_march.div_euclid(400), year_from_march.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days =
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(Timestamp(days * 86_400_000)).filter(|midnight| midnight.to_string().starts_with(date))
}

fn time_of_day(time: &str) -> Option<i64> {
    let (time, millis) = match time.split_once('.') {
        Some((time, fraction)) => (time, millis(fraction)?),
        None => (time, 0),
    };
    let (hours, rest) = time.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    let minutes = number(hours, 2, 23)? * 60 + number(minutes, 2, 59)?;
    Some((minutes * 60 + number(seconds, 2, 59)?) * 1000 + millis)
}

fn millis(fraction: &str) -> Option<i64> {
    number(fraction, fraction.len(), i64::MAX)?;
    format!("{fraction:0<3}").get(..3)?.parse().ok()
}

/// A number of exactly this many digits, at most `largest`.
fn number(text: &str, digits: usize, largest: i64) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number <= largest)
}

impl fmt::Display for Timestamp {
    /// Converts days to a date of the Gregorian calendar. Years start in March, so that a
    /// leap day is the last day of a year.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, millis) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60);
        let (second, millis) = (millis / 1000 % 60, millis % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_formatted_as_in_pingone() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_651_062_280_823, "2022-04-27T12:24:40.823Z"),
            (1_709_251_199_900, "2024-02-29T23:59:59.900Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(millis).to_string(), text);
        }
    }

    #[test]
    fn a_written_timestamp_is_parsed_back() {
        for millis in [0, -1, 1_651_062_280_823, 1_709_251_199_900, -62_167_219_200_000, 253_402_300_799_999]
        {
            assert_eq!(Timestamp::read(&Timestamp(millis).to_string()), Some(Timestamp(millis)));
        }
    }

    #[test]
    fn other_forms_of_rfc_3339_are_parsed() {
        for text in [
            "2022-04-27T12:24:40Z",
            "2022-04-27T12:24:40.0Z",
            "2022-04-27T12:24:40.000999Z",
            "2022-04-27T14:24:40+02:00",
            "2022-04-27T11:54:40.0-00:30",
        ] {
            assert_eq!(Timestamp::read(text), Some(Timestamp(1_651_062_280_000)), "{text}");
        }
    }

    #[test]
    fn an_invalid_timestamp_is_refused() {
        for text in [
            "",
            "2022-04-27",
            "2022-04-27T12:24Z",
            "2022-04-27T12:24:40",
            "2022-04-27T12:24:40.Z",
            "2022-04-27 12:24:40Z",
            "2022-4-27T12:24:40Z",
            "2022-02-29T12:24:40Z",
            "2022-00-27T12:24:40Z",
            "2022-04-00T12:24:40Z",
            "2022-13-27T12:24:40Z",
            "2022-04-27T24:00:00Z",
            "2022-04-27T12:60:00Z",
            "2022-04-27T12:24:40+24:00",
            "2022-04-27T12:24:40+-1:00",
            "+022-04-27T12:24:40Z",
            "2022-04-27T12:24:40.99999999999999999999Zé",
        ] {
            assert_eq!(Timestamp::read(text), None, "{text}");
        }
    }

    #[test]
    fn arithmetic_saturates_instead_of_overflowing() {
        assert_eq!(Timestamp(1).after_seconds(i64::MAX), Timestamp(i64::MAX));
        assert!(!Timestamp(0).after_seconds(i64::MIN).to_string().is_empty());
    }
}
