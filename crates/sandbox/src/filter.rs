//! SCIM filters of users: parsed by a small grammar, and evaluated.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Read all users", and the documentation of Ping's Terraform
//! provider (attributes, operators); recorded requests (groups). Assumed: escaping as in JSON strings, according to RFC
//! 7644; text comparison is case-sensitive.

use std::fmt;

use uuid::Uuid;

use crate::Timestamp;

mod attribute;
mod evaluation;
mod grammar;
pub(crate) mod lexer;

pub use attribute::{Attribute, Match};
pub(crate) use grammar::Ids;

/// A parsed filter of the user list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Matches if all of these filters match: `… and …`
    All(Vec<Filter>),
    /// Matches if at least one of these filters matches: `… or …`
    Any(Vec<Filter>),
    /// A comparison of a text attribute, for example `username sw "a"`
    Text(&'static Attribute, Match, String),
    /// A comparison of the user's ID: `id eq "…"`
    Id(Uuid),
    /// The user's population: `population.id eq "…"`
    Population(Uuid),
    /// Membership in a group: `memberOfGroups[id eq "…"]`
    MemberOf {
        /// The ID of the group whose members match.
        group: Uuid,
        /// Whether only direct members match: `and type eq "DIRECT"`.
        directly: bool,
    },
    /// Time of the last change: `updatedAt ge "…"` or `updatedAt le "…"`
    Updated(Bound, Timestamp),
}

/// A lower or upper bound of a time. Both bounds are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Lower bound, at this time or later: `ge`
    From,
    /// Upper bound, at this time or earlier: `le`
    Until,
}

impl Bound {
    /// Both bounds: the lower one, `ge`, and the upper one, `le`.
    pub const ALL: [Self; 2] = [Self::From, Self::Until];

    /// The operator's name in a filter.
    #[must_use]
    pub const fn operator(self) -> &'static str {
        match self {
            Self::From => "ge",
            Self::Until => "le",
        }
    }
}

/// Why a text isn't a filter that PingOne accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The text of the filter is longer than 64 KiB.
    TooLong,
    /// The parentheses are nested too deeply.
    TooDeep,
    /// The next word isn't valid here; what is expected instead.
    Expected(&'static str),
    /// Users can't be filtered by this attribute.
    Attribute(String),
    /// The attribute doesn't support this operator; the list has the supported ones.
    Operator(String, Vec<&'static str>),
    /// The value isn't valid for this attribute.
    Value(&'static str),
}

impl Refused {
    /// The contents of `innerError.supportedOperators`: those of the attribute if the operator is wrong, otherwise
    /// those that every text attribute supports.
    pub(crate) fn supported_operators(&self) -> Vec<&'static str> {
        match self {
            Self::Operator(_, supported) => supported.clone(),
            Self::TooLong | Self::TooDeep | Self::Expected(_) | Self::Attribute(_) | Self::Value(_) => {
                common_operators()
            }
        }
    }

    /// The contents of `innerError.supportedAttributes`.
    pub(crate) fn supported_attributes() -> Vec<&'static str> {
        let texts = Attribute::ALL.iter().map(Attribute::name);
        let mut names: Vec<_> = texts.chain(["memberOfGroups", "population.id", "updatedAt"]).collect();
        names.sort_unstable();
        names
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("The filter is too long."),
            Self::TooDeep => f.write_str("The filter is nested too deeply."),
            Self::Expected(what) => write!(f, "The filter can't be read: {what} is expected."),
            Self::Attribute(name) => write!(f, "The filter attribute '{}' is not supported.", prefix(name)),
            Self::Operator(operator, _) => {
                write!(f, "The filter operator '{}' is not supported.", prefix(operator))
            }
            Self::Value(attribute) => write!(f, "The filter's value of '{attribute}' is invalid."),
        }
    }
}

fn common_operators() -> Vec<&'static str> {
    Match::COMMON.iter().map(|operator| operator.operator()).collect()
}

/// A prefix that is long enough to recognize the text.
fn prefix(text: &str) -> &str {
    const SHOWN: usize = 40;
    text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
