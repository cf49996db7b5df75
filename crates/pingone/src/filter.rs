//! Writes SCIM filters with the few operators that PingOne documents for users. Filters are never parsed.
//!
//! Source: developer.pingidentity.com, PingOne API, "Read all users" (attributes and operators). Escaping follows RFC
//! 7644, because PingOne documents none.

use std::fmt;

use crate::user::{GroupId, PopulationId};

/// A user attribute that PingOne can filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// The SCIM attribute `username` of a user.
    Username,
    /// The SCIM attribute `email` of a user.
    Email,
    /// The SCIM attribute `name.given`.
    GivenName,
    /// The SCIM attribute `name.family`.
    FamilyName,
    /// The SCIM attribute `externalId`.
    ExternalId,
}

impl Attribute {
    const fn name(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::GivenName => "name.given",
            Self::FamilyName => "name.family",
            Self::ExternalId => "externalId",
        }
    }
}

/// A SCIM filter. `Display` writes its text, not yet percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// The attribute starts with the value: `attribute sw "value"`.
    StartsWith(Attribute, String),
    /// The attribute equals the value: `attribute eq "value"`.
    Equals(Attribute, String),
    /// The user is in the population: `population.id eq "…"`.
    Population(PopulationId),
    /// The user is a member of the group: `memberOfGroups[id eq "…"]`, or without members through another group,
    /// `memberOfGroups[id eq "…" and type eq "DIRECT"]`.
    MemberOf {
        /// The ID of the group in PingOne.
        group: GroupId,
        /// Whether to leave out members through another group.
        is_direct: bool,
    },
    /// All of these filters match the user.
    All(Vec<Filter>),
    /// At least one of these filters matches the user.
    Any(Vec<Filter>),
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartsWith(attribute, value) => write!(f, "{} sw {}", attribute.name(), Quoted(value)),
            Self::Equals(attribute, value) => write!(f, "{} eq {}", attribute.name(), Quoted(value)),
            Self::Population(id) => write!(f, "population.id eq \"{}\"", id.0.hyphenated()),
            Self::MemberOf { group, is_direct } => {
                let direct = if *is_direct { " and type eq \"DIRECT\"" } else { "" };
                write!(f, "memberOfGroups[id eq \"{}\"{direct}]", group.0.hyphenated())
            }
            Self::All(filters) => write_joined(filters, " and ", f),
            Self::Any(filters) => write_joined(filters, " or ", f),
        }
    }
}

/// Joins filters by `word`. Nested joins are put in parentheses, so that the text
/// doesn't depend on operator precedence.
fn write_joined(filters: &[Filter], word: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, filter) in filters.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match filter {
            Filter::All(_) | Filter::Any(_) => write!(f, "({filter})")?,
            _ => write!(f, "{filter}")?,
        }
    }
    Ok(())
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                control if control.is_control() => write!(f, "\\u{:04x}", u32::from(control))?,
                other => write!(f, "{other}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_filters_are_in_parentheses() {
        let is = |value: &str| Filter::Equals(Attribute::Username, value.into());
        let both = Filter::All(vec![is("a"), is("b")]);
        let either = Filter::Any(vec![is("c"), both.clone()]);
        assert_eq!(either.to_string(), r#"username eq "c" or (username eq "a" and username eq "b")"#);
        let nested = Filter::All(vec![either, is("d")]);
        assert!(
            nested.to_string().ends_with(r#"(username eq "a" and username eq "b")) and username eq "d""#)
        );
    }

    #[test]
    fn a_control_character_is_escaped_as_in_json() {
        let text = Filter::Equals(Attribute::ExternalId, "a\tb\u{0}".into()).to_string();
        assert_eq!(text, r#"externalId eq "a\u0009b\u0000""#);
    }

    #[test]
    fn group_members_are_requested_as_in_the_recorded_requests() {
        let group = GroupId(uuid::Uuid::nil());
        let all = Filter::MemberOf { group, is_direct: false }.to_string();
        assert_eq!(all, r#"memberOfGroups[id eq "00000000-0000-0000-0000-000000000000"]"#);
        let direct = Filter::MemberOf { group, is_direct: true }.to_string();
        assert_eq!(
            direct,
            r#"memberOfGroups[id eq "00000000-0000-0000-0000-000000000000" and type eq "DIRECT"]"#
        );
    }

    #[test]
    fn a_quote_cannot_end_the_value() {
        let text = Filter::Equals(Attribute::ExternalId, "\" or username sw \"\\".into()).to_string();
        assert_eq!(text, "externalId eq \"\\\" or username sw \\\"\\\\\"");
    }
}
