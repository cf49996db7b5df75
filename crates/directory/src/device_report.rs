//! Reads PingOne's report of all users' devices: has one created and follows its pages to the end.
//!
//! If the token expires in between, the pages read so far are kept, and the next token continues with the same page.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use pingone::device::is_pingid_device;
use pingone::driver::{Command, Event, Step, Work};
use pingone::fault::{Fault, Paging, RetryKind};
use pingone::pacer::Priority;
use pingone::policy::Policy;
use pingone::request::{Kind, ReadReport, ReportPage};
use pingone::retry::{Jitter, pause};
use pingone::time::{Instant, Millis, Timestamp};
use pingone::user::UserId;

/// The minimum time that PingOne requires between two reports of an environment. Its answer doesn't always say so.
const BETWEEN_REPORTS: Millis = Millis::seconds(5);

/// Upper bound for the pages of a report.
const MOST_PAGES: usize = 20_000;

/// A user's devices according to the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportedDevices {
    /// The number of activated devices. The report doesn't say which of them are blocked or locked.
    pub usable: u8,
    /// Whether at least one device is paired with PingID.
    pub has_pingid: bool,
}

/// The state of reading a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The next page may be requested from this time on.
    Ready {
        /// The time by [`Clock::now`](pingone::clock::Clock::now).
        from: Instant,
    },
    /// A page was requested and isn't answered.
    Sent,
    /// Paused for a new token; [`Command::Resume`] continues.
    Paused(Fault),
    /// The report can't be read because of this fault.
    Failed(Fault),
    /// All pages of the report were read.
    Complete,
}

/// Reads one report, as a state machine.
pub struct DeviceReportReader {
    policy: Rc<Policy>,
    jitter: Jitter,
    next: ReadReport,
    seen: HashSet<ReadReport>,
    attempts: u32,
    state: State,
    users: HashMap<UserId, ReportedDevices>,
    unreadable: usize,
    made_at: Option<Timestamp>,
}

impl DeviceReportReader {
    /// Creates a reader that has requested nothing.
    #[must_use]
    pub fn new(policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self {
            policy,
            jitter,
            next: ReadReport::New,
            seen: HashSet::new(),
            attempts: 0,
            state: State::Ready { from: Instant(0) },
            users: HashMap::new(),
            unreadable: 0,
            made_at: None,
        }
    }

    /// The current state of reading the report.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The users in the pages that were read so far.
    #[must_use]
    pub const fn users(&self) -> &HashMap<UserId, ReportedDevices> {
        &self.users
    }

    /// The number of rows so far that couldn't be read.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// When PingOne created the report, if it says so.
    #[must_use]
    pub const fn made_at(&self) -> Option<Timestamp> {
        self.made_at
    }

    fn read(&mut self, page: ReportPage, now: Instant) {
        self.attempts = 0;
        self.made_at = self.made_at.or(page.created_at);
        self.unreadable += page.unreadable;
        for entry in page.entries {
            let reported = self.users.entry(entry.user).or_default();
            if let Some((kind, is_active)) = entry.device {
                reported.usable = reported.usable.saturating_add(u8::from(is_active));
                reported.has_pingid |= is_pingid_device(&kind);
            }
        }
        self.state = match page.next {
            None => State::Complete,
            Some(next) if self.seen.len() < MOST_PAGES && self.seen.insert(next.clone()) => {
                self.next = next;
                State::Ready { from: now }
            }
            Some(_) => State::Failed(Fault::Paging(Paging::Loop)),
        };
    }

    fn failed(&mut self, fault: Fault, now: Instant) {
        if fault.retry() == RetryKind::WithNewToken {
            self.state = State::Paused(fault);
            return;
        }
        let is_too_soon = self.next == ReadReport::New && matches!(fault, Fault::RateLimited { .. });
        let least = if is_too_soon { BETWEEN_REPORTS } else { Millis(0) };
        self.state = match pause(&self.policy, self.attempts, &fault, &mut self.jitter) {
            Some(pause) => State::Ready { from: now + pause.max(least) },
            None => State::Failed(fault),
        };
    }
}

impl Work for DeviceReportReader {
    type Job = ReadReport;
    type Answer = ReportPage;
    const PRIORITY: Priority = Priority::Single;

    fn kind(_: &ReadReport) -> Option<Kind> {
        Some(Kind::Read)
    }

    fn next(&self, now: Instant) -> Step<ReadReport> {
        match self.state {
            State::Ready { from } if now < from => Step::WaitUntil(from),
            State::Ready { .. } => Step::Start(self.next.clone()),
            State::Sent | State::Paused(_) => Step::Idle,
            State::Failed(_) | State::Complete => Step::Done,
        }
    }

    fn apply(&mut self, event: Event<ReadReport, ReportPage>, now: Instant) {
        match event {
            Event::Started(_) => {
                self.attempts += 1;
                self.state = State::Sent;
            }
            Event::Answered(_, Ok(page)) => self.read(page, now),
            Event::Answered(_, Err(fault)) => self.failed(fault, now),
            Event::Command(Command::Resume) if matches!(self.state, State::Paused(_)) => {
                self.attempts = 0;
                self.state = State::Ready { from: now };
            }
            Event::Command(_) => {}
        }
    }
}
