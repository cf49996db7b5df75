//! The text attributes that users can be filtered by, with their operators.

use crate::directory::{Account, Person};

/// The operator that compares a text attribute with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The text is equal to the value: `eq`
    Equals,
    /// The text starts with the value: `sw`
    Starts,
    /// The text ends with the value: `ew`
    Ends,
    /// The text contains the value: `co`
    Contains,
}

impl Match {
    /// The operators of every text attribute.
    pub(super) const COMMON: &[Self] = &[Self::Equals, Self::Starts];

    /// The operator's name in a filter.
    #[must_use]
    pub const fn operator(self) -> &'static str {
        match self {
            Self::Equals => "eq",
            Self::Starts => "sw",
            Self::Ends => "ew",
            Self::Contains => "co",
        }
    }

    pub(super) fn matches(self, text: &str, value: &str) -> bool {
        match self {
            Self::Equals => text == value,
            Self::Starts => text.starts_with(value),
            Self::Ends => text.ends_with(value),
            Self::Contains => text.contains(value),
        }
    }
}

/// How a filter can write the attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quoted,
    /// With or without quotes.
    Boolean,
}

/// A text attribute that users can be filtered by.
#[derive(Debug)]
pub struct Attribute {
    name: &'static str,
    operators: &'static [Match],
    kind: Kind,
    of: fn(&Person) -> Option<&str>,
}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Attribute {}

impl Attribute {
    /// All text attributes. The MFA flag isn't among them.
    pub const ALL: &'static [Self] = &[
        Self::absent("accountId"),
        Self::absent("address.countryCode"),
        Self::absent("address.locality"),
        Self::absent("address.postalCode"),
        Self::absent("address.region"),
        Self::absent("address.streetAddress"),
        Self {
            operators: &[Match::Equals, Match::Starts, Match::Ends],
            ..Self::text("email", |person| person.email.as_deref())
        },
        Self { kind: Kind::Boolean, ..Self::text("enabled", |person| Some(enabled(person))) },
        Self::absent("endDate"),
        Self::text("externalId", |person| person.external_id.as_deref()),
        Self::absent("locale"),
        Self::absent("mobilePhone"),
        Self::name_part("name.family", |person| present(&person.family)),
        Self::absent("name.formatted"),
        Self::name_part("name.given", |person| present(&person.given)),
        Self::absent("name.honorificPrefix"),
        Self::absent("name.honorificSuffix"),
        Self::absent("name.middle"),
        Self::absent("nickname"),
        Self::absent("photo.href"),
        Self::absent("preferredLanguage"),
        Self::absent("primaryPhone"),
        Self::absent("startDate"),
        Self::absent("timezone"),
        Self::absent("title"),
        Self::absent("type"),
        Self::text("username", |person| Some(&person.username)),
    ];

    const fn text(name: &'static str, of: fn(&Person) -> Option<&str>) -> Self {
        Self { name, operators: Match::COMMON, kind: Kind::Quoted, of }
    }

    const fn name_part(name: &'static str, of: fn(&Person) -> Option<&str>) -> Self {
        let operators = &[Match::Equals, Match::Starts, Match::Ends, Match::Contains];
        Self { operators, ..Self::text(name, of) }
    }

    /// An attribute that PingOne supports, but that no user of the sandbox has.
    const fn absent(name: &'static str) -> Self {
        Self::text(name, |_| None)
    }

    /// Returns the attribute with this name, which is case-sensitive.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|attribute| attribute.name == name)
    }

    /// The attribute's name in a filter, for example `name.given`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The operators that the attribute supports.
    #[must_use]
    pub const fn operators(&self) -> &'static [Match] {
        self.operators
    }

    /// Whether a value may also be written without quotes.
    #[must_use]
    pub const fn is_boolean(&self) -> bool {
        matches!(self.kind, Kind::Boolean)
    }

    pub(super) fn of<'a>(&self, person: &'a Person) -> Option<&'a str> {
        (self.of)(person)
    }
}

fn enabled(person: &Person) -> &'static str {
    if person.account == Account::Disabled { "false" } else { "true" }
}

/// Treats an empty text as missing.
fn present(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
