//! Which column of a list says who is meant: the one that the header names, else the one whose values have the look.

use std::borrow::Cow;

use super::super::csv::{guarded, unguarded};
use super::super::user::UserId;
use super::records::is_blank;
use super::spelling::Spelling;

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
    /// Whether its name says so, and not the look of its values.
    pub is_named: bool,
}

/// The column that names the users, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its place.
    pub(super) column: usize,
    /// By what it names them.
    pub(super) identity: Identity,
    /// Other columns that could be meant as well.
    pub(super) rivals: Vec<usize>,
    /// Whether neither a name nor the look of its values tells that it names users.
    pub(super) is_blind: bool,
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

/// A column of this page's own files whose values look like user IDs and aren't.
const POPULATION_ID: &str = "populationId";

/// Words behind a column's name that say how it is to be filled in.
const TAILS: [&str; 6] = ["required", "mandatory", "optional", "pflichtfeld", "erforderlich", "obligatoire"];

/// The place of the header among the first lines: the first line that has a known name. Only remarks and lines of one cell
/// may stand before it, so that somebody whose username is `mail` doesn't make everyone above one.
pub(super) fn header(spelling: &Spelling, lines: &[Cells]) -> Option<usize> {
    let place = lines.iter().position(|cells| is_header(spelling, cells))?;
    let (before, rest) = lines.split_at_checked(place)?;
    let is_wide = rest.first().is_some_and(|cells| filled(cells) > 1);
    let may_stand_above = |cells: &Cells| is_remark(cells) || is_wide && filled(cells) <= 1;
    before.iter().all(may_stand_above).then_some(place)
}

fn is_header(spelling: &Spelling, cells: &Cells) -> bool {
    let is_somebody = |cell: &Cow<str>| look_of_one(spelling, &value(cell)).is_some();
    cells.iter().any(|cell| named(spelling, cell).is_some()) && !cells.iter().any(is_somebody)
}

/// Whether a line is a remark about the file: `# …`, or `#TYPE …` as PowerShell writes it. `#ana` may be somebody.
pub(super) fn is_remark(cells: &Cells) -> bool {
    let Some(rest) = cells.first().and_then(|cell| trimmed(cell).strip_prefix('#')) else { return false };
    rest.is_empty() || rest.starts_with("TYPE ") || rest.starts_with(is_blank)
}

/// How many cells say something.
fn filled(cells: &Cells) -> usize {
    cells.iter().filter(|cell| !trimmed(cell).is_empty()).count()
}

/// How many cells a line has up to the last that says something.
pub(super) fn reach(cells: &Cells) -> usize {
    cells.iter().rposition(|cell| !trimmed(cell).is_empty()).map_or(0, |last| last + 1)
}

/// By what a column of this name names users, and how far behind the usual name it stands among the known ones.
fn named(spelling: &Spelling, cell: &str) -> Option<(Identity, usize)> {
    // No known name is longer, and what stands in a cell may be.
    let cell: String = value(cell).chars().take(LONGEST_NAME).collect();
    let plain = spelling.plain(&cell).to_lowercase();
    let bare = without_brackets(&plain);
    let name: String = bare.chars().filter(|letter| letter.is_alphanumeric() || *letter == '#').collect();
    let tail = TAILS.iter().find_map(|tail| name.strip_suffix(tail));
    let name = tail.unwrap_or(&name);
    NAMES.iter().find_map(|(identity, names)| {
        names.iter().position(|known| *known == name).map(|place| (*identity, place))
    })
}

/// A name without what stands in brackets behind it: `Email Address [Required]`.
fn without_brackets(name: &str) -> String {
    let mut depth = 0_usize;
    let is_outside = |letter: &char| {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    let outside: String = name.chars().filter(is_outside).collect();
    // A name that stands in brackets as a whole is one.
    if trimmed(&outside).is_empty() { name.to_owned() } else { outside }
}

const LONGEST_NAME: usize = 80;

/// The columns of a list with this header, if any, and these first lines.
pub(super) fn columns(spelling: &Spelling, header: Option<&Cells>, lines: &[Cells]) -> Vec<Column> {
    let len = header.into_iter().chain(lines).map(Vec::len).max().unwrap_or(0);
    let cell = |index: usize| header.and_then(|cells| cells.get(index));
    let column = |index: usize| {
        let by_name = cell(index).and_then(|cell| named(spelling, cell)).map(|(identity, _)| identity);
        Column {
            index,
            name: cell(index).map(|cell| value(cell)).filter(|name| !name.is_empty()),
            kind: by_name.or_else(|| look(spelling, lines, index)),
            is_named: by_name.is_some(),
        }
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

/// The column to begin with, and by what it names users. One that the header names comes first; then one whose values are
/// what its name says; and of those the one that is surest to name one user.
pub(super) fn likeliest(spelling: &Spelling, columns: &[Column], lines: &[Cells]) -> Choice {
    const SUREST: [Identity; 4] =
        [Identity::UserId, Identity::Username, Identity::Email, Identity::ExternalId];
    let known = columns.iter().filter_map(|column| Some((column, column.kind?)));
    let likeliest = known.min_by_key(|(column, kind)| {
        let is_odd = match kind {
            Identity::UserId | Identity::Email => look(spelling, lines, column.index) != Some(*kind),
            Identity::ExternalId | Identity::Username => !has_values(lines, column.index),
        };
        let place = column.name.as_deref().and_then(|name| named(spelling, name)).map(|(_, place)| place);
        (!column.is_named, is_odd, SUREST.iter().position(|other| other == kind), place)
    });
    let Some((chosen, identity)) = likeliest else {
        return Choice { column: 0, identity: Identity::Username, rivals: Vec::new(), is_blind: false };
    };
    let look_of = |column: &Column| look(spelling, lines, column.index);
    let is_rival = |column: &&Column| {
        let is_unnamed_alike = !column.is_named
            && look_of(column).is_some_and(|look| look == Identity::UserId || Some(look) == look_of(chosen));
        column.index != chosen.index
            && column.name.as_deref() != Some(POPULATION_ID)
            && has_values(lines, column.index)
            && (column.kind == Some(identity) || is_unnamed_alike)
    };
    let filled = columns.iter().filter(|column| has_values(lines, column.index)).count();
    Choice {
        column: chosen.index,
        identity,
        rivals: columns.iter().filter(is_rival).map(|column| column.index).collect(),
        is_blind: !chosen.is_named && look_of(chosen).is_none() && filled > 1,
    }
}

/// Whether every cell of these lines that says something is an address, so that each may be somebody of their own.
pub(super) fn are_rows_of_addresses(spelling: &Spelling, lines: &[Cells]) -> bool {
    let mut cells = lines.iter().flatten().map(|cell| value(cell)).filter(|value| !value.is_empty());
    lines.iter().any(|cells| filled(cells) > 1)
        && cells.all(|value| look_of_one(spelling, &value) == Some(Identity::Email))
}

/// What more than half of a column's values are.
fn look(spelling: &Spelling, lines: &[Cells], index: usize) -> Option<Identity> {
    let looks: Vec<Option<Identity>> =
        values(lines, index).map(|value| look_of_one(spelling, &value)).collect();
    let are_mostly = |kind: &Identity| {
        let such = looks.iter().filter(|look| **look == Some(*kind)).count();
        such * 2 > looks.len()
    };
    [Identity::UserId, Identity::Email].into_iter().find(are_mostly)
}

fn look_of_one(spelling: &Spelling, value: &str) -> Option<Identity> {
    let plain = spelling.plain(value);
    if UserId::read(&plain).is_some() {
        return Some(Identity::UserId);
    }
    plain.contains('@').then_some(Identity::Email)
}

fn has_values(lines: &[Cells], index: usize) -> bool {
    values(lines, index).next().is_some()
}

fn values<'a>(lines: &'a [Cells], index: usize) -> impl Iterator<Item = String> + 'a {
    let cells = lines.iter().filter_map(move |cells| cells.get(index));
    cells.map(|cell| value(cell)).filter(|value| !value.is_empty())
}

/// What a cell says, without blanks around it, without the guards that this page's own files have, and without the formula
/// `="0042"` with which a spreadsheet is kept from making a number of it.
pub(super) fn value(cell: &str) -> String {
    let cell = trimmed(cell);
    if let Some(text) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return trimmed(&text.replace("\"\"", "\"")).to_owned();
    }
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
    use super::super::spelling::normalize;
    use super::*;

    fn lines<'a>(rows: &[&[&'a str]]) -> Vec<Cells<'a>> {
        rows.iter().map(|cells| cells.iter().map(|cell| Cow::Borrowed(*cell)).collect()).collect()
    }

    fn spelling() -> Spelling {
        Spelling::new(normalize(), true)
    }

    fn kinds(header: Option<&Cells>, lines: &[Cells]) -> Vec<Option<Identity>> {
        columns(&spelling(), header, lines).into_iter().map(|column| column.kind).collect()
    }

    /// What is found in a list with this header.
    fn choice(rows: &[&[&str]]) -> Choice {
        let rows = lines(rows);
        let (head, rest) = rows.split_first().unwrap();
        likeliest(&spelling(), &columns(&spelling(), Some(head), rest), rest)
    }

    fn found(rows: &[&[&str]]) -> (usize, Identity, Vec<usize>) {
        let choice = choice(rows);
        (choice.column, choice.identity, choice.rivals)
    }

    const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";
    const OTHER_ID: &str = "00000000-0000-4000-8000-0000008c1e0b";

    #[test]
    fn columns_are_known_by_many_names() {
        for (kind, names) in [
            (Identity::UserId, ["id", "User ID", "PingOne-ID", "ID:", "{id}"]),
            (
                Identity::ExternalId,
                ["externalId", "external_id", "External ID", "External ID (HR)", "externalid*"],
            ),
            (
                Identity::Username,
                ["USER NAME", "userPrincipalName", "\u{feff}Login\u{a0}", "Username (required)", "=\"User\""],
            ),
            (Identity::Email, ["E-Mail", "mail", "Email Address [Required]", "E-mail*", "Email - required"]),
        ] {
            for name in names {
                assert_eq!(named(&spelling(), name).map(|(kind, _)| kind), Some(kind), "{name}");
            }
        }
        for name in [
            "Ｅｍａｉｌ",
            "e\u{ad}mail",
            "* Email:",
            "E‑Mail",
            "Email (work) [Pflichtfeld]",
            "EMAIL_ADDRESS{Optional}",
            "(required) Email",
        ] {
            assert_eq!(named(&spelling(), name).map(|(kind, _)| kind), Some(Identity::Email), "{name}");
        }
        for name in [
            "account",
            "populationId",
            "name",
            "",
            "identity",
            "Manager Email",
            "required",
            "#id",
            "[]",
            &"id".repeat(1000),
        ] {
            assert_eq!(named(&spelling(), name), None, "{name}");
        }
    }

    #[test]
    fn a_header_may_stand_below_titles_and_remarks_only() {
        let header = |rows: &[&[&str]]| header(&spelling(), &lines(rows));
        assert_eq!(header(&[&["Department", "E-mail"], &["x", "a@b.c"]]), Some(0));
        assert_eq!(header(&[&["# remark", "x"], &["Users 2026", ""], &["id", "mail"]]), Some(2));
        assert_eq!(header(&[&["ana"], &["mail"], &["zoe"]]), None, "mail is somebody");
        assert_eq!(header(&[&["ana", "x"], &["mail", "y"]]), None);
        assert_eq!(header(&[&["#ana", "x"], &["mail", "y"]]), None, "#ana is somebody");
        assert_eq!(header(&[&["login", "a@b.c"]]), None, "a header has no address");
        assert_eq!(header(&[]), None);
    }

    #[test]
    fn a_remark_is_not_somebody_whose_name_begins_like_one() {
        for (line, expected) in [
            ("# x", true),
            ("#", true),
            ("#TYPE System.Object", true),
            ("#ana", false),
            ("#TYPEana", false),
            ("", false),
        ] {
            assert_eq!(is_remark(&vec![line.into()]), expected, "{line}");
        }
    }

    #[test]
    fn without_names_values_are_known_by_their_look() {
        let rows = lines(&[&["Ana", ID, "a@b.c"], &["Bo", "", "b@b.c"], &["", "", "none"]]);
        let (id, email) = (Some(Identity::UserId), Some(Identity::Email));
        assert_eq!(kinds(None, &rows), [None, id, email]);
        let by_look = likeliest(&spelling(), &columns(&spelling(), None, &rows), &rows);
        assert_eq!((by_look.column, by_look.identity, by_look.is_blind), (1, Identity::UserId, false));
        let names = lines(&[&["", "ana"], &["", "bo"]]);
        assert_eq!(kinds(None, &names), [None, Some(Identity::Username)]);
        let first = likeliest(&spelling(), &columns(&spelling(), None, &names), &names);
        assert_eq!((first.column, first.identity, first.is_blind), (1, Identity::Username, false));
        let names = lines(&[&["Ana", "ana"], &["Bo", "bo"]]);
        assert!(likeliest(&spelling(), &columns(&spelling(), None, &names), &names).is_blind);
    }

    #[test]
    fn a_column_whose_values_fit_its_name_comes_first() {
        let rows: [&[&str]; 2] = [&["ID", "E-mail", "externalId"], &["4711", "a@b.c", ""]];
        assert_eq!(found(&rows), (1, Identity::Email, vec![]));
        assert_eq!(found(&rows[..1]), (0, Identity::UserId, vec![]), "nothing but names");
        assert_eq!(likeliest(&spelling(), &[], &[]).identity, Identity::Username);
    }

    #[test]
    fn a_column_that_the_header_names_comes_before_the_look_and_others_of_its_kind_are_rivals() {
        let (id, username, email) = (Identity::UserId, Identity::Username, Identity::Email);
        assert_eq!(
            found(&[&["Name", "Manager Email", "Email"], &["Ana", "m@b.c", "a@b.c"]]),
            (2, email, vec![1])
        );
        assert_eq!(found(&[&["Object Id", "User principal name"], &[ID, "a@b.c"]]), (1, username, vec![0]));
        let rows: [&[&str]; 2] =
            [&["environment.id", "population.id", "id", "username"], &[OTHER_ID, OTHER_ID, ID, "ana"]];
        assert_eq!(found(&rows), (2, id, vec![0, 1]));
        assert_eq!(found(&[&["workEmail", "Email"], &["w@b.c", "a@b.c"]]), (1, email, vec![0]));
        assert_eq!(found(&[&["UPN", "Manager UPN"], &["a@b.c", "m@b.c"]]), (0, username, vec![1]));
        assert_eq!(found(&[&["sAMAccountName", "Login"], &["ana", "ana.f"]]), (1, username, vec![0]));
        assert_eq!(found(&[&["Contact", "id"], &["a@b.c", "4711"]]), (1, id, vec![]), "never by its look");
    }

    #[test]
    fn columns_that_name_the_same_users_in_other_ways_are_no_rivals() {
        assert_eq!(
            found(&[&["userId", "username", "email"], &[ID, "a@b.c", "a@b.c"]]).2,
            Vec::<usize>::new()
        );
        assert_eq!(found(&[&["userId", "populationId"], &[ID, OTHER_ID]]).2, Vec::<usize>::new());
        assert_eq!(found(&[&["Username", "Manager"], &["ana", "m@b.c"]]).2, Vec::<usize>::new());
        assert_eq!(found(&[&["Email", "workEmail"], &["a@b.c", ""]]).2, Vec::<usize>::new(), "it is empty");
    }

    #[test]
    fn rows_of_addresses_are_told_from_other_rows() {
        let are_rows = |rows: &[&[&str]]| are_rows_of_addresses(&spelling(), &lines(rows));
        assert!(are_rows(&[&["a@b.c", " b@b.c", "C <c@b.c>"]]));
        assert!(are_rows(&[&["a@b.c", "b@b.c"], &["c@b.c", ""]]));
        assert!(!are_rows(&[&["a@b.c"], &["b@b.c"]]), "one in each line");
        assert!(!are_rows(&[&["Ana", "a@b.c"]]));
        assert!(!are_rows(&[]));
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
            ("=\"0042\"", "0042"),
            (" =\" 0042 \" ", "0042"),
            ("=\"a\"\"b\"", "a\"b"),
            ("'=\"0042\"", "=\"0042\""),
            ("=\"0042", "=\"0042"),
            ("=0042", "=0042"),
            ("=\"", "=\""),
        ] {
            assert_eq!(value(cell), expected, "{cell:?}");
        }
    }
}
