//! The last exchanges with PingOne, in memory.

use std::rc::Rc;

use pingone::clock::Clock;
use pingone::exchange::Exchange;
use pingone::time::Millis;
use pingone_mfa_core::exchanges::filter::ExchangeFilter;
use pingone_mfa_core::exchanges::har::har;
use pingone_mfa_core::exchanges::log::{Log, Numbered};
use pingone_mfa_core::exchanges::transcript::{People, transcript, transcripts};
use pingone_mfa_core::snippets::{Language, Sample};

use super::tasks::Tasks;
use leptos::prelude::*;

/// How often new ones are shown at most.
const SHOWN_EVERY: Millis = Millis(200);

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

/// The last exchanges.
#[derive(Clone, Copy, Default)]
pub struct Exchanges {
    /// The exchanges.
    pub log: RwSignal<Log>,
    /// The one that a person chose; `None` follows the newest.
    pub chosen: RwSignal<Option<u64>>,
    /// How they are shown.
    pub form: RwSignal<Form>,
    /// The language of their code.
    pub language: RwSignal<Language>,
    /// Whether the list of them is shown.
    pub is_open: RwSignal<bool>,
    /// Which of them the list shows.
    pub filter: RwSignal<ExchangeFilter>,
    /// Whether the next copy says who the people in it are.
    pub with_people: RwSignal<bool>,
    is_resting: StoredValue<bool, LocalStorage>,
    has_unseen: StoredValue<bool, LocalStorage>,
    tasks: Tasks,
}

impl Exchanges {
    /// Keeps one more. While hundreds come in a second, not each of them is shown.
    pub fn record(self, exchange: Exchange, is_probe: bool, clock: &Rc<dyn Clock>) {
        let held = self.chosen.get_untracked();
        self.log.update_untracked(|log| log.push(exchange, is_probe, held));
        if self.is_resting.get_value() {
            return self.has_unseen.set_value(true);
        }
        self.is_resting.set_value(true);
        self.log.notify();
        let rest = clock.sleep_until(clock.now() + SHOWN_EVERY);
        self.tasks.spawn(async move {
            rest.await;
            self.is_resting.set_value(false);
            if self.has_unseen.get_value() {
                self.has_unseen.set_value(false);
                self.log.notify();
            }
        });
    }

    /// The one that is shown: the chosen one while it is kept, else the newest.
    pub fn shown(self) -> Option<Numbered> {
        let chosen = self.chosen.get();
        self.log.with(|log| chosen.and_then(|number| log.get(number)).or(log.newest()).cloned())
    }

    /// The number of the one that is shown.
    pub fn shown_number(self) -> Option<u64> {
        let chosen = self.chosen.get();
        self.log.with(|log| {
            let shown = chosen.and_then(|number| log.get(number)).or(log.newest());
            shown.map(|shown| shown.number)
        })
    }

    /// The numbers of those that the list shows, the newest first.
    pub fn listed(self) -> Vec<u64> {
        self.filter.with(|filter| self.log.with(|log| listed(log, filter)))
    }

    /// Chooses the one that stands so many places further down in the list than the one that is shown, or as near to that
    /// as there is one. Says at which place it stands.
    pub fn choose_by(self, places: isize) -> Option<usize> {
        let numbers = self.filter.with_untracked(|filter| self.log.with_untracked(|log| listed(log, filter)));
        let last = numbers.len().checked_sub(1)?;
        let newest = self.log.with_untracked(|log| log.newest().map(|newest| newest.number));
        let shown = self.chosen.get_untracked().or(newest);
        let place = numbers.iter().position(|number| Some(*number) == shown);
        // From outside the list one step leads to its first line, and every larger one to where it leads from there.
        let from_outside = || usize::try_from(places.saturating_sub(1)).unwrap_or_default();
        let place = place.map_or_else(from_outside, |place| place.saturating_add_signed(places)).min(last);
        self.chosen.set(numbers.get(place).copied());
        Some(place)
    }

    /// The one that is shown, as text.
    pub fn copy_of_shown(self) -> String {
        let people = self.people();
        let chosen = self.chosen.get_untracked();
        self.log.with_untracked(|log| {
            let shown = chosen.and_then(|number| log.get(number)).or(log.newest());
            shown.map(|shown| transcript(&shown.exchange, people)).unwrap_or_default()
        })
    }

    /// All that the list shows, as text.
    pub fn copy_of_listed(self) -> String {
        let people = self.people();
        self.filter.with_untracked(|filter| {
            self.log.with_untracked(|log| {
                let listed = log.iter().map(|numbered| &numbered.exchange);
                transcripts(listed.filter(|exchange| filter.matches(exchange)), people)
            })
        })
    }

    /// All that the list shows, as a HAR file.
    pub fn har_of_listed(self) -> String {
        self.filter.with_untracked(|filter| {
            self.log.with_untracked(|log| {
                har(log.iter().map(|numbered| &numbered.exchange).filter(|exchange| filter.matches(exchange)))
            })
        })
    }

    /// Whether this one copy says who the people are. The next one doesn't, unless it is asked for again.
    fn people(self) -> People {
        let with_people = self.with_people.get_untracked();
        self.with_people.set(false);
        if with_people { People::Shown } else { People::Hidden }
    }

    /// The request that is shown, as code.
    pub fn code(self) -> Option<String> {
        let shown = self.shown()?;
        Some(Sample::from(&shown.exchange.request).code(self.language.get()))
    }

    /// Forgets all.
    pub fn clear(self) {
        self.tasks.abort_all();
        self.is_resting.set_value(false);
        self.has_unseen.set_value(false);
        self.log.set(Log::default());
        self.chosen.set(None);
        self.filter.set(ExchangeFilter::default());
        self.with_people.set(false);
    }
}

fn listed(log: &Log, filter: &ExchangeFilter) -> Vec<u64> {
    let listed = log.iter().filter(|numbered| filter.matches(&numbered.exchange));
    listed.map(|numbered| numbered.number).collect()
}
