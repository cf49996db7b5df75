//! Files of the kinds in which a wrong person was changed, or a line was lost.

use super::*;

use crate::domain::user::{User, UserId};
use crate::domain::users::UserStore;
use crate::domain::users::tests::{fold, user};

const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";
const OTHER_ID: &str = "00000000-0000-4000-8000-0000008c1e0b";

fn list(text: &str) -> ImportFile {
    read(text.as_bytes(), &normalize()).unwrap()
}

fn guesses(list: &ImportFile) -> Vec<Guess> {
    list.guesses().into_iter().cloned().collect()
}

fn confirm(list: &mut ImportFile, guess: Guess) {
    list.answer(Answer::Confirmed(guess)).unwrap();
}

/// The values that are looked for, and the lines that aren't, with their problem.
fn said(list: &ImportFile) -> (Vec<&str>, Vec<(usize, Problem)>) {
    let entries = list.entries().iter();
    let values = entries.clone().filter(|entry| entry.problem.is_none()).map(|entry| entry.value.as_str());
    (values.collect(), entries.filter_map(|entry| Some((entry.line, entry.problem?))).collect())
}

#[test]
fn a_file_without_a_guess_is_confirmed_as_it_is() {
    for text in [
        "ana\nbo\n",
        "username\nana\n",
        "# contains personal data\r\nuserId,username,email,populationId,account\r\n8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4,ana,a@b.c,00000000-0000-4000-8000-0000008c1e0b,enabled\r\n",
        "Name;E-Mail\nAna;a@b.c\nBo;b@b.c\n",
        "Ana,a@b.c\nBo,b@b.c\n",
    ] {
        assert!(list(text).confirmed().is_some(), "{text}");
    }
}

#[test]
fn nobody_is_named_before_every_guess_is_answered() {
    let mut list =
        read(b"Staff\nEmail,Manager Email,MFA\na@b.c,m@b.c,on\nb@b.c,m@b.c,\"of\nf\"\n", &normalize())
            .unwrap();
    let all = guesses(&list);
    assert_eq!(all.len(), 4, "{all:?}");
    for guess in all {
        assert!(list.confirmed().is_none(), "{guess:?}");
        confirm(&mut list, guess);
    }
    assert!(list.confirmed().is_some());
}

#[test]
fn of_two_columns_of_a_kind_the_one_that_is_named_is_offered_and_asked_for() {
    for (text, columns, chosen) in [
        ("Name,Manager Email,Email\nAna,m@b.c,a@b.c\n", vec![1, 2], 2),
        ("Object Id,User principal name\n8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4,a@b.c\n", vec![0, 1], 1),
        ("workEmail,Email\nw@b.c,a@b.c\n", vec![0, 1], 1),
        ("Login,sAMAccountName\nana,afe\n", vec![0, 1], 0),
        ("a@b.c,Ana,m@b.c\nb@b.c,Bo,m@b.c\n", vec![0, 2], 0),
    ] {
        let mut list = list(text);
        assert_eq!(
            (guesses(&list), list.column()),
            (vec![Guess::SeveralColumns { columns }], chosen),
            "{text}"
        );
        let by = list.identity();
        list.answer(Answer::Column(chosen, by)).unwrap();
        assert!(list.confirmed().is_some(), "{text}");
    }
    let ids = format!("environment.id,population.id,id,username\n{OTHER_ID},{OTHER_ID},{ID},ana\n");
    assert_eq!(guesses(&list(&ids)), [Guess::SeveralColumns { columns: vec![0, 1, 2] }]);
    assert_eq!(list(&ids).column(), 2);
}

#[test]
fn a_column_for_which_nothing_speaks_is_asked_for() {
    let mut list = list("Ana,afe\nBo,bho\n");
    assert_eq!(guesses(&list), [Guess::UnnamedColumn { column: 0 }]);
    list.answer(Answer::Column(1, Identity::Username)).unwrap();
    assert_eq!((guesses(&list), said(&list).0), (vec![], vec!["afe", "bho"]));
}

#[test]
fn a_line_with_another_number_of_cells_names_nobody() {
    let more =
        list("name,username,note\nDoe, Ana,bossy,ana\nBo,bo,\nCy,cy,,,\nDi,di\n\"Ek, Eva\",eva,x\nFay\n");
    let problem = Problem::OtherCellCount;
    assert_eq!(said(&more), (vec!["bo", "cy", "eva"], vec![(2, problem), (5, problem), (7, problem)]));
    assert_eq!(more.entries()[0].value, "Doe, Ana,bossy,ana", "the whole line is shown");
    let unnamed_end = list("username,note,\nana,x\nbo,x,y\ncy,x,y,z\n");
    assert_eq!(said(&unnamed_end), (vec!["ana", "bo"], vec![(4, problem)]));
    let headless = list("a@b.c,Ana\nDoe, Bo,b@b.c\nc@b.c\nd@b.c,Di\n");
    assert_eq!(said(&headless), (vec!["a@b.c", "d@b.c"], vec![(2, problem), (3, problem)]));
}

#[test]
fn lines_above_a_header_are_asked_for_and_can_be_read() {
    let mut list = list("jdoe,\nasmith,\nuser,test account\nbo,\n");
    let guess = Guess::LinesAboveHeader { lines: 2, first: 1, header: 3 };
    assert_eq!((guesses(&list), said(&list).0), (vec![guess.clone()], vec!["bo"]));
    let mut skipped = list.clone();
    confirm(&mut skipped, guess);
    assert!(skipped.confirmed().is_some());
    list.answer(Answer::Header(false)).unwrap();
    list.answer(Answer::Column(0, Identity::Username)).unwrap();
    assert_eq!((guesses(&list), said(&list).0), (vec![], vec!["jdoe", "asmith", "user", "bo"]));

    for (text, lines) in [
        ("Users 2026\n\nid,mail\n8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4,a@b.c\n", Some(1)),
        ("#ana,\nlogin,note\nbo,x\n", Some(1)),
        ("# remark,x\n#TYPE User\nlogin,note\nbo,x\n", None),
    ] {
        let found = guesses(&self::list(text)).into_iter().find_map(|guess| match guess {
            Guess::LinesAboveHeader { lines, .. } => Some(lines),
            _ => None,
        });
        assert_eq!(found, lines, "{text}");
    }
}

#[test]
fn a_cell_of_several_lines_is_asked_for_and_lines_can_be_read_apart() {
    let mut list = list("username,note\nana,\"VIP\nbo,x\ncy,Monitor 27\"\ndi,z\n");
    let guess = Guess::CellsOfSeveralLines { cells: 1, line: 2, lines: 3 };
    assert_eq!((guesses(&list), said(&list).0), (vec![guess], vec!["ana", "di"]));
    list.answer(Answer::LinesApart).unwrap();
    assert_eq!((guesses(&list), said(&list).0), (vec![], vec!["ana", "bo", "cy", "di"]));

    let mut first = self::list("\"VIP,ana\nx,bo\nMonitor 27\",cy\n");
    assert!(matches!(guesses(&first).first(), Some(Guess::CellsOfSeveralLines { line: 1, lines: 3, .. })));
    first.answer(Answer::LinesApart).unwrap();
    assert_eq!(first.entries().len(), 3);
    let in_the_column = self::list("email\n\"a@b.c\nb@b.c\"\n");
    assert_eq!(said(&in_the_column).1, [(2, Problem::SeveralPeople)]);
    assert!(in_the_column.confirmed().is_none());
}

#[test]
fn lines_that_are_too_many_when_read_apart_are_a_fault() {
    let mut list = list(&format!("login,note\nana,\"{}\"\n", "x\n".repeat(MOST_LINES + HEADER_WITHIN)));
    assert_eq!(list.answer(Answer::LinesApart), Err(ImportFault::TooManyLines { limit: MOST_LINES }));
}

#[test]
fn several_people_in_a_line_are_several_or_are_said() {
    let mut row = list("ana@x.example; bo@x.example; Cy <cy@x.example>\n");
    assert_eq!(guesses(&row), [Guess::RowsOfAddresses { columns: 3 }]);
    row.answer(Answer::EveryCell).unwrap();
    assert_eq!(
        (guesses(&row), said(&row).0),
        (vec![], vec!["ana@x.example", "bo@x.example", "cy@x.example"])
    );
    assert_eq!(row.text_of(&[0, 1, 2]), "ana@x.example; bo@x.example; Cy <cy@x.example>\r\n", "one line");

    for cell in
        ["ana@x.example bo@x.example", "\"ana@x.example, bo@x.example\"", "ana@x.example|bo@x.example"]
    {
        assert_eq!(said(&list(&format!("email\n{cell}\n"))).1, [(2, Problem::SeveralPeople)], "{cell}");
    }
    let in_one_of_many = list("cy@x.example\ndi@x.example\nana@x.example;bo@x.example\n");
    assert_eq!(said(&in_one_of_many).1, [(3, Problem::SeveralPeople)]);
    let login = list("Login\tTeam\nana@x.example;bo@x.example\t1\ncy@x.example;\t2\n");
    assert_eq!(said(&login), (vec!["cy@x.example"], vec![(2, Problem::SeveralPeople)]));
}

#[test]
fn a_column_that_says_on_or_off_by_line_is_asked_for() {
    let mut list = list("Username,MFA Status\nana,Enabled\nbo,Disabled\ncy,enabled\ndi,\n");
    let Some(Guess::DifferingDirection { column: 1, words }) = guesses(&list).first().cloned() else {
        panic!("{:?}", list.guesses())
    };
    let words: Vec<_> = words.iter().map(|word| (word.word.as_str(), word.lines)).collect();
    assert_eq!(words, [("Enabled", 2), ("Disabled", 1), ("", 1)]);
    let mut all = list.clone();
    let guess = guesses(&all).remove(0);
    confirm(&mut all, guess);
    assert_eq!((all.confirmed().is_some(), said(&all).0.len()), (true, 4));
    list.answer(Answer::OnlyLinesWith { column: 1, word: "ENABLED".into() }).unwrap();
    let others = vec![(3, Problem::NotTaken), (5, Problem::NotTaken)];
    assert_eq!((guesses(&list), said(&list)), (vec![], (vec!["ana", "cy"], others)));
    assert_eq!(list.taken(), [(1, "enabled".to_owned())]);
    list.identify(0, Identity::Username, true);
    assert_eq!(
        (list.taken().len(), said(&list).0),
        (1, vec!["ana", "cy"]),
        "the words stay with their column"
    );
    list.identify(1, Identity::Username, true);
    assert_eq!(list.taken(), [], "who is named by a column isn't chosen by it");

    let same = self::list("Username,2FA\nana,off\nbo,Off\n");
    assert!(same.confirmed().is_some());
    assert_eq!(same.directions()[0].words[0].means, Some(false), "and it can be shown");
    assert_eq!(guesses(&self::list("a@b.c,on\nb@b.c,off\n")).len(), 1, "without a header");
}

#[test]
fn long_numbers_that_all_end_in_zeros_are_asked_for() {
    let of = |values: &str| guesses(&list(&format!("External ID\n{values}")));
    let expected = |lines, value: &str| [Guess::RoundedNumbers { lines, line: 2, value: value.into() }];
    assert_eq!(of("1234567890123450\n2234567890123460\n"), expected(2, "1234567890123450"));
    assert_eq!(of("12345678901234500\n41\n"), expected(1, "12345678901234500"));
    assert_eq!(of("１234567890123450\n"), expected(1, "１234567890123450"));
    assert_eq!(of("1234567890123450\n2234567890123461\n"), [], "one still has its last digit");
    assert_eq!(of("123456789012340\n"), [], "15 digits are kept");
    assert_eq!(of("12345678901234510\n"), [], "two were lost");
    assert_eq!(of("A234567890123450\n"), [], "this is no number");
}

#[test]
fn a_letter_of_another_code_page_makes_no_other_name() {
    let mut users = UserStore::default();
    users.learn(&User { username: "pawe3".into(), ..user(3) }, &fold);
    let found = |bytes: &[u8]| {
        let list = read(bytes, &normalize()).unwrap();
        list.confirmed().unwrap().match_in(&users).found.len()
    };
    assert_eq!(found("username\npawe\u{b3}\n".as_bytes()), 1, "in Unicode it is the digit");
    assert_eq!(found(b"username\npawe\xb3\n"), 0, "a Polish Windows has written this for pawe\u{142}");
}

#[test]
fn a_line_with_a_broken_byte_is_named() {
    let bytes = [b"email,name\na@b.c,Zo\xeb\nb@b.c,".as_slice(), "Łuk\nc@b.c,Jörg\n".as_bytes()].concat();
    let list = read(&bytes, &normalize()).unwrap();
    assert_eq!(list.encoding(), Encoding::Utf8);
    assert_eq!(said(&list), (vec!["b@b.c", "c@b.c"], vec![(2, Problem::Unreadable)]));
    let utf_16 = b"\xff\xfea\0n\0a\0\n\0b\0\0\xd8\n\0c\0y\0\n\0";
    assert_eq!(said(&read(utf_16, &normalize()).unwrap()).1, [(2, Problem::Unreadable)]);
}

#[test]
fn the_same_name_encoded_otherwise_is_found_and_one_that_names_two_is_ambiguous() {
    let named = |number, name: &str| User { username: name.into(), ..user(number) };
    let mut users = UserStore::default();
    for person in
        [named(1, "zoe\u{308}"), named(2, "ｂｏ"), named(3, "c\u{ad}y"), named(4, "ﬁn"), named(5, "fin")]
    {
        users.learn(&person, &fold);
    }
    let id = |number| -> UserId { user(number).id };
    let list = list("Zoë\nbo\nCY\nzoe\nfin\nz\u{200d}oë\n");
    let matches = list.confirmed().unwrap().match_in(&users);
    assert_eq!(matches.found, [(0, id(1)), (1, id(2)), (2, id(3))]);
    assert_eq!(matches.ambiguous, [(4, vec![id(4), id(5)])]);
    assert_eq!((matches.not_found, matches.duplicates), (vec![3], vec![5]));
    let id = format!("user id\n{}\n", user(7).id.to_string().replace('0', "０").replace('-', "\u{ad}-"));
    assert_eq!(said(&self::list(&id)).0, [user(7).id.to_string()]);
}

#[test]
fn whatever_stands_around_an_address_or_a_number_is_dropped() {
    let list = list(
        "E-mail*\nmailto:ana@x.example\nBo <bo@x.example>\n\"\"\"cy@x.example\"\"\"\ndi@x.example;\nEva\nFay <fay@x.example> and Gil\n",
    );
    assert_eq!(
        said(&list),
        (
            vec!["ana@x.example", "bo@x.example", "cy@x.example", "di@x.example"],
            vec![(6, Problem::NotAnAddress), (7, Problem::NotAnAddress)]
        )
    );
}

#[test]
fn a_column_chosen_later_is_asked_about_anew() {
    let mut list = list("Username,externalId\nana,1234567890123450\n");
    assert!(list.confirmed().is_some());
    list.answer(Answer::Column(1, Identity::ExternalId)).unwrap();
    assert!(matches!(guesses(&list).as_slice(), [Guess::RoundedNumbers { .. }]));
    let guess = guesses(&list).remove(0);
    confirm(&mut list, guess);
    assert!(list.confirmed().is_some());
    list.answer(Answer::Column(0, Identity::Username)).unwrap();
    assert!(list.confirmed().is_some());
}

#[test]
fn a_username_with_an_address_in_it_is_taken_as_it_is_written() {
    let by_name = list("username\nteam ana@x.example\n");
    assert_eq!(said(&by_name), (vec!["team ana@x.example"], vec![]));
    let by_address = list("email\na\u{ad}na@x.example\n");
    assert_eq!(said(&by_address), (vec!["a\u{ad}na@x.example"], vec![]));
}

#[test]
fn only_lines_that_name_somebody_say_a_direction() {
    let words = |text: &str| {
        let list = list(text);
        list.directions().iter().map(|direction| direction.words.len()).collect::<Vec<_>>()
    };
    assert_eq!(words("Username,MFA Status\nana,on\nbo,off\n"), [2]);
    assert_eq!(words("Username,MFA Status\nana,on\nbo,off,x\n"), [1], "of another number of cells");
    assert_eq!(words("Username,MFA Status\nana,on\n,\nbo,on\n"), [1], "empty");
    let mut every_cell = list("a@b.c,on\nb@b.c,off\n");
    every_cell.answer(Answer::EveryCell).unwrap();
    assert_eq!(every_cell.directions(), [], "if every cell names a user, no column is a direction");
}

#[test]
fn an_answer_about_a_column_replaces_the_one_before_and_no_other() {
    let mut list = list("Username,MFA Status,Action\nana,on,off\nbo,off,off\ncy,on,on\n");
    let mut only = |column, word: &str| {
        list.answer(Answer::OnlyLinesWith { column, word: word.into() }).unwrap();
        list.taken().to_vec()
    };
    assert_eq!(only(1, "on"), [(1, "on".to_owned())]);
    assert_eq!(only(1, "off"), [(1, "off".to_owned())]);
    assert_eq!(only(2, "off"), [(1, "off".to_owned()), (2, "off".to_owned())]);
    assert_eq!(said(&list).0, ["bo"]);
}

#[test]
fn whoever_says_which_line_is_the_header_has_seen_what_stands_above_it() {
    let text = "jdoe,\nuser,test account\nbo,\n";
    let above = Guess::LinesAboveHeader { lines: 1, first: 1, header: 2 };
    assert_eq!(guesses(&list(text)), [above]);
    let mut answered = list(text);
    answered.answer(Answer::Header(true)).unwrap();
    assert_eq!((guesses(&answered), said(&answered).0), (vec![], vec!["bo"]));
    let mut identified = list(text);
    identified.identify(0, Identity::Username, true);
    assert_eq!((guesses(&identified), said(&identified).0), (vec![], vec!["bo"]));
}
