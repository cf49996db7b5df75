//! Filters of small collections: comparisons joined by `and`, with optional parentheses.
//!
//! Source: developer.pingidentity.com, PingOne API, "Read all groups", "Read all MFA user devices", "Reporting". That
//! comparisons can be joined, and how a value is escaped, is assumed to be as for users.

use std::iter::Peekable;

use uuid::Uuid;

use crate::filter::lexer::{Word, words};

/// Length of a UUID with hyphens.
const HYPHENATED: usize = 36;

/// The attributes that a collection can be filtered by, each with its operators.
pub(crate) type Offer = &'static [(&'static str, &'static [Operator])];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    Starts,
    /// `memberOfGroups[id eq "…"]`.
    Member,
    /// `memberOfGroups[id eq "…" and type eq "DIRECT"]`.
    DirectMember,
}

/// The attribute in the brackets after `memberOfGroups`.
const GROUP: Offer = &[("id", &[Operator::Equals])];

const MEMBERSHIP: Offer = &[("type", &[Operator::Equals])];

impl Operator {
    fn name(self) -> &'static str {
        match self {
            Self::Equals | Self::Member | Self::DirectMember => "eq",
            Self::Starts => "sw",
        }
    }
}

/// A comparison of an attribute with a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) attribute: &'static str,
    operator: Operator,
    value: String,
}

impl Comparison {
    /// Parses a conjunction of comparisons; `None` for anything that PingOne would answer with `INVALID_FILTER`.
    pub(crate) fn all(text: &str, offer: Offer) -> Option<Vec<Self>> {
        let mut words = words(text).ok()?.into_iter().peekable();
        let mut all = Vec::new();
        let mut open = 0_usize;
        loop {
            open += count(&mut words, &Word::Open);
            all.push(Self::read(&mut words, offer)?);
            open = open.checked_sub(count(&mut words, &Word::Close))?;
            match words.next() {
                Some(word) if is_and(&word) => {}
                Some(_) => return None,
                None => return (open == 0).then_some(all),
            }
        }
    }

    fn read<'a>(words: &mut Peekable<impl Iterator<Item = Word<'a>>>, offer: Offer) -> Option<Self> {
        let Word::Plain(name) = words.next()? else { return None };
        let (attribute, operators) = *offer.iter().find(|(attribute, _)| *attribute == name)?;
        if operators.contains(&Operator::Member) {
            return Self::read_membership(words, attribute);
        }
        let Word::Plain(name) = words.next()? else { return None };
        let operator = *operators.iter().find(|operator| operator.name().eq_ignore_ascii_case(name))?;
        let Word::Quoted(value) = words.next()? else { return None };
        // An invalid ID is refused, as in the filters of users.
        if attribute.rsplit('.').next() == Some("id") && !is_id(&value) {
            return None;
        }
        Some(Self { attribute, operator, value })
    }

    /// Parses the brackets after `memberOfGroups`.
    fn read_membership<'a>(
        words: &mut Peekable<impl Iterator<Item = Word<'a>>>,
        attribute: &'static str,
    ) -> Option<Self> {
        words.next_if_eq(&Word::OpenBracket)?;
        let group = Self::read(words, GROUP)?;
        let mut operator = Operator::Member;
        if words.next_if(is_and).is_some() {
            Self::read(words, MEMBERSHIP).filter(|membership| membership.value == "DIRECT")?;
            operator = Operator::DirectMember;
        }
        words.next_if_eq(&Word::CloseBracket)?;
        Some(Self { attribute, operator, value: group.value })
    }

    /// The group whose members are requested, and whether only direct members are.
    pub(crate) fn membership(&self) -> Option<(&str, bool)> {
        match self.operator {
            Operator::Member => Some((&self.value, false)),
            Operator::DirectMember => Some((&self.value, true)),
            Operator::Equals | Operator::Starts => None,
        }
    }

    /// Whether the comparison matches an attribute's value. A missing attribute matches nothing.
    pub(crate) fn matches(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| match self.operator {
            Operator::Equals => text == self.value,
            Operator::Starts => text.starts_with(&self.value),
            // Membership isn't a text attribute.
            Operator::Member | Operator::DirectMember => false,
        })
    }
}

fn is_and(word: &Word<'_>) -> bool {
    matches!(word, Word::Plain(text) if text.eq_ignore_ascii_case("and"))
}

fn is_id(text: &str) -> bool {
    text.len() == HYPHENATED && Uuid::try_parse(text).is_ok()
}

fn count<'a>(words: &mut Peekable<impl Iterator<Item = Word<'a>>>, expected: &Word<'_>) -> usize {
    let mut found = 0;
    while words.next_if(|word| word == expected).is_some() {
        found += 1;
    }
    found
}

/// The attributes and operators that a refusal lists as supported; the operators are those of any attribute.
pub(crate) fn supported(offer: Offer) -> (Vec<&'static str>, Vec<&'static str>) {
    let operators = offer.iter().flat_map(|(_, operators)| operators.iter().map(|operator| operator.name()));
    let mut operators: Vec<_> = operators.collect();
    operators.sort_unstable();
    operators.dedup();
    (offer.iter().map(|(attribute, _)| *attribute).collect(), operators)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: Offer = &[("a", &[Operator::Equals]), ("b", &[Operator::Equals, Operator::Starts])];

    #[test]
    fn comparisons_are_joined_by_and_in_any_case() {
        let read = Comparison::all(r#"((a eq "1") AND b sw "x\"y")"#, OFFER).unwrap();
        let described: Vec<_> =
            read.iter().map(|one| (one.attribute, one.operator, one.value.as_str())).collect();
        assert_eq!(described, [("a", Operator::Equals, "1"), ("b", Operator::Starts, "x\"y")]);
        assert!(
            read.iter().all(|one| one.matches(Some("1")) == (one.attribute == "a") && !one.matches(None))
        );
    }

    #[test]
    fn an_unsupported_filter_is_refused() {
        for text in [
            "",
            "a",
            "a eq",
            "a eq 1",
            "a sw \"1\"",
            "c eq \"1\"",
            "(a eq \"1\"",
            "a eq \"1\")",
            "a eq \"1\" b eq \"1\"",
            "a eq \"1\" or b eq \"1\"",
            "a eq \"1\" and",
            "a eq \"1",
        ] {
            assert_eq!(Comparison::all(text, OFFER), None, "{text}");
        }
    }
}
