//! A lane: one sequence of pages, of all users, one population, or the members of one group.

use std::collections::HashSet;

use pingone::endpoint::Cursor;
use pingone::fault::{Fault, Paging, RetryKind};
use pingone::filter::Filter;
use pingone::policy::Policy;
use pingone::request::{PAGE_SIZE, Page, ReadPage};
use pingone::retry::{Jitter, pause};
use pingone::time::Instant;
use pingone::user::{UnreadableUser, User};

/// The smallest page size assumed for the bound on the number of pages.
const SMALLEST: u64 = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// The next page may be requested from this time on.
    Ready {
        from: Instant,
    },
    /// A page was requested and isn't answered.
    Sent,
    /// A page failed, and its attempts are used up.
    Failed(Fault),
    Complete,
}

#[derive(Debug)]
pub(super) struct Lane {
    filter: Option<Filter>,
    cursor: Option<Cursor>,
    seen: HashSet<Cursor>,
    attempts: u32,
    pages: u64,
    rows: u64,
    count: Option<u64>,
    has_restarted: bool,
    /// The index of the token that the last page was requested with.
    pub(super) token: u32,
    pub(super) state: State,
}

impl Lane {
    /// A lane that has read nothing. `expected` is the number of users, as far as known.
    pub(super) fn new(filter: Option<Filter>, expected: Option<u64>) -> Self {
        Self {
            filter,
            cursor: None,
            seen: HashSet::new(),
            attempts: 0,
            pages: 0,
            rows: 0,
            count: expected,
            has_restarted: false,
            token: 0,
            state: State::Ready { from: Instant(0) },
        }
    }

    /// The number of users according to the latest page.
    pub(super) fn count(&self) -> Option<u64> {
        self.count
    }

    /// The number of its users that weren't read yet.
    pub(super) fn unread(&self) -> u64 {
        match self.state {
            State::Complete => 0,
            _ => self.count.unwrap_or_default().saturating_sub(self.rows),
        }
    }

    pub(super) fn page(&self) -> ReadPage {
        ReadPage { filter: self.filter.clone(), cursor: self.cursor.clone() }
    }

    pub(super) fn started(&mut self, token: u32) {
        self.attempts += 1;
        self.token = token;
        self.state = State::Sent;
    }

    /// Takes a page and returns its rows.
    pub(super) fn read(&mut self, page: Page) -> Vec<Result<User, UnreadableUser>> {
        self.attempts = 0;
        self.pages += 1;
        self.rows += page.rows.len() as u64;
        self.count = page.count.or(self.count);
        self.state = self.after(page.next);
        page.rows
    }

    fn after(&mut self, next: Option<Cursor>) -> State {
        let Some(next) = next else { return State::Complete };
        if !self.seen.insert(next.clone()) || self.pages > self.most_pages() {
            return State::Failed(Fault::Paging(Paging::Loop));
        }
        self.cursor = Some(next);
        State::Ready { from: Instant(0) }
    }

    /// Pages may be smaller than requested, and some may be empty. Without a bound, a list that
    /// never ends would be read forever.
    fn most_pages(&self) -> u64 {
        let users = self.count.unwrap_or(1_000_000);
        2 * users.div_ceil(SMALLEST.min(u64::from(PAGE_SIZE))) + 10
    }

    /// Records a page's failure: schedules a retry, restarts the lane after an expired cursor, or gives up.
    pub(super) fn failed(&mut self, fault: Fault, policy: &Policy, jitter: &mut Jitter, now: Instant) {
        if fault.retry() == RetryKind::WithNewToken {
            return self.renew(now);
        }
        // A cursor expires after a while. The rows read so far are kept: users that come again are merged by their
        // ids. A refusal without a code isn't PingOne's and says nothing about the cursor.
        let is_pingones = matches!(&fault, Fault::RequestRefused(refusal) if refusal.code.is_some());
        if is_pingones && self.cursor.is_some() && !self.has_restarted {
            self.has_restarted = true;
            self.cursor = None;
            self.seen.clear();
            self.rows = 0;
            return self.renew(now);
        }
        self.state = match pause(policy, self.attempts, &fault, jitter) {
            Some(pause) => State::Ready { from: now + pause },
            None => State::Failed(fault),
        };
    }

    /// Requests the same page again, with all attempts.
    pub(super) fn renew(&mut self, now: Instant) {
        self.attempts = 0;
        self.state = State::Ready { from: now };
    }
}
