//! What happens during one run, drawn from its seed.

use std::ops::Range;

use pingone::policy::Policy;
use pingone::time::{Instant, Millis};
use pingone_mfa_core::run::plan::PlannedPauses;
use pingone_mfa_testkit::random::Dice;

/// A fault that one request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The request never arrives, and the browser reports an error.
    NeverArrives,
    /// The request is processed, and the connection breaks before the response.
    Unconfirmed,
    /// The request is processed, and no response ever comes.
    Silence,
    /// The request arrives so late that its sender may have timed out: a proxy delayed it.
    ArrivesLate,
    /// A PUT is answered immediately and processed later.
    AppliedLate,
    /// A PUT is answered and never processed.
    NeverApplied,
    /// The browser sends the request twice because the first connection was closed.
    Twice,
    /// The request is processed, and the body of the response is cut off.
    Cut,
    /// The request is processed, and a proxy answers 200 with an HTML page.
    Html,
    /// The request is processed, and the response has the other value.
    OtherValue,
    /// The request is processed, and the response is incomplete JSON.
    Truncated,
    /// The request is processed, and a proxy answers 500, 502, 503 or 504.
    AppliedThenFailed,
    /// The request isn't processed, and a proxy answers 500, 502, 503 or 504.
    Failed,
    /// PingOne refuses with its own body: 408, 429 or 503. Nothing is processed.
    NotNow,
    /// PingOne refuses with its own body: 400, 403, 405, 409, 412, 415 or 422. Nothing is processed.
    Refused,
    /// The request is refused with 400 and a body that contains its token.
    EchoesToken,
}

impl Trouble {
    /// All variants, to draw one at random.
    pub const ALL: [Self; 16] = [
        Self::NeverArrives,
        Self::Unconfirmed,
        Self::Silence,
        Self::ArrivesLate,
        Self::AppliedLate,
        Self::NeverApplied,
        Self::Twice,
        Self::Cut,
        Self::Html,
        Self::OtherValue,
        Self::Truncated,
        Self::AppliedThenFailed,
        Self::Failed,
        Self::NotNow,
        Self::Refused,
        Self::EchoesToken,
    ];
}

/// A period in which every request meets the same fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroublePeriod {
    /// Start and end, on the monotonic clock.
    pub when: Range<Instant>,
    /// The fault that every request meets.
    pub trouble: Trouble,
}

/// Everything that is decided before a run starts.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "switches that know nothing of each other")]
pub struct Scenario {
    /// Number of users in the tenant.
    pub users: u32,
    /// The value of `mfaEnabled` that the run sets.
    pub to: bool,
    /// Where the run waits for the user.
    pub stops: PlannedPauses,
    /// How many of a thousand requests meet a fault.
    pub trouble: u64,
    /// The faults that may happen.
    pub troubles: Vec<Trouble>,
    /// Periods in which every request meets a fault.
    pub trouble_periods: Vec<TroublePeriod>,
    /// How many of a thousand requests take seconds.
    pub slow: u64,
    /// The license's rate limit in requests per second, if it is lower than the page's.
    pub limit: Option<u64>,
    /// Whether the body of a 429 says when to retry.
    pub hints: bool,
    /// How often the page crashes.
    pub crashes: u32,
    /// When tokens expire, on the monotonic clock.
    pub token_expiries: Vec<Instant>,
    /// Whether the page knows when a token expires.
    pub knows_token_expiry: bool,
    /// In how many of a thousand decisions the user pauses.
    pub pauses: u64,
    /// In how many of a thousand decisions the user stops.
    pub stop: u64,
    /// Periods in which nothing can be stored.
    pub journal_outages: Vec<Range<Instant>>,
    /// How many of a thousand entries are stored seconds late, aren't stored, or are
    /// stored although an error is reported.
    pub journal_trouble: u64,
    /// How many changes other clients make to users during the run.
    pub others: u32,
    /// Whether another page works through the same users: its start, and the milliseconds it takes per user.
    pub other_page: Option<(Instant, u64)>,
    /// Whether all requests about one user fail.
    pub is_one_poisoned: bool,
    /// Whether verification loads pages of users instead of single users.
    pub by_pages: bool,
    /// Whether the run is undone afterwards.
    pub is_undone: bool,
    /// Whether the page allows a much higher rate.
    pub is_fast: bool,
    /// After how long a pause the waiting rows are refreshed.
    pub old: Millis,
}

impl Scenario {
    /// Draws a scenario. `users` sets the number of users, which is random otherwise.
    pub fn draw(dice: &mut Dice, users: Option<u32>) -> Self {
        let users = users.unwrap_or_else(|| {
            let most = dice.of(&[1, 2, 3, 12, 40, 80, 200]);
            u32::try_from(dice.between(1, most)).unwrap()
        });
        let is_fast = dice.happens(500);
        let span = u64::from(users) * if is_fast { 60 } else { 220 } + 1000;
        let is_faultless = dice.happens(100);
        let stops = PlannedPauses {
            after_pilot: dice.happens(300),
            every: dice.happens(300).then(|| u32::try_from(dice.between(1, 60)).unwrap()),
        };
        let mut random_count =
            |often: u64, most: u64| if dice.happens(often) { dice.between(1, most) } else { 0 };
        let (trouble_periods, ends, journal_outages) =
            (random_count(350, 3), random_count(400, 4), random_count(300, 3));
        let (crashes, others) = (random_count(550, 4), random_count(500, 25));
        Self {
            users,
            to: dice.happens(600),
            stops,
            trouble: if is_faultless { 0 } else { dice.of(&[0, 5, 30, 100, 300, 600]) },
            troubles: troubles(dice),
            trouble_periods: (0..trouble_periods).map(|_| trouble_period(dice, span)).collect(),
            slow: dice.of(&[0, 0, 5, 50]),
            limit: dice.happens(250).then(|| dice.between(4, 60)),
            hints: dice.happens(500),
            crashes: u32::try_from(crashes).unwrap(),
            token_expiries: (0..ends).map(|_| dice.instant(0, span * 2)).collect(),
            knows_token_expiry: dice.happens(300),
            pauses: dice.of(&[0, 0, 50, 200]),
            stop: dice.of(&[0, 0, 0, 20]),
            journal_outages: (0..journal_outages).map(|_| range(dice, span, 20_000)).collect(),
            journal_trouble: dice.of(&[0, 0, 30, 200]),
            others: u32::try_from(others).unwrap(),
            is_one_poisoned: dice.happens(120),
            by_pages: dice.happens(600),
            is_undone: dice.happens(400),
            is_fast,
            // Also derived from earlier values, for the same reason.
            other_page: other_page(span, users, crashes + others),
            // Derived from values drawn earlier, so that the remaining random numbers of each seed stay the same.
            old: match (users + u32::try_from(crashes + others).unwrap()) % 3 {
                0 => Millis::seconds(5),
                1 => Millis::seconds(60),
                _ => Policy::default().old,
            },
        }
    }

    /// A scenario without faults.
    pub fn faultless(users: u32) -> Self {
        let stops = PlannedPauses::default();
        Self {
            users,
            to: true,
            stops,
            trouble: 0,
            troubles: Vec::new(),
            trouble_periods: Vec::new(),
            slow: 0,
            limit: None,
            hints: false,
            crashes: 0,
            token_expiries: Vec::new(),
            knows_token_expiry: false,
            pauses: 0,
            stop: 0,
            journal_outages: Vec::new(),
            journal_trouble: 0,
            others: 0,
            other_page: None,
            is_one_poisoned: false,
            by_pages: true,
            is_undone: false,
            is_fast: true,
            old: Policy::default().old,
        }
    }

    /// Expected duration of the run in ms if few faults happen.
    pub fn span(&self) -> u64 {
        u64::from(self.users) * if self.is_fast { 60 } else { 220 } + 1000
    }
}

/// Another page, in one of five runs.
fn other_page(span: u64, users: u32, drawn: u64) -> Option<(Instant, u64)> {
    let chance = drawn * 7 + u64::from(users);
    let pace = span / u64::from(users);
    chance.is_multiple_of(5).then(|| (Instant(span * (chance % 7) / 7), pace * (1 + chance % 3)))
}

/// Usually few kinds of faults at a time: with all of them, no run gets far.
fn troubles(dice: &mut Dice) -> Vec<Trouble> {
    if dice.happens(300) {
        return Trouble::ALL.to_vec();
    }
    (0..dice.between(1, 4)).map(|_| dice.of(&Trouble::ALL)).collect()
}

fn trouble_period(dice: &mut Dice, span: u64) -> TroublePeriod {
    let all = [Trouble::NeverArrives, Trouble::Failed, Trouble::Silence, Trouble::Refused, Trouble::NotNow];
    TroublePeriod { when: range(dice, span, 90_000), trouble: dice.of(&all) }
}

fn range(dice: &mut Dice, span: u64, longest: u64) -> Range<Instant> {
    let from = dice.instant(0, span);
    from..from + dice.millis(100, longest)
}
