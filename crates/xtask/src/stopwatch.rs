//! Measures how long a step took.

use std::fmt;
use std::time::{Duration, Instant};

/// Started with a step and read at its end.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[allow(clippy::disallowed_methods, reason = "this program never runs on wasm32")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn read(&self) -> Elapsed {
        Elapsed(self.0.elapsed())
    }
}

/// A duration formatted for people: `4.2 s`, `3 min 20 s`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elapsed(Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds < 60 {
            return write!(f, "{:.1} s", self.0.as_secs_f64());
        }
        write!(f, "{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_a_minute_or_more_have_no_fraction() {
        assert_eq!(Elapsed(Duration::from_millis(4_230)).to_string(), "4.2 s");
        assert_eq!(Elapsed(Duration::from_secs(200)).to_string(), "3 min 20 s");
    }
}
