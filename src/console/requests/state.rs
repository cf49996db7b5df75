//! The latest exchanges with PingOne, in memory.

use std::rc::Rc;

use pingone::clock::Clock;
use pingone::exchange::Exchange;
use pingone::request::Method;
use pingone::time::Millis;
use pingone::user::UserId;
use pingone_mfa_core::exchanges::filter::ExchangeFilter;
use pingone_mfa_core::exchanges::har::har;
use pingone_mfa_core::exchanges::log::{Log, Numbered};
use pingone_mfa_core::exchanges::transcript::{People, transcript, transcripts};
use pingone_mfa_core::snippets::Language;

use crate::ui::tasks::Tasks;
use leptos::prelude::*;

/// Minimum time between two updates of the displayed exchanges.
const SHOWN_EVERY: Millis = Millis(200);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// As parsed.
    #[default]
    Typed,
    /// As sent and received, without the token.
    Raw,
    /// The request, as code.
    Code,
}

impl Form {
    /// All forms, in display order.
    pub const ALL: [Self; 3] = [Self::Typed, Self::Raw, Self::Code];
}

/// Changes a filter to one of its words, or to none.
pub(crate) type ChooseWord = fn(&mut ExchangeFilter, Option<&str>);

#[derive(Clone, Copy, Default)]
pub struct Exchanges {
    pub log: RwSignal<Log>,
    /// The number of the chosen exchange; `None` follows the newest.
    pub chosen: RwSignal<Option<u64>>,
    /// Whether the exchange on display isn't shown beside the table.
    is_closed: RwSignal<bool>,
    pub form: RwSignal<Form>,
    /// The language of the code.
    pub language: RwSignal<Language>,
    pub filter: RwSignal<ExchangeFilter>,
    /// Whether the next copy includes personal data.
    pub with_people: RwSignal<bool>,
    is_resting: StoredValue<bool, LocalStorage>,
    has_unseen: StoredValue<bool, LocalStorage>,
    tasks: Tasks,
}

impl Exchanges {
    /// Records an exchange. The display is throttled, because hundreds may come in per second.
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

    /// The exchange on display: the chosen one while the log still has it, otherwise the newest.
    pub fn shown(self) -> Option<Numbered> {
        let chosen = self.chosen.get();
        self.log.with(|log| chosen.and_then(|number| log.get(number)).or(log.newest()).cloned())
    }

    /// The number of the exchange on display.
    pub fn shown_number(self) -> Option<u64> {
        let chosen = self.chosen.get();
        let log = self.log.read();
        let shown = chosen.and_then(|number| log.get(number)).or(log.newest());
        shown.map(|shown| shown.number)
    }

    /// The numbers of the exchanges that match the filter, newest first.
    pub fn listed(self) -> Vec<u64> {
        listed(&self.log.read(), &self.filter.read())
    }

    /// Shows an exchange, or follows the newest.
    pub(crate) fn choose(self, number: Option<u64>) {
        self.chosen.set(number);
        self.open();
    }

    /// Whether the exchange on display is shown beside the table.
    pub(crate) fn shows_detail(self) -> bool {
        !self.is_closed.get()
    }

    /// Shows only the table.
    pub(crate) fn close(self) {
        self.is_closed.set(true);
    }

    /// Shows the exchange on display beside the table.
    pub(crate) fn open(self) {
        self.is_closed.set(false);
    }

    pub(crate) fn choose_language(self, language: Language) {
        self.language.set(language);
    }

    /// Whether the next copy includes personal data.
    pub(crate) fn include_people(self, include: bool) {
        self.with_people.set(include);
    }

    pub(crate) fn search_for(self, text: String) {
        self.filter.update(|filter| filter.text = text);
    }

    /// Filters by a word, or without one if there is none.
    pub(crate) fn choose_word(self, choose: ChooseWord, word: Option<&str>) {
        self.filter.update(|filter| choose(filter, word));
    }

    /// Moves the choice `places` lines down the list from the exchange on display, clamped to the list. Returns the
    /// index in the list of the new choice.
    pub fn choose_by(self, places: isize) -> Option<usize> {
        let numbers = listed(&self.log.read_untracked(), &self.filter.read_untracked());
        let last = numbers.len().checked_sub(1)?;
        let newest = self.log.read_untracked().newest().map(|newest| newest.number);
        let shown = self.chosen.get_untracked().or(newest);
        let place = numbers.iter().position(|number| Some(*number) == shown);
        // If the exchange on display isn't in the list, one step down leads to the first line, and larger steps count
        // from there.
        let from_outside = || usize::try_from(places.saturating_sub(1)).unwrap_or_default();
        let place = place.map_or_else(from_outside, |place| place.saturating_add_signed(places)).min(last);
        self.chosen.set(numbers.get(place).copied());
        Some(place)
    }

    /// The exchange on display, as text.
    pub fn copy_of_shown(self) -> String {
        let people = self.people();
        let chosen = self.chosen.get_untracked();
        let log = self.log.read_untracked();
        let shown = chosen.and_then(|number| log.get(number)).or(log.newest());
        shown.map(|shown| transcript(&shown.exchange, people)).unwrap_or_default()
    }

    /// All listed exchanges, as text.
    pub fn copy_of_listed(self) -> String {
        let people = self.people();
        let filter = self.filter.read_untracked();
        let log = self.log.read_untracked();
        let listed = log.iter().map(|numbered| &numbered.exchange);
        transcripts(listed.filter(|exchange| filter.matches(exchange)), people)
    }

    /// All listed exchanges, as a HAR file.
    pub fn har_of_listed(self) -> String {
        let filter = self.filter.read_untracked();
        let log = self.log.read_untracked();
        har(log.iter().map(|numbered| &numbered.exchange).filter(|exchange| filter.matches(exchange)))
    }

    /// Whether this copy includes personal data. Resets the choice, so that it applies to one copy only.
    fn people(self) -> People {
        let with_people = self.with_people.get_untracked();
        self.with_people.set(false);
        if with_people { People::Shown } else { People::Hidden }
    }

    /// The last change of a user, or else the last read about the user.
    pub fn about(self, user: UserId) -> Option<Numbered> {
        let part = format!("/users/{user}");
        let log = self.log.read();
        let about = || {
            let wanted = log.iter().filter(|numbered| !numbered.is_probe);
            wanted.filter(|numbered| numbered.exchange.request.endpoint.as_str().contains(&part))
        };
        let change = about().find(|numbered| numbered.exchange.request.method != Method::Get);
        change.or_else(|| about().next()).cloned()
    }

    pub fn clear(self) {
        self.tasks.abort_all();
        self.is_resting.set_value(false);
        self.has_unseen.set_value(false);
        self.log.set(Log::default());
        self.chosen.set(None);
        self.is_closed.set(false);
        self.filter.set(ExchangeFilter::default());
        self.with_people.set(false);
    }
}

fn listed(log: &Log, filter: &ExchangeFilter) -> Vec<u64> {
    let listed = log.iter().filter(|numbered| filter.matches(&numbered.exchange));
    listed.map(|numbered| numbered.number).collect()
}
