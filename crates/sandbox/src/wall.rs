//! Points in time.

use std::fmt;

use serde::{Serialize, Serializer};

/// A point in time, in milliseconds since the Unix epoch.
///
/// Displayed as RFC 3339 in UTC with milliseconds, as PingOne writes it: `2022-04-27T12:24:40.823Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wall(pub i64);

impl Wall {
    /// So many seconds later, or earlier for a negative number; at the end of time it stays there.
    #[must_use]
    pub const fn after_seconds(self, seconds: i64) -> Self {
        self.after_millis(seconds.saturating_mul(1000))
    }

    /// So many milliseconds later, or earlier for a negative number; at the end of time it stays there.
    #[must_use]
    pub const fn after_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl Serialize for Wall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Wall {
    /// Days become a date of the Gregorian calendar, with years that begin in March so that a leap day is the
    /// last of its year.
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
    fn a_point_in_time_is_written_as_pingone_does() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_651_062_280_823, "2022-04-27T12:24:40.823Z"),
            (1_709_251_199_900, "2024-02-29T23:59:59.900Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Wall(millis).to_string(), text);
        }
    }

    #[test]
    fn time_ends_instead_of_overflowing() {
        assert_eq!(Wall(1).after_seconds(i64::MAX), Wall(i64::MAX));
        assert!(!Wall(0).after_seconds(i64::MIN).to_string().is_empty());
    }
}
