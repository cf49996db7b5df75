//! What really happened: every write with its time, its client and its request, and how much was asked.

use std::collections::HashMap;

use http::Method;
use serde::Serialize;
use uuid::Uuid;

use crate::Timestamp;

/// A write of one user's flag that was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Write {
    /// When it was asked for.
    pub at: Timestamp,
    /// Whose flag.
    pub user: Uuid,
    /// What the flag was.
    pub from: bool,
    /// What was asked for.
    pub to: bool,
    /// Whether and when it was carried out.
    pub applied: Applied,
    /// Who asked: the client's id, or `background`.
    pub client: String,
    /// The request, by its Correlation-Id.
    pub request: Uuid,
    /// Whether it is in the announced plan; absent without a plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<bool>,
}

/// Whether and when a write was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Applied {
    /// At this time.
    At(Timestamp),
    /// It is to be at this time.
    Due(Timestamp),
    /// Never.
    Never,
}

/// How much was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Preflights.
    pub options: u64,
    /// Reads.
    pub get: u64,
    /// Writes.
    pub put: u64,
    /// Everything else.
    pub other: u64,
    /// How many requests were answered at the same time, at most.
    pub most_in_flight: u64,
}

/// Everything that happened.
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
    /// Every write, the oldest first.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The writes of one user's flag, the oldest first.
    pub fn writes_of(&self, user: Uuid) -> impl Iterator<Item = &Write> {
        let places = self.of_user.get(&user).into_iter().flatten();
        places.filter_map(|place| self.writes.get(*place))
    }

    /// How much was asked.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Announces what is going to be written: other writes are marked.
    pub fn announce(&mut self, plan: HashMap<Uuid, bool>) {
        self.plan = Some(plan);
    }

    /// The writes that no plan announced.
    pub fn unplanned(&self) -> impl Iterator<Item = &Write> {
        self.writes.iter().filter(|write| write.planned == Some(false))
    }

    /// What the flag must be by now, if it was `seeded` at first: the value of the write that was carried out last.
    #[must_use]
    pub fn flag_at(&self, user: Uuid, seeded: bool, now: Timestamp) -> bool {
        let applied = self.writes_of(user).filter_map(|write| match write.applied {
            Applied::At(at) if at <= now => Some((at, write.to)),
            Applied::At(_) | Applied::Due(_) | Applied::Never => None,
        });
        // Of two at the same time the later one holds.
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

    /// A server calls this around every answer.
    pub fn enter(&mut self) {
        self.in_flight += 1;
        self.counts.most_in_flight = self.counts.most_in_flight.max(self.in_flight);
    }

    /// See [`Oracle::enter`].
    pub fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(crate) fn record(&mut self, write: Write) {
        let planned = self.plan.as_ref().map(|plan| plan.get(&write.user) == Some(&write.to));
        let place = self.writes.len();
        if matches!(write.applied, Applied::Due(_)) {
            self.due.push(place);
        }
        self.of_user.entry(write.user).or_default().push(place);
        self.writes.push(Write { planned, ..write });
    }

    /// Takes the writes whose time has come, in the order of their times, as user, value and time.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Vec<(Uuid, bool, Timestamp)> {
        let mut settled = Vec::new();
        let writes = &mut self.writes;
        self.due.retain(|place| {
            let Some(write) = writes.get_mut(*place) else { return false };
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
    fn what_was_carried_out_last_holds_whatever_was_asked_last() {
        let mut oracle = Oracle::default();
        oracle.record(write(1, true, Applied::Due(Timestamp(10))));
        oracle.record(write(2, false, Applied::At(Timestamp(2))));
        oracle.record(write(3, true, Applied::Never));
        assert!(!oracle.flag_at(Uuid::nil(), true, Timestamp(5)));
        assert_eq!(oracle.settle(Timestamp(9)), []);
        assert_eq!(oracle.settle(Timestamp(11)), [(Uuid::nil(), true, Timestamp(10))]);
        assert!(oracle.flag_at(Uuid::nil(), false, Timestamp(11)));
        assert!(!oracle.flag_at(Uuid::nil(), true, Timestamp(9)), "it was still the earlier one then");
    }

    #[test]
    fn a_write_outside_the_plan_is_marked() {
        let mut oracle = Oracle::default();
        oracle.announce(HashMap::from([(Uuid::nil(), true)]));
        oracle.record(write(1, true, Applied::At(Timestamp(1))));
        oracle.record(write(2, false, Applied::At(Timestamp(2))));
        assert_eq!(oracle.unplanned().map(|write| write.at).collect::<Vec<_>>(), [Timestamp(2)]);
    }
}
