//! When the next access token is asked for: of a host page that supplies tokens, or with a refresh token. It reads no
//! clock: the caller passes the time.
//!
//! Both sources have one decision in common: a token is replaced some time before it expires, there is one request at a
//! time, and the pauses double after misses. They differ in this:
//!
//! - *When:* with a host page 3 minutes before the expiry, by the wall clock; with a refresh token 12 minutes before it,
//!   or in the last quarter of a shorter lifetime, by both clocks.
//! - *Refused by PingOne:* a host page is asked for another token, and one without an expiry is replaced only then. It
//!   causes no refresh.
//! - *A miss:* with a host page that no token came, or one that replaces a refused one or expires soon; with a refresh
//!   token that the request failed.
//! - *Pause:* with a host page from the second miss on, up to 5 minutes, counted from the request; with a refresh token
//!   from the first miss on, up to a minute, counted from the miss.
//! - *After a new token:* a host page may be asked at once. The next refresh isn't due for a minute.
//!
//! A host page may have cached an old token, so it is asked again at once after one miss. It may take minutes to answer,
//! because a person signs in there, so its pause counts from the request.

use pingone::time::{ClockReading, Instant, Millis, Timestamp};
use pingone::token::TokenFacts;

/// The first pause after misses; it doubles with each further one.
const FIRST_PAUSE: Millis = Millis::seconds(5);

/// Where the next token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    HostPage,
    Refresh,
}

/// Why the next token is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueReason {
    /// The token in use is about to expire.
    Expiry,
    /// PingOne refused the token in use.
    Refused,
}

/// The token in use, and the state of the request for the next one.
#[derive(Debug)]
pub struct TokenSchedule {
    source: Source,
    /// `None` before the first token, after [`TokenSchedule::end`], and for a token that can't be refreshed.
    token: Option<Token>,
    is_requested: bool,
    /// Since when the pause after misses counts.
    paused_at: Instant,
    /// Until then no request is due, whatever was missed.
    not_before: Instant,
    /// How many times in a row no usable token came.
    misses: u32,
}

#[derive(Debug)]
struct Token {
    held_at: Timestamp,
    due_at: Option<DueAt>,
    is_refused: bool,
}

/// When a token is to be replaced because of its expiry.
#[derive(Debug, Clone, Copy)]
struct DueAt {
    /// By the monotonic clock. The wall clock may be wrong, and the monotonic clock stops while a computer sleeps.
    now: Option<Instant>,
    wall: Timestamp,
}

impl DueAt {
    fn has_come(self, at: ClockReading) -> bool {
        self.now.is_some_and(|due| at.now >= due) || at.wall >= self.wall
    }
}

impl Source {
    /// How long before its expiry a token is replaced: before a run pauses for a person, with time for the host page to
    /// get a new token, or for some failures of the refresh.
    const fn lead(self) -> Millis {
        match self {
            Self::HostPage => Millis::seconds(3 * 60),
            Self::Refresh => Millis::seconds(12 * 60),
        }
    }

    /// The pause after this many misses in a row.
    fn pause(self, misses: u32) -> Millis {
        let (free, longest) = match self {
            Self::HostPage => (1, Millis::seconds(300)),
            Self::Refresh => (0, Millis::seconds(60)),
        };
        match misses.saturating_sub(free) {
            0 => Millis(0),
            paused => Millis(FIRST_PAUSE.0 << (paused - 1).min(6)).min(longest),
        }
    }

    /// How long no request is due after a token that replaced another.
    const fn gap(self) -> Millis {
        match self {
            Self::HostPage => Millis(0),
            Self::Refresh => Millis::seconds(60),
        }
    }

    /// When a token that is held from `at` on is to be replaced; `None` if it doesn't say enough about its lifetime.
    fn due_at(self, facts: &TokenFacts, at: ClockReading) -> Option<DueAt> {
        let (expires, lead, now) = match self {
            Self::HostPage => (facts.expires_after(at.wall)?, self.lead(), None),
            Self::Refresh => {
                let expires = facts.expires_at?;
                let lifetime = Millis(u64::try_from(expires.since(facts.issued_at?)).ok()?);
                // A short lifetime isn't spent on refreshing.
                let lead = self.lead().min(Millis(lifetime.0 / 4));
                (expires, lead, Some(at.now + Millis(lifetime.0 - lead.0)))
            }
        };
        Some(DueAt { now, wall: expires.plus(-i64::try_from(lead.0).ok()?) })
    }
}

impl TokenSchedule {
    /// A schedule for tokens that a host page supplies.
    #[must_use]
    pub const fn for_host_page() -> Self {
        Self::new(Source::HostPage)
    }

    /// A schedule for tokens that are refreshed after a person signed in.
    #[must_use]
    pub const fn for_refresh() -> Self {
        Self::new(Source::Refresh)
    }

    const fn new(source: Source) -> Self {
        Self {
            source,
            token: None,
            is_requested: false,
            paused_at: Instant(0),
            not_before: Instant(0),
            misses: 0,
        }
    }

    /// A token is in use from now on, from any source.
    ///
    /// Of a host page it counts as a miss if it replaces a refused token, or if it expires soon: otherwise a host page
    /// that always supplies the same token would be asked without end.
    pub fn hold(&mut self, facts: &TokenFacts, at: ClockReading) {
        let due_at = self.source.due_at(facts, at);
        let was_refused = self.token.as_ref().is_some_and(|token| token.is_refused);
        let is_due = due_at.is_some_and(|due| due.has_come(at));
        let is_miss = self.source == Source::HostPage && (was_refused || is_due);
        self.misses = if is_miss { self.misses.saturating_add(1) } else { 0 };
        let gap = if self.token.is_some() { self.source.gap() } else { Millis(0) };
        self.not_before = at.now + gap;
        self.is_requested = false;
        let can_be_replaced = self.source == Source::HostPage || due_at.is_some();
        self.token = can_be_replaced.then_some(Token { held_at: at.wall, due_at, is_refused: false });
    }

    /// Whether to ask for the next token now, without an action of a person, and why.
    #[must_use]
    pub fn due(&self, at: ClockReading) -> Option<DueReason> {
        let token = self.token.as_ref()?;
        let reason = if token.is_refused {
            DueReason::Refused
        } else {
            token.due_at.filter(|due| due.has_come(at)).map(|_| DueReason::Expiry)?
        };
        let not_before = self.not_before.max(self.paused_at + self.source.pause(self.misses));
        (!self.is_requested && at.now >= not_before).then_some(reason)
    }

    /// Records that the next token is asked for.
    pub fn ask(&mut self, now: Instant) {
        (self.is_requested, self.paused_at) = (true, now);
    }

    /// Records that no token came, or none that can be used.
    pub fn miss(&mut self, now: Instant) {
        if self.source == Source::Refresh {
            (self.paused_at, self.not_before) = (now, now);
        }
        self.is_requested = false;
        self.misses = self.misses.saturating_add(1);
    }

    /// PingOne accepted the token of a request that was sent then.
    pub fn worked(&mut self, sent_at: Timestamp) {
        let Some(token) = self.token.as_ref().filter(|token| sent_at >= token.held_at) else { return };
        if self.source == Source::HostPage && token.due_at.is_none_or(|due| sent_at < due.wall) {
            self.misses = 0;
        }
    }

    /// PingOne refused the token of a request that was sent then. Requests sent with an earlier token are ignored.
    pub fn refused(&mut self, sent_at: Timestamp) {
        if let Some(token) = self.token.as_mut().filter(|token| sent_at >= token.held_at) {
            token.is_refused |= self.source == Source::HostPage;
        }
    }

    /// Stops asking until the next token is held: the token was forgotten or replaced, or its source gave up.
    pub fn end(&mut self) {
        *self = Self::new(self.source);
    }
}

#[cfg(test)]
mod tests;
