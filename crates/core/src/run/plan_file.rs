//! Export of a plan as CSV, in slices: lines about the plan, the column names, the rows, and then the users left out.
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
//! A file of only the users left out begins with fewer lines, so that it can be imported again:
//!
//! ```text
//! # contains ids and states only
//! # planNumber,7F3A-91C2
//! userId,leftOutBecause
//! 91fd2c1c-22b1-4c0e-9a55-0d1f6a7bc2d4,no active device
//! ```
//!
//! Texts are guarded so that spreadsheets don't run them as formulas, as described in [`crate::directory::csv`].

use std::borrow::Cow;
use std::rc::Rc;

use pingone::time::Timestamp;
use pingone::user::{Mfa, UserId};

use crate::directory::csv::{write_note, write_record};
use crate::directory::export::{self, Contents, Format};
use crate::slices::{Part, Slice};

use super::plan::{Exclusion, LeftOut, Plan, PlannedRow};

/// Looks up a username; empty if it isn't known. It isn't called for files without names.
pub type Username<'n> = &'n dyn Fn(UserId) -> &'n str;

/// The columns. The second exists only in files with names.
const COLUMNS: [&str; 6] = ["userId", "username", "from", "readAt", "to", "leftOutBecause"];

/// The columns of a file of the users left out. The second exists only in files with names.
const LEFT_OUT_COLUMNS: [&str; 3] = ["userId", "username", "leftOutBecause"];

/// Which part of a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The complete plan, with the users left out.
    Plan,
    /// Only the users left out, with the reasons.
    LeftOut,
}

/// Writer of one file: call [`slice`](Self::slice) until it returns `None`.
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
    /// Creates a writer for a file of which nothing has been written yet.
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

    /// The name of the file, for example
    /// `mfa-plan-7F3A-91C2-Workforce-20261123T133600Z.csv`. `at` is the time of saving.
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

    /// The media type for saving the file.
    #[must_use]
    pub const fn mime(&self) -> &'static str {
        self.format().mime()
    }

    const fn format(&self) -> Format {
        Format::Csv { byte_order_mark: self.byte_order_mark }
    }

    /// The next part of the file, with at most `rows` rows; `None` after the last.
    pub fn slice(&mut self, rows: usize, username: Username<'_>) -> Option<String> {
        let mut out = String::new();
        match self.part.advance(rows, self.planned().len(), self.plan.left_out.len())? {
            Slice::Head => self.head(&mut out),
            Slice::Rows { indexes, .. } => {
                for row in self.planned().get(indexes).unwrap_or_default() {
                    self.row(row, username, &mut out);
                }
            }
            Slice::LeftOut { indexes } => {
                for left_out in self.plan.left_out.get(indexes).unwrap_or_default() {
                    self.left_out(*left_out, username, &mut out);
                }
            }
        }
        Some(out)
    }

    /// Total number of rows in the file.
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
        contents_line(self.contents, self.byte_order_mark, out);
        let environment_name = self.environment_name.as_deref();
        match self.extent {
            Extent::Plan => {
                notes(&self.plan, environment_name, out);
                record(&COLUMNS.map(Cow::Borrowed), self.contents, out);
            }
            Extent::LeftOut => {
                identity_notes(&self.plan, environment_name, out);
                record(&LEFT_OUT_COLUMNS.map(Cow::Borrowed), self.contents, out);
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
        record(&fields, self.contents, out);
    }

    fn left_out(&self, left_out: LeftOut, username: Username<'_>, out: &mut String) {
        let user: Cow<'_, str> = left_out.user.to_string().into();
        let username_field: Cow<'_, str> = name(self.contents, left_out.user, username).into();
        let why: Cow<'_, str> = left_out.why.word().into();
        let none = || Cow::Borrowed("");
        match self.extent {
            Extent::Plan => record(&[user, username_field, none(), none(), none(), why], self.contents, out),
            Extent::LeftOut => record(&[user, username_field, why], self.contents, out),
        }
    }
}

/// Writes the first line, which states whether the file has personal data.
pub(super) fn contents_line(contents: Contents, byte_order_mark: bool, out: &mut String) {
    out.push_str(if byte_order_mark { "\u{feff}# contains " } else { "# contains " });
    out.push_str(contents.words());
    out.push_str(crate::directory::csv::RECORD_END);
}

/// The username for the file; empty in a file without names.
pub(super) fn name(contents: Contents, user: UserId, username: Username<'_>) -> &str {
    match contents {
        Contents::StatesOnly => "",
        Contents::WithNames => username(user),
    }
}

/// Writes a record. Its second field is a name, which is left out in files without names.
pub(super) fn record(fields: &[Cow<'_, str>], contents: Contents, out: &mut String) {
    let is_written = |index: usize| contents == Contents::WithNames || index != 1;
    let written = fields.iter().enumerate().filter(|(index, _)| is_written(*index));
    write_record(written.map(|(_, field)| field.as_ref()), out);
}

/// Writes the lines about a plan.
pub(super) fn notes(plan: &Plan, environment_name: Option<&str>, out: &mut String) {
    identity_notes(plan, environment_name, out);
    write_note("changeReference", &plan.reference, out);
    write_note("reason", &plan.reason, out);
    let undone = plan.undoes.as_ref();
    write_note("undoes", &undone.map(|undone| undone.number.to_string()).unwrap_or_default(), out);
    write_note("undoesChangeReference", undone.map_or("", |undone| &undone.reference), out);
    write_note("stopsAfterTestUser", yes_or_no(plan.stops.after_pilot), out);
    write_note("stopsEvery", &plan.stops.every.map(|every| every.to_string()).unwrap_or_default(), out);
    write_note("users", &plan.rows.len().to_string(), out);
    for why in Exclusion::ALL {
        let users = plan.left_out.iter().filter(|left_out| left_out.why == why).count();
        if users > 0 {
            write_note(&format!("leftOut {}", why.word()), &users.to_string(), out);
        }
    }
}

/// Writes the lines that identify a plan.
fn identity_notes(plan: &Plan, environment_name: Option<&str>, out: &mut String) {
    write_note("planNumber", &plan.number().to_string(), out);
    write_note("environmentId", &plan.environment.to_string(), out);
    write_note("environmentName", environment_name.unwrap_or_default(), out);
    write_note("to", Mfa::from(plan.to).word(), out);
    write_note("madeAt", &plan.made_at.to_rfc3339(), out);
}

pub(super) const fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::super::plan::PlannedPauses;
    use super::*;
    use crate::import::{self, Identity};
    use pingone::environment::EnvironmentId;
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
            stops: PlannedPauses::default(),
            reason: reason.into(),
            undoes: None,
        }
    }

    fn written(plan: Plan, contents: Contents, rows: usize, name: Username<'_>) -> String {
        write_all(
            PlanWriter::new(plan.into(), Extent::Plan, Some("=Work".into()), contents, true),
            rows,
            name,
        )
    }

    fn write_all(mut writer: PlanWriter, rows: usize, name: Username<'_>) -> String {
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
    fn a_plan_file_has_notes_then_planned_rows_then_users_left_out() {
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
    fn a_plan_file_with_names_is_marked_as_personal_data() {
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
    fn a_file_of_users_left_out_has_their_reasons_and_no_other_users() {
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
        assert_eq!(write_all(writer, 1, &|_| "Ana"), expected.replace('\n', "\r\n"));
        let with_names = write_all(left_out(Contents::WithNames), 9, &|_| "=ana");
        assert!(
            with_names.contains("# contains personal data\r\n")
                && with_names.contains("userId,username,leftOut")
        );
        assert!(with_names.contains("7a120,'=ana,protected\r\n"), "{with_names}");
    }

    #[test]
    fn a_saved_plan_can_be_imported() {
        let list = import::read(
            written(plan(3, ""), Contents::WithNames, 9, &|_| "ana").as_bytes(),
            &import::normalize(),
        )
        .unwrap();
        assert_eq!((list.column(), list.identity(), list.entries().len()), (0, Identity::UserId, 5));
        assert!(list.confirmed().is_some(), "there are no guesses");
    }

    #[test]
    fn a_file_of_users_left_out_can_be_imported() {
        for contents in [Contents::StatesOnly, Contents::WithNames] {
            let list =
                import::read(write_all(left_out(contents), 9, &|_| "ana").as_bytes(), &import::normalize())
                    .unwrap();
            assert_eq!((list.column(), list.identity()), (0, Identity::UserId));
            let ids: Vec<&str> = list.entries().iter().map(|entry| entry.value.as_str()).collect();
            let left_out = plan(3, "").left_out;
            assert_eq!(ids, left_out.iter().map(|left| left.user.to_string()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn two_hundred_thousand_rows_are_written_in_slices_without_losing_one() {
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
        fn no_text_starts_a_formula_or_new_line(reason in "([=+@a,;\"'\t\r\n -]|\\PC){0,12}", name in any::<String>()) {
            let text = written(plan(2, &reason), Contents::WithNames, 9, &|_| &name);
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
