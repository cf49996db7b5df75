//! Why something doesn't work: what to do, who can do it, what was checked.

use leptos::prelude::*;
use pingone::environment::Environment;
use pingone::fault::Fault;
use pingone::region::RegionCode;
use pingone_mfa_core::diagnosis::cause::{Cause, Diagnosis, NextStep};
use pingone_mfa_core::diagnosis::check::{Check, Finding, Verdict};
use pingone_mfa_core::diagnosis::evidence::{Operation, Symptom};

use crate::state::App;
use crate::state::directory::List;
use crate::state::session::Phase;
use crate::state::troubleshooting::{Case, Location};

use super::fault::{fault_card_titled, words};
use super::help::link;
use super::markup::{Content, Node, button, group, part_of, rows, says, tag};
use super::text;
use super::text::troubleshooting as say;

/// Something that failed, and its cause as it is found. Where something else is looked into meanwhile, its card.
pub(super) fn trouble(app: App, spot: Location, tried: Operation, fault: Fault, title: String) -> Node {
    let is_shown = {
        let fault = fault.clone();
        move || in_case(app, spot, |case| is_about(case, &fault)).unwrap_or_default()
    };
    part_of(is_shown, move |is_shown| {
        if !is_shown {
            return fault_card_titled(tried, &fault, title.clone());
        }
        region(app, spot, Some(title.clone()))
    })
}

/// What was looked into here. Before anything was, something else.
pub(super) fn looked_into(app: App, spot: Location, otherwise: impl Fn() -> Node + 'static) -> Node {
    part_of(
        move || case(app, spot).map(|case| case.evidence.symptom),
        move |symptom| match symptom {
            Some(Symptom::Failed { fault, .. }) => region(app, spot, Some(text::fault(&fault))),
            _ => otherwise(),
        },
    )
}

/// A read that failed beside what stands there anyway.
pub(super) fn failed_read(app: App, spot: Location, title: fn(Operation, &Fault) -> String) -> Node {
    let failed = move || {
        in_case(app, spot, |case| case.evidence.fault().map(|(tried, fault)| (tried, fault.clone())))
            .flatten()
    };
    part_of(failed, move |failed| {
        let (tried, fault) = failed.filter(|(tried, _)| !tried.is_write())?;
        Some(region(app, spot, Some(title(tried, &fault))))
    })
}

/// What somebody asked for without anything having failed.
pub(super) fn asked(app: App, spot: Location) -> Node {
    let is_shown = move || {
        in_case(app, spot, |case| !matches!(case.evidence.symptom, Symptom::Failed { .. }))
            .unwrap_or_default()
    };
    part_of(is_shown, move |is_shown| is_shown.then(|| region(app, spot, None)))
}

fn case(app: App, spot: Location) -> Option<Case> {
    in_case(app, spot, Case::clone)
}

fn in_case<R>(app: App, spot: Location, read: impl FnOnce(&Case) -> R) -> Option<R> {
    app.trouble().case.with(|case| case.as_ref().filter(|case| case.spot == spot).map(read))
}

fn is_about(case: &Case, fault: &Fault) -> bool {
    matches!(&case.evidence.symptom, Symptom::Failed { fault: known, .. } if known == fault)
}

fn region(app: App, spot: Location, title: Option<String>) -> Node {
    let has_failed = title.is_some();
    // Untracked: the region itself is made once, and its parts follow the case.
    let is_silence = app.trouble().case.with_untracked(|case| {
        case.as_ref().is_some_and(|case| matches!(case.evidence.symptom, Symptom::NotPrompted(_)))
    });
    let of_question = if is_silence { say::NO_PROMPT } else { say::ALL_CHECKS };
    let title = title.or_else(|| Some(of_question.to_owned()));
    let close = (!has_failed).then(|| button(say::CLOSE, move || app.trouble().close()).class("quiet"));
    let is_searching = move || in_case(app, spot, |case| case.is_searching).unwrap_or_default();
    let searching = part_of(is_searching, |is_searching| {
        is_searching.then(|| tag("p").class("working").with(say::CHECKING))
    });
    // Each part is made anew only if it changes, so that a button keeps the focus while further checks come in.
    let said_already = title.clone();
    let diagnosed = part_of(
        move || case(app, spot).map(|case| (case.diagnoses, case.is_searching)),
        move |found| {
            let title = said_already.as_deref();
            found.map(|(diagnoses, is_searching)| diagnosed(app, spot, title, &diagnoses, is_searching))
        },
    );
    let checked = checks(app, spot);
    let said = part_of(
        move || case(app, spot).map(|case| case.evidence.symptom),
        |symptom| match symptom {
            Some(Symptom::Failed { fault, .. }) => words(&fault),
            _ => None,
        },
    );
    let head = tag("div")
        .class("line")
        .with(title.map(|title| {
            tag("p").class(if has_failed { "trouble-title failed" } else { "trouble-title" }).with(title)
        }))
        .with(close);
    tag("section")
        .class("trouble")
        .set("aria-label", say::NAME)
        .with(head)
        .with(diagnosed)
        .with(searching)
        .with(checked)
        .with(said)
        .with(tag("div").class("line").with(ticket(app, spot)))
}

fn diagnosed(
    app: App,
    spot: Location,
    title: Option<&str>,
    diagnoses: &[Diagnosis],
    is_searching: bool,
) -> Node {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let Some(first) = diagnoses.first() else {
        return group().with((!is_searching).then(|| tag("p").class("note done").with(say::HEALTHY)));
    };
    let who = first.cause.who();
    let place = environment(app).map(|environment| environment.name);
    // The form and a run have a filled button of their own.
    let is_first = matches!(spot, Location::User(_) | Location::People | Location::Search);
    let copy = say::has_recipient(who)
        .then(|| button(say::COPY_REQUEST, move || copy_request(app, spot)))
        .map(|copy| if is_first { copy.class("primary") } else { copy });
    let next =
        first.next.clone().filter(|next| is_possible(app, spot, next)).map(|next| next_button(app, next));
    let list = tag("dl")
        .define(say::TO_DO, say::to_do(first.cause))
        .define(say::WHO, say::who(who, place.as_deref()));
    // Where PingOne hides the answer, the second cause is as good as the first.
    let second = diagnoses.get(1).filter(|second| is_worth_saying(first.cause, second.cause));
    let list = match second.map(|second| second.cause) {
        Some(Cause::RoleArriving) => list.define(say::JUST_ASSIGNED, say::NEW_ROLES_TAKE_TIME),
        Some(second) => list.define(say::OR_ELSE, say::cause(locale, second)),
        None => list,
    };
    let sentence = say::cause(locale, first.cause);
    let is_new = title != Some(sentence.as_str());
    group()
        .with(is_new.then(|| tag("p").class("trouble-cause").with(sentence)))
        .with(list)
        .with(tag("div").class("line").with(copy).with(next))
}

/// A second cause that hardly ever fits beside the first only confuses.
fn is_worth_saying(first: Cause, second: Cause) -> bool {
    let is_sure = matches!(
        first,
        Cause::TokenExpired
            | Cause::TokenUnusable(_)
            | Cause::EndUserToken
            | Cause::Temporary
            | Cause::RoleArriving
            | Cause::ScopeTooNarrow
            | Cause::MfaMissing
    );
    !is_sure && (first, second) != (Cause::EnvironmentMissing, Cause::NoRole)
}

fn is_possible(app: App, spot: Location, next: &NextStep) -> bool {
    match next {
        NextStep::UseRegion(_) | NextStep::UseEnvironment(_) => spot == Location::Form,
        // The form has the field itself.
        NextStep::ReplaceToken => {
            let has_field = matches!(spot, Location::Form | Location::Sheet | Location::Review);
            !has_field && !app.session().replacing.get_untracked()
        }
        // Where there is a button for it already, there is no second one.
        NextStep::TryAgain => match spot {
            Location::Form
            | Location::Report
            | Location::Run
            | Location::Sheet
            | Location::Review
            | Location::Group
            | Location::Checking
            | Location::Everything => false,
            Location::People => app.directory().list.with_untracked(|list| *list == List::Idle),
            Location::Search | Location::User(_) => true,
        },
    }
}

fn next_button(app: App, next: NextStep) -> Node {
    let name = say::next(&next, |code| label(app, code));
    let act = move || match next.clone() {
        NextStep::TryAgain => app.trouble().try_again(),
        NextStep::ReplaceToken => app.session().replacing.set(true),
        NextStep::UseRegion(code) => app.session().take_issuing_region(code),
        NextStep::UseEnvironment(id) => app.session().take_environment(id),
    };
    button(name, act)
}

fn label(app: App, code: &RegionCode) -> String {
    app.session().region_of(code).map_or_else(|| code.0.clone(), |region| region.label)
}

fn environment(app: App) -> Option<Environment> {
    match app.session().phase.get_untracked() {
        Phase::Connected { environment, .. } => Some(environment),
        Phase::Form | Phase::Loading | Phase::Connecting => None,
    }
}

fn copy_request(app: App, spot: Location) {
    let case = app.trouble().case.get_untracked().filter(|case| case.spot == spot);
    if let Some(text) = case.and_then(|case| request(app, &case)) {
        app.session().copy(text);
    }
}

fn request(app: App, case: &Case) -> Option<String> {
    let environment = environment(app);
    let region = case.evidence.region.as_ref().map(|(region, _)| region.label.as_str());
    let may_change = app.directory().may_change(true);
    let context = say::RequestContext { environment: environment.as_ref(), region, may_change };
    Some(say::request(&case.evidence, case.cause()?, &context))
}

/// For PingOne's support: the request, the checks, and the build of this page.
fn ticket(app: App, spot: Location) -> Node {
    let copy = move || {
        let case = app.trouble().case.get_untracked().filter(|case| case.spot == spot);
        let Some(case) = case else { return };
        let asked = request(app, &case).unwrap_or_default();
        let lines = shown(&case.findings).map(|finding| line(app, finding));
        let lines: Vec<String> = lines.collect();
        app.session().copy(format!("{asked}\n{}\nBuild: {}\n", lines.join("\n"), app.session().build()));
    };
    button(say::COPY_TICKET, copy).class("quiet")
}

fn shown(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.check.is_always_shown() || finding.verdict != Verdict::NotRun)
}

fn evidence_of(app: App, finding: &Finding) -> String {
    if finding.check == Check::ChangeFlag && finding.verdict == Verdict::NotRun {
        return say::NOT_WRITTEN.to_owned();
    }
    say::seen(app.ports.get().locale.as_ref(), &finding.seen, app.session().now.get_untracked(), |code| {
        label(app, code)
    })
}

fn line(app: App, finding: &Finding) -> String {
    let (check, verdict) = (say::check(finding.check), say::verdict(finding.verdict));
    format!("{verdict}: {check}: {}", evidence_of(app, finding))
}

/// The checks. A line is made once, so that its link keeps the focus while further answers come in.
fn checks(app: App, spot: Location) -> Node {
    let listed = move || {
        let listed = in_case(app, spot, |case| shown(&case.findings).map(|finding| finding.check).collect());
        listed.unwrap_or_default()
    };
    let head = tag("p").class("fault-part").with(say::CHECKS).with(", ").with(say::READS_ONLY);
    group().with(head).with(tag("ul").class("checks").with(rows(listed, move |check| item(app, spot, check))))
}

fn item(app: App, spot: Location, check: Check) -> Node {
    let finding = move || {
        in_case(app, spot, |case| case.findings.iter().find(|finding| finding.check == check).cloned())
            .flatten()
    };
    let verdict = part_of(
        move || finding().map(|finding| finding.verdict),
        move |verdict| {
            verdict.map(|verdict| tag("span").class(verdict_class(verdict)).with(say::verdict(verdict)))
        },
    );
    let evidence = move || finding().map(|finding| evidence_of(app, &finding)).unwrap_or_default();
    tag("li")
        .class("check-line")
        .with(point(check))
        .with(verdict)
        .with(tag("span").class("check-name").with(link(app, check, say::check(check))))
        .with(tag("bdi").class("check-seen").with(says(evidence)))
}

const fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "verdict pass",
        Verdict::Fail => "verdict fail",
        Verdict::Unknown => "verdict unknown",
        Verdict::NotRun => "verdict not-run",
    }
}

fn point(check: Check) -> Node {
    let cell = tag("span").class("check-point");
    match check.point() {
        Some(point) => cell.set_to("title", say::point(point)).with(point.to_string()),
        None => cell.with("–"),
    }
}

/// Opens the checks of everything.
pub(super) fn everything(app: App) -> impl Content {
    button(say::EVERYTHING, move || app.trouble().check_everything())
}
