use super::*;

use proptest::prelude::*;

use crate::domain::users::UserStore;
use crate::domain::users::tests::{fold, user};

const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";

fn read(bytes: &[u8]) -> Result<ImportFile, ImportFault> {
    super::read(bytes, &normalize())
}

fn list(text: &str) -> ImportFile {
    read(text.as_bytes()).unwrap()
}

/// Confirms all that was guessed.
fn confirm(list: &mut ImportFile) {
    while let Some(guess) = list.guesses().first().map(|guess| (*guess).clone()) {
        list.answer(Answer::Confirmed(guess)).unwrap();
    }
}

fn problems(list: &ImportFile) -> Vec<Option<Problem>> {
    list.entries().iter().map(|entry| entry.problem).collect()
}

fn values(list: &ImportFile) -> Vec<&str> {
    list.entries().iter().map(|entry| entry.value.as_str()).collect()
}

fn used(list: &ImportFile) -> (usize, Identity, bool) {
    (list.column(), list.identity(), list.has_header())
}

#[test]
fn a_windows_1252_list_with_semicolons_is_understood() {
    let list = read(b"Name;E-Mail\r\nZo\xeb Brandt;Zo\xeb@example.com\r\n\r\nBo;bo@example.com\r\n").unwrap();
    assert_eq!((list.encoding(), list.separator()), (Encoding::Windows1252, Some(Separator::Semicolon)));
    assert_eq!(used(&list), (1, Identity::Email, true));
    assert_eq!(values(&list), ["Zoë@example.com", "bo@example.com"]);
    let lines: Vec<usize> = list.entries().iter().map(|entry| entry.line).collect();
    assert_eq!(lines, [2, 4]);
    let names: Vec<Option<&str>> = list.columns().iter().map(|column| column.name.as_deref()).collect();
    assert_eq!(names, [Some("Name"), Some("E-Mail")]);
}

#[test]
fn a_list_of_one_column_needs_no_separator_and_no_header() {
    let list = list("ana\nzoe\n\n bo \n");
    assert_eq!(list.separator(), None);
    assert_eq!(used(&list), (0, Identity::Username, false));
    assert_eq!(values(&list), ["ana", "zoe", "bo"]);
}

#[test]
fn a_utf_16_list_with_tabulators_is_understood() {
    let bytes: Vec<u8> = format!("\u{feff}uuid\tx\r\n{{{}}}\t1", ID.to_uppercase())
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let list = read(&bytes).unwrap();
    assert_eq!((list.encoding(), list.separator()), (Encoding::Utf16Le, Some(Separator::Tab)));
    assert_eq!(used(&list), (0, Identity::UserId, true));
    assert_eq!(list.entries()[0].problem, None, "capitals and braces are fine");
}

#[test]
fn what_this_page_exports_is_understood() {
    let text = format!(
        "\u{feff}# contains personal data; list read x; devices not checked\r\nuserId,username,account\r\n{ID},'-bo,enabled\r\n"
    );
    let mut list = list(&text);
    assert_eq!(used(&list), (0, Identity::UserId, true));
    assert_eq!(values(&list), [ID]);
    list.identify(1, Identity::Username, true);
    assert_eq!(values(&list), ["-bo"], "without the guard");
}

#[test]
fn what_was_found_can_be_changed() {
    let mut list = list("who;mail\nana;a@b.c\n");
    list.identify(0, Identity::ExternalId, true);
    assert_eq!((used(&list), values(&list)), ((0, Identity::ExternalId, true), vec!["ana"]));
    list.identify(0, Identity::Username, false);
    assert_eq!((used(&list), values(&list)), ((0, Identity::Username, false), vec!["who", "ana"]));
    assert_eq!(list.columns()[1].name, None);
    list.identify(7, Identity::Username, true);
    assert_eq!(list.entries()[0].problem, Some(Problem::Empty), "there is no such column");

    let mut unknown = read(b"who\nana").unwrap();
    unknown.identify(0, Identity::Username, true);
    assert_eq!((values(&unknown), unknown.columns()[0].name.as_deref()), (vec!["ana"], Some("who")));
}

#[test]
fn the_first_five_lines_are_shown_as_understood() {
    let list = list("login,team\n\" ana \",\"a\nb\"\nb,\nc,\nd,\ne,\nf,\n");
    let preview = list.preview();
    assert_eq!(preview.len(), 5);
    let first = PreviewLine { line: 2, cells: vec![" ana ".into(), "a\nb".into()], value: "ana".into() };
    assert_eq!((preview[0].clone(), preview[1].line), (first, 4));
}

#[test]
fn a_number_that_a_spreadsheet_has_shortened_is_a_problem() {
    let problem = |value: &str, by: Identity| {
        let mut list = list(&format!("x\n\"{value}\"\n"));
        list.identify(0, by, true);
        problems(&list).first().copied().flatten()
    };
    for value in ["4.1E+07", "1,23E+15", "1E+11", "-5.0e-03", "４.１E+07"] {
        assert_eq!(problem(value, Identity::ExternalId), Some(Problem::SpreadsheetNumber), "{value}");
    }
    for value in ["12e4", "E+07", "4.E+07", "4.1E+", "4.1E+07x", "1.2.3E+4", "e", "elena", "41000001"] {
        assert_eq!(problem(value, Identity::ExternalId), None, "{value}");
    }
    assert_eq!(problem("4.1E+07", Identity::UserId), Some(Problem::SpreadsheetNumber));
    assert_eq!(problem("ana", Identity::UserId), Some(Problem::NotAnId));
    assert_eq!(problem(ID, Identity::UserId), None);
}

#[test]
fn a_file_that_is_no_list_says_what_it_is() {
    for (bytes, fault) in [
        (&b""[..], ImportFault::Empty),
        (b"\xef\xbb\xbf\r\n , \n", ImportFault::Empty),
        (b"\xff\xfe", ImportFault::Empty),
        (b"sep=;\r\n", ImportFault::Empty),
        (b"\r\n <!DOCTYPE html><p>", ImportFault::Html),
        (b"<HTML lang=en>", ImportFault::Html),
        (b"PK\x03\x04\x14\0", ImportFault::Workbook),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", ImportFault::Workbook),
        (b"ana\r\nb\0o\r\n", ImportFault::ZeroByte { line: 2 }),
    ] {
        assert_eq!(read(bytes).err(), Some(fault), "{bytes:?}");
    }
    assert_eq!(values(&list("PKowalski\nana")), ["PKowalski", "ana"]);
}

#[test]
fn a_list_has_at_most_two_hundred_thousand_people() {
    let people = "ana\n\n".repeat(MOST_LINES);
    assert_eq!(list(&format!("login\n{people}")).entries().len(), MOST_LINES);
    let fault = Some(ImportFault::TooManyLines { limit: MOST_LINES });
    assert_eq!(read(format!("login\n{people}bo").as_bytes()).err(), fault);
    assert_eq!(read(people.repeat(3).as_bytes()).err(), fault);
}

#[test]
fn lines_are_written_back_with_all_columns_as_they_were() {
    let text = "\u{feff}login ;note\nana;\"a;\"\"b\"\"\n2\"\n\n'bo ; x \"y\"\rzoë;";
    let list = list(text);
    assert_eq!(
        list.text_of(&[0, 1, 2]),
        "login ;note\r\nana;\"a;\"\"b\"\"\n2\"\r\n'bo ; x \"y\"\r\nzoë;\r\n"
    );
    assert_eq!(list.text_of(&[2, 99]), "login ;note\r\nzoë;\r\n");
    let again = read(list.text_of(&[0, 1, 2]).as_bytes()).unwrap();
    assert_eq!(values(&again), values(&list));
    let named = read(b"sep=;\nana;1\nbo;2").unwrap();
    assert_eq!((named.text_of(&[1]).as_str(), named.entries()[1].line), ("sep=;\r\nbo;2\r\n", 3));
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

fn look_at_everything(bytes: &[u8]) {
    let Ok(mut list) = read(bytes) else { return };
    let users = {
        let mut users = UserStore::default();
        users.learn(&user(1), &fold);
        users
    };
    for by in [Identity::UserId, Identity::ExternalId, Identity::Username, Identity::Email] {
        for column in 0..3 {
            list.identify(column, by, column == 1);
            let all: Vec<usize> = (0..list.entries().len()).collect();
            confirm(&mut list);
            let Matches { found, not_found, ambiguous, duplicates } =
                list.confirmed().unwrap().match_in(&users);
            let places = found.iter().map(|(entry, _)| entry).chain(ambiguous.iter().map(|(entry, _)| entry));
            let mut places: Vec<usize> = places.chain(&not_found).chain(&duplicates).copied().collect();
            places.sort_unstable();
            assert_eq!(places, all, "each in one pile");
            assert_eq!(list.preview().len(), all.len().min(PREVIEWED));
            let file = list.text_of(&all);
            assert!(list.people().iter().all(|record| file.contains(record.text(&list.text))));
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        look_at_everything(&bytes);
    }

    #[test]
    fn no_text_is_too_odd(text in proptest::collection::vec(any_cell(), 0..30)) {
        look_at_everything(text.concat().as_bytes());
    }

    #[test]
    fn another_program_reads_from_a_file_what_stood_in_the_list(
        rows in proptest::collection::vec(proptest::collection::vec(any_cell(), 3), 1..8),
    ) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["login", "mail", "note"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let list = read(&writer.into_inner().unwrap()).unwrap();
        let all: Vec<usize> = (0..list.entries().len()).collect();
        let file = list.text_of(&all);
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let back: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let is_filled = |row: &&Vec<String>| row.concat().chars().any(|letter| {
            !is_blank(letter) && !['"', ',', ';'].contains(&letter)
        });
        prop_assert_eq!(back, rows.iter().filter(is_filled).cloned().collect::<Vec<_>>());
    }
}
