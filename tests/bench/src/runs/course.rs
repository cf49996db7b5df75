//! What is run, under which circumstances, and who runs.

use pingone_sandbox::Behaviour;

/// Who changes the users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contender {
    /// Six requests at a time, in a page of its own.
    Pool,
    /// The built page.
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

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// No limit, 20 ms before every PUT's answer.
    Pace,
    /// No limit, 20 ms before every answer, preflights too.
    Far,
    /// A limit, its refusals readable.
    Limit,
    /// The same, and no refusal has CORS headers.
    Hidden,
    /// Preflights count.
    Counted,
    /// The limit falls to a tenth and comes back.
    Drop,
    /// Default ceilings beside another client of the licence.
    Neighbour,
}

/// Requests a second.
pub(super) const LIMIT: f64 = 50.0;

/// What the limit falls to.
pub(super) const LOW: f64 = 5.0;

/// What the other client needs.
pub(super) const NEIGHBOUR: u32 = 35;

impl Course {
    pub(super) const ALL: [Self; 7] =
        [Self::Pace, Self::Far, Self::Limit, Self::Hidden, Self::Counted, Self::Drop, Self::Neighbour];

    /// As the command line calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pace => "pace",
            Self::Far => "far",
            Self::Limit => "limit",
            Self::Hidden => "hidden",
            Self::Counted => "counted",
            Self::Drop => "drop",
            Self::Neighbour => "neighbour",
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
            Self::Neighbour => "default ceilings, limit 50/s, preflights counted, another client needs 35/s",
        }
    }

    pub(super) fn users(self) -> u32 {
        match self {
            Self::Pace | Self::Far | Self::Limit | Self::Hidden => 3000,
            Self::Counted => 1500,
            Self::Drop => 5000,
            Self::Neighbour => 400,
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

    /// Whether config.json lifts the ceilings.
    pub(super) fn is_lifted(self) -> bool {
        self != Self::Neighbour
    }

    /// The methods whose answers wait for 20 ms.
    pub(super) fn delayed(self) -> &'static [&'static str] {
        match self {
            Self::Pace => &["PUT"],
            _ => &["GET", "PUT", "OPTIONS"],
        }
    }

    pub(super) fn behaviour(self) -> Behaviour {
        let preflights_count = matches!(self, Self::Counted | Self::Neighbour);
        Behaviour {
            rate: self.is_limited().then_some(LIMIT),
            address_share: 1.0,
            preflights_count,
            cors_on_refusals: self != Self::Hidden,
            ..Behaviour::default()
        }
    }

    /// The users a second that the limit permits.
    pub(super) fn possible(self) -> f64 {
        if self.behaviour().preflights_count { LIMIT / 2.0 } else { LIMIT }
    }
}
