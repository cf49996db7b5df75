//! Random values that are the same on all platforms: everything that the seed decides is drawn here.

use uuid::{Builder, Uuid};

use crate::Timestamp;

/// The latest time of seeded events: 1 November 2026.
pub(crate) const EPOCH: i64 = 1_793_491_200_000;

pub(crate) const DAY: i64 = 24 * 3600 * 1000;

/// `SplitMix64`: small, fast, and the same on all platforms.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator for one property of a user or group, which doesn't depend on the users before it.
    pub(crate) fn about(id: Uuid, subject: u64) -> Self {
        let (high, low) = id.as_u64_pair();
        Self(high ^ low.rotate_left(17) ^ subject.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// True with this probability in percent.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.roll() % 100 < chance
    }

    /// True with this probability, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a part isn't an exact number")]
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        ((self.roll() >> 11) as f64) < share * 9_007_199_254_740_992.0
    }

    pub(crate) fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let index = self.roll() % choices.len().max(1) as u64;
        usize::try_from(index).ok().and_then(|index| choices.get(index).copied()).unwrap_or_default()
    }

    pub(crate) fn days_ago(&mut self, max: i64) -> Timestamp {
        let days = i64::try_from(self.roll() % 1_000_000).unwrap_or(0) * max * DAY / 1_000_000;
        Timestamp(EPOCH - days)
    }
}

/// An ID that is derived from the seed and a number.
pub(crate) fn uuid(seed: u64, number: u64) -> Uuid {
    let mut dice = Dice(seed.rotate_left(32) ^ number);
    let halves = (u128::from(dice.roll()) << 64) | u128::from(dice.roll());
    Builder::from_random_bytes(halves.to_be_bytes()).into_uuid()
}
