//! Writes a plan as CSV, in slices: lines about the plan, the columns' names, its rows, and then whoever was left out.
//!
//! ```text
//! # contains ids and states only
//! # planNumber,7F3A-91C2
//! # environmentId,5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4
//! userId,from,readAt,to,leftOutBecause
//! 8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4,off,2026-11-23T13:57:00.000Z,on,
//! 91fd2c1c-22b1-4c0e-9a55-0d1f6a7bc2d4,,,,protected
//! ```
//!
//! A list of whoever was left out begins with fewer lines, so that it can be opened as a list of people again:
//!
//! ```text
//! # contains ids and states only
//! # planNumber,7F3A-91C2
//! userId,leftOutBecause
//! 91fd2c1c-22b1-4c0e-9a55-0d1f6a7bc2d4,no active device
//! ```
//!
//! Texts are guarded against being taken for formulas, as [`crate::domain::csv`] says.

use std::borrow::Cow;
use std::rc::Rc;

use crate::domain::csv::{write_note, write_record};
use crate::domain::export::{self, Contents, Format};
use crate::domain::plan::{Exclusion, LeftOut, Plan, PlannedRow};
use crate::domain::time::Timestamp;
use crate::domain::user::{Mfa, UserId};

use super::part::{Part, Slice};

/// What a user is called, empty where that isn't known. Nobody is asked in a file without names.
pub type Username<'n> = &'n dyn Fn(UserId) -> &'n str;

/// The columns. The second is only there in a file with names.
const COLUMNS: [&str; 6] = ["userId", "username", "from", "readAt", "to", "leftOutBecause"];

/// The columns of a list of whoever was left out. The second is only there in a file with names.
const LEFT_OUT_COLUMNS: [&str; 3] = ["userId", "username", "leftOutBecause"];

/// What of a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Plan,
    /// Whoever was left out, and why.
    LeftOut,
}

/// Writes one file: every [`slice`](Self::slice) until there is none.
#[derive(Debug)]
pub struct PlanWriter {
    plan: Rc<Plan>,
    extent: Extent,
    environment_name: Option<String>,
    contents: Contents,
    byte_order_mark: bool,
    part: Part,
}

impl PlanWriter {
    /// Of a file of which nothing is written yet.
    #[must_use]
    pub fn new(
        plan: Rc<Plan>,
        extent: Extent,
        environment_name: Option<String>,
        contents: Contents,
        byte_order_mark: bool,
    ) -> Self {
        Self { plan, extent, environment_name, contents, byte_order_mark, part: Part::Head }
    }

    /// What the file is called, for example `mfa-plan-7F3A-91C2-Workforce-20261123T133600Z.csv`. `at` is when it is
    /// saved.
    #[must_use]
    pub fn file_name(&self, at: Timestamp) -> String {
        let what = match self.extent {
            Extent::Plan => "mfa-plan",
            Extent::LeftOut => "mfa-left-out",
        };
        let what = format!("{what}-{}", self.plan.number());
        let environment = self.environment_name.as_deref().unwrap_or_default();
        export::file_name(&what, environment, at, self.contents, self.format())
    }

    /// Its media type.
    #[must_use]
    pub const fn mime(&self) -> &'static str {
        self.format().mime()
    }

    const fn format(&self) -> Format {
        Format::Csv { byte_order_mark: self.byte_order_mark }
    }

    /// The next part of the file, with at most so many rows; `None` after the last.
    pub fn slice(&mut self, rows: usize, username: Username<'_>) -> Option<String> {
        let mut out = String::new();
        match self.part.advance(rows, self.planned().len(), self.plan.left_out.len())? {
            Slice::Head => self.head(&mut out),
            Slice::Rows { places, .. } => {
                for row in self.planned().get(places).unwrap_or_default() {
                    self.row(row, username, &mut out);
                }
            }
            Slice::LeftOut { places } => {
                for left_out in self.plan.left_out.get(places).unwrap_or_default() {
                    self.left_out(*left_out, username, &mut out);
                }
            }
        }
        Some(out)
    }

    /// How many rows the file is going to have.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.planned().len() + self.plan.left_out.len()
    }

    fn planned(&self) -> &[PlannedRow] {
        match self.extent {
            Extent::Plan => &self.plan.rows,
            Extent::LeftOut => &[],
        }
    }

    fn head(&self, out: &mut String) {
        contains(self.contents, self.byte_order_mark, out);
        let environment_name = self.environment_name.as_deref();
        match self.extent {
            Extent::Plan => {
                notes(&self.plan, environment_name, out);
                named(&COLUMNS.map(Cow::Borrowed), self.contents, out);
            }
            Extent::LeftOut => {
                known_by(&self.plan, environment_name, out);
                named(&LEFT_OUT_COLUMNS.map(Cow::Borrowed), self.contents, out);
            }
        }
    }

    fn row(&self, row: &PlannedRow, username: Username<'_>, out: &mut String) {
        let fields = [
            row.user.to_string().into(),
            name(self.contents, row.user, username).into(),
            row.from.word().into(),
            row.read_at.to_rfc3339().into(),
            Mfa::from(self.plan.to).word().into(),
            "".into(),
        ];
        named(&fields, self.contents, out);
    }

    fn left_out(&self, left_out: LeftOut, username: Username<'_>, out: &mut String) {
        let user: Cow<'_, str> = left_out.user.to_string().into();
        let called: Cow<'_, str> = name(self.contents, left_out.user, username).into();
        let why: Cow<'_, str> = left_out.why.word().into();
        let none = || Cow::Borrowed("");
        match self.extent {
            Extent::Plan => named(&[user, called, none(), none(), none(), why], self.contents, out),
            Extent::LeftOut => named(&[user, called, why], self.contents, out),
        }
    }
}

/// The first line, which says what the file contains.
pub(super) fn contains(contents: Contents, byte_order_mark: bool, out: &mut String) {
    out.push_str(if byte_order_mark { "\u{feff}# contains " } else { "# contains " });
    out.push_str(contents.words());
    out.push_str(crate::domain::csv::RECORD_END);
}

/// What a user is called, in a file with names.
pub(super) fn name(contents: Contents, user: UserId, username: Username<'_>) -> &str {
    match contents {
        Contents::StatesOnly => "",
        Contents::WithNames => username(user),
    }
}

/// Writes a record whose second field is a name.
pub(super) fn named(fields: &[Cow<'_, str>], contents: Contents, out: &mut String) {
    let is_written = |place: usize| contents == Contents::WithNames || place != 1;
    let written = fields.iter().enumerate().filter(|(place, _)| is_written(*place));
    write_record(written.map(|(_, field)| field.as_ref()), out);
}

/// The lines about a plan.
pub(super) fn notes(plan: &Plan, environment_name: Option<&str>, out: &mut String) {
    known_by(plan, environment_name, out);
    write_note("changeReference", &plan.reference, out);
    write_note("reason", &plan.reason, out);
    let undone = plan.undoes.as_ref();
    write_note("undoes", &undone.map(|undone| undone.number.to_string()).unwrap_or_default(), out);
    write_note("undoesChangeReference", undone.map_or("", |undone| &undone.reference), out);
    write_note("stopsAfterTestUser", yes_or_no(plan.stops.after_test_user), out);
    write_note("stopsEvery", &plan.stops.every.map(|every| every.to_string()).unwrap_or_default(), out);
    write_note("users", &plan.rows.len().to_string(), out);
    for why in Exclusion::ALL {
        let users = plan.left_out.iter().filter(|left_out| left_out.why == why).count();
        if users > 0 {
            write_note(&format!("leftOut {}", why.word()), &users.to_string(), out);
        }
    }
}

/// The lines that a plan is known by.
fn known_by(plan: &Plan, environment_name: Option<&str>, out: &mut String) {
    write_note("planNumber", &plan.number().to_string(), out);
    write_note("environmentId", &plan.environment.to_string(), out);
    write_note("environmentName", environment_name.unwrap_or_default(), out);
    write_note("to", Mfa::from(plan.to).word(), out);
    write_note("madeAt", &plan.made_at.to_rfc3339(), out);
}

pub(super) const fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::list::{self, Identity};
    use crate::domain::plan::Stops;
    use crate::domain::tenant::EnvironmentId;
    use proptest::prelude::*;
    use uuid::Uuid;

    const AT: Timestamp = Timestamp(1_795_440_960_000);

    fn plan(users: u128, reason: &str) -> Plan {
        let user = |number| UserId(Uuid::from_u128(number));
        let row = |number| PlannedRow { user: user(number), from: Mfa::On, read_at: AT };
        Plan {
            environment: EnvironmentId(Uuid::from_u128(99)),
            to: false,
            made_at: AT,
            rows: (1..=users).map(row).collect(),
            left_out: vec![
                LeftOut { user: user(500_000), why: Exclusion::Protected },
                LeftOut { user: user(500_001), why: Exclusion::EarlierNotKnown },
            ],
            reference: "CHG1".into(),
            stops: Stops::default(),
            reason: reason.into(),
            undoes: None,
        }
    }

    fn written(plan: Plan, contents: Contents, rows: usize, name: Username<'_>) -> String {
        in_full(PlanWriter::new(plan.into(), Extent::Plan, Some("=Work".into()), contents, true), rows, name)
    }

    fn in_full(mut writer: PlanWriter, rows: usize, name: Username<'_>) -> String {
        std::iter::from_fn(|| writer.slice(rows, name)).collect()
    }

    fn records(text: &str, delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_plan_says_what_it_is_then_whom_it_changes_and_whom_it_leaves_out() {
        let plan = plan(1, "=1, \"2\"");
        let number = plan.number();
        let expected = format!(
            "\u{feff}# contains ids and states only
# planNumber,{number}
# environmentId,00000000-0000-0000-0000-000000000063
# environmentName,'=Work
# to,off
# madeAt,2026-11-23T13:36:00.000Z
# changeReference,CHG1
# reason,\"'=1, \"\"2\"\"\"
# undoes,
# undoesChangeReference,
# stopsAfterTestUser,no
# stopsEvery,
# users,1
# leftOut protected,1
# leftOut earlier value not known,1
userId,from,readAt,to,leftOutBecause
00000000-0000-0000-0000-000000000001,on,2026-11-23T13:36:00.000Z,off,
00000000-0000-0000-0000-00000007a120,,,,protected
00000000-0000-0000-0000-00000007a121,,,,earlier value not known
"
        );
        assert_eq!(written(plan, Contents::StatesOnly, 1, &|_| "Ana"), expected.replace('\n', "\r\n"));
    }

    #[test]
    fn with_names_a_plan_says_that_it_has_personal_data() {
        let text = written(plan(1, ""), Contents::WithNames, 5, &|_| "=ana");
        assert!(text.contains("# contains personal data\r\n") && text.contains("1,'=ana,on,"), "{text}");
        let writer = PlanWriter::new(plan(1, "").into(), Extent::Plan, None, Contents::WithNames, false);
        let number = plan(1, "").number();
        let name = format!("mfa-plan-{number}-20261123T133600Z-contains-personal-data.csv");
        assert_eq!((writer.file_name(AT), writer.mime()), (name, "text/csv;charset=utf-8"));
    }

    fn left_out(contents: Contents) -> PlanWriter {
        PlanWriter::new(plan(3, "").into(), Extent::LeftOut, Some("Work".into()), contents, false)
    }

    #[test]
    fn whoever_was_left_out_is_a_list_that_says_why_and_nobody_else_is_in_it() {
        let number = plan(3, "").number();
        let expected = format!(
            "# contains ids and states only
# planNumber,{number}
# environmentId,00000000-0000-0000-0000-000000000063
# environmentName,Work
# to,off
# madeAt,2026-11-23T13:36:00.000Z
userId,leftOutBecause
00000000-0000-0000-0000-00000007a120,protected
00000000-0000-0000-0000-00000007a121,earlier value not known
"
        );
        let writer = left_out(Contents::StatesOnly);
        assert_eq!(writer.file_name(AT), format!("mfa-left-out-{number}-Work-20261123T133600Z.csv"));
        assert_eq!(writer.rows(), 2);
        assert_eq!(in_full(writer, 1, &|_| "Ana"), expected.replace('\n', "\r\n"));
        let named = in_full(left_out(Contents::WithNames), 9, &|_| "=ana");
        assert!(named.contains("# contains personal data\r\n") && named.contains("userId,username,leftOut"));
        assert!(named.contains("7a120,'=ana,protected\r\n"), "{named}");
    }

    #[test]
    fn a_saved_plan_can_be_opened_as_a_list_of_people() {
        let list = list::read(
            written(plan(3, ""), Contents::WithNames, 9, &|_| "ana").as_bytes(),
            &list::normalize(),
        )
        .unwrap();
        assert_eq!((list.column(), list.identity(), list.entries().len()), (0, Identity::UserId, 5));
        assert!(list.confirmed().is_some(), "nothing is guessed about it");
    }

    #[test]
    fn a_list_of_whoever_was_left_out_can_be_opened_as_a_list_of_people() {
        for contents in [Contents::StatesOnly, Contents::WithNames] {
            let list = list::read(in_full(left_out(contents), 9, &|_| "ana").as_bytes(), &list::normalize())
                .unwrap();
            assert_eq!((list.column(), list.identity()), (0, Identity::UserId));
            let ids: Vec<&str> = list.entries().iter().map(|entry| entry.value.as_str()).collect();
            let left_out = plan(3, "").left_out;
            assert_eq!(ids, left_out.iter().map(|left| left.user.to_string()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn two_hundred_thousand_rows_are_written_in_slices_and_nobody_is_lost() {
        let mut writer =
            PlanWriter::new(plan(200_000, "").into(), Extent::Plan, None, Contents::StatesOnly, false);
        let slices: Vec<String> = std::iter::from_fn(|| writer.slice(1_000, &|_| "")).collect();
        assert_eq!(slices.len(), 202);
        let table = records(&slices[1..].concat(), b',');
        assert_eq!(table.len(), 200_002);
        for (line, number) in table[..200_000].iter().zip(1..) {
            assert_eq!(line[0], UserId(Uuid::from_u128(number)).to_string());
        }
    }

    proptest! {
        #[test]
        fn no_text_begins_a_formula_or_another_line(reason in "([=+@a,;\"'\t\r\n -]|\\PC){0,12}", name in any::<String>()) {
            let name: &'static str = Box::leak(name.into_boxed_str());
            let text = written(plan(2, &reason), Contents::WithNames, 9, &|_| name);
            for delimiter in [b',', b';', b'\t'] {
                let cells = records(&text, delimiter);
                let is_formula = |cell: &&String| {
                    let begin = cell.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '"');
                    begin.starts_with(['=', '+', '-', '@'])
                };
                prop_assert_eq!(cells.iter().flatten().find(is_formula), None);
            }
            let notes = text.split("userId").next().unwrap_or_default();
            prop_assert!(notes.trim_start_matches('\u{feff}').lines().all(|line| line.starts_with("# ")), "{}", notes);
        }
    }
}
