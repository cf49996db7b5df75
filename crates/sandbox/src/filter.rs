//! SCIM filters of users: read by a small grammar, and evaluated.
//!
//! Sources: developer.pingidentity.com, PingOne API, "Read all users", and the documentation of Ping's Terraform
//! provider (attributes, operators); recorded requests (groups). Escaping is that of JSON strings, as RFC 7644
//! has it, and text is compared with its case; both are assumed.

use std::fmt;

use uuid::Uuid;

use crate::Timestamp;

mod attribute;
mod evaluation;
mod grammar;
pub(crate) mod lexer;

pub use attribute::{Attribute, Match};
pub(crate) use grammar::Ids;

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// `… and …`
    All(Vec<Filter>),
    /// `… or …`
    Any(Vec<Filter>),
    /// A text is compared with a value.
    Text(&'static Attribute, Match, String),
    /// `id eq "…"`
    Id(Uuid),
    /// `population.id eq "…"`
    Population(Uuid),
    /// `memberOfGroups[id eq "…"]`
    MemberOf {
        /// The group.
        group: Uuid,
        /// Not by way of another group: `and type eq "DIRECT"`.
        directly: bool,
    },
    /// `updatedAt ge "…"` or `updatedAt le "…"`
    Updated(Bound, Timestamp),
}

/// Which side of a point in time. The point itself is on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `ge`
    From,
    /// `le`
    Until,
}

impl Bound {
    /// Both.
    pub const ALL: [Self; 2] = [Self::From, Self::Until];

    /// The operator.
    #[must_use]
    pub const fn operator(self) -> &'static str {
        match self {
            Self::From => "ge",
            Self::Until => "le",
        }
    }
}

/// Why a text is no filter that PingOne would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is too long.
    TooLong,
    /// Its parentheses are nested too deeply.
    TooDeep,
    /// Something else has to stand in its place.
    Expected(&'static str),
    /// Users can't be filtered by this.
    Attribute(String),
    /// The attribute isn't compared in this way, but in the others.
    Operator(String, Vec<&'static str>),
    /// The attribute never has such a value.
    Value(&'static str),
}

impl Refused {
    /// What `innerError.supportedOperators` says: the attribute's own where its operator is wrong, else those
    /// that every text has.
    pub(crate) fn supported_operators(&self) -> Vec<&'static str> {
        match self {
            Self::Operator(_, supported) => supported.clone(),
            Self::TooLong | Self::TooDeep | Self::Expected(_) | Self::Attribute(_) | Self::Value(_) => {
                common_operators()
            }
        }
    }

    /// What `innerError.supportedAttributes` says.
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
            Self::Attribute(name) => write!(f, "The filter attribute '{}' is not supported.", start(name)),
            Self::Operator(operator, _) => {
                write!(f, "The filter operator '{}' is not supported.", start(operator))
            }
            Self::Value(attribute) => write!(f, "The filter's value of '{attribute}' is invalid."),
        }
    }
}

fn common_operators() -> Vec<&'static str> {
    Match::COMMON.iter().map(|operator| operator.operator()).collect()
}

/// Enough of a text to recognize it by.
fn start(text: &str) -> &str {
    const SHOWN: usize = 40;
    text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
