//! Reads all users of an environment, page by page, following the cursor of each page's link to the next.

use std::collections::HashSet;
use std::rc::Rc;

use crate::api::endpoint::Cursor;
use crate::api::request::{Kind, PAGE, Page};
use crate::domain::fault::{Fault, Paging};
use crate::domain::time::Millis;
use crate::domain::user::{UnreadableUser, User};

use super::driver::{Command, Event, Step, Work};
use super::pacer::Priority;
use super::policy::Policy;
use super::retry::{Jitter, pause};

/// One page, beginning at a cursor; the first has none.
pub type Job = Option<Cursor>;

/// A listing.
pub struct Listing {
    policy: Rc<Policy>,
    jitter: Jitter,
    cursor: Job,
    seen: HashSet<Cursor>,
    attempts: u32,
    pages: u64,
    count: Option<u64>,
    fresh: Vec<Result<User, UnreadableUser>>,
    state: State,
}

/// Where a listing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The next page may be asked for from this time on.
    Ready {
        /// The earliest time.
        from: Millis,
    },
    /// A page is on its way.
    Sent,
    /// A page could not be had; [`Command::Resume`] asks for it again.
    Halted(Fault),
    /// All pages were read.
    Complete,
    /// A person stopped it.
    Stopped,
}

impl Listing {
    /// A listing that has read nothing.
    #[must_use]
    pub fn new(policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self {
            policy,
            jitter,
            cursor: None,
            seen: HashSet::new(),
            attempts: 0,
            pages: 0,
            count: None,
            fresh: Vec::new(),
            state: State::Ready { from: Millis(0) },
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How many users the list has, by the newest page's account.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// The rows that came since this was last called.
    pub fn take_fresh(&mut self) -> Vec<Result<User, UnreadableUser>> {
        std::mem::take(&mut self.fresh)
    }

    fn read(&mut self, page: Page) -> State {
        self.attempts = 0;
        self.pages += 1;
        self.count = page.count.or(self.count);
        self.fresh.extend(page.rows);
        let Some(next) = page.next else { return State::Complete };
        if !self.seen.insert(next.clone()) || self.pages > self.most_pages() {
            return State::Halted(Fault::Paging(Paging::Loop));
        }
        self.cursor = Some(next);
        State::Ready { from: Millis(0) }
    }

    /// Pages may be smaller than asked for and empty ones may come between, but without a bound a list that
    /// never ends would be read for ever.
    fn most_pages(&self) -> u64 {
        const SMALLEST: u64 = 10;
        let users = self.count.unwrap_or(1_000_000);
        2 * users.div_ceil(SMALLEST.min(u64::from(PAGE))) + 10
    }

    fn failed(&mut self, fault: Fault, now: Millis) -> State {
        match pause(&self.policy, self.attempts, &fault, &mut self.jitter) {
            Some(pause) => State::Ready { from: now + pause },
            None => State::Halted(fault),
        }
    }

    fn command(&mut self, command: Command, now: Millis) {
        match (command, &self.state) {
            (Command::Stop, State::Ready { .. } | State::Sent | State::Halted(_)) => {
                self.state = State::Stopped;
            }
            (Command::Resume, State::Halted(_)) => {
                self.attempts = 0;
                self.state = State::Ready { from: now };
            }
            (Command::Stop | Command::Resume, _) => {}
        }
    }
}

impl Work for Listing {
    type Job = Job;
    type Answer = Page;
    const PRIORITY: Priority = Priority::Bulk;

    fn kind(_: &Job) -> Kind {
        Kind::Read
    }

    fn next(&self, now: Millis) -> Step<Job> {
        match self.state {
            State::Ready { from } if now < from => Step::WaitUntil(from),
            State::Ready { .. } => Step::Start(self.cursor.clone()),
            State::Sent | State::Halted(_) => Step::Idle,
            State::Complete | State::Stopped => Step::Done,
        }
    }

    fn apply(&mut self, event: Event<Job, Page>, now: Millis) {
        match event {
            Event::Started(_) => {
                self.attempts += 1;
                self.state = State::Sent;
            }
            Event::Answered(_, answer) => {
                let state = match answer {
                    Ok(page) => self.read(page),
                    Err(fault) => self.failed(fault, now),
                };
                // A page that was on its way when it was stopped is kept, but nothing follows it.
                if self.state != State::Stopped || state == State::Complete {
                    self.state = state;
                }
            }
            Event::Command(command) => self.command(command, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Refusal;
    use crate::domain::region::{RegionCode, Regions};
    use crate::domain::tenant::{EnvironmentId, Tenant};
    use uuid::Uuid;

    fn cursor(name: &str) -> Cursor {
        let region = Regions::default().get(&RegionCode("EU".into())).unwrap().clone();
        let tenant = Tenant { region, environment: EnvironmentId(Uuid::nil()) };
        let link =
            format!("{}/environments/{}/users?cursor={name}", tenant.region.api_base, tenant.environment);
        Cursor::from_link(&tenant, &link).unwrap()
    }

    fn page(next: Option<&str>) -> Page {
        Page { rows: vec![], count: Some(3), next: next.map(cursor) }
    }

    fn listing() -> Listing {
        Listing::new(Rc::new(Policy::default()), Jitter::new(1))
    }

    fn start(listing: &mut Listing) -> Job {
        let Step::Start(job) = listing.next(Millis(u64::MAX)) else { panic!("{:?}", listing.state()) };
        listing.apply(Event::Started(job.clone()), Millis(0));
        job
    }

    fn answer(listing: &mut Listing, answer: Result<Page, Fault>) -> Job {
        let job = start(listing);
        listing.apply(Event::Answered(job.clone(), answer), Millis(0));
        job
    }

    #[test]
    fn the_cursors_are_followed_to_a_page_without_one() {
        let mut listing = listing();
        assert_eq!(answer(&mut listing, Ok(page(Some("a")))), None);
        assert_eq!(answer(&mut listing, Ok(page(Some("b")))), Some(cursor("a")));
        assert_eq!(answer(&mut listing, Ok(page(None))), Some(cursor("b")));
        assert_eq!(listing.next(Millis(0)), Step::Done);
        assert_eq!((listing.state(), listing.count()), (&State::Complete, Some(3)));
    }

    #[test]
    fn a_cursor_that_comes_back_ends_the_circle() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        answer(&mut listing, Ok(page(Some("a"))));
        assert_eq!(listing.state(), &State::Halted(Fault::Paging(Paging::Loop)));
    }

    #[test]
    fn pages_without_end_are_bounded_even_with_new_cursors() {
        let mut listing = listing();
        let mut pages = 0;
        while !matches!(listing.state(), State::Halted(_)) {
            pages += 1;
            answer(&mut listing, Ok(page(Some(&pages.to_string()))));
            assert!(pages < 100);
        }
        assert_eq!(listing.state(), &State::Halted(Fault::Paging(Paging::Loop)));
    }

    #[test]
    fn a_failed_page_is_asked_for_again_and_then_halts_at_its_cursor() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        for _ in 0..3 {
            assert_eq!(answer(&mut listing, Err(Fault::Unreachable)), Some(cursor("a")));
        }
        assert_eq!(listing.state(), &State::Halted(Fault::Unreachable));
        assert_eq!(listing.next(Millis(u64::MAX)), Step::Idle);
        listing.apply(Event::Command(Command::Resume), Millis(9));
        assert_eq!(answer(&mut listing, Ok(page(None))), Some(cursor("a")));
        assert_eq!(listing.state(), &State::Complete);
    }

    #[test]
    fn an_ended_token_halts_at_once_and_the_cursor_is_kept() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        answer(&mut listing, Err(Fault::TokenExpired(Refusal::default())));
        assert!(matches!(listing.state(), State::Halted(Fault::TokenExpired(_))));
        listing.apply(Event::Command(Command::Resume), Millis(0));
        assert_eq!(start(&mut listing), Some(cursor("a")));
    }

    #[test]
    fn after_a_stop_nothing_is_started_but_what_arrives_is_kept() {
        let mut listing = listing();
        let job = start(&mut listing);
        listing.apply(Event::Command(Command::Stop), Millis(0));
        assert_eq!(listing.next(Millis(0)), Step::Done);
        listing.apply(Event::Answered(job, Ok(page(Some("a")))), Millis(0));
        assert_eq!((listing.state(), listing.next(Millis(0))), (&State::Stopped, Step::Done));
        assert_eq!(listing.count(), Some(3));
    }
}
