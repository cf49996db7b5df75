//! Whether the page names the right cause: broken situations, each with the one diagnosis that is right, against the
//! sandbox's pure core on a virtual clock. A row says how the world is broken and what is right; see
//! `diagnosis/situations.rs`.
#![allow(clippy::print_stdout, reason = "the table is printed on request")]

mod documented;
mod situations;
mod world;

use documented::DOCUMENTED;
use pingone_mfa_core::domain::check::{Verdict, findings};
use situations::{SITUATIONS, Situation};
use world::{Ids, diagnosed};

/// Of all situations, so many have to be named first.
const FIRST_PERCENT: usize = 98;

/// What a table says of the diagnoses.
#[derive(Default)]
struct Tally {
    all: usize,
    first: usize,
    within_two: usize,
    passes_beside: usize,
    problems: Vec<String>,
}

impl Tally {
    fn of<'a>(situations: impl Iterator<Item = &'a Situation>, ids: Ids) -> Self {
        let mut tally = Self::default();
        situations.for_each(|situation| tally.add(situation, ids));
        tally
    }

    fn add(&mut self, situation: &Situation, ids: Ids) {
        let Situation { name, is, broken } = situation;
        let found = diagnosed(*broken, ids);
        let causes: Vec<_> = found.diagnoses.iter().map(|diagnosis| diagnosis.cause).collect();
        let place = causes.iter().position(|cause| cause == is);
        self.all += 1;
        self.first += usize::from(place == Some(0));
        self.within_two += usize::from(place.is_some_and(|place| place < 2));
        if place != Some(0) {
            self.problems.push(format!("{name}: {is:?}, but named were {causes:?}"));
        }
        assert_eq!(found.writes, 0, "{name}: something was written to find out");
        let broken = findings(&found.evidence).into_iter().find(|finding| finding.check == is.check());
        let broken = broken.expect("every cause breaks a check");
        if broken.verdict == Verdict::Pass {
            self.problems.push(format!("{name}: {:?} passes beside it", broken.check));
            self.passes_beside += 1;
        }
    }

    fn say(&self, table: &str) {
        let Self { all, first, within_two, passes_beside, .. } = self;
        println!(
            "{table}: {all} situations, {first} named first, {within_two} within the first two, \
             {passes_beside} with a pass beside the broken point"
        );
        self.problems.iter().for_each(|problem| println!("  {problem}"));
    }
}

#[test]
fn the_right_cause_is_named_first_and_never_beside_a_pass() {
    assert_names_the_right_cause(Ids::Hidden);
}

#[test]
fn ids_that_may_be_read_make_no_difference_to_the_cause() {
    assert_names_the_right_cause(Ids::Exposed);
}

#[track_caller]
fn assert_names_the_right_cause(ids: Ids) {
    let (own, documented) = (Tally::of(SITUATIONS.iter(), ids), Tally::of(DOCUMENTED.iter(), ids));
    own.say("with the checks");
    documented.say("from the documents");
    for Tally { all, first, within_two, passes_beside, problems } in [own, documented] {
        assert!(first * 100 >= all * FIRST_PERCENT, "{first} of {all} first: {problems:#?}");
        assert_eq!(within_two, all, "{problems:#?}");
        assert_eq!(passes_beside, 0, "{problems:#?}");
    }
}
