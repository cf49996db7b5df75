//! The last exchanges with PingOne, in memory.

use std::collections::VecDeque;

use pingone_mfa_core::api::exchange::Exchange;

use super::watched::Watched;

/// How many are kept.
pub const KEPT: usize = 50;

/// An exchange and its number, which never repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// The number.
    pub number: u64,
    /// The exchange.
    pub exchange: Exchange,
}

/// How an exchange is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// What was read from it.
    #[default]
    Typed,
    /// As it went over the line, without the token.
    Raw,
}

/// The last [`KEPT`] exchanges, the newest first.
#[derive(Default)]
pub struct Exchanges {
    /// The exchanges.
    pub kept: Watched<VecDeque<Numbered>>,
    /// The one that a person chose; `None` follows the newest.
    pub chosen: Watched<Option<u64>>,
    /// How they are shown.
    pub form: Watched<Form>,
}

impl Exchanges {
    /// Keeps one more.
    pub fn record(&self, exchange: Exchange) {
        self.kept.update(|kept| {
            let number = kept.front().map_or(1, |newest| newest.number + 1);
            kept.push_front(Numbered { number, exchange });
            kept.truncate(KEPT);
        });
    }

    /// The one that is shown: the chosen one while it is kept, else the newest.
    pub fn shown(&self) -> Option<Numbered> {
        let chosen = self.chosen.get();
        self.kept.with(|kept| {
            let chosen = kept.iter().find(|numbered| Some(numbered.number) == chosen);
            chosen.or(kept.front()).cloned()
        })
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.kept.set(VecDeque::new());
        self.chosen.set(None);
    }
}
