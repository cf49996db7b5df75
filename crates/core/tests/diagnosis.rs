//! Tests whether the page names the right cause of a problem.
//!
//! A table of broken situations, each with its one correct diagnosis, is run against the sandbox's pure core on a
//! virtual clock. A row says what is broken and which cause is right; see `diagnosis/situations.rs` and
//! `diagnosis/documented.rs`.
#![allow(clippy::print_stdout, reason = "the table is printed on request")]

mod documented;
mod situations;
mod world;

use documented::DOCUMENTED;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_mfa_core::diagnosis::check::{Verdict, findings};
use situations::{SITUATIONS, Situation};
use world::{Ids, diagnosed};

/// The percentage of situations whose cause must be named first.
const FIRST_PERCENT: usize = 98;

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
        let rank = causes.iter().position(|cause| cause == is);
        self.all += 1;
        self.first += usize::from(rank == Some(0));
        self.within_two += usize::from(rank.is_some_and(|rank| rank < 2));
        if rank != Some(0) {
            self.problems.push(format!("{name}: {is:?}, but named were {causes:?}"));
        }
        assert_eq!(found.writes, 0, "{name}: the diagnosis wrote something");
        // A cause that says "MFA is on" would contradict it.
        assert!(*is != Cause::FlagOff || !causes.contains(&Cause::NoDevice), "{name}: {causes:?}");
        // So would one that says that nothing of the user keeps PingOne from asking.
        assert!(!causes.contains(&Cause::PolicyDecides) || causes.len() == 1, "{name}: {causes:?}");
        let broken = findings(&found.evidence).into_iter().find(|finding| finding.check == is.check());
        let broken = broken.expect("every cause belongs to a check");
        if broken.verdict == Verdict::Pass {
            self.problems.push(format!("{name}: {:?} passes beside it", broken.check));
            self.passes_beside += 1;
        }
    }

    fn print(&self, table: &str) {
        let Self { all, first, within_two, passes_beside, .. } = self;
        println!(
            "{table}: {all} situations, {first} named first, {within_two} within the first two, \
             {passes_beside} with a pass beside the broken point"
        );
        self.problems.iter().for_each(|problem| println!("  {problem}"));
    }
}

#[test]
fn the_right_cause_is_named_first_and_its_check_never_passes() {
    assert_names_the_right_cause(Ids::Hidden);
}

#[test]
fn readable_correlation_ids_make_no_difference_to_the_cause() {
    assert_names_the_right_cause(Ids::Exposed);
}

#[track_caller]
fn assert_names_the_right_cause(ids: Ids) {
    let (own, documented) = (Tally::of(SITUATIONS.iter(), ids), Tally::of(DOCUMENTED.iter(), ids));
    own.print("with the checks");
    documented.print("from the documents");
    for Tally { all, first, within_two, passes_beside, problems } in [own, documented] {
        assert!(first * 100 >= all * FIRST_PERCENT, "{first} of {all} first: {problems:#?}");
        assert_eq!(within_two, all, "{problems:#?}");
        assert_eq!(passes_beside, 0, "{problems:#?}");
    }
}
