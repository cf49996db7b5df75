//! Detection of the column that identifies the users: by a known name in the header, else by its values.

use std::borrow::Cow;

use pingone::redaction::secrets::redact_among_names;

use crate::directory::csv::{guarded, unguarded};
use crate::import::spelling::is_blank;

use super::spelling::Spelling;
use super::spelling::trimmed;

/// The kind of identifier by which a file names its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// PingOne's own user ID, which is a UUID.
    UserId,
    /// The user's ID in another system. It is compared case-sensitively.
    ExternalId,
    /// The username, unique in the environment.
    Username,
    /// The email address. Several users may share one.
    Email,
}

/// A column of an import file, with its detected meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Index of the column in the file, from 0.
    pub index: usize,
    /// The name in the header; `None` without a header, or if that cell is empty.
    pub name: Option<String>,
    /// The kind of identifier it seems to hold; `None` if it seems to hold something else.
    pub kind: Option<Identity>,
    /// Whether `kind` was derived from the column's name and not from its values.
    pub is_named: bool,
}

/// The column that identifies the users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) column: usize,
    pub(super) identity: Identity,
    /// Indexes of other columns that could be meant as well.
    pub(super) alternatives: Vec<usize>,
    /// Whether neither its name nor its values indicate that it identifies users, or only the values of a single line.
    pub(super) is_fallback: bool,
}

pub(super) type Cells<'a> = Vec<Cow<'a, str>>;

/// Known column names in lowercase and without punctuation, the usual name first.
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

/// A column of this page's own files that holds UUIDs but not user IDs.
const POPULATION_ID: &str = "populationId";

/// Suffixes of column names that say how the column is to be filled in.
const SUFFIXES: [&str; 6] =
    ["required", "mandatory", "optional", "pflichtfeld", "erforderlich", "obligatoire"];

/// The index of the header among the first lines: the first line with a known name. Only comments and
/// lines of one cell may precede it, so that a user whose username is `mail` isn't taken for the header,
/// which would drop all users above.
pub(super) fn header(spelling: &Spelling, lines: &[Cells]) -> Option<usize> {
    let index = lines.iter().position(|cells| is_header(spelling, cells))?;
    let (before, rest) = lines.split_at_checked(index)?;
    let has_several_cells = rest.first().is_some_and(|cells| filled_count(cells) > 1);
    let may_stand_above = |cells: &Cells| is_comment(cells) || has_several_cells && filled_count(cells) <= 1;
    before.iter().all(may_stand_above).then_some(index)
}

fn is_header(spelling: &Spelling, cells: &Cells) -> bool {
    let is_user = |cell: &Cow<str>| value_kind(spelling, &value(cell)).is_some();
    cells.iter().any(|cell| known_name(spelling, cell).is_some()) && !cells.iter().any(is_user)
}

/// Whether a line is a comment about the file: `# …`, or `#TYPE …` as PowerShell writes it. `#ana` may be a user.
pub(super) fn is_comment(cells: &Cells) -> bool {
    let Some(rest) = cells.first().and_then(|cell| trimmed(cell).strip_prefix('#')) else { return false };
    rest.is_empty() || rest.starts_with("TYPE ") || rest.starts_with(is_blank)
}

/// Number of cells of a line that aren't empty.
fn filled_count(cells: &Cells) -> usize {
    cells.iter().filter(|cell| !trimmed(cell).is_empty()).count()
}

/// How many cells a line has up to its last non-empty one.
pub(super) fn used_cell_count(cells: &Cells) -> usize {
    cells.iter().rposition(|cell| !trimmed(cell).is_empty()).map_or(0, |last| last + 1)
}

/// The kind of identifier that a column of this name holds, and the name's rank among the
/// known ones (0 is the usual name).
pub(super) fn known_name(spelling: &Spelling, cell: &str) -> Option<(Identity, usize)> {
    // A cell may be arbitrarily long; no known name exceeds this length.
    let cell: String = value(cell).chars().take(MAX_NAME_LEN).collect();
    let plain = spelling.plain(&cell).to_lowercase();
    let bare = without_brackets(&plain);
    let name: String = bare.chars().filter(|letter| letter.is_alphanumeric() || *letter == '#').collect();
    let suffix = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
    let name = suffix.unwrap_or(&name);
    NAMES.iter().find_map(|(identity, names)| {
        names.iter().position(|known| *known == name).map(|index| (*identity, index))
    })
}

/// A name without text in brackets: `Email Address [Required]`.
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
    // A name that is in brackets as a whole is kept.
    if trimmed(&outside).is_empty() { name.to_owned() } else { outside }
}

const MAX_NAME_LEN: usize = 80;

/// The columns of a file with this header, if any, and these first lines.
pub(super) fn columns(spelling: &Spelling, header: Option<&Cells>, lines: &[Cells]) -> Vec<Column> {
    let len = header.into_iter().chain(lines).map(Vec::len).max().unwrap_or(0);
    let cell = |index: usize| header.and_then(|cells| cells.get(index));
    let column = |index: usize| {
        let by_name = cell(index).and_then(|cell| known_name(spelling, cell)).map(|(identity, _)| identity);
        Column {
            index,
            name: cell(index).map(|cell| redact_among_names(&value(cell))).filter(|name| !name.is_empty()),
            kind: by_name.or_else(|| detect_kind(spelling, lines, index)),
            is_named: by_name.is_some(),
        }
    };
    let mut columns: Vec<Column> = (0..len).map(column).collect();
    if columns.iter().all(|column| column.kind.is_none()) {
        // Without a column of IDs or email addresses, the users can only be identified by username.
        if let Some(column) = columns.iter_mut().find(|column| has_values(lines, column.index)) {
            column.kind = Some(Identity::Username);
        }
    }
    columns
}

/// The most likely column, and the kind of identifier in it. A column with a known name comes first; then one whose
/// values fit its name; then the kind that is most certain to identify a single user.
pub(super) fn most_likely(spelling: &Spelling, columns: &[Column], lines: &[Cells]) -> Choice {
    const BY_CERTAINTY: [Identity; 4] =
        [Identity::UserId, Identity::Username, Identity::Email, Identity::ExternalId];
    let known = columns.iter().filter_map(|column| Some((column, column.kind?)));
    let most_likely = known.min_by_key(|(column, kind)| {
        let is_misfit = match kind {
            Identity::UserId | Identity::Email => detect_kind(spelling, lines, column.index) != Some(*kind),
            Identity::ExternalId | Identity::Username => !has_values(lines, column.index),
        };
        let index =
            column.name.as_deref().and_then(|name| known_name(spelling, name)).map(|(_, index)| index);
        (!column.is_named, is_misfit, BY_CERTAINTY.iter().position(|other| other == kind), index)
    });
    let Some((chosen, identity)) = most_likely else {
        return Choice {
            column: 0,
            identity: Identity::Username,
            alternatives: Vec::new(),
            is_fallback: false,
        };
    };
    let kind_of = |column: &Column| detect_kind(spelling, lines, column.index);
    let is_alternative = |column: &&Column| {
        let has_same_kind_by_values = !column.is_named
            && kind_of(column).is_some_and(|detect_kind| {
                detect_kind == Identity::UserId || Some(detect_kind) == kind_of(chosen)
            });
        column.index != chosen.index
            && column.name.as_deref() != Some(POPULATION_ID)
            && has_values(lines, column.index)
            && (column.kind == Some(identity) || has_same_kind_by_values)
    };
    let filled_count = columns.iter().filter(|column| has_values(lines, column.index)).count();
    Choice {
        column: chosen.index,
        identity,
        alternatives: columns.iter().filter(is_alternative).map(|column| column.index).collect(),
        is_fallback: !chosen.is_named && (kind_of(chosen).is_none() || lines.len() == 1) && filled_count > 1,
    }
}

/// The cells of a row of users. Display names that contain the separator are put together again: `"Ferreira, Ana"
/// <ana@x.example>`.
pub(super) fn row_cells(cells: Cells) -> Cells {
    let mut row: Cells = Vec::new();
    let mut name: Option<String> = None;
    for cell in &cells {
        let is_begin_or_end = cell.matches('"').count() % 2 == 1;
        match name.take() {
            None if is_begin_or_end => name = Some(cell.clone().into_owned()),
            None => row.push(cell.clone()),
            Some(mut begun) => {
                begun.push(',');
                begun.push_str(cell);
                if is_begin_or_end { row.push(begun.into()) } else { name = Some(begun) }
            }
        }
    }
    // A stray quotation mark is an ordinary character.
    if name.is_some() { cells } else { row }
}

/// The kind of every non-empty cell of these lines, so that each may be a user of its own: addresses or user IDs.
pub(super) fn kind_of_rows(spelling: &Spelling, lines: &[Cells]) -> Option<Identity> {
    let mut cells = lines.iter().flatten().map(|cell| value(cell)).filter(|value| !value.is_empty());
    let kind = value_kind(spelling, &cells.next()?)?;
    let are_rows = lines.iter().any(|cells| filled_count(cells) > 1)
        && cells.all(|value| value_kind(spelling, &value) == Some(kind));
    are_rows.then_some(kind)
}

/// The kind of more than half of a column's values.
fn detect_kind(spelling: &Spelling, lines: &[Cells], index: usize) -> Option<Identity> {
    let kinds_found: Vec<Option<Identity>> =
        values(lines, index).map(|value| value_kind(spelling, &value)).collect();
    let is_majority = |kind: &Identity| {
        let count = kinds_found.iter().filter(|detect_kind| **detect_kind == Some(*kind)).count();
        count * 2 > kinds_found.len()
    };
    [Identity::UserId, Identity::Email].into_iter().find(is_majority)
}

pub(super) fn value_kind(spelling: &Spelling, value: &str) -> Option<Identity> {
    if spelling.user_id(value).is_some() {
        return Some(Identity::UserId);
    }
    spelling.plain(value).contains('@').then_some(Identity::Email)
}

fn has_values(lines: &[Cells], index: usize) -> bool {
    values(lines, index).next().is_some()
}

fn values<'a>(lines: &'a [Cells], index: usize) -> impl Iterator<Item = String> + 'a {
    let cells = lines.iter().filter_map(move |cells| cells.get(index));
    cells.map(|cell| value(cell)).filter(|value| !value.is_empty())
}

/// A cell's value without surrounding blanks, without the guards of this page's own files, and without the formula
/// `="0042"` that keeps a spreadsheet from converting the text to a number.
pub(super) fn value(cell: &str) -> String {
    let cell = trimmed(cell);
    if let Some(text) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return trimmed(&text.replace("\"\"", "\"")).to_owned();
    }
    let bare = unguarded(cell);
    // An apostrophe that isn't a guard belongs to the name.
    if bare != cell && guarded(&bare) == cell {
        return trimmed(&bare).to_owned();
    }
    cell.to_owned()
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

    /// The column chosen in a file whose first row is the header.
    fn choice(rows: &[&[&str]]) -> Choice {
        let rows = lines(rows);
        let (head, rest) = rows.split_first().unwrap();
        most_likely(&spelling(), &columns(&spelling(), Some(head), rest), rest)
    }

    fn found(rows: &[&[&str]]) -> (usize, Identity, Vec<usize>) {
        let choice = choice(rows);
        (choice.column, choice.identity, choice.alternatives)
    }

    const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";
    const OTHER_ID: &str = "00000000-0000-4000-8000-0000008c1e0b";

    #[test]
    fn columns_are_recognized_by_many_names() {
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
                assert_eq!(known_name(&spelling(), name).map(|(kind, _)| kind), Some(kind), "{name}");
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
            assert_eq!(known_name(&spelling(), name).map(|(kind, _)| kind), Some(Identity::Email), "{name}");
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
            assert_eq!(known_name(&spelling(), name), None, "{name}");
        }
    }

    #[test]
    fn only_titles_and_comments_may_precede_a_header() {
        let header = |rows: &[&[&str]]| header(&spelling(), &lines(rows));
        assert_eq!(header(&[&["Department", "E-mail"], &["x", "a@b.c"]]), Some(0));
        assert_eq!(header(&[&["# remark", "x"], &["Users 2026", ""], &["id", "mail"]]), Some(2));
        assert_eq!(header(&[&["ana"], &["mail"], &["zoe"]]), None, "mail is a username");
        assert_eq!(header(&[&["ana", "x"], &["mail", "y"]]), None);
        assert_eq!(header(&[&["#ana", "x"], &["mail", "y"]]), None, "#ana is a username");
        assert_eq!(header(&[&["login", "a@b.c"]]), None, "a header doesn't contain an address");
        assert_eq!(header(&[]), None);
    }

    #[test]
    fn a_username_that_begins_with_a_hash_is_not_a_comment() {
        for (line, expected) in [
            ("# x", true),
            ("#", true),
            ("#TYPE System.Object", true),
            ("#ana", false),
            ("#TYPEana", false),
            ("", false),
        ] {
            assert_eq!(is_comment(&vec![line.into()]), expected, "{line}");
        }
    }

    #[test]
    fn without_a_header_columns_are_detected_by_their_values() {
        let rows = lines(&[&["Ana", ID, "a@b.c"], &["Bo", "", "b@b.c"], &["", "", "none"]]);
        let (id, email) = (Some(Identity::UserId), Some(Identity::Email));
        assert_eq!(kinds(None, &rows), [None, id, email]);
        let by_values = most_likely(&spelling(), &columns(&spelling(), None, &rows), &rows);
        assert_eq!(
            (by_values.column, by_values.identity, by_values.is_fallback),
            (1, Identity::UserId, false)
        );
        let names = lines(&[&["", "ana"], &["", "bo"]]);
        assert_eq!(kinds(None, &names), [None, Some(Identity::Username)]);
        let first = most_likely(&spelling(), &columns(&spelling(), None, &names), &names);
        assert_eq!((first.column, first.identity, first.is_fallback), (1, Identity::Username, false));
        let names = lines(&[&["Ana", "ana"], &["Bo", "bo"]]);
        assert!(most_likely(&spelling(), &columns(&spelling(), None, &names), &names).is_fallback);
    }

    #[test]
    fn a_column_whose_values_fit_its_name_is_preferred() {
        let rows: [&[&str]; 2] = [&["ID", "E-mail", "externalId"], &["4711", "a@b.c", ""]];
        assert_eq!(found(&rows), (1, Identity::Email, vec![]));
        assert_eq!(found(&rows[..1]), (0, Identity::UserId, vec![]), "a header without values");
        assert_eq!(most_likely(&spelling(), &[], &[]).identity, Identity::Username);
    }

    #[test]
    fn a_known_name_wins_over_values_and_columns_of_the_same_kind_are_alternatives() {
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
        assert_eq!(
            found(&[&["Contact", "id"], &["a@b.c", "4711"]]),
            (1, id, vec![]),
            "values don't override a known name"
        );
    }

    #[test]
    fn columns_with_other_identifiers_of_the_same_users_are_not_alternatives() {
        assert_eq!(
            found(&[&["userId", "username", "email"], &[ID, "a@b.c", "a@b.c"]]).2,
            Vec::<usize>::new()
        );
        assert_eq!(found(&[&["userId", "populationId"], &[ID, OTHER_ID]]).2, Vec::<usize>::new());
        assert_eq!(found(&[&["Username", "Manager"], &["ana", "m@b.c"]]).2, Vec::<usize>::new());
        assert_eq!(
            found(&[&["Email", "workEmail"], &["a@b.c", ""]]).2,
            Vec::<usize>::new(),
            "an empty column"
        );
    }

    #[test]
    fn rows_of_addresses_and_of_ids_are_distinguished_from_other_rows() {
        let kind = |rows: &[&[&str]]| kind_of_rows(&spelling(), &lines(rows));
        assert_eq!(kind(&[&["a@b.c", " b@b.c", "C <c@b.c>"]]), Some(Identity::Email));
        assert_eq!(kind(&[&["a@b.c", "b@b.c"], &["c@b.c", ""]]), Some(Identity::Email));
        assert_eq!(kind(&[&[ID, OTHER_ID]]), Some(Identity::UserId));
        assert_eq!(kind(&[&["a@b.c"], &["b@b.c"]]), None, "one address per line");
        assert_eq!(kind(&[&["Ana", "a@b.c"]]), None);
        assert_eq!(kind(&[&[ID, "a@b.c"]]), None);
        assert_eq!(kind(&[]), None);
    }

    #[test]
    fn a_value_is_stripped_of_blanks_guards_and_formulas() {
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
