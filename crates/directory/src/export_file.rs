//! Export of users as CSV or JSON. The file is written row by row, so that a hundred thousand rows are never in memory
//! at once and the page stays responsive.
//!
//! **CSV** follows RFC 4180, in UTF-8 with CRLF. Its first line is for people; a program skips it or
//! treats `#` as the mark of comments. No record begins with `#`, because each begins with an ID. Then
//! follow the column names and the users:
//!
//! ```text
//! # contains personal data; list read 2026-11-23T13:36:00.000Z; devices as of 2026-11-23T13:30:00.000Z
//! userId,username,givenName,familyName,email,externalId,populationName,populationId,account,mfa,usableDevices,…
//! ```
//!
//! Texts are guarded so that spreadsheets don't run them as formulas: [`crate::csv`] describes how, and how
//! to undo it. A missing text, ID or time is empty. Devices and bypasses that weren't read are `not checked`, because a
//! spreadsheet counts an empty cell as 0; a user whose bypass was read and who has none has `none`.
//!
//! **JSON** is one object, `{"contains": …, "listReadAt": …, "devicesAsOf": …, "users": […]}`: the first
//! line up to the bracket, then one user per line, with the column names as keys. Missing and unchecked
//! values are null; texts aren't guarded.

use pingone::bypass::Bypass;
use pingone::time::Timestamp;

use super::csv;
use super::export::{Cell, Export, ExportRow, Format};

/// Writer of one file: call [`begin`](Self::begin), [`row`](Self::row) for each user, then [`end`](Self::end).
#[derive(Debug)]
pub struct Exporter {
    export: Export,
    has_rows: bool,
}

impl Exporter {
    /// Creates a writer for a file that has no rows yet.
    #[must_use]
    pub const fn new(export: Export) -> Self {
        Self { export, has_rows: false }
    }

    /// The text before the first row.
    #[must_use]
    pub fn begin(&self) -> String {
        match self.export.format {
            Format::Csv { byte_order_mark } => csv_head(&self.export, byte_order_mark),
            Format::Json => json_head(&self.export),
        }
    }

    /// Appends the text of one row to `out`.
    pub fn row(&mut self, row: &ExportRow, out: &mut String) {
        match self.export.format {
            Format::Csv { .. } => csv_row(&self.export, row, out),
            Format::Json => {
                out.push_str(if self.has_rows { ",\n" } else { "\n" });
                json_row(&self.export, row, out);
            }
        }
        self.has_rows = true;
    }

    /// The text after the last row, which ends the file.
    #[must_use]
    pub fn end(&self) -> String {
        match self.export.format {
            Format::Csv { .. } => String::new(),
            Format::Json => "\n]}\n".into(),
        }
    }

    /// The name of the file: see [`Export::file_name`].
    #[must_use]
    pub fn file_name(&self, environment_name: &str, at: Timestamp) -> String {
        self.export.file_name(environment_name, at)
    }

    /// The media type for saving the file.
    #[must_use]
    pub const fn mime(&self) -> &'static str {
        self.export.format.mime()
    }
}

fn csv_head(export: &Export, byte_order_mark: bool) -> String {
    let mark = if byte_order_mark { "\u{feff}" } else { "" };
    let devices = export
        .devices_as_of
        .map_or_else(|| "devices not checked".into(), |at| format!("devices as of {}", at.to_rfc3339()));
    let names: Vec<&str> = export.contents.columns().iter().map(|column| column.name()).collect();
    let (contents, read_at) = (export.contents.words(), export.list_read_at.to_rfc3339());
    let end = csv::RECORD_END;
    format!("{mark}# contains {contents}; list read {read_at}; {devices}{end}{}{end}", names.join(","))
}

fn csv_row(export: &Export, row: &ExportRow, out: &mut String) {
    for (index, column) in export.contents.columns().iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        match row.cell(*column) {
            Cell::Count(None) | Cell::Bypass(Bypass::NotChecked) => out.push_str("not checked"),
            cell => csv::write_field(&cell.text().unwrap_or_default(), out),
        }
    }
    out.push_str(csv::RECORD_END);
}

fn json_head(export: &Export) -> String {
    let devices = json_cell(Cell::Time(export.devices_as_of));
    let (contents, read_at) = (export.contents.words(), export.list_read_at.to_rfc3339());
    format!(
        "{{\"contains\":\"{contents}\",\"listReadAt\":\"{read_at}\",\"devicesAsOf\":{devices},\"users\":["
    )
}

fn json_row(export: &Export, row: &ExportRow, out: &mut String) {
    for (index, column) in export.contents.columns().iter().enumerate() {
        out.push_str(if index > 0 { ",\"" } else { "{\"" });
        out.push_str(column.name());
        out.push_str("\":");
        out.push_str(&json_cell(row.cell(*column)));
    }
    out.push('}');
}

fn json_cell(cell: Cell) -> String {
    match (cell.text(), cell) {
        (None, _) => "null".into(),
        (Some(number), Cell::Count(_)) => number.into_owned(),
        (Some(text), _) => pingone::json::quoted(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv::unguarded;
    use super::super::export::{Column, Contents};
    use super::*;
    use pingone::user::{Account, Mfa, PopulationId, UserId};
    use proptest::prelude::*;
    use serde_json::Value;
    use uuid::Uuid;

    const CSV: Format = Format::Csv { byte_order_mark: false };
    const MARKED: Format = Format::Csv { byte_order_mark: true };

    /// An owned version of [`ExportRow`].
    #[derive(Debug, Clone)]
    struct Person {
        id: u128,
        texts: [String; 3],
        options: [Option<String>; 3],
        population: Option<u128>,
        account: Account,
        mfa: Mfa,
        devices: Option<u16>,
        times: [Option<i64>; 2],
        bypass: Bypass,
    }

    impl Person {
        fn row(&self) -> ExportRow<'_> {
            let [username, given_name, family_name] = self.texts.each_ref().map(String::as_str);
            let [email, external_id, population_name] = self.options.each_ref().map(Option::as_deref);
            let [created_at, last_sign_on] = self.times.map(|at| at.map(Timestamp));
            ExportRow {
                id: UserId(Uuid::from_u128(self.id)),
                username,
                given_name,
                family_name,
                email,
                external_id,
                population_name,
                population: self.population.map(|id| PopulationId(Uuid::from_u128(id))),
                account: self.account,
                mfa: self.mfa,
                devices: self.devices,
                created_at,
                last_sign_on,
                bypass: self.bypass,
            }
        }
    }

    fn export(format: Format, contents: Contents) -> Export {
        Export {
            format,
            contents,
            list_read_at: Timestamp(1_795_440_960_000),
            devices_as_of: Some(Timestamp(0)),
        }
    }

    fn write(export: Export, people: &[Person]) -> String {
        let mut exporter = Exporter::new(export);
        let mut text = exporter.begin();
        for person in people {
            exporter.row(&person.row(), &mut text);
        }
        text + &exporter.end()
    }

    /// All records of a file, as parsed by the csv crate.
    fn records(text: &str, delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(delimiter != b',')
            .comment(Some(b'#'))
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    fn names(contents: Contents) -> Vec<String> {
        contents.columns().iter().map(|column| column.name().to_owned()).collect()
    }

    /// The expected record of a row, without guards.
    fn expected(row: &ExportRow, contents: Contents) -> Vec<String> {
        let text = |column: &Column| match row.cell(*column) {
            Cell::Count(None) | Cell::Bypass(Bypass::NotChecked) => "not checked".to_owned(),
            cell => cell.text().unwrap_or_default().into_owned(),
        };
        contents.columns().iter().map(text).collect()
    }

    /// Whether a spreadsheet could run a cell as a formula, implemented independently of the guard.
    fn begins_a_formula(cell: &str) -> bool {
        let seen = cell
            .chars()
            .find(|character| !character.is_whitespace() && !matches!(character, '\u{feff}' | '"'));
        seen.is_some_and(|seen| "=+-@＝＋－＠\0".contains(seen))
    }

    fn ana() -> Person {
        Person {
            id: 7,
            texts: ["ana.ferreira".into(), "Ana".into(), "Ferreira, \"Ani\"".into()],
            options: [Some("ana@example.com".into()), None, Some("=Employees".into())],
            population: Some(8),
            account: Account::Enabled,
            mfa: Mfa::On,
            devices: None,
            times: [Some(0), None],
            bypass: Bypass::Until(Timestamp(1_651_062_280_823)),
        }
    }

    #[test]
    fn a_csv_file_begins_with_its_contents_and_column_names() {
        assert_eq!(
            write(export(MARKED, Contents::WithNames), &[ana()]),
            "\u{feff}# contains personal data; list read 2026-11-23T13:36:00.000Z; \
             devices as of 1970-01-01T00:00:00.000Z\r\n\
             userId,username,givenName,familyName,email,externalId,populationName,populationId,account,mfa,\
             usableDevices,createdAt,lastSignOn,bypassUntil\r\n\
             00000000-0000-0000-0000-000000000007,ana.ferreira,Ana,\"Ferreira, \"\"Ani\"\"\",ana@example.com,,\
             '=Employees,00000000-0000-0000-0000-000000000008,enabled,on,not checked,1970-01-01T00:00:00.000Z,,\
             2022-04-27T12:24:40.823Z\r\n"
        );
    }

    #[test]
    fn a_json_file_states_its_contents_in_the_first_line() {
        let text = write(
            Export { devices_as_of: None, ..export(Format::Json, Contents::StatesOnly) },
            &[
                ana(),
                Person { devices: Some(2), bypass: Bypass::None, ..ana() },
                Person { devices: Some(0), bypass: Bypass::NotChecked, ..ana() },
            ],
        );
        let row = |devices: &str, bypass: &str| {
            format!(
                "{{\"userId\":\"00000000-0000-0000-0000-000000000007\",\
                 \"populationId\":\"00000000-0000-0000-0000-000000000008\",\"account\":\"enabled\",\"mfa\":\"on\",\
                 \"usableDevices\":{devices},\"createdAt\":\"1970-01-01T00:00:00.000Z\",\"lastSignOn\":null,\
                 \"bypassUntil\":{bypass}}}"
            )
        };
        let head = "{\"contains\":\"ids and states only\",\"listReadAt\":\"2026-11-23T13:36:00.000Z\",\
                    \"devicesAsOf\":null,\"users\":[";
        let rows =
            [row("null", "\"2022-04-27T12:24:40.823Z\""), row("2", "\"none\""), row("0", "null")].join(",\n");
        assert_eq!(text, format!("{head}\n{rows}\n]}}\n"));
    }

    #[test]
    fn an_unchecked_bypass_differs_from_none() {
        let last = |bypass| {
            let text = write(export(CSV, Contents::StatesOnly), &[Person { bypass, ..ana() }]);
            records(&text, b',')[1].last().cloned()
        };
        assert_eq!(last(Bypass::NotChecked).as_deref(), Some("not checked"));
        assert_eq!(last(Bypass::None).as_deref(), Some("none"));
        assert_eq!(last(Bypass::Until(Timestamp(0))).as_deref(), Some("1970-01-01T00:00:00.000Z"));
    }

    #[test]
    fn a_file_without_rows_is_valid() {
        let csv = write(export(MARKED, Contents::StatesOnly), &[]);
        assert!(csv.starts_with("\u{feff}# contains ids and states only; list read "), "{csv}");
        assert_eq!(records(&csv, b','), [names(Contents::StatesOnly)]);
        let json: Value =
            serde_json::from_str(&write(export(Format::Json, Contents::WithNames), &[])).unwrap();
        assert_eq!((&json["contains"], &json["users"]), (&"personal data".into(), &Value::Array(vec![])));
    }

    #[test]
    fn without_names_a_file_has_no_personal_data() {
        let secret = "Zyxwv";
        let person = Person {
            texts: [(); 3].map(|()| secret.into()),
            options: [(); 3].map(|()| Some(secret.into())),
            ..ana()
        };
        for format in [CSV, MARKED, Format::Json] {
            assert!(
                !write(export(format, Contents::StatesOnly), std::slice::from_ref(&person)).contains(secret)
            );
            assert_eq!(
                write(export(format, Contents::WithNames), std::slice::from_ref(&person))
                    .matches(secret)
                    .count(),
                6
            );
        }
    }

    /// Unusual names, and ones known from attacks on spreadsheets.
    const ODD: [&str; 22] = [
        "=cmd|' /C calc'!A0",
        "\u{feff}=1+1",
        "\"=1+1\"",
        "\"\"=1",
        "x;=HYPERLINK(\"http://evil.example\")",
        "x;\"=1\";\"",
        "x\t=1",
        "x\r\n=1\r\n",
        "\r",
        "\u{0}",
        "-2+3+cmd|' /C calc'!D2",
        "＝１＋１",
        "  @SUM(A1:A9)",
        "'",
        "''=1",
        "# contains",
        "__proto__",
        "\u{202e}moc.elpmaxe@ana",
        "👩\u{200d}👩\u{200d}👧",
        "ana@\u{0435}xample.com",
        "١٢٣456",
        "\\\"\\u0000\u{2028}",
    ];

    #[test]
    fn unusual_names_survive_a_round_trip_and_are_not_formulas() {
        let long = "x".repeat(1_000_000);
        let marks = format!("a{}", "\u{301}".repeat(10_000));
        for odd in ODD.into_iter().chain([long.as_str(), marks.as_str()]) {
            let person = Person {
                texts: [(); 3].map(|()| odd.into()),
                options: [(); 3].map(|()| Some(odd.into())),
                ..ana()
            };
            check_round_trip(&[person]).unwrap();
        }
    }

    fn check_round_trip(people: &[Person]) -> Result<(), TestCaseError> {
        for contents in [Contents::StatesOnly, Contents::WithNames] {
            for format in [CSV, MARKED] {
                let text = write(export(format, contents), people);
                check_csv(&text, people, contents)?;
                check_no_formulas(&text)?;
            }
            check_json(&write(export(Format::Json, contents), people), people, contents)?;
        }
        Ok(())
    }

    fn check_csv(text: &str, people: &[Person], contents: Contents) -> Result<(), TestCaseError> {
        let read = records(text, b',');
        prop_assert_eq!(&read[0], &names(contents));
        prop_assert_eq!(read.len(), people.len() + 1);
        for (record, person) in read[1..].iter().zip(people) {
            let plain: Vec<_> = record.iter().map(|field| unguarded(field).into_owned()).collect();
            prop_assert_eq!(plain, expected(&person.row(), contents));
        }
        Ok(())
    }

    fn check_no_formulas(text: &str) -> Result<(), TestCaseError> {
        for separator in [b',', b';', b'\t'] {
            let cells = records(text, separator);
            let found = cells.iter().flatten().find(|cell| begins_a_formula(cell));
            prop_assert_eq!(found, None, "separated by {}", char::from(separator));
        }
        let fields = records(text, b',');
        let found = fields.iter().flatten().find(|field| field.starts_with(['\t', '\r', '\n']));
        prop_assert_eq!(found, None);
        Ok(())
    }

    fn check_json(text: &str, people: &[Person], contents: Contents) -> Result<(), TestCaseError> {
        let json: Value = serde_json::from_str(text).unwrap();
        let users = json["users"].as_array().unwrap();
        prop_assert_eq!(users.len(), people.len());
        for (user, person) in users.iter().zip(people) {
            prop_assert_eq!(user.as_object().unwrap().len(), contents.columns().len());
            for column in contents.columns() {
                let cell = person.row().cell(*column);
                let value = match (cell, cell.text()) {
                    (Cell::Count(devices), _) => Value::from(devices),
                    (_, text) => Value::from(text.map(String::from)),
                };
                prop_assert_eq!(&user[column.name()], &value);
            }
        }
        Ok(())
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "(?s).{0,16}",
            "[-=+@\t\r\n\u{0};,\"'＝＋－＠ \u{feff}\u{200b}#|ab]{0,12}",
            proptest::sample::select(&ODD[..]).prop_map(str::to_owned),
            "[a-z]{1,8}\\.[a-z]{1,8}",
        ]
    }

    fn any_options() -> impl Strategy<Value = [Option<String>; 3]> {
        [(); 3].map(|()| proptest::option::of(any_text()))
    }

    prop_compose! {
        fn any_person()(
            id in any::<u128>(),
            texts in [any_text(), any_text(), any_text()],
            options in any_options(),
            population in any::<Option<u128>>(),
            account in proptest::sample::select(
                vec![Account::Enabled, Account::Disabled, Account::Locked, Account::Unknown]
            ),
            mfa in proptest::sample::select(vec![Mfa::On, Mfa::Off, Mfa::Unknown]),
            devices in any::<Option<u16>>(),
            times in [(); 2].map(|()| proptest::option::of(-62_167_219_200_000..253_402_300_800_000_i64)),
            bypass in prop_oneof![
                Just(Bypass::NotChecked),
                Just(Bypass::None),
                (0..253_402_300_800_000_i64).prop_map(|end| Bypass::Until(Timestamp(end))),
            ],
        ) -> Person {
            Person { id, texts, options, population, account, mfa, devices, times, bypass }
        }
    }

    proptest! {
        #[test]
        fn any_rows_survive_a_round_trip_and_no_cell_is_a_formula(
            people in proptest::collection::vec(any_person(), 0..3)
        ) {
            check_round_trip(&people)?;
        }
    }
}
