//! Whether the page names the right cause: broken situations, each with the one diagnosis that is right, against the
//! sandbox's pure core on a virtual clock. A row says how the world is broken and what is right; see
//! `diagnosis/situations.rs`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "all of this is test"
)]

#[path = "diagnosis/situations.rs"]
mod situations;
#[allow(dead_code, reason = "each test needs a part of it")]
mod support;
#[allow(dead_code, reason = "rows that are still to be written need it too")]
#[path = "diagnosis/world.rs"]
mod world;

use pingone_mfa_core::domain::check::{Verdict, findings};
use situations::SITUATIONS;
use world::diagnosed;

/// Of all situations, so many have to be named first.
const FIRST_PERCENT: usize = 95;

#[test]
fn the_right_cause_is_named_first_and_never_beside_a_pass() {
    let (mut first, mut within_two, mut problems) = (0, 0, Vec::new());
    for situation in SITUATIONS {
        let found = diagnosed(situation.broken);
        let causes: Vec<_> = found.diagnoses.iter().map(|diagnosis| diagnosis.cause).collect();
        let place = causes.iter().position(|cause| *cause == situation.is);
        first += usize::from(place == Some(0));
        within_two += usize::from(place.is_some_and(|place| place < 2));
        if place != Some(0) {
            problems.push(format!("{}: {:?}, but named were {causes:?}", situation.name, situation.is));
        }
        assert_eq!(found.writes, 0, "{}: something was written to find out", situation.name);
        let broken =
            findings(&found.evidence).into_iter().find(|finding| finding.check == situation.is.check());
        let broken = broken.expect("every cause breaks a check");
        if broken.verdict == Verdict::Pass {
            problems.push(format!("{}: {:?} passes beside it", situation.name, broken.check));
            within_two = 0;
        }
    }
    let all = SITUATIONS.len();
    println!("{all} situations: {first} named first, {within_two} within the first two");
    for problem in &problems {
        println!("  {problem}");
    }
    assert!(first * 100 >= all * FIRST_PERCENT, "{first} of {all} first: {problems:#?}");
    assert_eq!(within_two, all, "{problems:#?}");
}
