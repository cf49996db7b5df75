//! Reads PingOne's report of everyone's devices: has one made, and follows its pages to the end. Where the token ends in
//! the middle, what was read stays, and another token goes on from the same page.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::api::request::{Kind, ReadReport, ReportPage};
use crate::domain::device::is_pingids;
use crate::domain::fault::{Fault, Paging, RetryKind};
use crate::domain::time::{Millis, Timestamp};
use crate::domain::user::UserId;

use super::driver::{Command, Event, Step, Work};
use super::pacer::Priority;
use super::policy::Policy;
use super::retry::{Jitter, pause};

/// The pause that PingOne wants between two reports of an environment. It doesn't always say so.
const BETWEEN_REPORTS: Millis = Millis::seconds(5);

/// More pages than a report of an environment can have.
const MOST_PAGES: usize = 20_000;

/// What a report says of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reported {
    /// How many devices can be used.
    pub usable: u8,
    /// Whether a device is one of PingID's.
    pub has_pingid: bool,
}

/// Where the reading of a report stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The next page may be asked for from this time on.
    Ready {
        /// By the clock that [`Clock::now`](super::Clock::now) tells.
        from: Millis,
    },
    /// A page is on its way.
    Sent,
    /// It waits for a token; [`Command::Resume`] goes on.
    Halted(Fault),
    /// It can't be had.
    Failed(Fault),
    /// All pages were read.
    Complete,
}

/// The reading of a report.
pub struct Reporting {
    policy: Rc<Policy>,
    jitter: Jitter,
    next: ReadReport,
    seen: HashSet<ReadReport>,
    attempts: u32,
    state: State,
    users: HashMap<UserId, Reported>,
    unreadable: usize,
    made_at: Option<Timestamp>,
}

impl Reporting {
    /// A report that nobody has asked for yet.
    #[must_use]
    pub fn new(policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self {
            policy,
            jitter,
            next: ReadReport::New,
            seen: HashSet::new(),
            attempts: 0,
            state: State::Ready { from: Millis(0) },
            users: HashMap::new(),
            unreadable: 0,
            made_at: None,
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Whom it names so far.
    #[must_use]
    pub const fn users(&self) -> &HashMap<UserId, Reported> {
        &self.users
    }

    /// How many of its rows could not be read so far.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// When PingOne made it, if it says so.
    #[must_use]
    pub const fn made_at(&self) -> Option<Timestamp> {
        self.made_at
    }

    fn read(&mut self, page: ReportPage, now: Millis) {
        self.attempts = 0;
        self.made_at = self.made_at.or(page.created_at);
        self.unreadable += page.unreadable;
        for entry in page.entries {
            let reported = self.users.entry(entry.user).or_default();
            if let Some((kind, is_active)) = entry.device {
                reported.usable = reported.usable.saturating_add(u8::from(is_active));
                reported.has_pingid |= is_pingids(&kind);
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

    fn failed(&mut self, fault: Fault, now: Millis) {
        if fault.retry() == RetryKind::WithNewToken {
            self.state = State::Halted(fault);
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

impl Work for Reporting {
    type Job = ReadReport;
    type Answer = ReportPage;
    const PRIORITY: Priority = Priority::Single;

    fn kind(_: &ReadReport) -> Option<Kind> {
        Some(Kind::Read)
    }

    fn next(&self, now: Millis) -> Step<ReadReport> {
        match self.state {
            State::Ready { from } if now < from => Step::WaitUntil(from),
            State::Ready { .. } => Step::Start(self.next.clone()),
            State::Sent | State::Halted(_) => Step::Idle,
            State::Failed(_) | State::Complete => Step::Done,
        }
    }

    fn apply(&mut self, event: Event<ReadReport, ReportPage>, now: Millis) {
        match event {
            Event::Started(_) => {
                self.attempts += 1;
                self.state = State::Sent;
            }
            Event::Answered(_, Ok(page)) => self.read(page, now),
            Event::Answered(_, Err(fault)) => self.failed(fault, now),
            Event::Command(Command::Resume) if matches!(self.state, State::Halted(_)) => {
                self.attempts = 0;
                self.state = State::Ready { from: now };
            }
            Event::Command(_) => {}
        }
    }
}
