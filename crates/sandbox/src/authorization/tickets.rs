//! Things that are good for one use and for some time.

use std::collections::VecDeque;

use crate::Timestamp;

/// How many are kept. A ticket that is older than so many others is forgotten.
const MOST: usize = 1000;

struct Ticket<T> {
    text: String,
    ends: Timestamp,
    is_spent: bool,
    content: T,
}

/// What a text is good for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Use<T> {
    /// It was used now.
    First(T),
    /// It was used before: somebody else has it too.
    Again(T),
    /// It was never issued, is over, or was revoked.
    Unknown,
}

/// Tickets, the oldest first. A spent one is kept until it would end, so that its second use is noticed.
pub(crate) struct Tickets<T>(VecDeque<Ticket<T>>);

impl<T: Clone> Tickets<T> {
    pub(crate) fn none() -> Self {
        Self(VecDeque::new())
    }

    pub(crate) fn add(&mut self, text: String, content: T, ends: Timestamp) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(Ticket { text, ends, is_spent: false, content });
    }

    /// What a ticket is for, without using it.
    pub(crate) fn look(&self, text: &str) -> Option<&T> {
        self.0.iter().find(|ticket| ticket.text == text).map(|ticket| &ticket.content)
    }

    /// Uses a ticket.
    pub(crate) fn spend(&mut self, text: &str, now: Timestamp) -> Use<T> {
        let ticket = self.0.iter_mut().find(|ticket| ticket.text == text && ticket.ends > now);
        let Some(ticket) = ticket else { return Use::Unknown };
        let content = ticket.content.clone();
        if std::mem::replace(&mut ticket.is_spent, true) { Use::Again(content) } else { Use::First(content) }
    }

    /// Forgets those whose content matches.
    pub(crate) fn forget(&mut self, matches: impl Fn(&T) -> bool) {
        self.0.retain(|ticket| !matches(&ticket.content));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_until_it_ends() {
        let mut tickets = Tickets::none();
        tickets.add("a".to_owned(), 1, Timestamp(10));
        tickets.add("b".to_owned(), 2, Timestamp(10));
        assert_eq!(tickets.spend("a", Timestamp(9)), Use::First(1));
        assert_eq!(tickets.spend("a", Timestamp(9)), Use::Again(1));
        assert_eq!(tickets.spend("b", Timestamp(10)), Use::Unknown);
        assert_eq!(tickets.spend("c", Timestamp(9)), Use::Unknown);
    }

    #[test]
    fn a_ticket_that_is_forgotten_is_unknown() {
        let mut tickets = Tickets::none();
        tickets.add("a".to_owned(), 1, Timestamp(10));
        tickets.add("b".to_owned(), 2, Timestamp(10));
        tickets.forget(|content| *content == 1);
        assert_eq!((tickets.look("a"), tickets.look("b")), (None, Some(&2)));
        for number in 0..MOST {
            tickets.add(number.to_string(), 3, Timestamp(10));
        }
        assert_eq!((tickets.look("b"), tickets.look("0")), (None, Some(&3)));
    }
}
