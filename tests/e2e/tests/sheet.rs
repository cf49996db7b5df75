//! Imports of user files as administrators have them. Results are checked against the sandbox's oracle.

use std::collections::HashSet;
use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};
use serde_json::json;
use uuid::Uuid;

/// The config.json with high limits, because these tests don't cover the pace.
fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":400,"max":2000},"#, 1)
}

/// The same, and users aren't listed automatically.
fn unlisted(origin: &str) -> String {
    quick(origin).replacen('{', r#"{"listOnConnect":0,"#, 1)
}

async fn listed(world: &World, users: &str) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear(&format!("{users} users · read")).await;
    page
}

/// The IDs and usernames of this number of users whose MFA is off.
fn users_off(world: &World, people: usize) -> Vec<(Uuid, String)> {
    let sandbox = world.sandbox();
    let off = sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false));
    off.filter_map(|id| Some((id, sandbox.username(id)?.to_owned()))).take(people).collect()
}

/// Checks that exactly these users were written, and that each of them has MFA on.
fn check_writes(world: &World, planned: &HashSet<Uuid>) {
    let sandbox = world.sandbox();
    let written: HashSet<Uuid> = sandbox.oracle().writes().iter().map(|write| write.user).collect();
    assert_eq!(&written, planned);
    assert!(planned.iter().all(|user| sandbox.mfa_enabled(*user) == Some(true)));
}

/// Starts the reviewed run and waits for its end.
async fn run(page: &Page, users: usize) {
    page.see_review(true).await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.run_changed("enabled", users).await;
}

/// Encodes a text in Windows-1252, with one byte per character, as Excel does in Western Europe.
fn windows_1252(text: &str) -> Vec<u8> {
    let byte = |letter| if letter == '€' { 0x80 } else { u8::try_from(letter).unwrap_or(b'?') };
    text.chars().map(byte).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_windows_1252_semicolons_duplicates_and_unknown_users_is_imported() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let people = users_off(&world, 5);
    let header = "Name;Benutzername;Köln €\r\n";
    let found = people
        .iter()
        .map(|(_, username)| format!("\"Müller; Jörg\"; {username} ;5\r\n"))
        .collect::<Vec<_>>()
        .concat();
    let unknown_users = "<img src=x onerror=alert(1) title='long enough to push all others out'>;stränger;\"=HYPERLINK(\"\"http://x\"\")\"\r\n\
                     @SUM(1+1);4.1E+07;Zürich €\r\n";
    let duplicate = format!("Ä;{};6\r\n", people[0].1.to_uppercase());
    let file = world.file("team.csv", &windows_1252(&format!("{header}{unknown_users}{found}{duplicate}")));

    page.choose_file("Import list", &file).await;
    page.see("dialog", "Import list").await;
    page.hear("Windows-1252, separated by semicolons, 8 lines of users below a header.").await;
    assert_eq!(page.chosen("Column").await, "Benutzername");
    assert_eq!(page.chosen("Match by").await, "Username");
    assert_eq!(page.focus().await, "Close");
    page.hear(
        "1 line with a number that the spreadsheet shortened; its last digits are lost (line 3: 4.1E+07)",
    )
    .await;
    page.hear("Müller; Jörg").await;
    for (scheme, width) in [("light", 1280), ("dark", 400)] {
        page.emulate_display(scheme, width, 900).await;
        page.shoot(&format!("sheet-{scheme}-{width}")).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme}, {width}");
    }

    // The chosen column is to the right of a name that is wider than the page.
    page.choose("Column", "Name").await;
    page.choose("Column", "Benutzername").await;
    let inside = "(([frame, cell]) => cell.left >= frame.left && cell.right <= frame.right)(
        ['.sheet-scroll', 'th.sheet-chosen'].map((name) => root.querySelector(name).getBoundingClientRect()))";
    for _ in 0..100 {
        if page.ask_shadow(inside).await == json!(true) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(page.ask_shadow(inside).await, json!(true), "the chosen column is visible");
    page.shoot("sheet-chosen-400").await;
    page.emulate_display("light", 1280, 900).await;

    // Cells of the file are shown as text only.
    page.hear("=HYPERLINK(\"http://x\")").await;
    assert_eq!(page.ask_shadow("root.querySelectorAll('img').length").await, json!(0));

    page.choose("Column", "Name").await;
    page.see("button", "Save not found").await;
    page.hear("No users found.").await;
    page.choose("Column", "Benutzername").await;
    assert_eq!(page.chosen("Match by").await, "Username");
    let folder = world.downloads().await;
    page.press("button", "Save not found").await;
    let saved = folder.bytes("mfa-list-not-found-", "-contains-personal-data.csv").await;
    assert_eq!(saved, windows_1252(&format!("{header}{unknown_users}")), "the lines are saved unchanged");
    page.press("button", "Save duplicates").await;
    let saved = folder.bytes("mfa-list-twice-", "-contains-personal-data.csv").await;
    assert_eq!(saved, windows_1252(&format!("{header}{duplicate}")));

    page.press("button", "Enable MFA for 5 users").await;
    page.see_review(true).await;
    page.press("button", "Cancel").await;
    page.see("dialog", "Import list").await;
    page.press("button", "Enable MFA for 5 users").await;
    run(&page, 5).await;
    check_writes(&world, &people.iter().map(|(id, _)| *id).collect());
    assert!(page.find("dialog", "Import list").await.is_none(), "the import is closed by the run");
    assert_eq!(page.sinks_with("Zürich €").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_up_in_pingone_without_loaded_users() {
    let world = World::start(100, unlisted).await;
    let page = world.open().await;
    let spec = TokenSpec::default();
    page.connect(&world.token(&spec)).await;
    page.hear("100 users").await;
    let people = users_off(&world, 14);
    let mut lines: Vec<String> = people.iter().map(|(_, username)| username.clone()).collect();
    lines.extend((0..10).map(|number| format!("stranger\"{number}")));
    let file = world.file("team.txt", format!("username\n{}\n", lines.join("\n")).as_bytes());
    page.choose_file("Import list", &file).await;
    page.hear("UTF-8, one column, 24 lines of users below a header.").await;
    page.see("button", "Look up 24 lines in PingOne").await;
    page.shoot("sheet-before").await;

    // The token expires during the lookup.
    let on = On { method: Some("GET".into()), endpoint: Some("users".into()), user: None, page: None };
    let fault = Fault::Status { status: 401, retry_after: None, without_cors: false };
    let rule = Rule { on, share: 1.0, skip: 0, times: Some(2), fault };
    assert_eq!(world.sandbox().add_fault(rule), Ok(()), "a valid rule");
    page.press("button", "Look up 24 lines in PingOne").await;
    page.hear("of 24 looked up in PingOne.").await;
    page.see("password", "Access token").await;
    page.shoot("sheet-token").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    world.sandbox().clear_faults();
    page.paste_token(&world.token(&spec)).await;

    page.hear("Looked up in PingOne at").await;
    page.shoot("sheet-looked-up").await;
    let counts = page.ask_shadow(
        "[...root.querySelectorAll('.sheet-piles .review-number')].map((cell) => cell.innerText)",
    );
    assert_eq!(counts.await, json!(["14", "10", "0", "0"]));
    page.press("button", "Enable MFA for 14 users").await;
    run(&page, 14).await;
    check_writes(&world, &people.iter().map(|(id, _)| *id).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_a_file_are_selected_despite_filters_and_can_be_deselected() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let people = users_off(&world, 6);
    let names: Vec<&str> = people.iter().map(|(_, username)| username.as_str()).collect();
    let six = world.file("six.csv", names.join("\n").as_bytes());
    let two = world.file("two.csv", names[..2].join("\n").as_bytes());

    page.filter("MFA", "On").await;
    page.fill("searchbox", "Search users", "zzz").await;
    page.choose_file("Import list", &six).await;
    page.press("button", "Select in table").await;
    page.hear("6 selected").await;
    page.hear("100 users · read").await;
    // The checkbox in the table's header represents all of them.
    let over_all =
        "((box) => [box.checked, box.indeterminate, box.ariaLabel])(root.querySelector('thead input'))";
    assert_eq!(page.ask_shadow(over_all).await, json!([false, true, "Select all 100 users"]));
    assert_eq!(page.filtered_by("MFA").await, "");
    page.choose_file("Import list", &two).await;
    page.press("button", "Remove from selection").await;
    page.hear("4 selected").await;
    page.press("button", "Enable MFA for 4 users").await;
    run(&page, 4).await;
    check_writes(&world, &people[2..].iter().map(|(id, _)| *id).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn ambiguities_in_a_file_must_be_resolved_before_users_can_be_changed() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let people = users_off(&world, 6);
    let name = |place: usize| people[place].1.as_str();
    let text = format!(
        "Staff of the year\nLogin,Username [Required],MFA Status,Note\n{},{},Enabled,\"VIP\n{},{},Disabled,x\n{},{},enabled,Monitor 27\"\n",
        name(3),
        name(0),
        name(4),
        name(1),
        name(5),
        name(2)
    );
    page.choose_file("Import list", &world.file("guesses.csv", text.as_bytes())).await;
    page.hear("Nothing is looked up or selected until you have answered.").await;
    page.hear("Line 3 has a cell of 3 lines: is a quotation mark missing?").await;
    page.hear("Several columns could identify the users: 'Login', 'Username [Required]'. Which one does?")
        .await;
    page.hear("Line 1, above the column names in line 2, is skipped.").await;
    for (scheme, width) in [("light", 1280), ("dark", 390)] {
        page.emulate_display(scheme, width, 900).await;
        page.shoot(&format!("sheet-guesses-{scheme}-{width}")).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme}, {width}");
    }
    page.emulate_display("light", 1280, 900).await;
    let offers = "[...root.querySelectorAll('dialog[open] button')].some((button) => button.innerText.startsWith('Enable'))";
    page.press("button", "Read each line by itself").await;
    page.hear("The column 'MFA Status' differs by line: 'Enabled' (2), 'Disabled' (1).").await;
    page.press("button", "Skip these lines").await;
    page.press("button", "Use the column 'Username [Required]'").await;
    assert_eq!(page.ask_shadow(offers).await, json!(false), "one question is unanswered");
    page.press("button", "Take only the 2 lines with 'Enabled'").await;
    page.hear("Only lines with 'Enabled' in the column 'MFA Status' are taken.").await;
    page.hear("1 line not taken, as you chose").await;
    page.see("button", "Enable MFA for 2 users").await;
    page.shoot("sheet-answered").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.press("button", "Enable MFA for 2 users").await;
    run(&page, 2).await;
    check_writes(&world, &[people[0].0, people[2].0].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_files_are_explained_and_long_files_need_the_loaded_list() {
    let world = World::start(100, unlisted).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("100 users").await;
    page.choose_file("Import list", &world.file("empty.csv", b" \r\n;;\r\n")).await;
    page.hear("This file is empty").await;
    for (name, bytes, sentence) in [
        ("book.xlsx", b"PK\x03\x04rest".to_vec(), "This file is a workbook or an archive."),
        ("page.csv", b"<!DOCTYPE html><p>".to_vec(), "This file is a web page or XML, not a list."),
        ("users.json", b"[{\"username\": \"ana\"}]".to_vec(), "This file is JSON, not a list."),
        ("binary.csv", b"ana\n\x01\0\x02".to_vec(), "line 2 has a zero byte"),
        ("many.csv", b"ana\n".repeat(200_001), "This list has more than 200,000 lines."),
        ("large.csv", vec![b'a'; (64 << 20) + 1], "This file is larger than 64 MB"),
    ] {
        page.choose_file("Choose another file", &world.file(name, &bytes)).await;
        page.hear(sentence).await;
    }
    page.shoot("sheet-unusable").await;
    assert_eq!(page.axe().await, Vec::<String>::new());

    let name = users_off(&world, 1).remove(0).1;
    let lines = (0..2001).map(|number| format!("stranger{number}\n")).collect::<Vec<_>>().concat();
    let long = world.file("long.csv", format!("{name}\n{lines}").as_bytes());
    page.choose_file("Choose another file", &long).await;
    page.hear("Lists of more than 2,000 lines are compared with the list of all users").await;
    let load = "[...root.querySelectorAll('dialog[open] button')].find((button) => button.innerText.startsWith('Load all')).click()";
    page.ask_shadow(load).await;
    page.hear("Compared with the list of").await;
    page.see("button", "Enable MFA for 1 user").await;
    page.press("button", "Close").await;
    assert_eq!(page.sinks_with("stranger1").await, Vec::<String>::new());
}
