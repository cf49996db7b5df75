//! Tests with the kinds of files that could lead to a change of the wrong user or to a lost line.

use pingone::user::{User, UserId};

use crate::directory::store::UserStore;
use pingone_mfa_testkit::user::{fold, numbered as user};

use super::*;

const ID: &str = "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4";
const OTHER_ID: &str = "00000000-0000-4000-8000-0000008c1e0b";

fn import(text: &str) -> ImportFile {
    read(text.as_bytes(), &normalize()).unwrap()
}

fn guesses(import: &ImportFile) -> Vec<Guess> {
    import.guesses().into_iter().cloned().collect()
}

fn confirm(import: &mut ImportFile, guess: Guess) {
    import.answer(Answer::Confirmed(guess)).unwrap();
}

/// The values that are matched, and the numbers of the other lines with their problems.
fn values_and_problems(import: &ImportFile) -> (Vec<&str>, Vec<(usize, Problem)>) {
    let entries = import.entries().iter();
    let values = entries.clone().filter(|entry| entry.problem.is_none()).map(|entry| entry.value.as_str());
    (values.collect(), entries.filter_map(|entry| Some((entry.line, entry.problem?))).collect())
}

#[test]
fn a_file_without_guesses_is_confirmed_at_once() {
    for text in [
        "ana\nbo\n",
        "username\nana\n",
        "# contains personal data\r\nuserId,username,email,populationId,account\r\n8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4,ana,a@b.c,00000000-0000-4000-8000-0000008c1e0b,enabled\r\n",
        "Name;E-Mail\nAna;a@b.c\nBo;b@b.c\n",
        "Ana,a@b.c\nBo,b@b.c\n",
    ] {
        assert!(import(text).confirmed().is_some(), "{text}");
    }
}

#[test]
fn a_file_is_confirmed_only_after_all_its_guesses_are_answered() {
    let mut import =
        read(b"Staff\nEmail,Manager Email,MFA\na@b.c,m@b.c,on\nb@b.c,m@b.c,\"of\nf\"\n", &normalize())
            .unwrap();
    let all = guesses(&import);
    assert_eq!(all.len(), 4, "{all:?}");
    for guess in all {
        assert!(import.confirmed().is_none(), "{guess:?}");
        confirm(&mut import, guess);
    }
    assert!(import.confirmed().is_some());
}

#[test]
fn of_several_columns_of_a_kind_the_best_known_name_is_proposed_and_has_to_be_confirmed() {
    for (text, columns, chosen) in [
        ("Name,Manager Email,Email\nAna,m@b.c,a@b.c\n", vec![1, 2], 2),
        ("Object Id,User principal name\n8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4,a@b.c\n", vec![0, 1], 1),
        ("workEmail,Email\nw@b.c,a@b.c\n", vec![0, 1], 1),
        ("Login,sAMAccountName\nana,afe\n", vec![0, 1], 0),
        ("a@b.c,Ana,m@b.c\nb@b.c,Bo,m@b.c\n", vec![0, 2], 0),
    ] {
        let mut import = import(text);
        assert_eq!(
            (guesses(&import), import.column()),
            (vec![Guess::SeveralColumns { columns }], chosen),
            "{text}"
        );
        let by = import.identity();
        import.answer(Answer::Column(chosen, by)).unwrap();
        assert!(import.confirmed().is_some(), "{text}");
    }
    let ids = format!("environment.id,population.id,id,username\n{OTHER_ID},{OTHER_ID},{ID},ana\n");
    assert_eq!(guesses(&import(&ids)), [Guess::SeveralColumns { columns: vec![0, 1, 2] }]);
    assert_eq!(import(&ids).column(), 2);
}

#[test]
fn a_fallback_column_has_to_be_confirmed() {
    let mut import = import("Ana,afe\nBo,bho\n");
    assert_eq!(guesses(&import), [Guess::UnnamedColumn { column: 0 }]);
    import.answer(Answer::Column(1, Identity::Username)).unwrap();
    assert_eq!((guesses(&import), values_and_problems(&import).0), (vec![], vec!["afe", "bho"]));
}

#[test]
fn a_line_with_a_different_cell_count_selects_no_user() {
    let more =
        import("name,username,note\nDoe, Ana,bossy,ana\nBo,bo,\nCy,cy,,,\nDi,di\n\"Ek, Eva\",eva,x\nFay\n");
    let problem = Problem::OtherCellCount;
    assert_eq!(
        values_and_problems(&more),
        (vec!["bo", "cy", "eva"], vec![(2, problem), (5, problem), (7, problem)])
    );
    assert_eq!(more.entries()[0].value, "Doe, Ana,bossy,ana", "the whole line is shown");
    let unnamed_end = import("username,note,\nana,x\nbo,x,y\ncy,x,y,z\n");
    assert_eq!(values_and_problems(&unnamed_end), (vec!["ana", "bo"], vec![(4, problem)]));
    let headless = import("a@b.c,Ana\nDoe, Bo,b@b.c\nc@b.c\nd@b.c,Di\n");
    assert_eq!(values_and_problems(&headless), (vec!["a@b.c", "d@b.c"], vec![(2, problem), (3, problem)]));
}

#[test]
fn lines_above_a_header_are_a_guess_and_can_be_read_as_users() {
    let mut import = import("jdoe,\nasmith,\nuser,test account\nbo,\n");
    let guess = Guess::LinesAboveHeader { lines: 2, first: 1, header: 3 };
    assert_eq!((guesses(&import), values_and_problems(&import).0), (vec![guess.clone()], vec!["bo"]));
    let mut skipped = import.clone();
    confirm(&mut skipped, guess);
    assert!(skipped.confirmed().is_some());
    import.answer(Answer::Header(false)).unwrap();
    import.answer(Answer::Column(0, Identity::Username)).unwrap();
    assert_eq!(
        (guesses(&import), values_and_problems(&import).0),
        (vec![], vec!["jdoe", "asmith", "user", "bo"])
    );

    for (text, lines) in [
        ("Users 2026\n\nid,mail\n8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4,a@b.c\n", Some(1)),
        ("#ana,\nlogin,note\nbo,x\n", Some(1)),
        ("# remark,x\n#TYPE User\nlogin,note\nbo,x\n", None),
    ] {
        let found = guesses(&self::import(text)).into_iter().find_map(|guess| match guess {
            Guess::LinesAboveHeader { lines, .. } => Some(lines),
            _ => None,
        });
        assert_eq!(found, lines, "{text}");
    }
}

#[test]
fn a_cell_of_several_lines_is_a_guess_and_its_lines_can_be_parsed_one_by_one() {
    let mut import = import("username,note\nana,\"VIP\nbo,x\ncy,Monitor 27\"\ndi,z\n");
    let guess = Guess::CellsOfSeveralLines { cells: 1, line: 2, lines: 3 };
    assert_eq!((guesses(&import), values_and_problems(&import).0), (vec![guess], vec!["ana", "di"]));
    import.answer(Answer::SingleLines).unwrap();
    assert_eq!((guesses(&import), values_and_problems(&import).0), (vec![], vec!["ana", "bo", "cy", "di"]));

    let mut first = self::import("\"VIP,ana\nx,bo\nMonitor 27\",cy\n");
    assert!(matches!(guesses(&first).first(), Some(Guess::CellsOfSeveralLines { line: 1, lines: 3, .. })));
    first.answer(Answer::SingleLines).unwrap();
    assert_eq!(first.entries().len(), 3);
    let in_the_column = self::import("email\n\"a@b.c\nb@b.c\"\n");
    assert_eq!(values_and_problems(&in_the_column).1, [(2, Problem::SeveralAddresses)]);
    assert!(in_the_column.confirmed().is_none());
}

#[test]
fn too_many_lines_after_parsing_them_one_by_one_are_a_fault() {
    let mut import =
        import(&format!("login,note\nana,\"{}\"\n", "x\n".repeat(MAX_LINES + HEADER_SEARCH_LINES)));
    assert_eq!(import.answer(Answer::SingleLines), Err(ImportFault::TooManyLines { limit: MAX_LINES }));
}

#[test]
fn several_users_in_a_line_are_read_as_rows_of_addresses_or_reported() {
    let mut row = import("ana@x.example; bo@x.example; Cy <cy@x.example>\n");
    assert_eq!(guesses(&row), [Guess::RowsOfUsers { columns: 3, identity: Identity::Email }]);
    row.answer(Answer::EveryCell).unwrap();
    assert_eq!(
        (guesses(&row), values_and_problems(&row).0),
        (vec![], vec!["ana@x.example", "bo@x.example", "cy@x.example"])
    );
    assert_eq!(row.text_of(&[0, 1, 2]), "ana@x.example; bo@x.example; Cy <cy@x.example>\r\n", "one line");

    for cell in
        ["ana@x.example bo@x.example", "\"ana@x.example, bo@x.example\"", "ana@x.example|bo@x.example"]
    {
        assert_eq!(
            values_and_problems(&import(&format!("email\n{cell}\n"))).1,
            [(2, Problem::SeveralAddresses)],
            "{cell}"
        );
    }
    let in_one_of_many = import("cy@x.example\ndi@x.example\nana@x.example;bo@x.example\n");
    assert_eq!(values_and_problems(&in_one_of_many).1, [(3, Problem::SeveralAddresses)]);
    let login = import("Login\tTeam\nana@x.example;bo@x.example\t1\ncy@x.example;\t2\n");
    assert_eq!(values_and_problems(&login), (vec!["cy@x.example"], vec![(2, Problem::SeveralAddresses)]));
}

#[test]
fn several_ids_or_names_in_a_line_are_a_guess() {
    let mut ids = import(&format!("{ID}, {OTHER_ID}\n"));
    assert_eq!(guesses(&ids), [Guess::RowsOfUsers { columns: 2, identity: Identity::UserId }]);
    ids.answer(Answer::EveryCell).unwrap();
    assert_eq!((guesses(&ids), values_and_problems(&ids)), (vec![], (vec![ID, OTHER_ID], vec![])));

    let mut names = import("ana, bo, cy");
    assert_eq!(guesses(&names), [Guess::RowsOfUsers { columns: 3, identity: Identity::Username }]);
    names.answer(Answer::EveryCell).unwrap();
    assert_eq!((guesses(&names), values_and_problems(&names).0), (vec![], vec!["ana", "bo", "cy"]));

    let mut quoted = import("\"Ferreira, Ana\" <ana@x.example>, \"Holm, Bo\" <bo@x.example>, cy@x.example\n");
    assert_eq!(guesses(&quoted), [Guess::RowsOfUsers { columns: 3, identity: Identity::Email }]);
    quoted.answer(Answer::EveryCell).unwrap();
    assert_eq!(
        (guesses(&quoted), values_and_problems(&quoted)),
        (vec![], (vec!["ana@x.example", "bo@x.example", "cy@x.example"], vec![]))
    );
    let mut stray = import("5\" pipe, ana@x.example, bo\n");
    stray.answer(Answer::EveryCell).unwrap();
    assert_eq!(values_and_problems(&stray).0.len(), 3);

    let mut mixed = import("bo, ana@x.example, cy");
    assert_eq!(guesses(&mixed), [Guess::RowsOfUsers { columns: 3, identity: Identity::Username }]);
    let mut one = mixed.clone();
    one.answer(Answer::Column(1, Identity::Email)).unwrap();
    assert_eq!((guesses(&one), values_and_problems(&one).0), (vec![], vec!["ana@x.example"]));
    mixed.answer(Answer::EveryCell).unwrap();
    assert_eq!((guesses(&mixed), values_and_problems(&mixed).0), (vec![], vec!["bo", "ana@x.example", "cy"]));

    let mut mail = import("Ferreira, Ana <ana@x.example>; Holm, Bo <bo@x.example>;\n");
    assert_eq!(mail.separator(), Some(Separator::Semicolon));
    mail.answer(Answer::EveryCell).unwrap();
    assert_eq!(values_and_problems(&mail), (vec!["ana@x.example", "bo@x.example"], vec![]));
}

#[test]
fn lines_of_any_separator_are_split_or_kept_whole() {
    for text in [
        "username|email\nana|ana@x.example\nbo|bo@x.example\n",
        "sep=|\nusername|email\nana|ana@x.example\nbo|bo@x.example\n",
        "| username | email |\n| ana | ana@x.example |\n|||\n| bo | bo@x.example |\n",
        "username|groups\nana|a,b\nbo|c\n",
    ] {
        let import = import(text);
        assert_eq!((import.separator(), import.has_header()), (Some(Separator::Bar), true), "{text}");
        assert_eq!(values_and_problems(&import), (vec!["ana", "bo"], vec![]), "{text}");
    }
    let within = import("username,groups\nana,a|b\nbo,a|c\n");
    assert_eq!(
        (within.separator(), values_and_problems(&within).0),
        (Some(Separator::Comma), vec!["ana", "bo"])
    );
    assert_eq!(import("ana|x\nbo\n").separator(), None, "not in every line");
    let ids = ["auth0|5f7c8e", "auth0|5f7c8f", "waad|ana@x.example"];
    assert_eq!(values_and_problems(&import(&ids.join("\n"))).0, ids, "external IDs with bars");
    let names = import("email|name\nana@x.example|Ferreira, Ana\nbo@x.example|Holm, Bo\n");
    assert_eq!(values_and_problems(&names), (vec!["ana@x.example", "bo@x.example"], vec![]));
}

#[test]
fn an_id_is_read_despite_quotation_marks_and_typographic_hyphens() {
    let other = OTHER_ID.replace('-', "\u{2011}");
    for text in [
        format!("'{ID}',\n'{other}',\n"),
        format!("userId\n\"\"\"{ID}\"\"\"\n“{{{other}}}”\n"),
        format!("{}\n{other}\n", ID.replace('-', "\u{2013}")),
    ] {
        let import = import(&text);
        assert_eq!((import.identity(), guesses(&import)), (Identity::UserId, vec![]), "{text}");
        assert_eq!(values_and_problems(&import).1, [], "{text}");
        let read: Vec<_> = import.entries().iter().map(|entry| UserId::read(&entry.value)).collect();
        assert_eq!(read, [UserId::read(ID), UserId::read(OTHER_ID)], "{text}");
    }
}

#[test]
fn a_token_in_a_file_is_neither_shown_nor_looked_up() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl";
    for text in [
        format!("username\n{token}\nana\n"),
        format!("email\n{token}@x.example\nana@x.example\n"),
        format!("externalId\nBearer {token}\n7\n"),
        format!("userId,{token}\n{ID},{token}\n{token},x,y\n"),
        format!("username,MFA token\nana,{token}\nbo,\n"),
        format!("{token}\nana\n"),
    ] {
        let import = import(&text);
        let shown = format!(
            "{:?}",
            (import.entries(), import.preview(), import.columns(), import.directions(), import.guesses())
        );
        assert!(!shown.contains("eyJ"), "{text}: {shown}");
        let looked_up: Vec<_> =
            import.questions().into_iter().map(|index| import.entries()[index].value.as_str()).collect();
        assert!(!looked_up.iter().any(|value| value.contains("{token}")), "{text}: {looked_up:?}");
    }
    let import = import(&format!("username\n{token}\nana\n"));
    assert_eq!(values_and_problems(&import), (vec!["ana"], vec![(2, Problem::Token)]));
}

#[test]
fn a_token_in_a_direction_column_is_one_of_its_words() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl";
    let mut import = import(&format!("username,Exclude\nana,{token}\nbo,\n"));
    let words: Vec<_> = import.directions()[0].words.iter().map(|word| word.word.as_str()).collect();
    assert_eq!(words, ["{token}", ""]);
    import.answer(Answer::FilterLines { column: 1, word: "{token}".into() }).unwrap();
    assert_eq!(values_and_problems(&import), (vec!["ana"], vec![(3, Problem::FilteredOut)]));
}

#[test]
fn a_name_that_looks_like_the_beginning_of_a_token_is_a_name() {
    let names = ["HarveyJohnson.Contractor", "AshleyJones-Whitfield@x.example", "AudreyJackson-Miller"];
    assert_eq!(values_and_problems(&import(&names.join("\n"))), (names.to_vec(), vec![]));
}

#[test]
fn a_column_that_says_which_lines_are_meant_has_to_be_confirmed() {
    for (header, one, other) in [
        ("Exclude", "", "x"),
        ("Exempt", "no", "yes"),
        ("In scope?", "Y", "N"),
        ("Opt-out", "", "1"),
        ("Enrolled", "yes", "no"),
        ("Ausnahme", "nein", "ja"),
        ("Rollout", "wave 1", "wave 2"),
        ("To do", "add", "nothing"),
        ("What to do", "later", "now"),
        ("Request", "enable", "disable"),
        ("Auftrag", "aktivieren", "deaktivieren"),
        ("Ausgeschlossen", "", "x"),
        ("Ausgenommen", "", "x"),
        ("Eingeschlossen", "nein", "ja"),
        ("Ignorieren", "", "x"),
        ("Überspringen", "", "x"),
        ("Escluso", "", "sì"),
        ("Excluido", "", "sí"),
        ("Exclu ?", "", "oui"),
        ("Uitgesloten", "", "ja"),
        ("Uitsluiten", "", "ja"),
        ("Leave out", "", "x"),
        ("Opted out", "", "x"),
        ("Don’t touch", "", "x"),
        ("Do not change", "", "x"),
        ("Ne pas modifier", "", "x"),
        ("Nicht ändern", "", "x"),
        ("Blacklist", "", "x"),
        ("Pilot group", "yes", "no"),
        ("Rollout candidate", "yes", "no"),
        ("Exclude from update", "yes", "no"),
        ("Request", "Enable MFA", "Disable MFA"),
        ("Anforderung", "MFA aktivieren", "MFA deaktivieren"),
        ("Setup", "with MFA", "without MFA"),
        ("Demande", "activer", "désactiver"),
        ("Statut", "Actif", "Inactif"),
        ("Do not change at this time", "", "x"),
        ("Type of exclusion", "no", "yes"),
        ("Leave out until last", "", "x"),
        ("Non modificare", "", "x"),
        ("No cambiar", "", "x"),
        ("Não alterar", "", "x"),
        ("Excl.", "", "x"),
    ] {
        let import = import(&format!("username,{header}\nana,{one}\nbo,{other}\n"));
        let guesses = guesses(&import);
        assert!(
            matches!(guesses.as_slice(), [Guess::DifferingDirection { column: 1, .. }]),
            "{header}: {guesses:?}"
        );
    }
    for (header, one, other) in [
        ("Exception date", "2026-11-01", "2026-11-02"),
        ("Request", "R1", "R2"),
        ("email verified", "true", "false"),
        ("Notes", "enabled by phone", "on leave"),
        ("Committee", "yes", "no"),
        ("No.", "1", "2"),
        ("Excluded at this time", "9:30", "10:15"),
    ] {
        let import = import(&format!("username,{header}\nana,{one}\nbo,{other}\n"));
        assert_eq!(guesses(&import), [], "{header}");
    }
}

#[test]
fn a_direction_column_below_a_header_without_known_names_has_to_be_confirmed() {
    for (text, lines) in [
        ("Contact,Exclude\nana@x.example,\nbo@x.example,x\n".to_owned(), vec![1, 1]),
        ("Courriel;Exclure\nana@x.example;\nbo@x.example;x\ncy@x.example;\n".to_owned(), vec![2, 1]),
        (format!("Person;Skip\n{ID};\n{OTHER_ID};x\n"), vec![1, 1]),
        ("Contact,Active\nana@x.example,yes\nbo@x.example,no\n".to_owned(), vec![1, 1]),
        ("ana@x.example,excluded\nbo@x.example,included\ncy@x.example,included\n".to_owned(), vec![1, 2]),
    ] {
        let import = import(&text);
        let counts =
            |direction: &Direction| direction.words.iter().map(|word| word.lines).collect::<Vec<_>>();
        let found: Vec<_> = import.directions().iter().map(counts).collect();
        assert_eq!(found, [lines], "{text}");
        assert!(import.confirmed().is_none(), "{text}");
    }
    assert!(import("Contact,Exclude\nana@x.example,\nbo@x.example,\n").confirmed().is_some());
}

#[test]
fn a_column_with_on_and_off_per_line_has_to_be_confirmed() {
    let mut import = import("Username,MFA Status\nana,Enabled\nbo,Disabled\ncy,enabled\ndi,\n");
    let Some(Guess::DifferingDirection { column: 1, words }) = guesses(&import).first().cloned() else {
        panic!("{:?}", import.guesses())
    };
    let words: Vec<_> = words.iter().map(|word| (word.word.as_str(), word.lines)).collect();
    assert_eq!(words, [("Enabled", 2), ("Disabled", 1), ("", 1)]);
    let mut all = import.clone();
    let guess = guesses(&all).remove(0);
    confirm(&mut all, guess);
    assert_eq!((all.confirmed().is_some(), values_and_problems(&all).0.len()), (true, 4));
    import.answer(Answer::FilterLines { column: 1, word: "ENABLED".into() }).unwrap();
    let others = vec![(3, Problem::FilteredOut), (5, Problem::FilteredOut)];
    assert_eq!((guesses(&import), values_and_problems(&import)), (vec![], (vec!["ana", "cy"], others)));
    assert_eq!(import.taken(), [(1, "enabled".to_owned())]);
    import.identify(0, Identity::Username, true);
    assert_eq!(
        (import.taken().len(), values_and_problems(&import).0),
        (1, vec!["ana", "cy"]),
        "line filters on other columns are kept"
    );
    import.identify(1, Identity::Username, true);
    assert_eq!(import.taken(), [], "the column that identifies the users isn't a filter");

    let same = self::import("Username,2FA\nana,off\nbo,Off\n");
    assert!(same.confirmed().is_some());
    assert_eq!(same.directions()[0].words[0].means, Some(false), "can still be displayed");
    assert_eq!(guesses(&self::import("a@b.c,on\nb@b.c,off\n")).len(), 1, "without a header");
}

#[test]
fn long_numbers_that_all_end_in_zeros_have_to_be_confirmed() {
    let of = |values: &str| guesses(&import(&format!("External ID\n{values}")));
    let expected = |lines, value: &str| [Guess::RoundedNumbers { lines, line: 2, value: value.into() }];
    assert_eq!(of("1234567890123450\n2234567890123460\n"), expected(2, "1234567890123450"));
    assert_eq!(of("12345678901234500\n41\n"), expected(1, "12345678901234500"));
    assert_eq!(of("１234567890123450\n"), expected(1, "１234567890123450"));
    assert_eq!(of("1234567890123450\n2234567890123461\n"), [], "one still has its last digit");
    assert_eq!(of("123456789012340\n"), [], "15 digits are kept");
    assert_eq!(of("12345678901234510\n"), [], "two were lost");
    assert_eq!(of("A234567890123450\n"), [], "not a number");
}

#[test]
fn a_letter_of_another_code_page_does_not_match_a_different_name() {
    let mut users = UserStore::default();
    users.learn(&User { username: "pawe3".into(), ..user(3) }, &fold);
    let found = |bytes: &[u8]| {
        let import = read(bytes, &normalize()).unwrap();
        import.confirmed().unwrap().match_with(&users).found.len()
    };
    assert_eq!(found("username\npawe\u{b3}\n".as_bytes()), 1, "in Unicode it is the digit");
    assert_eq!(found(b"username\npawe\xb3\n"), 0, "a Polish Windows has written this for pawe\u{142}");
}

#[test]
fn a_line_with_an_invalid_byte_is_reported() {
    let bytes = [b"email,name\na@b.c,Zo\xeb\nb@b.c,".as_slice(), "Łuk\nc@b.c,Jörg\n".as_bytes()].concat();
    let import = read(&bytes, &normalize()).unwrap();
    assert_eq!(import.encoding(), Encoding::Utf8);
    assert_eq!(values_and_problems(&import), (vec!["b@b.c", "c@b.c"], vec![(2, Problem::Unreadable)]));
    let utf_16 = b"\xff\xfea\0n\0a\0\n\0b\0\0\xd8\n\0c\0y\0\n\0";
    assert_eq!(values_and_problems(&read(utf_16, &normalize()).unwrap()).1, [(2, Problem::Unreadable)]);
}

#[test]
fn differently_encoded_names_match_and_a_name_that_then_fits_two_users_is_ambiguous() {
    let named = |number, name: &str| User { username: name.into(), ..user(number) };
    let mut users = UserStore::default();
    for person in
        [named(1, "zoe\u{308}"), named(2, "ｂｏ"), named(3, "c\u{ad}y"), named(4, "ﬁn"), named(5, "fin")]
    {
        users.learn(&person, &fold);
    }
    let id = |number| -> UserId { user(number).id };
    let import = import("Zoë\nbo\nCY\nzoe\nfin\nz\u{200d}oë\n");
    let matches = import.confirmed().unwrap().match_with(&users);
    assert_eq!(matches.found, [(0, id(1)), (1, id(2)), (2, id(3))]);
    assert_eq!(matches.ambiguous, [(4, vec![id(4), id(5)])]);
    assert_eq!((matches.not_found, matches.duplicates), (vec![3], vec![5]));
    let id = format!("user id\n{}\n", user(7).id.to_string().replace('0', "０").replace('-', "\u{ad}-"));
    assert_eq!(values_and_problems(&self::import(&id)).0, [user(7).id.to_string()]);
}

#[test]
fn text_around_an_address_is_dropped() {
    let import = import(
        "E-mail*\nmailto:ana@x.example\nBo <bo@x.example>\n\"\"\"cy@x.example\"\"\"\ndi@x.example;\nEva\nFay <fay@x.example> and Gil\n",
    );
    assert_eq!(
        values_and_problems(&import),
        (
            vec!["ana@x.example", "bo@x.example", "cy@x.example", "di@x.example"],
            vec![(6, Problem::NotAnAddress), (7, Problem::NotAnAddress)]
        )
    );
}

#[test]
fn choosing_another_column_raises_its_guesses() {
    let mut import = import("Username,externalId\nana,1234567890123450\n");
    assert!(import.confirmed().is_some());
    import.answer(Answer::Column(1, Identity::ExternalId)).unwrap();
    assert!(matches!(guesses(&import).as_slice(), [Guess::RoundedNumbers { .. }]));
    let guess = guesses(&import).remove(0);
    confirm(&mut import, guess);
    assert!(import.confirmed().is_some());
    import.answer(Answer::Column(0, Identity::Username)).unwrap();
    assert!(import.confirmed().is_some());
}

#[test]
fn a_username_that_contains_an_address_is_kept_as_written() {
    let by_name = import("username\nteam ana@x.example\n");
    assert_eq!(values_and_problems(&by_name), (vec!["team ana@x.example"], vec![]));
    let by_address = import("email\na\u{ad}na@x.example\n");
    assert_eq!(values_and_problems(&by_address), (vec!["a\u{ad}na@x.example"], vec![]));
}

#[test]
fn only_lines_with_the_expected_cell_count_contribute_direction_words() {
    let words = |text: &str| {
        let import = import(text);
        import.directions().iter().map(|direction| direction.words.len()).collect::<Vec<_>>()
    };
    assert_eq!(words("Username,MFA Status\nana,on\nbo,off\n"), [2]);
    assert_eq!(words("Username,MFA Status\nana,on\nbo,off,x\n"), [1], "a different cell count");
    assert_eq!(words("Username,MFA Status\nana,on\n,\nbo,on\n"), [1], "empty");
    let mut every_cell = import("a@b.c,on\nb@b.c,off\n");
    every_cell.answer(Answer::EveryCell).unwrap();
    assert_eq!(every_cell.directions(), [], "if every cell names a user, no column is a direction");
}

#[test]
fn an_answer_about_a_column_replaces_only_the_earlier_one_for_that_column() {
    let mut import = import("Username,MFA Status,Action\nana,on,off\nbo,off,off\ncy,on,on\n");
    let mut only = |column, word: &str| {
        import.answer(Answer::FilterLines { column, word: word.into() }).unwrap();
        import.taken().to_vec()
    };
    assert_eq!(only(1, "on"), [(1, "on".to_owned())]);
    assert_eq!(only(1, "off"), [(1, "off".to_owned())]);
    assert_eq!(only(2, "off"), [(1, "off".to_owned()), (2, "off".to_owned())]);
    assert_eq!(values_and_problems(&import).0, ["bo"]);
}

#[test]
fn setting_the_header_answers_the_question_about_lines_above_it() {
    let text = "jdoe,\nuser,test account\nbo,\n";
    let above = Guess::LinesAboveHeader { lines: 1, first: 1, header: 2 };
    assert_eq!(guesses(&import(text)), [above]);
    let mut answered = import(text);
    answered.answer(Answer::Header(true)).unwrap();
    assert_eq!((guesses(&answered), values_and_problems(&answered).0), (vec![], vec!["bo"]));
    let mut identified = import(text);
    identified.identify(0, Identity::Username, true);
    assert_eq!((guesses(&identified), values_and_problems(&identified).0), (vec![], vec!["bo"]));
}
