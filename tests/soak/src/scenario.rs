//! What is going to happen to one run, drawn from its seed.

use std::ops::Range;

use pingone_mfa_core::domain::plan::Stops;
use pingone_mfa_core::domain::time::Millis;
use pingone_mfa_core::engine::policy::Policy;

use crate::dice::Dice;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It never arrives, and the browser says so.
    NeverArrives,
    /// It is carried out, and the connection ends before the answer.
    AnswerLost,
    /// It is carried out, and no answer ever comes.
    Silence,
    /// It arrives, but so late that its sender may have given up: a proxy kept it.
    ArrivesLate,
    /// A PUT is answered at once and carried out later.
    AppliedLate,
    /// A PUT is answered and never carried out.
    NeverApplied,
    /// The browser sends it twice: the first connection had been closed.
    Twice,
    /// It is carried out, and the body of the answer is cut.
    Cut,
    /// It is carried out, and something answers 200 with a page of HTML.
    Html,
    /// It is carried out, and the answer says the other value.
    OtherValue,
    /// It is carried out, and the answer is no whole JSON.
    Truncated,
    /// It is carried out, and something on the way answers 500, 502, 503 or 504.
    AppliedThenFailed,
    /// It isn't carried out, and something on the way answers 500, 502, 503 or 504.
    Failed,
    /// PingOne refuses with a body of its own: 408, 429 or 503. Nothing is carried out.
    NotNow,
    /// PingOne refuses with a body of its own: 400, 403, 405, 409, 412, 415 or 422. Nothing is carried out.
    Refused,
    /// Something refuses with 400 and says the request's token.
    EchoesToken,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::NeverArrives,
        Self::AnswerLost,
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

/// A span of time in which every request meets the same trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// When, by the monotonic clock.
    pub when: Range<Millis>,
    /// What.
    pub trouble: Trouble,
}

/// Everything that is drawn before a run begins.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "switches that know nothing of each other")]
pub struct Scenario {
    /// How many users there are.
    pub users: u32,
    /// The value that the run gives.
    pub to: bool,
    /// Where it waits for a person.
    pub stops: Stops,
    /// How many of a thousand requests meet trouble.
    pub trouble: u64,
    /// Which troubles there are.
    pub troubles: Vec<Trouble>,
    /// Times in which everything goes wrong.
    pub spells: Vec<Spell>,
    /// How many of a thousand requests take seconds.
    pub slow: u64,
    /// The licence's limit in requests a second, if it is lower than the ceiling.
    pub limit: Option<u64>,
    /// Whether the body of a 429 says when to come back.
    pub hints: bool,
    /// How often the page dies.
    pub crashes: u32,
    /// When tokens end, by the monotonic clock.
    pub token_ends: Vec<Millis>,
    /// Whether the page knows when a token ends.
    pub knows_token_ends: bool,
    /// How many of a thousand decisions of the person at the page are to pause.
    pub pauses: u64,
    /// How many are to stop.
    pub stop: u64,
    /// When nothing can be stored.
    pub journal_spells: Vec<Range<Millis>>,
    /// How many of a thousand entries are stored only after seconds, and how many are said not to be and are.
    pub journal_trouble: u64,
    /// How many users others change or delete meanwhile.
    pub others: u32,
    /// Whether another page works through the same users, from when on and how many milliseconds it takes for each.
    pub other_page: Option<(Millis, u64)>,
    /// Whether one user can neither be read nor written.
    pub is_one_poisoned: bool,
    /// Whether what was done is read back by pages, and not one by one.
    pub by_pages: bool,
    /// Whether it is taken back afterwards.
    pub is_undone: bool,
    /// Whether the page permits a much higher pace.
    pub is_fast: bool,
    /// After how long a wait those who wait are read again.
    pub old: Millis,
}

impl Scenario {
    /// Draws one. `users` is how many users there are, if that is not left to chance.
    pub fn draw(dice: &mut Dice, users: Option<u32>) -> Self {
        let users = users.unwrap_or_else(|| {
            let most = dice.of(&[1, 2, 3, 12, 40, 80, 200]);
            u32::try_from(dice.between(1, most)).unwrap()
        });
        let is_fast = dice.happens(500);
        let span = u64::from(users) * if is_fast { 60 } else { 220 } + 1000;
        let is_calm = dice.happens(100);
        let stops = Stops {
            after_test_user: dice.happens(300),
            every: dice.happens(300).then(|| u32::try_from(dice.between(1, 60)).unwrap()),
        };
        let mut some = |often: u64, most: u64| if dice.happens(often) { dice.between(1, most) } else { 0 };
        let (spells, ends, journal_spells) = (some(350, 3), some(400, 4), some(300, 3));
        let (crashes, others) = (some(550, 4), some(500, 25));
        Self {
            users,
            to: dice.happens(600),
            stops,
            trouble: if is_calm { 0 } else { dice.of(&[0, 5, 30, 100, 300, 600]) },
            troubles: troubles(dice),
            spells: (0..spells).map(|_| spell(dice, span)).collect(),
            slow: dice.of(&[0, 0, 5, 50]),
            limit: dice.happens(250).then(|| dice.between(4, 60)),
            hints: dice.happens(500),
            crashes: u32::try_from(crashes).unwrap(),
            token_ends: (0..ends).map(|_| dice.millis(0, span * 2)).collect(),
            knows_token_ends: dice.happens(300),
            pauses: dice.of(&[0, 0, 50, 200]),
            stop: dice.of(&[0, 0, 0, 20]),
            journal_spells: (0..journal_spells).map(|_| range(dice, span, 20_000)).collect(),
            journal_trouble: dice.of(&[0, 0, 30, 200]),
            others: u32::try_from(others).unwrap(),
            is_one_poisoned: dice.happens(120),
            by_pages: dice.happens(600),
            is_undone: dice.happens(400),
            is_fast,
            // Of what was drawn already too.
            other_page: other_page(span, users, crashes + others),
            // Of what was drawn already, so that each seed goes on to what it always has.
            old: match (users + u32::try_from(crashes + others).unwrap()) % 3 {
                0 => Millis::seconds(5),
                1 => Millis::seconds(60),
                _ => Policy::default().old,
            },
        }
    }

    /// Nothing goes wrong.
    pub fn calm(users: u32) -> Self {
        let stops = Stops::default();
        Self {
            users,
            to: true,
            stops,
            trouble: 0,
            troubles: Vec::new(),
            spells: Vec::new(),
            slow: 0,
            limit: None,
            hints: false,
            crashes: 0,
            token_ends: Vec::new(),
            knows_token_ends: false,
            pauses: 0,
            stop: 0,
            journal_spells: Vec::new(),
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

    /// How long it may take if little goes wrong.
    pub fn span(&self) -> u64 {
        u64::from(self.users) * if self.is_fast { 60 } else { 220 } + 1000
    }
}

/// In one of five runs there is another page.
fn other_page(span: u64, users: u32, drawn: u64) -> Option<(Millis, u64)> {
    let chance = drawn * 7 + u64::from(users);
    let pace = span / u64::from(users);
    chance.is_multiple_of(5).then(|| (Millis(span * (chance % 7) / 7), pace * (1 + chance % 3)))
}

/// Few kinds at a time: where all happen, none gets far.
fn troubles(dice: &mut Dice) -> Vec<Trouble> {
    if dice.happens(300) {
        return Trouble::ALL.to_vec();
    }
    (0..dice.between(1, 4)).map(|_| dice.of(&Trouble::ALL)).collect()
}

fn spell(dice: &mut Dice, span: u64) -> Spell {
    let all = [Trouble::NeverArrives, Trouble::Failed, Trouble::Silence, Trouble::Refused, Trouble::NotNow];
    Spell { when: range(dice, span, 90_000), trouble: dice.of(&all) }
}

fn range(dice: &mut Dice, span: u64, longest: u64) -> Range<Millis> {
    let from = dice.millis(0, span);
    from..from + dice.millis(100, longest)
}
