//! The filters of small collections: comparisons, each with or without parentheses, joined by `and`.
//!
//! Source: developer.pingidentity.com, PingOne API, "Read all groups", "Read all MFA user devices", "Reporting".
//! That they can be joined, and how a value is escaped, is assumed to be as for users.

use std::iter::Peekable;

use uuid::Uuid;

use crate::filter::lexer::{Word, words};

/// The length of an id with hyphens.
const HYPHENATED: usize = 36;

/// What a collection can be filtered by: attributes, each with its operators.
pub(crate) type Offer = &'static [(&'static str, &'static [Operator])];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    Starts,
}

impl Operator {
    fn name(self) -> &'static str {
        match self {
            Self::Equals => "eq",
            Self::Starts => "sw",
        }
    }
}

/// An attribute compared with a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) attribute: &'static str,
    operator: Operator,
    value: String,
}

impl Comparison {
    /// Reads what must hold together; `None` for anything that PingOne would answer with `INVALID_FILTER`.
    pub(crate) fn all(text: &str, offer: Offer) -> Option<Vec<Self>> {
        let mut words = words(text).ok()?.into_iter().peekable();
        let mut all = Vec::new();
        let mut open = 0_usize;
        loop {
            open += count(&mut words, &Word::Open);
            all.push(Self::read(&mut words, offer)?);
            open = open.checked_sub(count(&mut words, &Word::Close))?;
            match words.next() {
                Some(Word::Plain(word)) if word.eq_ignore_ascii_case("and") => {}
                Some(_) => return None,
                None => return (open == 0).then_some(all),
            }
        }
    }

    fn read<'a>(words: &mut impl Iterator<Item = Word<'a>>, offer: Offer) -> Option<Self> {
        let Word::Plain(name) = words.next()? else { return None };
        let (attribute, operators) = *offer.iter().find(|(attribute, _)| *attribute == name)?;
        let Word::Plain(name) = words.next()? else { return None };
        let operator = *operators.iter().find(|operator| operator.name().eq_ignore_ascii_case(name))?;
        let Word::Quoted(value) = words.next()? else { return None };
        // As in the filters of users, a wrong id is refused.
        if attribute.rsplit('.').next() == Some("id") && !is_id(&value) {
            return None;
        }
        Some(Self { attribute, operator, value })
    }

    /// Whether it holds for what an attribute is. One that is not there equals nothing.
    pub(crate) fn holds(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| match self.operator {
            Operator::Equals => text == self.value,
            Operator::Starts => text.starts_with(&self.value),
        })
    }
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

/// What a refusal says is supported: the attributes, and the operators of any of them.
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
        assert!(read.iter().all(|one| one.holds(Some("1")) == (one.attribute == "a") && !one.holds(None)));
    }

    #[test]
    fn what_is_not_offered_is_refused() {
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
