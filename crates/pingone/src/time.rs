//! Units of time and rate. Nothing here reads a clock.

use std::ops::{Add, Sub};

/// A span of time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub u64);

impl Millis {
    /// A span of this many whole seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds * 1000)
    }
}

impl Add for Millis {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Millis {
    type Output = Self;

    /// Saturates at zero.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// A point on the monotonic clock of [`crate::clock::Clock::now`], in milliseconds since that clock's start. Points of
/// different clocks can't be compared. A point of the wall clock is a [`Timestamp`].
///
/// Points can't be added:
///
/// ```compile_fail
/// use pingone::time::Instant;
/// let _ = Instant(1) + Instant(2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub u64);

impl Instant {
    /// The point this many whole seconds after the clock's start.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds * 1000)
    }

    /// The time left until `later`; zero once it has passed.
    #[must_use]
    pub const fn until(self, later: Self) -> Millis {
        Millis(later.0.saturating_sub(self.0))
    }
}

impl Add<Millis> for Instant {
    type Output = Self;

    fn add(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Millis> for Instant {
    type Output = Self;

    /// Saturates at the clock's start.
    fn sub(self, span: Millis) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Instant {
    type Output = Millis;

    /// Saturates at zero: a clock that stands still must not make a wait wrap around.
    fn sub(self, earlier: Self) -> Millis {
        earlier.until(self)
    }
}

/// A point on the computer's wall clock, in milliseconds since the Unix epoch. The clock may jump and may be wrong, so
/// a timestamp is shown and compared with a token's claims, but never waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The signed distance from `earlier` to this point, in milliseconds.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The point this many milliseconds later.
    #[must_use]
    pub const fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Parses a date-time as PingOne writes it (RFC 3339), for example `2022-04-27T12:24:40.823Z`. Digits beyond
    /// the millisecond are dropped.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let (time, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
        let (fraction, zone) = fraction(rest)?;
        let offset = offset_minutes(zone)?;
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let minutes = (days_since_epoch(year, month, day) * 24 + hour) * 60 + minute - offset;
        Some(Self((minutes * 60 + second) * 1000 + fraction))
    }

    /// Writes the point as PingOne does, in UTC and to the millisecond: `2022-04-27T12:24:40.823Z`. In the years 0 to
    /// 9999 the text can be parsed by [`Timestamp::from_rfc3339`]; other years need more than four digits.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let (seconds, millis) = (self.0.div_euclid(1000), self.0.rem_euclid(1000));
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let [year, month, day] = date_of(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut read = [0; 3];
    for (number, width) in read.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        *number = digits(part)?;
    }
    parts.next().is_none().then_some(read)
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The milliseconds of `.823Z`, and the time zone after them.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let (written, zone) = rest.split_at_checked(end)?;
    let padded: String = written.chars().chain("000".chars()).take(3).collect();
    (!written.is_empty()).then_some((digits(&padded)?, zone))
}

fn offset_minutes(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    (hours.len() == 2 && minutes.len() == 2).then_some(())?;
    Some(sign * (digits(hours)? * 60 + digits(minutes)?))
}

/// Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that a leap day is the last of its
/// year and the months' lengths follow one linear rule.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day since 1970-01-01: the inverse of [`days_since_epoch`], also
/// with years counted from March.
const fn date_of(days: i64) -> [i64; 3] {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    let year = days.div_euclid(146_097) * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    [year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1]
}

/// A reading of both clocks at one moment. The monotonic clock stops while a computer sleeps and the wall clock may be
/// set back, so neither of them is enough to tell how long ago something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// The reading of the monotonic clock.
    pub now: Instant,
    /// The reading of the wall clock.
    pub wall: Timestamp,
}

impl ClockReading {
    /// How long ago `earlier` was, by the clock that gives the longer time.
    #[must_use]
    pub fn since(self, earlier: Self) -> Millis {
        let by_wall = Millis(self.wall.since(earlier.wall).max(0).unsigned_abs());
        earlier.now.until(self.now).max(by_wall)
    }
}

/// A rate, in requests per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct PerSecond(pub f64);

impl PerSecond {
    /// How long this many requests take at this rate; [`u64::MAX`] milliseconds if the rate isn't positive.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a cast saturates, and no run has so many requests that a millisecond is lost"
    )]
    pub fn span(self, requests: u64) -> Millis {
        if requests == 0 {
            return Millis(0);
        }
        if self.0 > 0.0 { Millis((1000.0 * requests as f64 / self.0) as u64) } else { Millis(u64::MAX) }
    }

    /// The whole requests per second, for display and estimates.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a pace is small and not negative"
    )]
    pub const fn whole(self) -> u64 {
        self.0 as u64
    }

    /// The slower of the two rates; `self` if they are equal.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        if other.0 < self.0 { other } else { self }
    }

    /// The faster of the two rates; `self` if they are equal.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other.0 > self.0 { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_time_is_parsed_as_pingone_writes_it() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2022-04-27T12:24:40.823Z", 1_651_062_280_823),
            ("2024-02-29T23:59:59.9Z", 1_709_251_199_900),
            ("2026-11-24T01:30:00+01:30", 1_795_478_400_000),
            ("1969-12-31T23:59:59.999999Z", -1),
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), Some(Timestamp(millis)), "{text}");
        }
    }

    #[test]
    fn an_invalid_date_time_is_rejected() {
        for text in [
            "",
            "120",
            "soon",
            "2022-04-27",
            "2022-13-01T00:00:00Z",
            "2022-04-27 12:24:40Z",
            "2022-04-27T12:24:40",
            "2022-04-27T12:24:40.Z",
            "+022-04-27T12:24:40Z",
            "2022-04-27T25:00:00Z",
            "2022-04-27T12:24:40+1:30",
            "２022-04-27T12:24:40Z",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_written_as_pingone_writes_it() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_651_062_280_823, "2022-04-27T12:24:40.823Z"),
            (1_709_251_199_900, "2024-02-29T23:59:59.900Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(millis).to_rfc3339(), text);
        }
    }

    #[test]
    fn every_day_of_ten_thousand_years_is_written_and_parsed_back() {
        let (first, last) = (days_since_epoch(0, 1, 1), days_since_epoch(9999, 12, 31));
        for day in first..=last {
            let [year, month, date] = date_of(day);
            assert_eq!(days_since_epoch(year, month, date), day);
        }
        for day in (first..=last).step_by(97) {
            let at = Timestamp(day * 86_400_000 + 49_801_007);
            assert_eq!(Timestamp::from_rfc3339(&at.to_rfc3339()), Some(at));
        }
    }

    #[test]
    fn the_clock_that_gives_the_longer_time_counts() {
        let at = |seconds: u64, wall: i64| ClockReading {
            now: Instant::seconds(seconds),
            wall: Timestamp(wall * 1000),
        };
        let began = at(100, 50_000);
        for (name, later, seconds) in [
            ("both advance", at(1000, 50_900), 900),
            ("the computer slept for 40 minutes", at(1000, 53_300), 3300),
            ("the wall clock was set back by an hour", at(1000, 47_300), 900),
            ("the wall clock was set ahead", at(101, 57_200), 7200),
            ("the monotonic clock went back", at(90, 50_030), 30),
            ("both went back", at(90, 40_000), 0),
        ] {
            assert_eq!(later.since(began), Millis::seconds(seconds), "{name}");
        }
        assert_eq!(at(0, i64::MAX / 1000).since(at(0, i64::MIN / 1000)), Millis(i64::MAX.unsigned_abs()));
    }

    #[test]
    fn time_never_wraps_around() {
        assert_eq!(Millis(1) - Millis(2), Millis(0));
        assert_eq!(Millis(u64::MAX) + Millis(2), Millis(u64::MAX));
        assert_eq!(Instant(5).until(Instant(3)), Millis(0));
        assert_eq!(Instant(3) - Instant(5), Millis(0));
        assert_eq!(Instant(3) + Millis(5) - Instant(3), Millis(5));
    }
}
