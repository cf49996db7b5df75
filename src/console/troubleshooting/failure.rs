//! Why something failed: the likely cause, what to do, who can do it, and what was checked. A case is shown where the
//! failure happened, and only one exists at a time: other failures are shown as plain cards.
//!
//! Further answers arrive while a case is on the screen. Each part of it is rendered again only when its own content
//! changes, so that a button keeps the focus.

use leptos::prelude::*;
use pingone::environment::Environment;
use pingone::fault::Fault;
use pingone::region::RegionCode;
use pingone_mfa_core::diagnosis::cause::{Cause, Diagnosis, NextStep};
use pingone_mfa_core::diagnosis::check::{Check, Finding, Verdict};
use pingone_mfa_core::diagnosis::evidence::{Operation, Symptom};

use crate::connect::session::Phase;
use crate::console::app::{App, use_app};
use crate::console::tabs::Tab;
use crate::console::troubleshooting::state::{Case, Location};
use crate::console::users::directory::List;

use crate::console::help::dialog::HelpLink;
use crate::console::troubleshooting::fault_card::{FaultCard, PingOneWords};
use crate::console::troubleshooting::text;
use crate::console::troubleshooting::text as say;
use crate::ui::close_button::CloseButton;
use crate::ui::dom::{focus_next, focus_next_in, handler};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::list::For;
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// A failure with its case. If the case is about something else by now, only the fault.
#[component]
pub(crate) fn Failure(
    at: Location,
    tried: Operation,
    fault: Fault,
    /// What the fault means for what the user wanted to do.
    title: String,
) -> impl IntoView {
    let app = use_app();
    let (fault, title) = (StoredValue::new(fault), StoredValue::new(title));
    let is_in_case =
        move || in_case(app, at, |case| fault.with_value(|fault| is_about(case, fault))).unwrap_or_default();
    let card = move || view! { <FaultCard tried fault=fault.get_value() title=title.get_value() /> };
    view! {
        <Show when=is_in_case fallback=card>
            <CaseCard at failure=title.get_value() />
        </Show>
    }
}

/// The case of a failure at this location. Without one, the fallback.
#[component]
pub(crate) fn FailureCase(at: Location, #[prop(into)] fallback: ViewFn) -> impl IntoView {
    let app = use_app();
    let symptom = memo(move || in_case(app, at, |case| case.evidence.symptom.clone()));
    view! { {move || match symptom.get() {
        Some(Symptom::Failed { fault, .. }) => {
            view! { <CaseCard at failure=text::fault(&fault) /> }.into_any()
        }
        _ => fallback.run(),
    }} }
}

/// The case of a read that failed, beside what is on the screen anyway.
#[component]
pub(crate) fn FailedRead(at: Location, title: fn(Operation, &Fault) -> String) -> impl IntoView {
    let app = use_app();
    let failed = memo(move || {
        in_case(app, at, |case| case.evidence.fault().map(|(tried, fault)| (tried, fault.clone()))).flatten()
    });
    view! { {move || {
        let (tried, fault) = failed.get().filter(|(tried, _)| !tried.is_write())?;
        Some(view! { <CaseCard at failure=title(tried, &fault) /> })
    }} }
}

/// Checks that were requested although nothing failed.
#[component]
pub(crate) fn RequestedChecks(at: Location) -> impl IntoView {
    let app = use_app();
    let is_shown = move || {
        in_case(app, at, |case| !matches!(case.evidence.symptom, Symptom::Failed { .. })).unwrap_or_default()
    };
    view! {
        <Show when=is_shown>
            <CaseCard at />
        </Show>
    }
}

/// Runs all checks. Their result stands above the table, so the tab with the users is selected.
#[component]
pub(crate) fn CheckButton() -> impl IntoView {
    let app = use_app();
    let check = move |_| {
        app.show_tab(Tab::Users);
        app.troubleshooting().check_everything();
    };
    view! {
        <button class="quiet" aria-label=say::CHECK title=say::CHECK_MEANING on:click=handler(check)>
            <Symbol icon=Icon::Check/>
            <span class="action-name">{say::CHECK}</span>
        </button>
    }
}

fn in_case<R>(app: App, at: Location, read: impl FnOnce(&Case) -> R) -> Option<R> {
    app.troubleshooting().case.read().as_ref().filter(|case| case.location == at).map(read)
}

fn is_about(case: &Case, fault: &Fault) -> bool {
    matches!(&case.evidence.symptom, Symptom::Failed { fault: known, .. } if known == fault)
}

/// A case with all its parts.
#[component]
fn CaseCard(
    at: Location,
    /// What failed. Absent if the checks were requested.
    #[prop(optional, into)]
    failure: Option<String>,
) -> impl IntoView {
    let app = use_app();
    let has_failed = failure.is_some();
    let title = failure.unwrap_or_else(|| title_of_request(app).to_owned());
    let is_searching = move || in_case(app, at, |case| case.is_searching).unwrap_or_default();
    let fault = memo(move || {
        in_case(app, at, |case| case.evidence.fault().map(|(_, fault)| fault.clone())).flatten()
    });
    // Checks that a person asked for are open at once.
    let are_checks_open = RwSignal::new(!has_failed);
    view! {
        <section class=if has_failed { "trouble failed" } else { "trouble" } aria-label=say::NAME>
            <CaseHead at title=title.clone() has_failed />
            <Causes at title />
            <Show when=is_searching>
                <p class="working">{say::CHECKING}</p>
            </Show>
            <div class="trouble-actions">
                <CaseActions at />
                <button
                    class="quiet"
                    aria-expanded=move || are_checks_open.get().to_string()
                    on:click=handler(move |_| are_checks_open.update(|is_open| *is_open = !*is_open))
                >
                    {move || if are_checks_open.get() { say::HIDE_CHECKS } else { say::SHOW_CHECKS }}
                </button>
            </div>
            <Show when=move || are_checks_open.get()>
                <div class="trouble-checks">
                    <Checks at />
                    {move || fault.get().map(|fault| view! { <PingOneWords fault /> })}
                    <CopyTicket at />
                </div>
            </Show>
        </section>
    }
}

/// Read once: at one location, checks are always requested for the same reason.
fn title_of_request(app: App) -> &'static str {
    let is_silence = app.troubleshooting().case.with_untracked(|case| {
        case.as_ref().is_some_and(|case| matches!(case.evidence.symptom, Symptom::NotPrompted(_)))
    });
    if is_silence { say::NO_PROMPT } else { say::ALL_CHECKS }
}

#[component]
fn CaseHead(at: Location, title: String, has_failed: bool) -> impl IntoView {
    let troubleshooting = use_app().troubleshooting();
    let press = move |event: leptos::ev::MouseEvent| {
        match at {
            // What is behind the drawer may be covered by it.
            Location::User(_) => focus_next_in(".drawer", &event, &[say::CLOSE]),
            _ => focus_next(&event, &[say::SEARCH]),
        }
        troubleshooting.close();
    };
    let close = move || {
        view! {
            <CloseButton name=say::CLOSE_CHECKS class="quiet trouble-close" on_press=handler(press)/>
        }
    };
    view! {
        <div class="trouble-head">
            <p class="trouble-title">{title}</p>
            {(!has_failed).then(close)}
        </div>
    }
}

/// The likely causes as far as they are known, or that no problem was found.
#[component]
fn Causes(at: Location, title: String) -> impl IntoView {
    let app = use_app();
    let known = memo(move || in_case(app, at, |case| (case.diagnoses.clone(), case.is_searching)));
    view! { {move || known.get().map(|(diagnoses, is_searching)| causes(&title, &diagnoses, is_searching))} }
}

fn causes(title: &str, diagnoses: &[Diagnosis], is_searching: bool) -> AnyView {
    let Some(first) = diagnoses.first() else {
        return (!is_searching).then(|| view! { <p class="note done">{say::HEALTHY}</p> }).into_any();
    };
    let second = diagnoses.get(1).map(|second| second.cause);
    view! { <LikelyCause title=title.to_owned() first=first.clone() second /> }.into_any()
}

#[component]
fn LikelyCause(
    /// The title of the case. A cause that says the same isn't repeated.
    title: String,
    first: Diagnosis,
    second: Option<Cause>,
) -> impl IntoView {
    let app = use_app();
    let sentence = say::cause(&*app.ports.get().locale, first.cause);
    let is_new = sentence != title;
    let environment = environment(app).map(|environment| environment.name);
    let (term, who) = say::who(first.cause, environment.as_deref());
    let second = second.and_then(|second| other_cause(app, first.cause, second));
    view! {
        {is_new.then(|| view! { <p>{sentence}</p> })}
        <dl>
            <dt>{say::TO_DO}</dt>
            <dd>{say::to_do(first.cause)}</dd>
            <dt>{term}</dt>
            <dd>{who}</dd>
            {second.map(|(term, cause)| {
                view! {
                    <dt>{term}</dt>
                    <dd>{cause}</dd>
                }
            })}
        </dl>
    }
}

/// What can be done about the likeliest cause.
#[component]
fn CaseActions(at: Location) -> impl IntoView {
    let app = use_app();
    let first = memo(move || in_case(app, at, |case| case.diagnoses.first().cloned()).flatten());
    view! { {move || {
        let first = first.get()?;
        let has_recipient = say::has_recipient(first.cause.who());
        let next = first.next.filter(|next| is_possible(app, at, next));
        Some(view! {
            {has_recipient.then(|| view! { <CopyRequest at /> })}
            {next.map(|next| view! { <NextStepButton next /> })}
        })
    }} }
}

/// The second cause with its term. Where PingOne hides the answer, it is as likely as the first.
fn other_cause(app: App, first: Cause, second: Cause) -> Option<(&'static str, String)> {
    if !is_worth_saying(first, second) {
        return None;
    }
    Some(match second {
        Cause::RoleArriving => (say::JUST_ASSIGNED, say::NEW_ROLES_TAKE_TIME.to_owned()),
        second => (say::OR_ELSE, say::cause(&*app.ports.get().locale, second)),
    })
}

/// A second cause that rarely applies beside the first would only confuse.
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

fn is_possible(app: App, at: Location, next: &NextStep) -> bool {
    match next {
        NextStep::UseRegion(_) | NextStep::UseEnvironment(_) => at == Location::Form,
        // The form has the field itself.
        NextStep::ReplaceToken => {
            let has_field = matches!(at, Location::Form | Location::Import | Location::Review);
            !has_field && !untrack(|| app.session().is_replacing())
        }
        // Elsewhere there is a button for it already.
        NextStep::TryAgain => match at {
            Location::Form
            | Location::Report
            | Location::Run
            | Location::Import
            | Location::Review
            | Location::Group
            | Location::Checking
            | Location::Everything => false,
            Location::People => *app.directory().list.read_untracked() == List::Idle,
            Location::Search | Location::User(_) => true,
        },
    }
}

/// Copies a request to the person who can remove the cause.
#[component]
fn CopyRequest(at: Location) -> impl IntoView {
    let app = use_app();
    // The form and a run have a primary button of their own.
    let is_primary = matches!(at, Location::User(_) | Location::People | Location::Search);
    view! {
        <button class=is_primary.then_some("primary") on:click=handler(move |_| copy_request(app, at))>
            {say::COPY_REQUEST}
        </button>
    }
}

#[component]
fn NextStepButton(next: NextStep) -> impl IntoView {
    let app = use_app();
    let name = say::next(&next, |code| label(app, code));
    view! { <button on:click=handler(move |_| take(app, next.clone()))>{name}</button> }
}

fn take(app: App, next: NextStep) {
    match next {
        NextStep::TryAgain => app.troubleshooting().try_again(),
        NextStep::ReplaceToken => app.session().open_replacement(),
        NextStep::UseRegion(code) => app.session().take_issuing_region(code),
        NextStep::UseEnvironment(id) => app.session().take_environment(id),
    }
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

fn case_untracked(app: App, at: Location) -> Option<Case> {
    app.troubleshooting().case.get_untracked().filter(|case| case.location == at)
}

fn copy_request(app: App, at: Location) {
    if let Some(text) = case_untracked(app, at).and_then(|case| request(app, &case)) {
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

/// Copies text for PingOne's support: the request, the checks, and the build of this page.
#[component]
fn CopyTicket(at: Location) -> impl IntoView {
    let app = use_app();
    view! {
        <button class="quiet" on:click=handler(move |_| copy_ticket(app, at))>
            {say::COPY_TICKET}
        </button>
    }
}

fn copy_ticket(app: App, at: Location) {
    let Some(case) = case_untracked(app, at) else { return };
    let request = request(app, &case).unwrap_or_default();
    let checks: Vec<String> = shown(&case.findings).map(|finding| line(app, finding)).collect();
    app.session().copy(format!("{request}\n{}\nBuild: {}\n", checks.join("\n"), app.session().build()));
}

fn line(app: App, finding: &Finding) -> String {
    let (check, verdict) = (say::check(finding.check), say::verdict(finding.verdict));
    format!("{verdict}: {check}: {}", seen(app, finding))
}

fn shown(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.check.is_always_shown() || finding.verdict != Verdict::NotRun)
}

fn seen(app: App, finding: &Finding) -> String {
    if finding.check == Check::ChangeFlag && finding.verdict == Verdict::NotRun {
        return say::NOT_WRITTEN.to_owned();
    }
    let now = app.session().now.get_untracked();
    say::seen(app.ports.get().locale.as_ref(), &finding.seen, now, |code| label(app, code))
}

/// The checks. A row stays while further answers arrive, so that its link keeps the focus.
#[component]
fn Checks(at: Location) -> impl IntoView {
    let app = use_app();
    let listed = move || {
        in_case(app, at, |case| shown(&case.findings).map(|finding| finding.check).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    view! {
        <p class="hint">{say::READS_ONLY}</p>
        <ul class="checks" aria-label=say::CHECKS>
            <For each=listed key=|check| *check let:check>
                <CheckLine at check />
            </For>
        </ul>
    }
}

#[component]
fn CheckLine(at: Location, check: Check) -> impl IntoView {
    let app = use_app();
    let finding = move || {
        in_case(app, at, |case| case.findings.iter().find(|finding| finding.check == check).cloned())
            .flatten()
    };
    let verdict = memo(move || finding().map(|finding| finding.verdict));
    let seen = move || finding().map(|finding| seen(app, &finding)).unwrap_or_default();
    view! {
        <li class="check-line">
            <CheckPoint check />
            {move || {
                verdict
                    .get()
                    .map(|verdict| view! { <span class=verdict_class(verdict)>{say::verdict(verdict)}</span> })
            }}
            <span class="check-name">
                <HelpLink check name=say::check(check) />
            </span>
            <bdi class="check-seen">{seen}</bdi>
        </li>
    }
}

const fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "verdict pass",
        Verdict::Fail => "verdict fail",
        Verdict::Unknown => "verdict unknown",
        Verdict::NotRun => "verdict not-run",
    }
}

/// The number of the check in PingOne's tutorial, if it has one.
#[component]
fn CheckPoint(check: Check) -> impl IntoView {
    let point = check.point();
    view! {
        <span class="check-point" title=point.map(say::point)>
            {point.map_or_else(|| "–".to_owned(), |point| point.to_string())}
        </span>
    }
}
