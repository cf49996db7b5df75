//! The record of what really happened: every write with its time, client and request, and the number of requests.

use std::collections::HashMap;

use http::Method;
use serde::Serialize;
use uuid::Uuid;

use crate::Timestamp;

/// A well-formed write of a user's MFA flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Write {
    /// The time at which the request was answered.
    pub at: Timestamp,
    /// The ID of the user whose flag is written.
    pub user: Uuid,
    /// The value of the flag before the write.
    pub from: bool,
    /// The value that the request sets.
    pub to: bool,
    /// Whether and when the write was applied.
    pub applied: Applied,
    /// The ID of the client, or `background` for a background change.
    pub client: String,
    /// The correlation ID of the request.
    pub request: Uuid,
    /// Whether the announced plan contains this write; absent if no plan was announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<bool>,
}

/// Whether and when a write was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Applied {
    /// The write was applied at this time.
    At(Timestamp),
    /// The write is delayed and will be applied at this time.
    Due(Timestamp),
    /// The write is never applied, although its answer may report success.
    Never,
}

/// The number of requests by method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// `OPTIONS` requests, mostly preflights.
    pub options: u64,
    /// `GET` requests, refused ones included.
    pub get: u64,
    /// `PUT` requests, refused ones included.
    pub put: u64,
    /// Requests with any other method.
    pub other: u64,
    /// The maximum number of requests that were in flight at the same time.
    pub most_in_flight: u64,
}

/// The record of all writes and requests.
#[derive(Debug, Default)]
pub struct Oracle {
    writes: Vec<Write>,
    of_user: HashMap<Uuid, Vec<usize>>,
    due: Vec<usize>,
    plan: Option<HashMap<Uuid, bool>>,
    counts: Counts,
    in_flight: u64,
}

impl Oracle {
    /// All writes in the order of their requests, oldest first.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The writes of one user's flag, oldest first.
    pub fn writes_of(&self, user: Uuid) -> impl Iterator<Item = &Write> {
        let indexes = self.of_user.get(&user).into_iter().flatten();
        indexes.filter_map(|index| self.writes.get(*index))
    }

    /// The number of requests so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Announces a plan: which users' flags will be set to which values. Later writes are marked as planned or not.
    pub fn announce(&mut self, plan: HashMap<Uuid, bool>) {
        self.plan = Some(plan);
    }

    /// The writes that the announced plan doesn't contain.
    pub fn unplanned(&self) -> impl Iterator<Item = &Write> {
        self.writes.iter().filter(|write| write.planned == Some(false))
    }

    /// The flag that a user must have at `now`: the value of the last applied write, or `seeded` if there is none.
    #[must_use]
    pub fn flag_at(&self, user: Uuid, seeded: bool, now: Timestamp) -> bool {
        let applied = self.writes_of(user).filter_map(|write| match write.applied {
            Applied::At(at) if at <= now => Some((at, write.to)),
            Applied::At(_) | Applied::Due(_) | Applied::Never => None,
        });
        // If two writes were applied at the same time, the later one wins.
        applied.fold((Timestamp(i64::MIN), seeded), |last, next| if next.0 >= last.0 { next } else { last }).1
    }

    pub(crate) fn count(&mut self, method: &Method) {
        let count = match *method {
            Method::OPTIONS => &mut self.counts.options,
            Method::GET => &mut self.counts.get,
            Method::PUT => &mut self.counts.put,
            _ => &mut self.counts.other,
        };
        *count += 1;
    }

    /// Counts a request in flight. A server calls this before it answers a request.
    pub fn enter(&mut self) {
        self.in_flight += 1;
        self.counts.most_in_flight = self.counts.most_in_flight.max(self.in_flight);
    }

    /// Ends the count of a request in flight. See [`Oracle::enter`].
    pub fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(crate) fn record(&mut self, write: Write) {
        let planned = self.plan.as_ref().map(|plan| plan.get(&write.user) == Some(&write.to));
        let index = self.writes.len();
        if matches!(write.applied, Applied::Due(_)) {
            self.due.push(index);
        }
        self.of_user.entry(write.user).or_default().push(index);
        self.writes.push(Write { planned, ..write });
    }

    /// Applies the delayed writes that are due, and returns them as user, value and time, ordered by time.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Vec<(Uuid, bool, Timestamp)> {
        let mut settled = Vec::new();
        let writes = &mut self.writes;
        self.due.retain(|index| {
            let Some(write) = writes.get_mut(*index) else { return false };
            let Applied::Due(at) = write.applied else { return false };
            if at > now {
                return true;
            }
            write.applied = Applied::At(at);
            settled.push((write.user, write.to, at));
            false
        });
        settled.sort_by_key(|(_, _, at)| *at);
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(at: i64, to: bool, applied: Applied) -> Write {
        Write {
            at: Timestamp(at),
            user: Uuid::nil(),
            from: !to,
            to,
            applied,
            client: "a client".to_owned(),
            request: Uuid::nil(),
            planned: None,
        }
    }

    #[test]
    fn the_write_applied_last_determines_the_flag() {
        let mut oracle = Oracle::default();
        oracle.record(write(1, true, Applied::Due(Timestamp(10))));
        oracle.record(write(2, false, Applied::At(Timestamp(2))));
        oracle.record(write(3, true, Applied::Never));
        assert!(!oracle.flag_at(Uuid::nil(), true, Timestamp(5)));
        assert_eq!(oracle.settle(Timestamp(9)), []);
        assert_eq!(oracle.settle(Timestamp(11)), [(Uuid::nil(), true, Timestamp(10))]);
        assert!(oracle.flag_at(Uuid::nil(), false, Timestamp(11)));
        assert!(!oracle.flag_at(Uuid::nil(), true, Timestamp(9)), "the delayed write wasn't applied yet");
    }

    #[test]
    fn an_unplanned_write_is_marked() {
        let mut oracle = Oracle::default();
        oracle.announce(HashMap::from([(Uuid::nil(), true)]));
        oracle.record(write(1, true, Applied::At(Timestamp(1))));
        oracle.record(write(2, false, Applied::At(Timestamp(2))));
        assert_eq!(oracle.unplanned().map(|write| write.at).collect::<Vec<_>>(), [Timestamp(2)]);
    }
}
