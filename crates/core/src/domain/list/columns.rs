//! Which column of a list says who is meant, by its name or by the look of its values.

use std::borrow::Cow;

use super::super::csv::{guarded, unguarded};
use super::super::user::UserId;
use super::records::is_blank;

/// By what a user is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// PingOne's id, a UUID.
    UserId,
    /// The id that another system has for the user. Capitals matter.
    ExternalId,
    /// The username.
    Username,
    /// The e-mail address. Several users may share one.
    Email,
}

/// A column of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its place, from 0.
    pub index: usize,
    /// What the header calls it; `None` without a header, or where that says nothing.
    pub name: Option<String>,
    /// By what it seems to name users; `None` if it seems to say something else.
    pub kind: Option<Identity>,
}

/// A line, as its cells.
pub(super) type Cells<'a> = Vec<Cow<'a, str>>;

/// What columns are called, in small letters, without what stands between them.
const NAMES: [(Identity, &[&str]); 4] = [
    (Identity::UserId, &["id", "userid", "pingoneid", "pingoneuserid", "uuid", "useruuid", "guid"]),
    (Identity::ExternalId, &["externalid", "externaluserid", "extid"]),
    (
        Identity::Username,
        &[
            "username",
            "user",
            "login",
            "loginname",
            "loginid",
            "logon",
            "logonname",
            "upn",
            "userprincipalname",
            "samaccountname",
            "uid",
            "benutzername",
            "anmeldename",
        ],
    ),
    (
        Identity::Email,
        &[
            "email",
            "mail",
            "emailaddress",
            "mailaddress",
            "emails",
            "primaryemail",
            "workemail",
            "useremail",
            "emailadresse",
            "mailadresse",
        ],
    ),
];

/// The place of the header among the first lines: the first line that has a known name. Only remarks and titles may
/// stand before it, so that somebody whose username is `mail` doesn't make everyone above one.
pub(super) fn header(lines: &[Cells]) -> Option<usize> {
    let place = lines.iter().position(is_header)?;
    let (before, rest) = lines.split_at_checked(place)?;
    let is_wide = rest.first().is_some_and(|cells| filled(cells) > 1);
    let is_title = |cells: &Cells| {
        cells.first().is_some_and(|cell| cell.starts_with('#')) || is_wide && filled(cells) <= 1
    };
    before.iter().all(is_title).then_some(place)
}

fn is_header(cells: &Cells) -> bool {
    let is_somebody = |cell: &Cow<str>| look_of_one(&value(cell)).is_some();
    cells.iter().any(|cell| named(cell).is_some()) && !cells.iter().any(is_somebody)
}

fn filled(cells: &Cells) -> usize {
    cells.iter().filter(|cell| !trimmed(cell).is_empty()).count()
}

fn named(cell: &str) -> Option<Identity> {
    let letters = cell.chars().filter(|letter| !is_blank(*letter) && !['_', '-', '.'].contains(letter));
    // No known name is longer, and what stands in a cell may be.
    let name: String = letters.take(LONGEST_NAME).map(|letter| letter.to_ascii_lowercase()).collect();
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(identity, _)| *identity)
}

const LONGEST_NAME: usize = 40;

/// The columns of a list with this header, if any, and these first lines.
pub(super) fn columns(header: Option<&Cells>, lines: &[Cells]) -> Vec<Column> {
    let len = header.into_iter().chain(lines).map(Vec::len).max().unwrap_or(0);
    let cell = |index: usize| header.and_then(|cells| cells.get(index));
    let column = |index: usize| Column {
        index,
        name: cell(index).map(|cell| trimmed(cell).to_owned()).filter(|name| !name.is_empty()),
        kind: cell(index).and_then(|cell| named(cell)).or_else(|| look(lines, index)),
    };
    let mut columns: Vec<Column> = (0..len).map(column).collect();
    if columns.iter().all(|column| column.kind.is_none()) {
        // What names nobody by id or e-mail address names them by username, if at all.
        if let Some(column) = columns.iter_mut().find(|column| has_values(lines, column.index)) {
            column.kind = Some(Identity::Username);
        }
    }
    columns
}

/// The column to begin with, and by what it names users: one whose values are what its name says, and of those the one
/// that is surest to name one user.
pub(super) fn likeliest(columns: &[Column], lines: &[Cells]) -> (usize, Identity) {
    let known = columns.iter().filter_map(|column| Some((column.index, column.kind?)));
    let likeliest = known.min_by_key(|(index, kind)| {
        let is_odd = match kind {
            Identity::UserId | Identity::Email => look(lines, *index) != Some(*kind),
            Identity::ExternalId | Identity::Username => !has_values(lines, *index),
        };
        let rank = [Identity::UserId, Identity::Username, Identity::Email, Identity::ExternalId];
        (is_odd, rank.iter().position(|other| other == kind))
    });
    likeliest.unwrap_or((0, Identity::Username))
}

/// What more than half of a column's values are.
fn look(lines: &[Cells], index: usize) -> Option<Identity> {
    let values = || values(lines, index);
    let all = values().count();
    let are_mostly = |kind: &Identity| {
        let such = values().filter(|value| look_of_one(value) == Some(*kind)).count();
        such * 2 > all
    };
    [Identity::UserId, Identity::Email].into_iter().find(are_mostly)
}

fn look_of_one(value: &str) -> Option<Identity> {
    if UserId::read(value).is_some() {
        return Some(Identity::UserId);
    }
    value.contains('@').then_some(Identity::Email)
}

fn has_values(lines: &[Cells], index: usize) -> bool {
    values(lines, index).next().is_some()
}

fn values<'a>(lines: &'a [Cells], index: usize) -> impl Iterator<Item = String> + 'a {
    let cells = lines.iter().filter_map(move |cells| cells.get(index));
    cells.map(|cell| value(cell)).filter(|value| !value.is_empty())
}

/// What a cell says, without blanks around it, and without the guards that this page's own files have.
pub(super) fn value(cell: &str) -> String {
    let cell = trimmed(cell);
    let bare = unguarded(cell);
    // An apostrophe that guards nothing belongs to the name.
    if bare != cell && guarded(&bare) == cell {
        return trimmed(&bare).to_owned();
    }
    cell.to_owned()
}

/// A text without what is only there by accident at its edges.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines<'a>(rows: &[&[&'a str]]) -> Vec<Cells<'a>> {
        rows.iter().map(|cells| cells.iter().map(|cell| Cow::Borrowed(*cell)).collect()).collect()
    }

    fn kinds(header: Option<&Cells>, lines: &[Cells]) -> Vec<Option<Identity>> {
        columns(header, lines).into_iter().map(|column| column.kind).collect()
    }

    const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";

    #[test]
    fn columns_are_known_by_many_names() {
        for (kind, names) in [
            (Identity::UserId, ["id", "User ID", "PingOne-ID"]),
            (Identity::ExternalId, ["externalId", "external_id", "External ID"]),
            (Identity::Username, ["USER NAME", "userPrincipalName", "\u{feff}Login\u{a0}"]),
            (Identity::Email, ["E-Mail", "mail", "Email Address"]),
        ] {
            for name in names {
                assert_eq!(named(name), Some(kind), "{name}");
            }
        }
        for name in ["account", "populationId", "name", "", "identity", &"id".repeat(1000)] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn a_header_may_stand_below_titles_and_remarks_only() {
        assert_eq!(header(&lines(&[&["Department", "E-mail"], &["x", "a@b.c"]])), Some(0));
        assert_eq!(header(&lines(&[&["# remark", "x"], &["Users 2026", ""], &["id", "mail"]])), Some(2));
        assert_eq!(header(&lines(&[&["ana"], &["mail"], &["zoe"]])), None, "mail is somebody");
        assert_eq!(header(&lines(&[&["ana", "x"], &["mail", "y"]])), None);
        assert_eq!(header(&lines(&[&["login", "a@b.c"]])), None, "a header has no address");
        assert_eq!(header(&[]), None);
    }

    #[test]
    fn without_names_values_are_known_by_their_look() {
        let rows = lines(&[&["Ana", ID, "a@b.c"], &["Bo", "", "b@b.c"], &["", "", "none"]]);
        let (id, email) = (Some(Identity::UserId), Some(Identity::Email));
        assert_eq!(kinds(None, &rows), [None, id, email]);
        assert_eq!(likeliest(&columns(None, &rows), &rows), (1, Identity::UserId));
        let names = lines(&[&["", "ana"], &["", "bo"]]);
        assert_eq!(kinds(None, &names), [None, Some(Identity::Username)]);
        assert_eq!(likeliest(&columns(None, &names), &names), (1, Identity::Username));
    }

    #[test]
    fn a_column_whose_values_fit_its_name_comes_first() {
        let rows = lines(&[&["ID", "E-mail", "externalId"], &["4711", "a@b.c", ""]]);
        let (head, rest) = rows.split_first().unwrap();
        let columns = columns(Some(head), rest);
        assert_eq!(columns[0].kind, Some(Identity::UserId));
        assert_eq!(likeliest(&columns, rest), (1, Identity::Email));
        assert_eq!(likeliest(&columns, &[]), (0, Identity::UserId), "nothing but names");
        assert_eq!(likeliest(&[], &[]), (0, Identity::Username));
    }

    #[test]
    fn a_value_is_what_is_left_without_accidents() {
        for (cell, expected) in [
            (" ana\u{a0}", "ana"),
            ("\u{feff}\u{200b}ana\t\r\n", "ana"),
            ("a b", "a b"),
            ("'-5", "-5"),
            ("''x", "'x"),
            ("'t hooft", "'t hooft"),
            ("' =x", "=x"),
            ("\u{200b}", ""),
        ] {
            assert_eq!(value(cell), expected, "{cell:?}");
        }
    }
}
