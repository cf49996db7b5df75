//! The last exchanges with PingOne, in memory.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

use pingone_mfa_core::api::exchange::Exchange;
use pingone_mfa_core::code::{Language, Sample};
use pingone_mfa_core::domain::time::Millis;
use pingone_mfa_core::engine::Clock;

use super::tasks::Tasks;
use super::watched::Watched;

/// How many are kept.
pub const KEPT: usize = 50;

/// How often the newest one is shown at most.
const SHOWN_EVERY: Millis = Millis(200);

/// An exchange and its number, which never repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// The number.
    pub number: u64,
    /// The exchange.
    pub exchange: Exchange,
    /// Whether it was made to find a cause, and not because somebody wanted what it says.
    pub is_probe: bool,
}

/// How an exchange is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// What was read from it.
    #[default]
    Typed,
    /// As it went over the line, without the token.
    Raw,
    /// Its request, as code.
    Code,
}

impl Form {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Typed, Self::Raw, Self::Code];

    /// The next one, or the first behind the last.
    #[must_use]
    pub const fn after(self) -> Self {
        match self {
            Self::Typed => Self::Raw,
            Self::Raw => Self::Code,
            Self::Code => Self::Typed,
        }
    }

    /// The one before, or the last before the first.
    #[must_use]
    pub const fn before(self) -> Self {
        match self {
            Self::Typed => Self::Code,
            Self::Raw => Self::Typed,
            Self::Code => Self::Raw,
        }
    }
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
    /// The language of their code.
    pub language: Watched<Language>,
    is_resting: Cell<bool>,
    has_unseen: Cell<bool>,
    tasks: Tasks,
}

impl Exchanges {
    /// Keeps one more. While hundreds come in a second, not each of them is shown.
    pub fn record(&'static self, exchange: Exchange, is_probe: bool, clock: &Rc<dyn Clock>) {
        self.kept.update_unseen(|kept| {
            let number = kept.front().map_or(1, |newest| newest.number + 1);
            kept.push_front(Numbered { number, exchange, is_probe });
            kept.truncate(KEPT);
        });
        if self.is_resting.replace(true) {
            return self.has_unseen.set(true);
        }
        self.kept.notify();
        let rest = clock.sleep_until(clock.now() + SHOWN_EVERY);
        self.tasks.spawn(async move {
            rest.await;
            self.is_resting.set(false);
            if self.has_unseen.replace(false) {
                self.kept.notify();
            }
        });
    }

    /// The newest that somebody wanted: what failed stays in sight while its cause is looked for.
    pub fn newest(kept: &VecDeque<Numbered>) -> Option<&Numbered> {
        kept.iter().find(|numbered| !numbered.is_probe)
    }

    /// The one that is shown: the chosen one while it is kept, else the newest.
    pub fn shown(&self) -> Option<Numbered> {
        let chosen = self.chosen.get();
        self.kept.with(|kept| {
            let chosen = kept.iter().find(|numbered| Some(numbered.number) == chosen);
            chosen.or_else(|| Self::newest(kept)).cloned()
        })
    }

    /// The request that is shown, as code.
    pub fn code(&self) -> Option<String> {
        let shown = self.shown()?;
        Some(Sample::from(&shown.exchange.request).code(self.language.get()))
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.tasks.abort_all();
        self.is_resting.set(false);
        self.has_unseen.set(false);
        self.kept.set(VecDeque::new());
        self.chosen.set(None);
    }
}
