use proptest::prelude::*;

use crate::directory::store::UserStore;
use pingone_mfa_testkit::user::{fold, numbered as user};

use super::*;

const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";

fn read(bytes: &[u8]) -> Result<ImportFile, ImportFault> {
    super::read(bytes, &normalize())
}

fn import(text: &str) -> ImportFile {
    read(text.as_bytes()).unwrap()
}

fn confirm_all(import: &mut ImportFile) {
    while let Some(guess) = import.guesses().first().map(|guess| (*guess).clone()) {
        import.answer(Answer::Confirmed(guess)).unwrap();
    }
}

fn problems(import: &ImportFile) -> Vec<Option<Problem>> {
    import.entries().iter().map(|entry| entry.problem).collect()
}

fn values(import: &ImportFile) -> Vec<&str> {
    import.entries().iter().map(|entry| entry.value.as_str()).collect()
}

fn interpretation(import: &ImportFile) -> (usize, Identity, bool) {
    (import.column(), import.identity(), import.has_header())
}

#[test]
fn a_windows_1252_file_with_semicolons_is_parsed() {
    let import =
        read(b"Name;E-Mail\r\nZo\xeb Brandt;Zo\xeb@example.com\r\n\r\nBo;bo@example.com\r\n").unwrap();
    assert_eq!((import.encoding(), import.separator()), (Encoding::Windows1252, Some(Separator::Semicolon)));
    assert_eq!(interpretation(&import), (1, Identity::Email, true));
    assert_eq!(values(&import), ["Zoë@example.com", "bo@example.com"]);
    let lines: Vec<usize> = import.entries().iter().map(|entry| entry.line).collect();
    assert_eq!(lines, [2, 4]);
    let names: Vec<Option<&str>> = import.columns().iter().map(|column| column.name.as_deref()).collect();
    assert_eq!(names, [Some("Name"), Some("E-Mail")]);
}

#[test]
fn a_file_with_one_column_needs_no_separator_and_no_header() {
    let import = import("ana\nzoe\n\n bo \n");
    assert_eq!(import.separator(), None);
    assert_eq!(interpretation(&import), (0, Identity::Username, false));
    assert_eq!(values(&import), ["ana", "zoe", "bo"]);
}

#[test]
fn a_utf_16_file_with_tabs_is_parsed() {
    let bytes: Vec<u8> = format!("\u{feff}uuid\tx\r\n{{{}}}\t1", ID.to_uppercase())
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let import = read(&bytes).unwrap();
    assert_eq!((import.encoding(), import.separator()), (Encoding::Utf16Le, Some(Separator::Tab)));
    assert_eq!(interpretation(&import), (0, Identity::UserId, true));
    assert_eq!(import.entries()[0].problem, None, "capitals and braces are fine");
}

#[test]
fn files_exported_by_this_page_are_parsed() {
    let text = format!(
        "\u{feff}# contains personal data; list read x; devices not checked\r\nuserId,username,account\r\n{ID},'-bo,enabled\r\n"
    );
    let mut import = import(&text);
    assert_eq!(interpretation(&import), (0, Identity::UserId, true));
    assert_eq!(values(&import), [ID]);
    import.identify(1, Identity::Username, true);
    assert_eq!(values(&import), ["-bo"], "without the guard");
}

#[test]
fn the_detected_column_and_header_can_be_changed() {
    let mut import = import("who;mail\nana;a@b.c\n");
    import.identify(0, Identity::ExternalId, true);
    assert_eq!((interpretation(&import), values(&import)), ((0, Identity::ExternalId, true), vec!["ana"]));
    import.identify(0, Identity::Username, false);
    assert_eq!(
        (interpretation(&import), values(&import)),
        ((0, Identity::Username, false), vec!["who", "ana"])
    );
    assert_eq!(import.columns()[1].name, None);
    import.identify(7, Identity::Username, true);
    assert_eq!(import.entries()[0].problem, Some(Problem::Empty), "the column doesn't exist");

    let mut unknown = read(b"who\nana").unwrap();
    unknown.identify(0, Identity::Username, true);
    assert_eq!((values(&unknown), unknown.columns()[0].name.as_deref()), (vec!["ana"], Some("who")));
}

#[test]
fn the_preview_has_the_first_five_lines_and_their_values() {
    let import = import("login,team\n\" ana \",\"a\nb\"\nb,\nc,\nd,\ne,\nf,\n");
    let preview = import.preview();
    assert_eq!(preview.len(), 5);
    let first = PreviewLine { line: 2, cells: vec![" ana ".into(), "a\nb".into()], value: "ana".into() };
    assert_eq!((preview[0].clone(), preview[1].line), (first, 4));
}

#[test]
fn a_number_shortened_by_a_spreadsheet_is_a_problem() {
    let problem = |value: &str, by: Identity| {
        let mut import = import(&format!("x\n\"{value}\"\n"));
        import.identify(0, by, true);
        problems(&import).first().copied().flatten()
    };
    for value in
        ["4.1E+07", "1,23E+15", "1E+11", "-5.0e-03", "４.１E+07", "4.1000001E7", "1.2E15", "1.2E4000"]
    {
        assert_eq!(problem(value, Identity::ExternalId), Some(Problem::SpreadsheetNumber), "{value}");
    }
    for value in [
        "12e4",
        "1.2e4",
        "12E4",
        "1.2E4",
        "9.9E6",
        "41000001.5",
        ".0",
        "41.",
        "1.0.0",
        "v1.0",
        "41.5E7",
        "E+07",
        "4.E+07",
        "4.1E+",
        "4.1E+07x",
        "1.2.3E+4",
        "e",
        "elena",
        "41000001",
    ] {
        assert_eq!(problem(value, Identity::ExternalId), None, "{value}");
    }
    for value in ["41000001.0", "41000001,00", "４１.0"] {
        assert_eq!(problem(value, Identity::ExternalId), Some(Problem::DecimalNumber), "{value}");
    }
    assert_eq!(problem("4.1E+07", Identity::UserId), Some(Problem::SpreadsheetNumber));
    assert_eq!(problem("ana", Identity::UserId), Some(Problem::NotAnId));
    assert_eq!(problem(ID, Identity::UserId), None);
}

#[test]
fn a_file_that_cannot_be_imported_is_rejected_with_the_reason() {
    for (bytes, fault) in [
        (&b""[..], ImportFault::Empty),
        (b"\xef\xbb\xbf\r\n , \n", ImportFault::Empty),
        (b"\xff\xfe", ImportFault::Empty),
        (b"sep=;\r\n", ImportFault::Empty),
        (b"\r\n <!DOCTYPE html><p>", ImportFault::Html),
        (b"<HTML lang=en>", ImportFault::Html),
        (b"<meta charset=utf-8><table><tr><td>ana", ImportFault::Html),
        (b"<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>", ImportFault::Html),
        (b"<users>\n<user>ana</user>", ImportFault::Html),
        (
            b"<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com\">\n<Obj RefId=\"0\"/>",
            ImportFault::Html,
        ),
        (b"<ns:users/>", ImportFault::Html),
        (b"<!-- users -->", ImportFault::Html),
        (b"[{\"username\":\"ana\"},{\"username\":\"bo\"}]", ImportFault::Json),
        (b"\xef\xbb\xbf{\n  \"_embedded\": {}}", ImportFault::Json),
        (b"[\"ana\",\n\"bo\"]", ImportFault::Json),
        (b"{\"username\":\"ana\"}\n{\"username\":\"bo\"}\n", ImportFault::Json),
        (b"%PDF-1.7\n1 0 obj", ImportFault::Document),
        (b"{\\rtf1\\ansi ana\\par bo}", ImportFault::Document),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", ImportFault::Workbook),
        (b"7z\xbc\xaf\x27\x1c\0\x04", ImportFault::Workbook),
        (b"PK\x03\x04\x14\0", ImportFault::Workbook),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", ImportFault::Workbook),
        (b"ana\r\nb\0o\r\n", ImportFault::ZeroByte { line: 2 }),
    ] {
        assert_eq!(read(bytes).err(), Some(fault), "{bytes:?}");
    }
    assert_eq!(values(&import("PKowalski\nana")), ["PKowalski", "ana"]);
    assert_eq!(values(&import(&format!("{{{ID}}}\n"))), [format!("{{{ID}}}")]);
    for name in ["ana", "headoffice", "metadata", "html"] {
        assert_eq!(values(&import(&format!("<{name}@x.example>\n"))), [format!("{name}@x.example")]);
    }
    assert_eq!(values(&import("<Ana Ferreira> ana@x.example\n")), ["ana@x.example"]);
    assert_eq!(values(&import("<ana>\n<bo>\n")), ["<ana>", "<bo>"]);
    assert_eq!(values(&import("[ana]\n{bo}\n")), ["[ana]", "{bo}"]);
}

#[test]
fn an_import_is_limited_to_two_hundred_thousand_users() {
    let lines = "ana\n\n".repeat(MAX_LINES);
    assert_eq!(import(&format!("login\n{lines}")).entries().len(), MAX_LINES);
    let fault = Some(ImportFault::TooManyLines { limit: MAX_LINES });
    assert_eq!(read(format!("login\n{lines}bo").as_bytes()).err(), fault);
    assert_eq!(read(lines.repeat(3).as_bytes()).err(), fault);
}

#[test]
fn lines_are_written_back_unchanged_with_all_columns() {
    let text = "\u{feff}login ;note\nana;\"a;\"\"b\"\"\n2\"\n\n'bo ; x \"y\"\rzoë;";
    let import = import(text);
    assert_eq!(
        import.text_of(&[0, 1, 2]),
        "login ;note\r\nana;\"a;\"\"b\"\"\n2\"\r\n'bo ; x \"y\"\r\nzoë;\r\n"
    );
    assert_eq!(import.text_of(&[2, 99]), "login ;note\r\nzoë;\r\n");
    let again = read(import.text_of(&[0, 1, 2]).as_bytes()).unwrap();
    assert_eq!(values(&again), values(&import));
    let declared = read(b"sep=;\nana;1\nbo;2").unwrap();
    assert_eq!((declared.text_of(&[1]).as_str(), declared.entries()[1].line), ("sep=;\r\nbo;2\r\n", 3));
}

fn any_cell() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        proptest::sample::select(vec![
            "a", "zoë", "\"", ",", ";", "\t", "\r\n", "\n", " ", "@", "#", "'", "=", "王",
        ]),
        0..6,
    )
    .prop_map(|pieces| pieces.concat())
}

fn check_invariants(bytes: &[u8]) {
    let Ok(mut import) = read(bytes) else { return };
    let users = {
        let mut users = UserStore::default();
        users.learn(&user(1), &fold);
        users
    };
    for by in [Identity::UserId, Identity::ExternalId, Identity::Username, Identity::Email] {
        for column in 0..3 {
            import.identify(column, by, column == 1);
            let all: Vec<usize> = (0..import.entries().len()).collect();
            confirm_all(&mut import);
            let Matches { found, not_found, ambiguous, duplicates } =
                import.confirmed().unwrap().match_with(&users);
            let indexes =
                found.iter().map(|(entry, _)| entry).chain(ambiguous.iter().map(|(entry, _)| entry));
            let mut indexes: Vec<usize> = indexes.chain(&not_found).chain(&duplicates).copied().collect();
            indexes.sort_unstable();
            assert_eq!(indexes, all, "each entry has exactly one outcome");
            assert_eq!(import.preview().len(), all.len().min(PREVIEW_LINES));
            let file = import.text_of(&all);
            assert!(import.user_records().iter().all(|record| file.contains(record.text(&import.text))));
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_invariants(&bytes);
    }

    #[test]
    fn any_text_is_parsed_without_a_panic(text in proptest::collection::vec(any_cell(), 0..30)) {
        check_invariants(text.concat().as_bytes());
    }

    #[test]
    fn a_written_file_is_read_by_another_csv_parser(
        rows in proptest::collection::vec(proptest::collection::vec(any_cell(), 3), 1..8),
    ) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["login", "mail", "note"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let import = read(&writer.into_inner().unwrap()).unwrap();
        let all: Vec<usize> = (0..import.entries().len()).collect();
        let file = import.text_of(&all);
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let back: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let is_filled = |row: &&Vec<String>| row.concat().chars().any(|letter| {
            !is_blank(letter) && !['"', ',', ';'].contains(&letter)
        });
        prop_assert_eq!(back, rows.iter().filter(is_filled).cloned().collect::<Vec<_>>());
    }
}
