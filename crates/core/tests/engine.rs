//! The engine against the sandbox's pure core, on a virtual clock: complete conversations without a network or waiting.

use std::collections::HashSet;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::FutureExt;
use pingone::clock::Clock;
use pingone::connection::Connection;
use pingone::driver::{Command, drive};
use pingone::environment::EnvironmentKind;
use pingone::fault::Fault;
use pingone::filter::Filter;
use pingone::request::{
    CountUsers, Kind, ReadEnvironment, ReadPopulations, ReadReport, ReadUser, SearchUsers,
};
use pingone::time::{Instant, Millis, PerSecond};
use pingone::user::{Mfa, UserId};
use pingone::wire;
use pingone_mfa_core::directory::device_report::{self, DeviceReportReader};
use pingone_mfa_core::directory::listing::{self, Listing, State};
use pingone_mfa_core::directory::person_search::{Casing, person_search};
use pingone_mfa_core::import::lookup::{self, Answer, Lookup, LookupRequest};
use pingone_mfa_core::import::{Identity, Matches, Questions, read};
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_testkit::change::change;
use pingone_mfa_testkit::stage::Stage;
use pingone_mfa_testkit::transport::Fate;
use pingone_sandbox::{Role, TokenSpec};

use crate::normalize::normalize;

fn stage(users: u32) -> Stage {
    Stage::new(users, &TokenSpec::default())
}

fn jonas(stage: &Stage) -> UserId {
    UserId(stage.mount.sandbox.borrow().user_by_username("jonas.brandt").unwrap())
}

fn list(connection: &Connection, stage: &Stage, command: Option<Command>) -> (State, Vec<UserId>, u64) {
    let connection = connection.clone();
    let began = stage.clock.now();
    let clock = Rc::clone(&stage.clock);
    stage.clock.run(async move {
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&[], None, policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        if let Some(command) = command {
            sender.unbounded_send(command).unwrap();
        }
        drop(sender);
        let mut users = Vec::new();
        let page = |job: listing::Job| {
            let connection = connection.clone();
            async move { connection.send(job.page).await }
        };
        let observe = |listing: &mut Listing| {
            users.extend(listing.take_fresh().into_iter().map(|row| row.unwrap().id));
        };
        drive(&mut listing, &connection, &mut inbox, page, observe).await;
        (listing.state(), users, began.until(clock.now()).0)
    })
}

#[test]
fn populations_are_read_in_parallel_and_every_user_arrives_once() {
    let stage = stage(5000);
    let connection = stage.connection.clone();
    let (count, mut ids) = stage.clock.run(async move {
        let read = connection.call(ReadPopulations { cursor: None }).await.unwrap();
        let populations = read.populations;
        let total = connection.call(CountUsers).await.unwrap();
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&populations, total, policy, connection.jitter());
        assert_eq!(listing.lanes(), populations.len());
        let (_, mut inbox) = mpsc::unbounded();
        let page = |job: listing::Job| {
            let connection = connection.clone();
            async move { connection.send(job.page).await }
        };
        let mut ids = Vec::new();
        let observe = |listing: &mut Listing| {
            ids.extend(listing.take_fresh().into_iter().map(|row| row.unwrap().id));
        };
        drive(&mut listing, &connection, &mut inbox, page, observe).await;
        assert_eq!((listing.state(), listing.unread()), (State::Complete, 0));
        (listing.count(), ids)
    });
    assert_eq!((count, ids.len()), (Some(5000), 5000));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5000, "no user is in two populations");
    let first = stage.exchanges.borrow()[2].request.endpoint.as_str().to_owned();
    assert!(first.contains("filter=population.id%20eq%20%22"), "{first}");
}

#[test]
fn the_fast_and_the_generic_page_reader_agree_on_every_page() {
    let stage = stage(1200);
    let mut sandbox = stage.mount.sandbox.borrow_mut();
    let users = format!("https://api.sandbox.example/v1/environments/{}/users", sandbox.environment_id());
    let mut next = Some(format!("{users}?limit=200"));
    let mut rows = 0;
    while let Some(url) = next {
        let request = http::Request::get(url).header("authorization", format!("Bearer {}", stage.token));
        let now = pingone_sandbox::Timestamp(stage.clock.wall().0);
        let body = sandbox.handle(&request.body(Vec::new()).unwrap(), now).response.into_body();
        let quick = wire::page::read(&body).expect("the sandbox answers as PingOne documents it");
        assert_eq!(quick, wire::users(&wire::parse(&body).unwrap()).unwrap());
        rows += quick.rows.len();
        next = quick.next;
    }
    assert_eq!(rows, 1200);
}

fn search_for(typed: &str) -> Filter {
    let capitalized = |text: &str| {
        let mut letters = text.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    };
    person_search(typed, Casing { capitalized: &capitalized, lower: &|text| text.to_lowercase() })
}

#[test]
fn an_environment_a_count_a_search_and_a_user_are_read() {
    let stage = stage(250);
    let id = jonas(&stage);
    let connection = stage.connection.clone();
    stage.clock.run(async move {
        let environment = connection.call(ReadEnvironment).await.unwrap();
        assert_eq!((environment.name.as_str(), environment.kind), ("Workforce", EnvironmentKind::Sandbox));
        assert_eq!(connection.call(CountUsers).await, Ok(Some(250)));
        for typed in ["brandt", "Brandt, Jonas", "jonas  BRANDT"] {
            let found = connection.call(SearchUsers(search_for(typed))).await.unwrap();
            assert!(found.rows.iter().any(|row| row.as_ref().is_ok_and(|user| user.id == id)), "{typed}");
        }
        let user = connection.call(ReadUser(id)).await.unwrap();
        assert_eq!((user.name.to_string().as_str(), user.mfa), ("Jonas Brandt", Mfa::Off));
    });
}

#[test]
fn a_listing_reads_every_user_once_and_keeps_to_its_pace() {
    let stage = stage(10_050);
    let (end, users, millis) = list(&stage.connection, &stage, None);
    assert_eq!(end, State::Complete);
    assert_eq!((users.len(), users.iter().collect::<HashSet<_>>().len()), (10_050, 10_050));
    // 51 pages with a preflight each, at 20 requests per second.
    assert!((5_000..5_400).contains(&millis), "{millis} ms");
}

#[test]
fn lists_of_sizes_around_a_page_are_read_completely() {
    for users in [0, 1, 199, 200, 201, 400] {
        let stage = stage(users);
        let (end, read, _) = list(&stage.connection, &stage, None);
        let read: HashSet<UserId> = read.into_iter().collect();
        let expected: HashSet<UserId> = stage.mount.sandbox.borrow().user_ids().map(UserId).collect();
        assert_eq!((end, read), (State::Complete, expected), "{users} users");
    }
}

#[test]
fn a_ceiling_raised_during_a_listing_applies_at_once() {
    let stage = stage(10_050);
    let (connection, clock) = (stage.connection.clone(), Rc::clone(&stage.clock));
    let raised =
        stage.clock.sleep_until(Instant(2000)).map(move |()| connection.limit(Kind::Read, PerSecond(50.0)));
    let (connection, exchanges) = (stage.connection.clone(), Rc::clone(&stage.exchanges));
    let times = stage.clock.run(async move {
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&[], None, policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        drop(sender);
        let page = |job: listing::Job| {
            let connection = connection.clone();
            async move { connection.send(job.page).await }
        };
        futures::join!(drive(&mut listing, &connection, &mut inbox, page, |_| {}), raised);
        assert_eq!(listing.state(), State::Complete);
        exchanges.borrow().iter().map(|exchange| exchange.at).collect::<Vec<_>>()
    });
    let began = *times.first().unwrap();
    // A page with its preflight is two requests.
    let pages = |from: i64, to: i64| {
        times.iter().filter(|at| (began.plus(from)..began.plus(to)).contains(at)).count()
    };
    assert!((19..=21).contains(&pages(0, 2000)), "{} pages at 20 a second", pages(0, 2000));
    assert!(pages(2200, 3200) > 20, "{} pages at 50 a second", pages(2200, 3200));
    assert!(clock.now() < Instant(3500), "{:?}", clock.now());
}

#[test]
fn a_listing_survives_failing_pages_and_repeats_no_user() {
    let stage = stage(1000);
    stage.mount.fates.borrow_mut().extend([
        Fate::Answered,
        Fate::Status(503),
        Fate::NeverArrives,
        Fate::Answered,
        Fate::Unconfirmed,
    ]);
    let (end, users, _) = list(&stage.connection, &stage, None);
    assert_eq!((end, users.len()), (State::Complete, 1000));
}

#[test]
fn a_listing_paused_by_a_final_fault_reports_it() {
    let stage = Stage::new(1000, &TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() });
    let (end, users, _) = list(&stage.connection, &stage, None);
    assert!(matches!(end, State::Paused(Fault::RoleMissing(_))), "{end:?}");
    assert_eq!(users, []);
}

#[test]
fn a_stop_before_the_first_page_sends_at_most_that_page() {
    let stage = stage(1000);
    let (end, users, _) = list(&stage.connection, &stage, Some(Command::Stop));
    assert_eq!(end, State::Stopped);
    assert!(users.len() <= 200);
    assert!(stage.exchanges.borrow().len() <= 1);
}

#[test]
fn a_change_is_one_put() {
    let stage = stage(50);
    let user = jonas(&stage);
    assert_eq!(
        change(&stage.clock, &stage.connection, user, true),
        (Outcome::Changed { read_back: false }, Mfa::On)
    );
    assert_eq!(stage.mount.sandbox.borrow().mfa_enabled(user.0), Some(true));
    assert_eq!(stage.exchanges.borrow().len(), 1);
}

#[test]
fn a_change_whose_answer_is_lost_is_read_back_and_not_retried() {
    let stage = stage(50);
    let user = jonas(&stage);
    stage.mount.fates.borrow_mut().push_back(Fate::Unconfirmed);
    assert_eq!(
        change(&stage.clock, &stage.connection, user, true),
        (Outcome::Changed { read_back: true }, Mfa::On)
    );
    let methods: Vec<String> =
        stage.exchanges.borrow().iter().map(|exchange| exchange.request.method.to_string()).collect();
    assert_eq!(methods, ["PUT", "GET"]);
}

#[test]
fn a_change_that_never_arrived_is_retried() {
    let stage = stage(50);
    let user = jonas(&stage);
    stage.mount.fates.borrow_mut().push_back(Fate::NeverArrives);
    assert_eq!(change(&stage.clock, &stage.connection, user, true).0, Outcome::Changed { read_back: false });
    assert_eq!(stage.mount.sandbox.borrow().mfa_enabled(user.0), Some(true));
    let attempts: Vec<(String, u32)> = stage
        .exchanges
        .borrow()
        .iter()
        .map(|exchange| (exchange.request.method.to_string(), exchange.attempt))
        .collect();
    assert_eq!(attempts, [("PUT".to_owned(), 1), ("GET".to_owned(), 1), ("PUT".to_owned(), 2)]);
}

#[test]
fn a_request_without_an_answer_times_out_and_is_read_back() {
    let stage = stage(50);
    let user = jonas(&stage);
    stage.mount.fates.borrow_mut().push_back(Fate::Silence);
    assert_eq!(change(&stage.clock, &stage.connection, user, true).0, Outcome::Changed { read_back: true });
    let first = stage.exchanges.borrow()[0].clone();
    assert_eq!(first.fault, Some(Fault::Timeout { after: Millis::seconds(15) }));
    assert_eq!(first.took, Millis::seconds(15));
}

#[test]
fn a_user_who_is_not_reached_is_not_reported_as_unchanged() {
    let stage = stage(50);
    let user = jonas(&stage);
    stage.mount.fates.borrow_mut().extend([Fate::Unconfirmed].into_iter().chain([Fate::NeverArrives; 9]));
    assert_eq!(
        change(&stage.clock, &stage.connection, user, true),
        (Outcome::Unconfirmed(Fault::Unreachable), Mfa::Unknown)
    );
}

#[test]
fn a_read_only_role_is_refused_and_nothing_is_changed() {
    let stage = Stage::new(50, &TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() });
    let user = jonas(&stage);
    let (outcome, _) = change(&stage.clock, &stage.connection, user, true);
    assert!(matches!(outcome, Outcome::Refused(Fault::RoleMissing(_))), "{outcome:?}");
    assert_eq!(stage.mount.sandbox.borrow().mfa_enabled(user.0), Some(false));
    assert_eq!(stage.exchanges.borrow().len(), 1);
}

#[test]
fn a_401_counts_as_expired_if_the_token_says_so() {
    let stage = Stage::new(50, &TokenSpec { lifetime_seconds: -60, ..TokenSpec::default() });
    let with_expiry = stage.connection.with_token_expiry(Some(stage.clock.wall().plus(-60_000)));
    let without_expiry = stage.connection.clone();
    stage.clock.run(async move {
        assert!(matches!(with_expiry.call(ReadEnvironment).await, Err(Fault::TokenExpired(_))));
        assert!(matches!(without_expiry.call(ReadEnvironment).await, Err(Fault::TokenInvalid(_))));
    });
    assert_eq!(stage.exchanges.borrow().len(), 2, "a 401 is not retried");
}

/// Reads the device report, and supplies a new token whenever reading is paused.
fn report(stage: &Stage) -> (device_report::State, DeviceReportReader, usize) {
    let connection = stage.connection.clone();
    let (mount, clock) = (Rc::clone(&stage.mount), Rc::clone(&stage.clock));
    stage.clock.run(async move {
        let policy = Rc::new(connection.policy().clone());
        let mut reporting = DeviceReportReader::new(policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        let mut pauses = 0;
        let page = |job: ReadReport| {
            let connection = connection.clone();
            async move { connection.send(job).await }
        };
        let observe = |reporting: &mut DeviceReportReader| {
            if matches!(reporting.state(), device_report::State::Paused(_)) {
                pauses += 1;
                let now = pingone_sandbox::Timestamp(clock.wall().0);
                let token = mount.sandbox.borrow_mut().issue_token(&TokenSpec::default(), now);
                mount.held.replace(token);
                sender.unbounded_send(Command::Resume).unwrap();
            }
        };
        drive(&mut reporting, &connection, &mut inbox, page, observe).await;
        (reporting.state().clone(), reporting, pauses)
    })
}

#[test]
fn a_report_whose_token_expires_continues_with_the_next_from_the_same_page() {
    let whole = Stage::new(20_000, &TokenSpec::default());
    let (end, expected, pauses) = report(&whole);
    assert_eq!((end, pauses), (device_report::State::Complete, 0));
    let stage = Stage::new(20_000, &TokenSpec { lifetime_seconds: 1, ..TokenSpec::default() });
    let (end, reporting, pauses) = report(&stage);
    assert_eq!((end, pauses), (device_report::State::Complete, 1));
    assert_eq!(reporting.users(), expected.users(), "no device is lost and none is counted twice");
    assert!(!expected.users().is_empty());
    let calls = |stage: &Stage| stage.exchanges.borrow().len();
    assert_eq!(calls(&stage), calls(&whole) + 1, "only the refused page is requested again");
    let posts = stage.exchanges.borrow().iter().filter(|exchange| exchange.request.body.is_some()).count();
    assert_eq!(posts, 1, "no second report is made");
}

#[test]
fn a_report_requested_too_soon_after_another_waits() {
    let stage = stage(50);
    assert_eq!(report(&stage).0, device_report::State::Complete);
    let before = stage.clock.now();
    assert_eq!(report(&stage).0, device_report::State::Complete);
    assert!(before.until(stage.clock.now()) >= Millis::seconds(5));
}

#[test]
fn a_report_that_a_role_may_not_read_is_not_retried() {
    let stage = stage(50);
    stage.mount.sandbox.borrow_mut().forbid_report(true);
    let (end, ..) = report(&stage);
    assert!(matches!(end, device_report::State::Failed(Fault::RoleMissing(_))), "{end:?}");
    assert_eq!(stage.exchanges.borrow().len(), 1);
}

#[test]
fn exchanges_never_contain_the_token_and_lists_keep_no_users() {
    let stage = stage(250);
    let user = jonas(&stage);
    change(&stage.clock, &stage.connection, user, true);
    list(&stage.connection, &stage, None);
    let recorded = format!("{:?}", stage.exchanges.borrow());
    assert!(!recorded.contains(&stage.token) && !recorded.contains("eyJ"), "the token was recorded");
    assert!(recorded.contains("mfaEnabled\\\": true"), "{recorded:.400}");
    assert!(
        recorded.contains("not kept") && !recorded.contains("@example.com"),
        "a list's users were recorded"
    );
}

#[test]
fn users_of_an_import_are_looked_up_by_name_or_id() {
    let stage = stage(300);
    let users: Vec<UserId> = stage.mount.sandbox.borrow().user_ids().map(UserId).take(45).collect();
    let username = |user: &UserId| stage.mount.sandbox.borrow().username(user.0).unwrap().to_owned();
    let by_name: String = users.iter().map(|user| username(user).to_uppercase() + "\n").collect();
    let by_id: String = users.iter().map(|user| user.to_string() + "\n").collect();
    let unknown_user = UserId(uuid::Uuid::from_u128(7));
    for (text, by, requests) in [
        (format!("{by_name}stranger\"1\n"), Identity::Username, 5),
        (format!("{by_id}{unknown_user}\n"), Identity::UserId, 46),
    ] {
        let before = stage.exchanges.borrow().len();
        let mut list = read(text.as_bytes(), &normalize()).unwrap();
        list.identify(0, by, false);
        let connection = stage.connection.clone();
        let (matches, refused) = stage.clock.run(async move {
            let policy = Rc::new(connection.policy().clone());
            let mut lookup =
                Lookup::new(Rc::new(Questions::of(list.confirmed().unwrap())), policy, connection.jitter());
            let (_, mut inbox) = mpsc::unbounded();
            let perform = |job: lookup::Job| {
                let connection = connection.clone();
                async move {
                    match job.ask {
                        LookupRequest::Page(page) => connection.send(page).await.map(Answer::Page),
                        LookupRequest::User(user) => match connection.send(ReadUser(user)).await {
                            Err(Fault::UserUnknown(_)) => Ok(Answer::User(false)),
                            answer => answer.map(|_| Answer::User(true)),
                        },
                    }
                }
            };
            drive(&mut lookup, &connection, &mut inbox, perform, |_| {}).await;
            assert_eq!(lookup.state(), lookup::State::Complete);
            (Matches::from_answers(list.confirmed().unwrap(), lookup.answers()), lookup.refused())
        });
        let found: Vec<UserId> = matches.found.iter().map(|(_, user)| *user).collect();
        assert_eq!((found, matches.not_found, refused), (users.clone(), vec![45], 0), "{by:?}");
        assert_eq!(stage.exchanges.borrow().len() - before, requests, "{by:?}");
    }
}
