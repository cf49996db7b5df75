//! Lists users page by page: all users with one cursor, several populations in parallel, or the members of a group.
//!
//! Each sequence of pages is a lane, which follows the cursor in each page's link to the next. A lane
//! that fails doesn't stop the others; the listing pauses ([`State::Paused`]) when no lane can
//! continue, or at once for a new token.

use std::rc::Rc;

use lane::Lane;
use pingone::driver::{Command, Event, Step, Work};
use pingone::fault::{Fault, RetryKind};
use pingone::filter::Filter;
use pingone::pacer::Priority;
use pingone::policy::Policy;
use pingone::request::{Kind, Page, ReadPage};
use pingone::retry::Jitter;
use pingone::time::Instant;
use pingone::user::{Population, UnreadableUser, User};

mod lane;
mod lanes;

/// The request of one page in one lane.
#[derive(Debug, Clone)]
pub struct Job {
    lane: usize,
    /// The page to request from PingOne.
    pub page: ReadPage,
}

/// The listing of users, as a state machine.
pub struct Listing {
    policy: Rc<Policy>,
    jitter: Jitter,
    lanes: Vec<Lane>,
    /// The index of the lane that is served next.
    next_lane: usize,
    fresh: Vec<Result<User, UnreadableUser>>,
    paused_by: Option<Fault>,
    /// The number of tokens used before the current one.
    token: u32,
    is_stopped: bool,
}

/// The state of a listing over all its lanes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Pages are being requested and read.
    Reading,
    /// Paused: either a new token is needed, or some page failed and all other pages were
    /// read. [`Command::Resume`] retries.
    Paused(Fault),
    /// All pages of all lanes were read.
    Complete,
    /// A person stopped the listing.
    Stopped,
}

impl Listing {
    /// Creates a listing of all users. `total` and the populations' user counts decide whether
    /// populations are read in parallel.
    #[must_use]
    pub fn of_all(
        populations: &[Population],
        total: Option<u64>,
        policy: Rc<Policy>,
        jitter: Jitter,
    ) -> Self {
        Self::of(lanes::lanes(populations, total), policy, jitter)
    }

    /// Creates a listing of the users that match a filter.
    #[must_use]
    pub fn of_filter(filter: Filter, policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self::of(vec![Lane::new(Some(filter), None)], policy, jitter)
    }

    fn of(lanes: Vec<Lane>, policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self {
            policy,
            jitter,
            lanes,
            next_lane: 0,
            fresh: Vec::new(),
            paused_by: None,
            token: 0,
            is_stopped: false,
        }
    }

    /// The current state of the listing.
    #[must_use]
    pub fn state(&self) -> State {
        if self.is_complete() {
            State::Complete
        } else if self.is_stopped {
            State::Stopped
        } else {
            self.paused_by.clone().map_or(State::Reading, State::Paused)
        }
    }

    /// The total number of users according to the latest pages, or before them to the
    /// populations' counts; `None` if unknown.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.lanes.iter().map(Lane::count).sum()
    }

    /// The number of users that weren't read yet, by the same counts.
    #[must_use]
    pub fn unread(&self) -> u64 {
        self.lanes.iter().map(Lane::unread).sum()
    }

    /// The number of lanes that are read in parallel.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// The rows that arrived since the last call.
    pub fn take_fresh(&mut self) -> Vec<Result<User, UnreadableUser>> {
        std::mem::take(&mut self.fresh)
    }

    fn is_complete(&self) -> bool {
        self.lanes.iter().all(|lane| lane.state == lane::State::Complete)
    }

    fn answered(&mut self, lane: usize, answer: Result<Page, Fault>, now: Instant) {
        let Some(lane) = self.lanes.get_mut(lane) else { return };
        match answer {
            Ok(page) => self.fresh.extend(lane.read(page)),
            Err(fault) => {
                // The other lanes would be refused in the same way. A late 401, for a token that was
                // replaced since, says nothing new.
                if fault.retry() == RetryKind::WithNewToken && lane.token == self.token {
                    self.paused_by = Some(fault.clone());
                }
                lane.failed(fault, &self.policy, &mut self.jitter, now);
            }
        }
        self.paused_by = self.paused_by.take().or_else(|| self.dead_end());
    }

    /// The fault of a failed lane, once no other lane can continue.
    fn dead_end(&self) -> Option<Fault> {
        let is_moving = |lane: &Lane| matches!(lane.state, lane::State::Ready { .. } | lane::State::Sent);
        if self.lanes.iter().any(is_moving) {
            return None;
        }
        self.lanes.iter().find_map(|lane| match &lane.state {
            lane::State::Failed(fault) => Some(fault.clone()),
            _ => None,
        })
    }

    fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Stop => self.is_stopped = true,
            Command::Resume => self.resume(now),
            Command::Token { .. } => {
                self.token += 1;
                self.resume(now);
            }
            Command::Pause | Command::HandOver | Command::Woke | Command::ResumeWithoutSteps => {}
        }
    }

    fn resume(&mut self, now: Instant) {
        let Some(paused_by) = self.paused_by.take() else { return };
        // Only a new token resolves this.
        self.token += u32::from(paused_by.retry() == RetryKind::WithNewToken);
        for lane in &mut self.lanes {
            if matches!(lane.state, lane::State::Failed(_)) {
                lane.renew(now);
            }
        }
    }

    /// All lanes, beginning with the one that is served next.
    fn in_turn(&self) -> impl Iterator<Item = (usize, &Lane)> {
        let lanes = self.lanes.iter().enumerate();
        lanes.clone().skip(self.next_lane).chain(lanes.take(self.next_lane))
    }
}

impl Work for Listing {
    type Job = Job;
    type Answer = Page;
    const PRIORITY: Priority = Priority::Bulk;

    fn kind(_: &Job) -> Option<Kind> {
        Some(Kind::Read)
    }

    fn width(&self) -> u32 {
        self.policy.reads_in_flight
    }

    fn next(&self, now: Instant) -> Step<Job> {
        if self.is_stopped || self.is_complete() {
            return Step::Done;
        }
        if self.paused_by.is_some() {
            return Step::Idle;
        }
        let mut earliest: Option<Instant> = None;
        for (index, lane) in self.in_turn() {
            match lane.state {
                lane::State::Ready { from } if from <= now => {
                    return Step::Start(Job { lane: index, page: lane.page() });
                }
                lane::State::Ready { from } => earliest = Some(earliest.map_or(from, |at| at.min(from))),
                lane::State::Sent | lane::State::Failed(_) | lane::State::Complete => {}
            }
        }
        earliest.map_or(Step::Idle, Step::WaitUntil)
    }

    fn apply(&mut self, event: Event<Job, Page>, now: Instant) {
        match event {
            Event::Started(job) => {
                self.next_lane = job.lane + 1;
                if let Some(lane) = self.lanes.get_mut(job.lane) {
                    lane.started(self.token);
                }
            }
            Event::Answered(job, answer) => self.answered(job.lane, answer, now),
            Event::Command(command) => self.command(command, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::endpoint::Cursor;
    use pingone::environment::EnvironmentId;
    use pingone::fault::Paging;
    use pingone::fault::Refusal;
    use pingone::region::{RegionCode, Regions};
    use pingone::tenant::Tenant;
    use pingone::user::PopulationId;
    use uuid::Uuid;

    fn cursor(name: &str) -> Cursor {
        let region = Regions::default().get(&RegionCode("EU".into())).unwrap().clone();
        let tenant = Tenant { region, environment: EnvironmentId(Uuid::nil()) };
        let link =
            format!("{}/environments/{}/users?cursor={name}", tenant.region.api_base, tenant.environment);
        Cursor::from_link(&tenant, "/users", &link).unwrap()
    }

    fn page(next: Option<&str>) -> Page {
        Page { rows: vec![], count: Some(3), next: next.map(cursor) }
    }

    fn listing() -> Listing {
        Listing::of_all(&[], Some(3), Rc::new(Policy::default()), Jitter::new(1))
    }

    /// A listing of three populations with 1,000 users each.
    fn listing_in_three_lanes() -> Listing {
        let population = |number| Population {
            id: PopulationId(Uuid::from_u128(number)),
            name: format!("P{number}"),
            users: Some(1000),
        };
        let populations: Vec<Population> = (1..=3).map(population).collect();
        Listing::of_all(&populations, Some(3000), Rc::new(Policy::default()), Jitter::new(1))
    }

    fn start(listing: &mut Listing) -> Job {
        let Step::Start(job) = listing.next(Instant(u64::MAX)) else { panic!("{:?}", listing.state()) };
        listing.apply(Event::Started(job.clone()), Instant(0));
        job
    }

    fn answer(listing: &mut Listing, answer: Result<Page, Fault>) -> Option<Cursor> {
        let job = start(listing);
        listing.apply(Event::Answered(job.clone(), answer), Instant(0));
        job.page.cursor
    }

    #[test]
    fn the_cursors_are_followed_to_a_page_without_one() {
        let mut listing = listing();
        assert_eq!(answer(&mut listing, Ok(page(Some("a")))), None);
        assert_eq!(answer(&mut listing, Ok(page(Some("b")))), Some(cursor("a")));
        assert_eq!(answer(&mut listing, Ok(page(None))), Some(cursor("b")));
        assert!(matches!(listing.next(Instant(0)), Step::Done));
        assert_eq!((listing.state(), listing.count()), (State::Complete, Some(3)));
    }

    #[test]
    fn a_repeated_cursor_pauses_the_listing() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        answer(&mut listing, Ok(page(Some("a"))));
        assert_eq!(listing.state(), State::Paused(Fault::Paging(Paging::Loop)));
    }

    #[test]
    fn endless_pages_are_bounded_even_with_new_cursors() {
        let mut listing = listing();
        let mut pages = 0;
        while !matches!(listing.state(), State::Paused(_)) {
            pages += 1;
            answer(&mut listing, Ok(page(Some(&pages.to_string()))));
            assert!(pages < 100);
        }
        assert_eq!(listing.state(), State::Paused(Fault::Paging(Paging::Loop)));
    }

    #[test]
    fn a_failed_page_is_retried_and_then_pauses_at_its_cursor() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        for _ in 0..3 {
            assert_eq!(answer(&mut listing, Err(Fault::Unreachable)), Some(cursor("a")));
        }
        assert_eq!(listing.state(), State::Paused(Fault::Unreachable));
        assert!(matches!(listing.next(Instant(u64::MAX)), Step::Idle));
        listing.apply(Event::Command(Command::Resume), Instant(9));
        assert_eq!(answer(&mut listing, Ok(page(None))), Some(cursor("a")));
        assert_eq!(listing.state(), State::Complete);
    }

    #[test]
    fn an_expired_token_pauses_at_once_and_the_cursor_is_kept() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        answer(&mut listing, Err(Fault::TokenExpired(Refusal::default())));
        assert!(matches!(listing.state(), State::Paused(Fault::TokenExpired(_))));
        listing.apply(Event::Command(Command::Resume), Instant(0));
        assert_eq!(start(&mut listing).page.cursor, Some(cursor("a")));
    }

    #[test]
    fn a_late_401_after_the_next_token_does_not_pause() {
        for goes_on in [Command::Resume, Command::Token { until: None, actor: 0 }] {
            let mut listing = listing_in_three_lanes();
            let [first, second] = [start(&mut listing), start(&mut listing)];
            let refused = || Err(Fault::TokenInvalid(Refusal::default()));
            listing.apply(Event::Answered(first, refused()), Instant(0));
            assert!(matches!(listing.state(), State::Paused(Fault::TokenInvalid(_))));
            listing.apply(Event::Command(goes_on), Instant(0));
            listing.apply(Event::Answered(second, refused()), Instant(0));
            assert_eq!(listing.state(), State::Reading);
            // A refusal now concerns the new token.
            answer(&mut listing, refused());
            assert!(matches!(listing.state(), State::Paused(Fault::TokenInvalid(_))));
        }
    }

    #[test]
    fn after_a_stop_nothing_is_started_but_late_answers_are_kept() {
        let mut listing = listing();
        let job = start(&mut listing);
        listing.apply(Event::Command(Command::Stop), Instant(0));
        assert!(matches!(listing.next(Instant(0)), Step::Done));
        listing.apply(Event::Answered(job, Ok(page(Some("a")))), Instant(0));
        assert_eq!(listing.state(), State::Stopped);
        assert!(matches!(listing.next(Instant(0)), Step::Done));
        assert_eq!(listing.count(), Some(3));
    }

    #[test]
    fn lanes_take_turns_and_each_follows_its_own_cursors() {
        let mut listing = listing_in_three_lanes();
        let started: Vec<usize> = (0..3).map(|_| start(&mut listing).lane).collect();
        assert_eq!(started, [0, 1, 2]);
        assert!(matches!(listing.next(Instant(0)), Step::Idle), "one page of a lane at a time");
        let job = |lane| Job { lane, page: ReadPage { filter: None, cursor: None } };
        listing.apply(Event::Answered(job(1), Ok(page(Some("b")))), Instant(0));
        let next = start(&mut listing);
        assert_eq!((next.lane, next.page.cursor), (1, Some(cursor("b"))));
        let population = Filter::Population(PopulationId(Uuid::from_u128(2)));
        assert_eq!(next.page.filter, Some(population));
        for lane in [0, 2, 1] {
            assert_eq!(listing.state(), State::Reading);
            listing.apply(Event::Answered(job(lane), Ok(page(None))), Instant(0));
        }
        assert_eq!((listing.state(), listing.count(), listing.unread()), (State::Complete, Some(9), 0));
    }

    #[test]
    fn an_expired_token_pauses_every_lane_once() {
        let mut listing = listing_in_three_lanes();
        let jobs: Vec<Job> = (0..3).map(|_| start(&mut listing)).collect();
        for job in &jobs {
            let ended = Err(Fault::TokenExpired(Refusal::default()));
            listing.apply(Event::Answered(job.clone(), ended), Instant(0));
            assert!(matches!(listing.next(Instant(u64::MAX)), Step::Idle));
        }
        listing.apply(Event::Command(Command::Resume), Instant(0));
        let again: Vec<usize> = (0..3).map(|_| start(&mut listing).lane).collect();
        assert_eq!(again, [0, 1, 2], "each lane requests the same page again");
    }

    #[test]
    fn a_failed_lane_does_not_keep_the_others_from_completing() {
        let mut listing = listing_in_three_lanes();
        let poisoned = || Err(Fault::ServerFailed(Refusal { status: 500, ..Refusal::default() }));
        let mut asked = 0;
        while let Step::Start(job) = listing.next(Instant(u64::MAX)) {
            listing.apply(Event::Started(job.clone()), Instant(0));
            asked += usize::from(job.lane == 1);
            let answer = if job.lane == 1 { poisoned() } else { Ok(page(None)) };
            listing.apply(Event::Answered(job, answer), Instant(0));
        }
        assert_eq!(asked, 3, "as many attempts as the policy allows");
        assert!(matches!(listing.state(), State::Paused(Fault::ServerFailed(_))));
        assert_eq!(listing.unread(), 1000);
        listing.apply(Event::Command(Command::Resume), Instant(0));
        assert_eq!(start(&mut listing).lane, 1, "only the missing page is requested again");
    }

    #[test]
    fn an_expired_cursor_restarts_its_lane_once() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        let code = Some("INVALID_DATA".to_owned());
        let refusal = Refusal { status: 400, code, ..Refusal::default() };
        let refused = || Err(Fault::RequestRefused(refusal.clone()));
        assert_eq!(answer(&mut listing, refused()), Some(cursor("a")));
        assert_eq!(
            answer(&mut listing, Ok(page(Some("a")))),
            None,
            "from the beginning, without a loop fault"
        );
        assert_eq!(answer(&mut listing, refused()), Some(cursor("a")));
        assert!(matches!(listing.state(), State::Paused(Fault::RequestRefused(_))));
    }

    #[test]
    fn a_refusal_without_a_code_does_not_restart_a_lane() {
        let mut listing = listing();
        answer(&mut listing, Ok(page(Some("a"))));
        let refused = Fault::RequestRefused(Refusal { status: 403, ..Refusal::default() });
        answer(&mut listing, Err(refused));
        assert!(matches!(listing.state(), State::Paused(Fault::RequestRefused(_))));
    }
}
