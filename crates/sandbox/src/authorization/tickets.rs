//! Single-use tokens with an expiry: authorization codes and refresh tokens.

use std::collections::VecDeque;

use crate::Timestamp;

/// How many tickets are kept. The oldest is dropped when one more is added.
const CAPACITY: usize = 1000;

struct Ticket<T> {
    text: String,
    expires_at: Timestamp,
    is_used: bool,
    content: T,
}

/// The result of redeeming a ticket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Use<T> {
    /// The ticket was valid and is used up now.
    First(T),
    /// The ticket had been used before, so a second party has it.
    Again(T),
    /// The ticket was never issued, is expired, or was revoked.
    Unknown,
}

/// Tickets, oldest first. A used ticket is kept until it expires, so that a second use is detected.
pub(crate) struct Tickets<T>(VecDeque<Ticket<T>>);

impl<T: Clone> Tickets<T> {
    pub(crate) fn none() -> Self {
        Self(VecDeque::new())
    }

    pub(crate) fn add(&mut self, text: String, content: T, expires_at: Timestamp) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(Ticket { text, expires_at, is_used: false, content });
    }

    /// Returns the content of a ticket without using it up.
    pub(crate) fn peek(&self, text: &str) -> Option<&T> {
        self.0.iter().find(|ticket| ticket.text == text).map(|ticket| &ticket.content)
    }

    /// Uses up a ticket and returns its content.
    pub(crate) fn redeem(&mut self, text: &str, now: Timestamp) -> Use<T> {
        let ticket = self.0.iter_mut().find(|ticket| ticket.text == text && ticket.expires_at > now);
        let Some(ticket) = ticket else { return Use::Unknown };
        let content = ticket.content.clone();
        if std::mem::replace(&mut ticket.is_used, true) { Use::Again(content) } else { Use::First(content) }
    }

    /// Removes the tickets whose content matches.
    pub(crate) fn remove_matching(&mut self, matches: impl Fn(&T) -> bool) {
        self.0.retain(|ticket| !matches(&ticket.content));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_can_be_redeemed_once_before_it_expires() {
        let mut tickets = Tickets::none();
        tickets.add("a".to_owned(), 1, Timestamp(10));
        tickets.add("b".to_owned(), 2, Timestamp(10));
        assert_eq!(tickets.redeem("a", Timestamp(9)), Use::First(1));
        assert_eq!(tickets.redeem("a", Timestamp(9)), Use::Again(1));
        assert_eq!(tickets.redeem("b", Timestamp(10)), Use::Unknown);
        assert_eq!(tickets.redeem("c", Timestamp(9)), Use::Unknown);
    }

    #[test]
    fn a_removed_ticket_is_unknown() {
        let mut tickets = Tickets::none();
        tickets.add("a".to_owned(), 1, Timestamp(10));
        tickets.add("b".to_owned(), 2, Timestamp(10));
        tickets.remove_matching(|content| *content == 1);
        assert_eq!((tickets.peek("a"), tickets.peek("b")), (None, Some(&2)));
        for number in 0..CAPACITY {
            tickets.add(number.to_string(), 3, Timestamp(10));
        }
        assert_eq!((tickets.peek("b"), tickets.peek("0")), (None, Some(&3)));
    }
}
