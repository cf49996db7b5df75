//! The scenarios of `bench runs` and the contenders that change the users.

use pingone_sandbox::Behavior;

/// The implementations that change users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contender {
    /// A JavaScript pool of six concurrent requests, in a separate page.
    Pool,
    /// The release build of this project.
    Page,
    /// One request after the other, outside a browser.
    Script,
}

impl Contender {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pool => "plain JavaScript pool, width 6",
            Self::Page => "pingone-mfa, journal on",
            Self::Script => "sequential Python, requests",
        }
    }
}

/// A scenario: one row of the table per contender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    /// No limit, 20 ms before the response to every PUT.
    Pace,
    /// No limit, 20 ms before every response, including preflights.
    Far,
    /// A rate limit with readable refusals.
    Limit,
    /// A rate limit whose refusals have no CORS headers.
    Hidden,
    /// A rate limit that counts preflights.
    Counted,
    /// A rate limit that falls to a tenth and recovers.
    Drop,
    /// Default rate limits of the page, next to another client of the same license.
    Neighbor,
}

/// The rate limit in requests per second.
pub(super) const LIMIT: f64 = 50.0;

/// The limit after it falls.
pub(super) const LOW: f64 = 5.0;

/// Requests per second of the other client.
pub(super) const NEIGHBOR: u32 = 35;

impl Scenario {
    pub(super) const ALL: [Self; 7] =
        [Self::Pace, Self::Far, Self::Limit, Self::Hidden, Self::Counted, Self::Drop, Self::Neighbor];

    /// The name on the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pace => "pace",
            Self::Far => "far",
            Self::Limit => "limit",
            Self::Hidden => "hidden",
            Self::Counted => "counted",
            Self::Drop => "drop",
            Self::Neighbor => "neighbor",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Pace => "no limit, 20 ms before the answer to every PUT",
            Self::Far => "no limit, 20 ms before every answer, preflights too",
            Self::Limit => "limit 50/s unknown to the page, 429 readable",
            Self::Hidden => "limit 50/s, 429 without CORS headers",
            Self::Counted => "limit 50/s, preflights counted",
            Self::Drop => "limit 50/s falls to 5/s after 30 s and comes back after 75 s",
            Self::Neighbor => "default ceilings, limit 50/s, preflights counted, another client needs 35/s",
        }
    }

    pub(super) fn users(self) -> u32 {
        match self {
            Self::Pace | Self::Far | Self::Limit | Self::Hidden => 3000,
            Self::Counted => 1500,
            Self::Drop => 5000,
            Self::Neighbor => 400,
        }
    }

    pub(super) fn contenders(self) -> &'static [Contender] {
        match self {
            Self::Pace => &[Contender::Pool, Contender::Page, Contender::Script],
            Self::Far => &[Contender::Pool, Contender::Page],
            _ => &[Contender::Page],
        }
    }

    pub(super) fn is_limited(self) -> bool {
        !matches!(self, Self::Pace | Self::Far)
    }

    /// Whether config.json removes the page's own rate limits.
    pub(super) fn has_unlimited_rate(self) -> bool {
        self != Self::Neighbor
    }

    /// Methods whose responses are delayed by 20 ms.
    pub(super) fn delayed(self) -> &'static [&'static str] {
        match self {
            Self::Pace => &["PUT"],
            _ => &["GET", "PUT", "OPTIONS"],
        }
    }

    pub(super) fn behavior(self) -> Behavior {
        let preflights_count = matches!(self, Self::Counted | Self::Neighbor);
        Behavior {
            rate: self.is_limited().then_some(LIMIT),
            address_share: 1.0,
            preflights_count,
            cors_on_refusals: self != Self::Hidden,
            ..Behavior::default()
        }
    }

    /// Users per second that the limit allows.
    pub(super) fn possible(self) -> f64 {
        if self.behavior().preflights_count { LIMIT / 2.0 } else { LIMIT }
    }
}
