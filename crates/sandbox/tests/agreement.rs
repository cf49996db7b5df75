//! Property tests: after any sequence of writes, faults, delays and background changes, the oracle's record and the
//! state agree, and the same seed gives the same bytes.

use http::Request;
use pingone_mfa_testkit::tenant;
use pingone_sandbox::{BackgroundChange, Behavior, Fault, On, Rule, Sandbox, Timestamp, TokenSpec};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::TestCaseResult;
use proptest::{prop_assert, prop_assert_eq};
use uuid::Uuid;

const START: i64 = 1_795_478_400_000;

/// A step of a client, of time, of the network or of someone else.
#[derive(Debug, Clone)]
enum Step {
    Put { user: usize, to: bool },
    Get { user: usize },
    List,
    Wait { millis: i64 },
    AddFault(Fault),
    ClearFaults,
    Change { kind: u8, user: usize, to: bool },
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        any::<bool>().prop_map(|reset| Fault::Lost { reset }),
        any::<bool>().prop_map(|reset| Fault::Dropped { reset }),
        any::<bool>().prop_map(|applied| Fault::BlackHole { applied }),
        (0_usize..300, any::<bool>()).prop_map(|(after, reset)| Fault::Cut { after, reset }),
        (0_i64..5000).prop_map(|millis| Fault::AppliedLate { millis }),
        Just(Fault::NeverApplied),
        Just(Fault::OtherValue),
        Just(Fault::DuplicateKey),
        (400_u16..600).prop_map(|status| Fault::Status { status, retry_after: None, without_cors: false }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_usize..8, any::<bool>()).prop_map(|(user, to)| Step::Put { user, to }),
        1 => (0_usize..8).prop_map(|user| Step::Get { user }),
        1 => Just(Step::List),
        2 => (0_i64..4000).prop_map(|millis| Step::Wait { millis }),
        2 => fault().prop_map(Step::AddFault),
        1 => Just(Step::ClearFaults),
        1 => (0_u8..4, 0_usize..8, any::<bool>()).prop_map(|(kind, user, to)| Step::Change { kind, user, to }),
    ]
}

/// A sandbox and its initial users.
struct Fixture {
    sandbox: Sandbox,
    users: Vec<Uuid>,
    token: String,
    now: Timestamp,
    bytes: Vec<u8>,
}

impl Fixture {
    fn new(seed: u64) -> Self {
        let mut sandbox = Sandbox::new(tenant::seed(8, seed));
        let now = Timestamp(START);
        let token =
            sandbox.issue_token(&TokenSpec { lifetime_seconds: 1_000_000, ..TokenSpec::default() }, now);
        let users = sandbox.user_ids().collect();
        Self { sandbox, users, token, now, bytes: Vec::new() }
    }

    fn ask(&mut self, method: &str, rest: &str, body: &str) {
        let path = format!("/v1/environments/{}/{rest}", self.sandbox.environment_id());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .body(body.as_bytes().to_vec())
            .unwrap();
        let reply = self.sandbox.handle(&request, self.now);
        self.bytes.extend(reply.response.status().as_str().bytes());
        self.bytes.extend(reply.response.body());
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Put { user, to } => {
                let rest = format!("users/{}/mfaEnabled", self.users[*user]);
                self.ask("PUT", &rest, &format!(r#"{{"mfaEnabled":{to}}}"#));
            }
            Step::Get { user } => self.ask("GET", &format!("users/{}", self.users[*user]), ""),
            Step::List => self.ask("GET", "users?limit=3", ""),
            Step::Wait { millis } => {
                self.now = self.now.after_millis(*millis);
                self.sandbox.settle(self.now);
            }
            Step::AddFault(fault) => {
                let (on, fault) = (On::default(), fault.clone());
                let rule = Rule { on, share: 0.7, skip: 0, times: Some(2), fault };
                self.sandbox.add_fault(rule).unwrap();
            }
            Step::ClearFaults => self.sandbox.clear_faults(),
            Step::Change { kind, user, to } => {
                let user = self.users[*user];
                let change = match kind {
                    0 => BackgroundChange::Added,
                    1 => BackgroundChange::Deleted(user),
                    2 => BackgroundChange::Renamed(user),
                    _ => BackgroundChange::Switched(user, *to),
                };
                self.sandbox.apply_background_change(change, self.now);
            }
        }
    }
}

fn agrees_after(seed: u64, steps: &[Step]) -> TestCaseResult {
    let mut fixture = Fixture::new(seed);
    for step in steps {
        fixture.apply(step);
        prop_assert_eq!(fixture.sandbox.check_consistency(fixture.now), Ok(()));
    }
    // A client that crashed in the meantime returns later and finds all delayed writes applied.
    fixture.now = fixture.now.after_seconds(60);
    fixture.sandbox.settle(fixture.now);
    prop_assert_eq!(fixture.sandbox.check_consistency(fixture.now), Ok(()));
    Ok(())
}

proptest! {
    #[test]
    fn record_and_state_agree_after_every_step(
        seed in any::<u64>(),
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        agrees_after(seed, &steps)?;
    }

    #[test]
    fn the_same_seed_and_the_same_steps_give_the_same_bytes(
        seed in any::<u64>(),
        steps in proptest::collection::vec(step(), 1..30),
    ) {
        let bytes = || {
            let mut fixture = Fixture::new(seed);
            fixture.sandbox.set_behavior(Behavior { churn_every: Some(5), ..Behavior::default() }).unwrap();
            for step in &steps {
                fixture.apply(step);
            }
            fixture.bytes
        };
        prop_assert!(bytes() == bytes());
    }

    #[test]
    fn a_lagging_list_shows_earlier_flags(switches in proptest::collection::vec((0_usize..8, any::<bool>()), 1..20)) {
        let mut fixture = Fixture::new(1);
        let lag = 10_000;
        for (user, to) in &switches {
            fixture.apply(&Step::Put { user: *user, to: *to });
            fixture.now = fixture.now.after_millis(1000);
        }
        let flags = |fixture: &Fixture| -> Vec<Option<bool>> {
            fixture.users.iter().map(|user| fixture.sandbox.mfa_enabled(*user)).collect()
        };
        let now = flags(&fixture);
        fixture.sandbox.set_behavior(Behavior { list_lag_millis: lag, ..Behavior::default() }).unwrap();
        // After the lag, the list shows the same flags as single reads.
        fixture.now = fixture.now.after_millis(lag);
        let path = format!("/v1/environments/{}/users", fixture.sandbox.environment_id());
        let request = Request::get(path).header("Authorization", format!("Bearer {}", fixture.token)).body(Vec::new());
        let reply = fixture.sandbox.handle(&request.unwrap(), fixture.now);
        let body: serde_json::Value = serde_json::from_slice(reply.response.body()).unwrap();
        let listed: Vec<Option<bool>> =
            body["_embedded"]["users"].as_array().unwrap().iter().map(|user| user["mfaEnabled"].as_bool()).collect();
        prop_assert_eq!(listed, now);
    }
}
