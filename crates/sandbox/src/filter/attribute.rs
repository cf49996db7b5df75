//! The texts that users can be filtered by, and how each is compared.

use crate::directory::{Account, Person};

/// How a text is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// `eq`
    Equals,
    /// `sw`
    Starts,
    /// `ew`
    Ends,
    /// `co`
    Contains,
}

impl Match {
    /// What every text has.
    pub(super) const COMMON: &[Self] = &[Self::Equals, Self::Starts];

    /// The operator.
    #[must_use]
    pub const fn operator(self) -> &'static str {
        match self {
            Self::Equals => "eq",
            Self::Starts => "sw",
            Self::Ends => "ew",
            Self::Contains => "co",
        }
    }

    pub(super) fn holds(self, text: &str, value: &str) -> bool {
        match self {
            Self::Equals => text == value,
            Self::Starts => text.starts_with(value),
            Self::Ends => text.ends_with(value),
            Self::Contains => text.contains(value),
        }
    }
}

/// What a value may be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quoted,
    /// Without quotes, too.
    Boolean,
}

/// A text that users can be filtered by.
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
    /// All of them. MFA is none.
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

    /// PingOne has it, the sandbox's people don't.
    const fn absent(name: &'static str) -> Self {
        Self::text(name, |_| None)
    }

    /// The attribute with a name, in its case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|attribute| attribute.name == name)
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How it may be compared.
    #[must_use]
    pub const fn operators(&self) -> &'static [Match] {
        self.operators
    }

    /// Whether values are written without quotes, too.
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

/// An empty text is one that isn't there.
fn present(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
