//! Plans as scripts, against a sandbox that slows them down and lets things go wrong.

use pingone_mfa_core::code::script::Shell;
use pingone_mfa_core::domain::user::UserId;
use pingone_mfa_snippets::{Ground, PlanRun, parsed, users_of};
use pingone_sandbox::{Behaviour, Fault, On, Rule};

/// The script of a plan of so many users, and the ground that it is for; a grammar reads what nothing here runs.
fn planned(shell: Shell, users: usize) -> Option<(Ground, Vec<UserId>, PlanRun)> {
    let ground = Ground::with_users(120);
    let users = ground.users_without_mfa(users);
    if let Some(run) = PlanRun::new(shell, &ground, &users) {
        return Some((ground, users, run));
    }
    let is_program = parsed(shell).is_none_or(|(_, result)| result.is_ok());
    assert!(is_program, "{}", shell.name());
    None
}

fn all_changed(users: &[UserId]) -> Vec<(UserId, String)> {
    users.iter().map(|user| (*user, "changed".to_owned())).collect()
}

fn puts(ground: &Ground, user: UserId) -> usize {
    let sandbox = ground.sandbox();
    let id = user.to_string();
    sandbox.seen().iter().filter(|seen| seen.method == "PUT" && seen.path.contains(&id)).count()
}

fn slowed_down(shell: Shell) {
    let Some((ground, users, run)) = planned(shell, 8) else { return };
    let behaviour = Behaviour { rate: Some(2.0), address_share: 1.0, ..Behaviour::default() };
    ground.sandbox().behave(behaviour).unwrap();
    // A script that is slower than the limit meets this one all the same.
    let on = On { method: Some("PUT".into()), user: Some(users[3].0), ..On::default() };
    let fault = Fault::Status { status: 429, retry_after: Some(2), without_cors: false };
    ground.sandbox().go_wrong(Rule { on, share: 1.0, skip: 0, times: Some(1), fault }).unwrap();
    let ended = run.run(&ground.token);
    assert!(ended.is_success, "{ended:?}");
    assert_eq!(users_of(&run.results()), all_changed(&users));
    let sandbox = ground.sandbox();
    assert!(users.iter().all(|user| sandbox.mfa_enabled(user.0) == Some(true)));
    let refused: Vec<i64> =
        sandbox.seen().iter().filter(|seen| seen.status == 429).map(|seen| seen.at.0).collect();
    assert!(!refused.is_empty(), "PingOne did slow it down");
    let is_sent_within =
        |millis: i64, at: i64| sandbox.seen().iter().any(|seen| seen.at.0 > at && seen.at.0 < at + millis);
    assert!(!refused.iter().any(|at| is_sent_within(1000, *at)), "Retry-After was one second at least");
    assert!(refused.iter().any(|at| !is_sent_within(2000, *at)), "and once it was two");
    assert!(!(ended.output + &ended.errors + &run.results()).contains(&ground.token));
}

fn everything_goes_wrong(shell: Shell) {
    let Some((ground, users, run)) = planned(shell, 7) else { return };
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
        ground.sandbox().go_wrong(Rule { on, share: 1.0, skip: 0, times, fault }).unwrap();
    }
    let ended = run.run(&ground.token);
    assert!(!ended.is_success && ended.errors.contains("1 of 7 users were not changed"), "{ended:?}");
    let mut expected = all_changed(&users);
    "refused".clone_into(&mut expected[5].1);
    assert_eq!(users_of(&run.results()), expected);
    let counts: Vec<usize> = users.iter().map(|user| puts(&ground, *user)).collect();
    assert_eq!(counts, [1, 2, 2, 2, 1, 1, 1], "a lost answer is read before anything is sent again");

    // Whoever was changed is left alone the second time, even if the last line was cut.
    let cut = run.results().trim_end().to_owned();
    run.set_results(&cut);
    let ended = run.run(&ground.token);
    assert!(ended.is_success, "{ended:?}");
    expected.push((users[5], "changed".to_owned()));
    assert_eq!(users_of(&run.results()), expected);
    assert_eq!(puts(&ground, users[5]), 2);
    assert_eq!(puts(&ground, users[6]), 1);
}

fn cannot_begin(shell: Shell) {
    let Some((ground, users, run)) = planned(shell, 3) else { return };
    let plan = run.plan();
    let rubbish = run.run("rubbish");
    assert!(!rubbish.is_success && rubbish.errors.contains("401"), "{rubbish:?}");
    assert_eq!(users_of(&run.results()), [], "a refused token says nothing of a user");
    let third = users[2].to_string();
    let cut: Vec<&str> = plan.split_inclusive('\n').filter(|line| !line.contains(&third)).collect();
    let before = ground.sandbox().seen().len();
    for other in [
        cut.concat(),
        plan.replace("# planNumber,", "# planNumber,0"),
        plan.replace("# environmentId,", "# environmentId,0"),
        plan.replace(",on,", ",off,"),
        plan.replace(&users[1].to_string(), "../groups"),
    ] {
        run.give(&other);
        let ended = run.run(&ground.token);
        assert!(!ended.is_success, "{other}: {ended:?}");
    }
    assert_eq!(ground.sandbox().seen().len(), before, "nothing was sent for a plan that is none");
}

/// The script of a plan with a pilot user.
fn with_pilot(shell: Shell) -> Option<(Ground, Vec<UserId>, PlanRun)> {
    let ground = Ground::with_users(120);
    let users = ground.users_without_mfa(3);
    PlanRun::with_pilot(shell, &ground, &users).map(|run| (ground, users, run))
}

fn all_puts(ground: &Ground, users: &[UserId]) -> Vec<usize> {
    users.iter().map(|user| puts(ground, *user)).collect()
}

fn asks_again(shell: Shell) {
    let Some((ground, users, run)) = with_pilot(shell) else { return };
    let before = ground.sandbox().seen().len();
    // The reference, the reason, the pilot user and the number are each asked for again.
    for (place, wrong) in [(0, "CHG2"), (0, ""), (1, " "), (2, &users[1].to_string()), (3, "4"), (3, "3x")] {
        let mut answers = run.answers.clone();
        wrong.clone_into(&mut answers[place]);
        let ended = run.run_answering(&ground.token, &answers);
        assert!(!ended.is_success && ended.errors.contains("Nothing more was sent."), "{wrong}: {ended:?}");
    }
    let ended = run.run_answering(&ground.token, &[]);
    assert!(!ended.is_success, "without any answer: {ended:?}");
    assert_eq!(ground.sandbox().seen().len(), before, "nothing was sent before everything was answered");
}

fn waits_after_the_pilot_user(shell: Shell) {
    let Some((ground, users, run)) = with_pilot(shell) else { return };
    let (last, started) = run.answers.split_last().unwrap();
    assert_eq!(last, "continue");
    for go_on in ["no", ""] {
        let answers = [started, &[go_on.to_owned()]].concat();
        let ended = run.run_answering(&ground.token, &answers);
        assert!(!ended.is_success && ended.errors.contains("pilot user"), "{ended:?}");
        assert_eq!(all_puts(&ground, &users), [1, 0, 0], "the pilot user alone, and once");
    }
    let ended = run.run(&ground.token);
    assert!(ended.is_success, "{ended:?}");
    assert_eq!(users_of(&run.results()), all_changed(&users));
    assert_eq!(all_puts(&ground, &users), [1, 1, 1]);
    // Once others were changed, nobody is asked to look at the pilot user again.
    let ended = run.run_answering(&ground.token, started);
    assert!(ended.is_success, "{ended:?}");
}

fn stops_where_the_pilot_user_fails(shell: Shell) {
    let Some((ground, users, run)) = with_pilot(shell) else { return };
    let on = On { method: Some("PUT".into()), user: Some(users[0].0), ..On::default() };
    let fault = Fault::Status { status: 403, retry_after: None, without_cors: false };
    ground.sandbox().go_wrong(Rule { on, share: 1.0, skip: 0, times: Some(1), fault }).unwrap();
    let ended = run.run(&ground.token);
    assert!(!ended.is_success && ended.errors.contains("the pilot user was not changed"), "{ended:?}");
    assert_eq!(all_puts(&ground, &users), [1, 0, 0]);
}

#[test]
fn bash_asks_again_for_what_the_review_asked() {
    asks_again(Shell::Bash);
}

#[test]
fn python_asks_again_for_what_the_review_asked() {
    asks_again(Shell::Python);
}

#[test]
fn powershell_asks_again_for_what_the_review_asked() {
    asks_again(Shell::PowerShell);
}

#[test]
fn bash_waits_for_a_person_after_the_pilot_user() {
    waits_after_the_pilot_user(Shell::Bash);
    stops_where_the_pilot_user_fails(Shell::Bash);
}

#[test]
fn python_waits_for_a_person_after_the_pilot_user() {
    waits_after_the_pilot_user(Shell::Python);
    stops_where_the_pilot_user_fails(Shell::Python);
}

#[test]
fn powershell_waits_for_a_person_after_the_pilot_user() {
    waits_after_the_pilot_user(Shell::PowerShell);
    stops_where_the_pilot_user_fails(Shell::PowerShell);
}

#[test]
fn bash_waits_as_long_as_pingone_asks_for() {
    slowed_down(Shell::Bash);
}

#[test]
fn python_waits_as_long_as_pingone_asks_for() {
    slowed_down(Shell::Python);
}

#[test]
fn powershell_waits_as_long_as_pingone_asks_for() {
    slowed_down(Shell::PowerShell);
}

#[test]
fn bash_settles_what_went_wrong_and_goes_on_where_it_stopped() {
    everything_goes_wrong(Shell::Bash);
}

#[test]
fn python_settles_what_went_wrong_and_goes_on_where_it_stopped() {
    everything_goes_wrong(Shell::Python);
}

#[test]
fn powershell_settles_what_went_wrong_and_goes_on_where_it_stopped() {
    everything_goes_wrong(Shell::PowerShell);
}

#[test]
fn bash_begins_with_nothing_but_its_own_plan() {
    cannot_begin(Shell::Bash);
}

#[test]
fn python_begins_with_nothing_but_its_own_plan() {
    cannot_begin(Shell::Python);
}

#[test]
fn powershell_begins_with_nothing_but_its_own_plan() {
    cannot_begin(Shell::PowerShell);
}
