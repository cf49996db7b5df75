//! Runs plans as scripts against a sandbox with rate limits and faults.

use pingone::user::UserId;
use pingone_mfa_core::snippets::script::Shell;
use pingone_mfa_snippets::{Fixture, PlanRun, parse_script, users_of};
use pingone_sandbox::{Behavior, Fault, On, Rule};

/// The script of a plan with this number of users, and its sandbox. If it can't be run here it is only parsed.
fn script_of_plan(shell: Shell, users: usize) -> Option<(Fixture, Vec<UserId>, PlanRun)> {
    let fixture = Fixture::with_users(120);
    let users = fixture.users_without_mfa(users);
    if let Some(run) = PlanRun::new(shell, &fixture, &users) {
        return Some((fixture, users, run));
    }
    let is_program = parse_script(shell).is_none_or(|(_, result)| result.is_ok());
    assert!(is_program, "{}", shell.name());
    None
}

fn all_changed(users: &[UserId]) -> Vec<(UserId, String)> {
    users.iter().map(|user| (*user, "changed".to_owned())).collect()
}

fn puts(fixture: &Fixture, user: UserId) -> usize {
    let sandbox = fixture.sandbox();
    let id = user.to_string();
    sandbox.seen().iter().filter(|seen| seen.method == "PUT" && seen.path.contains(&id)).count()
}

fn respects_rate_limit(shell: Shell) {
    let Some((fixture, users, run)) = script_of_plan(shell, 8) else { return };
    let behavior = Behavior { rate: Some(2.0), address_share: 1.0, ..Behavior::default() };
    fixture.sandbox().set_behavior(behavior).unwrap();
    // A script that is slower than the limit still gets this refusal.
    let on = On { method: Some("PUT".into()), user: Some(users[3].0), ..On::default() };
    let fault = Fault::Status { status: 429, retry_after: Some(2), without_cors: false };
    fixture.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: Some(1), fault }).unwrap();
    let ended = run.run(&fixture.token);
    assert!(ended.is_success, "{ended:?}");
    assert_eq!(users_of(&run.results()), all_changed(&users));
    let sandbox = fixture.sandbox();
    assert!(users.iter().all(|user| sandbox.mfa_enabled(user.0) == Some(true)));
    let refused: Vec<i64> =
        sandbox.seen().iter().filter(|seen| seen.status == 429).map(|seen| seen.at.0).collect();
    assert!(!refused.is_empty(), "the rate limit must refuse a request");
    let is_sent_within =
        |millis: i64, at: i64| sandbox.seen().iter().any(|seen| seen.at.0 > at && seen.at.0 < at + millis);
    assert!(!refused.iter().any(|at| is_sent_within(1000, *at)), "each Retry-After is at least one second");
    assert!(refused.iter().any(|at| !is_sent_within(2000, *at)), "one Retry-After is two seconds");
    assert!(!(ended.output + &ended.errors + &run.results()).contains(&fixture.token));
}

fn recovers_from_faults(shell: Shell) {
    let Some((fixture, users, run)) = script_of_plan(shell, 7) else { return };
    let faults = [
        Fault::Lost { reset: false },
        Fault::Dropped { reset: true },
        Fault::Status { status: 503, retry_after: None, without_cors: false },
        Fault::Gateway { status: 502 },
        Fault::OtherValue,
        Fault::Status { status: 403, retry_after: None, without_cors: false },
    ];
    for (fault, user) in faults.into_iter().zip(&users) {
        let on = On { method: Some("PUT".into()), user: Some(user.0), ..On::default() };
        let times = Some(1);
        fixture.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times, fault }).unwrap();
    }
    let ended = run.run(&fixture.token);
    assert!(!ended.is_success && ended.errors.contains("1 of 7 users were not changed"), "{ended:?}");
    let mut expected = all_changed(&users);
    "refused".clone_into(&mut expected[5].1);
    assert_eq!(users_of(&run.results()), expected);
    let counts: Vec<usize> = users.iter().map(|user| puts(&fixture, *user)).collect();
    assert_eq!(
        counts,
        [1, 2, 2, 2, 1, 1, 1],
        "after a lost response the value is read before a PUT is sent again"
    );

    // On a second run, users that were already changed are skipped, even if the last line was truncated.
    let cut = run.results().trim_end().to_owned();
    run.set_results(&cut);
    let ended = run.run(&fixture.token);
    assert!(ended.is_success, "{ended:?}");
    expected.push((users[5], "changed".to_owned()));
    assert_eq!(users_of(&run.results()), expected);
    assert_eq!(puts(&fixture, users[5]), 2);
    assert_eq!(puts(&fixture, users[6]), 1);
}

fn refuses_invalid_input(shell: Shell) {
    let Some((fixture, users, run)) = script_of_plan(shell, 3) else { return };
    let plan = run.plan();
    let rubbish = run.run("rubbish");
    assert!(!rubbish.is_success && rubbish.errors.contains("401"), "{rubbish:?}");
    assert_eq!(users_of(&run.results()), [], "a refused token must not write results");
    let third = users[2].to_string();
    let cut: Vec<&str> = plan.split_inclusive('\n').filter(|line| !line.contains(&third)).collect();
    let before = fixture.sandbox().seen().len();
    for other in [
        cut.concat(),
        plan.replace("# planNumber,", "# planNumber,0"),
        plan.replace("# environmentId,", "# environmentId,0"),
        plan.replace(",on,", ",off,"),
        plan.replace(&users[1].to_string(), "../groups"),
    ] {
        run.give(&other);
        let ended = run.run(&fixture.token);
        assert!(!ended.is_success, "{other}: {ended:?}");
    }
    assert_eq!(fixture.sandbox().seen().len(), before, "nothing may be sent for an invalid plan");
}

/// The script of a plan with a pilot user.
fn with_pilot(shell: Shell) -> Option<(Fixture, Vec<UserId>, PlanRun)> {
    let fixture = Fixture::with_users(120);
    let users = fixture.users_without_mfa(3);
    PlanRun::with_pilot(shell, &fixture, &users).map(|run| (fixture, users, run))
}

fn all_puts(fixture: &Fixture, users: &[UserId]) -> Vec<usize> {
    users.iter().map(|user| puts(fixture, *user)).collect()
}

fn asks_for_confirmation(shell: Shell) {
    let Some((fixture, users, run)) = with_pilot(shell) else { return };
    let before = fixture.sandbox().seen().len();
    // Each wrong answer stops the script: the reference, the reason, the pilot user and the number.
    for (index, wrong) in [(0, "CHG2"), (0, ""), (1, " "), (2, &users[1].to_string()), (3, "4"), (3, "3x")] {
        let mut answers = run.answers.clone();
        wrong.clone_into(&mut answers[index]);
        let ended = run.run_answering(&fixture.token, &answers);
        assert!(!ended.is_success && ended.errors.contains("Nothing more was sent."), "{wrong}: {ended:?}");
    }
    let ended = run.run_answering(&fixture.token, &[]);
    assert!(!ended.is_success, "without any answer: {ended:?}");
    assert_eq!(fixture.sandbox().seen().len(), before, "nothing may be sent before everything is confirmed");
}

fn waits_after_the_pilot_user(shell: Shell) {
    let Some((fixture, users, run)) = with_pilot(shell) else { return };
    let (last, started) = run.answers.split_last().unwrap();
    assert_eq!(last, "continue");
    for confirmation in ["no", ""] {
        let answers = [started, &[confirmation.to_owned()]].concat();
        let ended = run.run_answering(&fixture.token, &answers);
        assert!(!ended.is_success && ended.errors.contains("pilot user"), "{ended:?}");
        assert_eq!(all_puts(&fixture, &users), [1, 0, 0], "only the pilot user is changed, once");
    }
    let ended = run.run(&fixture.token);
    assert!(ended.is_success, "{ended:?}");
    assert_eq!(users_of(&run.results()), all_changed(&users));
    assert_eq!(all_puts(&fixture, &users), [1, 1, 1]);
    // Once other users were changed, the script doesn't ask about the pilot user again.
    let ended = run.run_answering(&fixture.token, started);
    assert!(ended.is_success, "{ended:?}");
}

fn stops_where_the_pilot_user_fails(shell: Shell) {
    let Some((fixture, users, run)) = with_pilot(shell) else { return };
    let on = On { method: Some("PUT".into()), user: Some(users[0].0), ..On::default() };
    let fault = Fault::Status { status: 403, retry_after: None, without_cors: false };
    fixture.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: Some(1), fault }).unwrap();
    let ended = run.run(&fixture.token);
    assert!(!ended.is_success && ended.errors.contains("the pilot user was not changed"), "{ended:?}");
    assert_eq!(all_puts(&fixture, &users), [1, 0, 0]);
}

#[test]
fn bash_asks_for_the_confirmations_of_the_review() {
    asks_for_confirmation(Shell::Bash);
}

#[test]
fn python_asks_for_the_confirmations_of_the_review() {
    asks_for_confirmation(Shell::Python);
}

#[test]
fn powershell_asks_for_the_confirmations_of_the_review() {
    asks_for_confirmation(Shell::PowerShell);
}

#[test]
fn bash_waits_for_confirmation_after_the_pilot_user() {
    waits_after_the_pilot_user(Shell::Bash);
    stops_where_the_pilot_user_fails(Shell::Bash);
}

#[test]
fn python_waits_for_confirmation_after_the_pilot_user() {
    waits_after_the_pilot_user(Shell::Python);
    stops_where_the_pilot_user_fails(Shell::Python);
}

#[test]
fn powershell_waits_for_confirmation_after_the_pilot_user() {
    waits_after_the_pilot_user(Shell::PowerShell);
    stops_where_the_pilot_user_fails(Shell::PowerShell);
}

#[test]
fn bash_waits_as_long_as_retry_after_says() {
    respects_rate_limit(Shell::Bash);
}

#[test]
fn python_waits_as_long_as_retry_after_says() {
    respects_rate_limit(Shell::Python);
}

#[test]
fn powershell_waits_as_long_as_retry_after_says() {
    respects_rate_limit(Shell::PowerShell);
}

#[test]
fn bash_recovers_from_faults_and_continues_where_it_stopped() {
    recovers_from_faults(Shell::Bash);
}

#[test]
fn python_recovers_from_faults_and_continues_where_it_stopped() {
    recovers_from_faults(Shell::Python);
}

#[test]
fn powershell_recovers_from_faults_and_continues_where_it_stopped() {
    recovers_from_faults(Shell::PowerShell);
}

#[test]
fn bash_refuses_another_plan_or_token() {
    refuses_invalid_input(Shell::Bash);
}

#[test]
fn python_refuses_another_plan_or_token() {
    refuses_invalid_input(Shell::Python);
}

#[test]
fn powershell_refuses_another_plan_or_token() {
    refuses_invalid_input(Shell::PowerShell);
}
