//! The review before a run: what the run will change, what that costs, and what a person has to fill in.
//!
//! Nothing has been sent yet, so the dialog opens with the focus on the button that goes back. While it is open, the
//! current values are read; what comes of that is a preview, which changes only when a choice or new values change the
//! plan. Texts inside follow the clock and the fields by themselves.

mod skipped;

use std::rc::Rc;

use leptos::prelude::*;
use pingone::fault::{Fault, RetryKind};
use pingone::time::{Millis, Timestamp};
use pingone::token::Actor;
use pingone_mfa_core::run::confirmation::Confirmation;
use pingone_mfa_core::run::estimate::TokenSpan;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::plan_file::Extent;
use pingone_mfa_core::run::proposal::Preview;
use pingone_mfa_core::run::reference::Pattern;
use pingone_mfa_core::snippets::script::Shell;
use send_wrapper::SendWrapper;

use crate::connect::session::Phase;
use crate::console::app::{App, use_app};
use crate::console::runs::review::{Obstacle, Reading, Reviewed};
use crate::console::troubleshooting::state::Location;

use crate::console::format::{moment, number};
use crate::console::runs::text;

use crate::connect::form::ObstacleNotice;
use crate::connect::token_field::NextToken;
use crate::console::ceiling_choice::CeilingChoice;
use crate::console::modal::Modal;
use crate::console::modal::focus;
use crate::console::runs::review_dialog::skipped::{DeviceRows, LearnDevices, SkippedAccounts, Unreadable};
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::ui::dom::handler;
use crate::ui::named_choice::NamedChoice;
use crate::ui::radio::Radio;

/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;

/// The preview that a part of the dialog shows. It stays the same as long as that part is shown.
type ShownPreview = StoredValue<Rc<Preview>, LocalStorage>;

#[component]
pub(crate) fn ReviewDialog() -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let back = NodeRef::new();
    let name = move || {
        let to = review.shown.with(|shown| shown.as_ref().is_some_and(|reviewed| reviewed.proposal.to));
        text::review::name(to)
    };
    view! {
        <Modal
            name=Signal::derive(name)
            class="confirm review"
            part="dialog"
            is_open=Signal::derive(move || review.shown.with(Option::is_some))
            on_close=move || review.close()
            on_open=move || focus(back)
        >
            <h2>{name}</h2>
            <ReviewBody/>
            <footer>
                <span class="confirm-place">{move || place(app)}</span>
                <button node_ref=back class="primary" on:click=handler(move |_| review.close())>
                    {text::review::BACK}
                </button>
                <Show when=move || review.preview().is_some()>
                    <StartRun/>
                </Show>
            </footer>
        </Modal>
    }
}

/// A signal of what `make` returns, which changes only when that differs: a `Memo` for values with an `Rc` in them,
/// which `Memo` itself doesn't take.
pub(crate) fn local_memo<T: Clone + PartialEq + 'static>(
    make: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T, LocalStorage> {
    let memo = Memo::new_with_compare(
        move |_| SendWrapper::new(make()),
        |old, new| old.map(|old| &**old) != new.map(|new| &**new),
    );
    Signal::derive_local(move || memo.with(|value| (**value).clone()))
}

fn place(app: App) -> String {
    match app.session().phase.get() {
        Phase::Connected { environment, region } => {
            let place = text::disable_dialog::place(&environment.name, &text::kind(&environment.kind));
            format!("{place}, {}", region.label)
        }
        Phase::Form | Phase::Loading | Phase::Connecting => String::new(),
    }
}

/// How far the reading of the current values is, and then the preview.
#[component]
fn ReviewBody() -> impl IntoView {
    let app = use_app();
    let reading = local_memo(move || app.review().shown.with(|shown| shown.as_ref().map(without_count)));
    move || {
        reading.get().map(|reading| match reading {
            Reading::Waiting(until) => {
                let until = app.ports.get().locale.time_to_second(until);
                view! { <p class="working" role="status">{text::review::waiting(&until)}</p> }.into_any()
            }
            Reading::Going(_) => {
                view! { <p class="working" role="status">{move || progress(app)}</p> }.into_any()
            }
            Reading::Failed(fault) => view! { <ReadFailed fault/> }.into_any(),
            Reading::Ready(preview) => view! { <ReadyPreview preview/> }.into_any(),
        })
    }
}

/// How far the reading is, without the count, which its sentence follows by itself.
fn without_count(reviewed: &Reviewed) -> Reading {
    match &reviewed.reading {
        Reading::Going(_) => Reading::Going(0),
        other => other.clone(),
    }
}

fn progress(app: App) -> String {
    app.review().shown.with(|shown| match shown {
        Some(Reviewed { proposal, reading: Reading::Going(read), .. }) => {
            text::review::reading(&number(app, *read), &number(app, proposal.users.len() as u64))
        }
        _ => String::new(),
    })
}

#[component]
fn ReadFailed(fault: Fault) -> impl IntoView {
    let app = use_app();
    // The page's own field for a token lies behind this dialog.
    let needs_token = fault.retry() == RetryKind::WithNewToken;
    let card = move || view! { <FaultCard fault=fault.clone()/> };
    let token = needs_token.then(|| view! { <div class="review-token"><NextToken/> <ObstacleNotice/></div> });
    let again = (!needs_token).then(|| {
        view! { <button on:click=handler(move |_| app.review().read_on())>{text::review::READ_AGAIN}</button> }
    });
    view! {
        <FailureCase at=Location::Review fallback=card/>
        {token}
        {again}
    }
}

#[component]
fn ReadyPreview(preview: Rc<Preview>) -> impl IntoView {
    let app = use_app();
    let to = preview.plan.to;
    let undoes = preview.plan.undoes.as_ref().map(|undone| {
        view! { <p>{text::review::undoes(&undone.number.to_string(), &undone.reference)}</p> }
    });
    let own_account = (preview.own_account > 0).then(|| {
        view! { <p class="note warn">{text::confirm::own_account(to)}</p> }
    });
    let note = note(&preview).map(|note| view! { <p class="note warn">{note}</p> });
    let chosen = chosen(app, &preview);
    let preview: ShownPreview = StoredValue::new_local(preview);
    view! {
        <p class="review-plan">{move || plan_number(app, preview)}</p>
        {undoes}
        <p>{chosen}</p>
        <Sums preview/>
        <LearnDevices preview/>
        <Unreadable preview/>
        {own_account}
        <PlanFiles preview/>
        {note}
        <TokenHints/>
        <Costs preview/>
        <Fields preview/>
    }
}

/// The number of the plan as it would be started now: what is filled in changes it.
fn plan_number(app: App, preview: ShownPreview) -> String {
    let plan = preview.with_value(|preview| app.review().plan(preview));
    text::review::plan(&plan.number().to_string())
}

fn chosen(app: App, preview: &Preview) -> String {
    let listed_at = app.review().shown.with_untracked(|shown| shown.as_ref()?.listed_at);
    let listed_at = listed_at.map(|at| moment(app, at));
    let read_at = moment(app, preview.plan.made_at);
    text::review::chosen(&number(app, preview.chosen), listed_at.as_deref(), &read_at)
}

/// What the change means for sign-ons.
fn note(preview: &Preview) -> Option<&'static str> {
    if !preview.plan.to {
        return Some(text::review::OFF_NOTE);
    }
    (preview.plan.rows.len() as u64 > preview.with_device).then_some(text::review::NO_DEVICE_NOTE)
}

/// What the token, and where it comes from, keep the page from knowing.
#[component]
fn TokenHints() -> impl IntoView {
    let app = use_app();
    let is_application =
        move || app.session().facts().is_some_and(|facts| matches!(facts.actor, Actor::Application(_)));
    let is_around_frame = app.ports.get().embedder.is_around_frame();
    view! {
        <Show when=is_application>
            <p class="hint">{text::review::NOT_YOU}</p>
        </Show>
        {is_around_frame.then(|| view! { <p class="hint">{text::host_token::APART}</p> })}
    }
}

/// From the chosen users to those who will be changed.
#[component]
fn Sums(preview: ShownPreview) -> impl IntoView {
    let counts = preview.get_value();
    let to = counts.plan.to;
    let left_out = |why: Exclusion| {
        let users = counts.left_out(why);
        (users > 0).then(|| view! { <SumRow sign="−" users name=text::review::exclusion(why, to)/> })
    };
    let need_change = to.then(|| {
        view! { <SumRow users=counts.need_change name=text::review::NEED_CHANGE is_sum=true/> }
    });
    let will_change = counts.plan.rows.len() as u64;
    view! {
        <table class="review-sums">
            <SumRow users=counts.chosen name=text::review::CHOSEN/>
            {left_out(Exclusion::AlreadySet)}
            {left_out(Exclusion::ChangedBySomeoneElse)}
            {left_out(Exclusion::EarlierNotKnown)}
            <SkippedAccounts preview/>
            {left_out(Exclusion::Protected)}
            {left_out(Exclusion::Gone)}
            {left_out(Exclusion::Unreadable)}
            {need_change}
            {to.then(|| view! { <DeviceRows preview/> })}
            <SumRow users=will_change name=text::review::WILL_CHANGE is_sum=true/>
        </table>
    }
}

/// A row of the sums. Its children are what can be chosen about these users.
#[component]
fn SumRow(
    #[prop(optional)] sign: &'static str,
    users: u64,
    name: &'static str,
    #[prop(optional)] is_sum: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let app = use_app();
    view! {
        <tr class=is_sum.then_some("review-sum")>
            <td class="review-sign">{sign}</td>
            <td class="review-number">{number(app, users)}</td>
            <th scope="row">{name}</th>
            <td>{children.map(|children| children())}</td>
        </tr>
    }
}

/// What can be saved before anything is sent.
#[component]
fn PlanFiles(preview: ShownPreview) -> impl IntoView {
    let app = use_app();
    let (with_names, saved) = (app.review().save_with_names, app.review().saved);
    let is_writing = move || saved.get().is_writing();
    let (left_out, may_be_script) =
        preview.with_value(|preview| (preview.plan.left_out.len(), app.review().may_be_script(preview)));
    let save_left_out = (left_out > 0).then(|| {
        view! {
            <button disabled=is_writing on:click=handler(move |_| app.save_plan(Extent::LeftOut))>
                {text::review::save_left_out(&number(app, left_out as u64))}
            </button>
        }
    });
    let progress = move || text::saving::progress(app.ports.get().locale.as_ref(), saved.get());
    view! {
        <fieldset class="files">
            <legend class="field-name">{text::review::FILES}</legend>
            <Radio group="plan-contents" label=text::run::IDS_ONLY chosen=with_names value=false/>
            <Radio group="plan-contents" label=text::run::WITH_NAMES chosen=with_names value=true/>
            <div class="line">
                // Others could carry this file out, so it has to pass the same checks as the run.
                <button
                    disabled=move || is_writing() || obstacle(app).is_some()
                    aria-describedby="review-obstacle"
                    on:click=handler(move |_| app.save_plan(Extent::Plan))
                >
                    {text::review::SAVE_PLAN}
                </button>
                {save_left_out}
                <span role="status">{progress}</span>
            </div>
            {may_be_script.then(|| view! { <PlanScript/> })}
        </fieldset>
    }
}

/// The plan as a script.
#[component]
fn PlanScript() -> impl IntoView {
    let app = use_app();
    let shell = app.review().shell;
    let in_use = shell.get_untracked();
    let options = Shell::ALL.map(|shell| (shell.name(), shell == in_use));
    let choose = move |name: String| {
        if let Some(chosen) = Shell::of_name(&name) {
            shell.set(chosen);
        }
    };
    view! {
        <div class="line">
            <NamedChoice name=text::code::SCRIPT_LANGUAGE options=options.to_vec() choose/>
            <button
                disabled=move || obstacle(app).is_some()
                aria-describedby="review-obstacle"
                on:click=handler(move |_| app.save_script())
            >
                {text::code::SAVE_SCRIPT}
            </button>
            <p class="hint">{text::code::SCRIPT_MEANING}</p>
        </div>
    }
}

/// What the run costs, with the choice that changes it. Only the texts follow the clock, so that the choice keeps the
/// focus.
#[component]
fn Costs(preview: ShownPreview) -> impl IntoView {
    let app = use_app();
    let changes = preview.with_value(|preview| number(app, preview.plan.rows.len() as u64));
    let estimate = Memo::new(move |_| {
        app.session().now.track();
        preview.with_value(|preview| app.review().estimate(preview))
    });
    let takes = move || estimate.get().map(|estimate| takes(app, estimate.takes));
    let requests = move || {
        estimate.get().map(|estimate| text::review::requests(&number(app, estimate.requests), &changes))
    };
    let token = move || estimate.get().map(|estimate| token(app, estimate.token));
    view! {
        <dl class="review-costs">
            <dt>{text::review::TAKES}</dt>
            <dd>
                {takes} <br/> {requests}
                <CeilingChoice ceiling=app.run().ceiling choose=move |chosen| app.run().limit(chosen)/>
            </dd>
            <dt>{text::review::TOKEN}</dt>
            <dd>{token}</dd>
            <dt>{text::review::COMPUTER}</dt>
            <dd>{text::review::COMPUTER_MEANING}</dd>
            <dt>{text::review::ELSEWHERE}</dt>
            <dd>{text::review::ELSEWHERE_MEANING}</dd>
        </dl>
    }
}

fn takes(app: App, time: Millis) -> String {
    let review = app.review();
    let pace = number(app, app.run().ceiling.get().whole());
    let is_filled = |field: RwSignal<String>| field.with(|text| !text.trim().is_empty());
    let waits = is_filled(review.put_pilot_first) || is_filled(review.then);
    text::review::takes(time.0.div_ceil(MINUTE), &pace, waits)
}

/// Whether the token lasts.
fn token(app: App, token: TokenSpan) -> String {
    match token {
        TokenSpan::Unknown => text::review::TOKEN_UNKNOWN.to_owned(),
        TokenSpan::Lasts { left } => text::review::token_lasts(left.0 / MINUTE),
        TokenSpan::Ends { left, waits_after } => {
            let now = app.session().now.get_untracked();
            let at = Timestamp(now.0.saturating_add(i64::try_from(waits_after.0).unwrap_or(i64::MAX)));
            text::review::token_ends(left.0 / MINUTE, &moment(app, at))
        }
    }
}

/// What a person fills in.
#[component]
fn Fields(preview: ShownPreview) -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let (changes, confirmation) =
        preview.with_value(|preview| (preview.plan.rows.len() as u64, review.confirmation(preview)));
    let (number_needed, reason_needed) = match confirmation {
        Confirmation::Review { number, reason, .. } => (number, reason),
        Confirmation::Dialog => (false, true),
        Confirmation::None | Confirmation::NothingToDo | Confirmation::Never => (false, false),
    };
    let reference_hint = review.limits().change_reference.hint.clone();
    let pauses = (changes > 1).then(|| {
        view! {
            <Field
                name=text::review::START_WITH
                meaning=text::review::START_WITH_MEANING
                value=review.put_pilot_first
            />
            <Field name=text::review::THEN meaning=text::review::THEN_MEANING value=review.then/>
        }
    });
    let reason = reason_needed.then(|| {
        view! { <Field name=text::review::REASON meaning=text::review::REASON_MEANING value=review.reason/> }
    });
    let typed = number_needed.then(|| {
        view! { <Field name=text::review::type_number(&number(app, changes)) value=review.typed/> }
    });
    view! {
        <div class="review-fields">
            {pauses}
            <Field name=text::review::REFERENCE meaning=reference_hint value=review.reference/>
            {reason}
            {typed}
        </div>
    }
}

#[component]
fn Field(
    #[prop(into)] name: String,
    #[prop(optional, into)] meaning: MaybeProp<String>,
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <label class="review-field">
            <span class="field-name">{name.clone()}</span>
            <input
                type="text"
                autocomplete="off"
                spellcheck="false"
                aria-label=name
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            />
            {move || meaning.get().map(|meaning| view! { <span class="hint">{meaning}</span> })}
        </label>
    }
}

/// Why the plan can't leave the page yet.
fn obstacle(app: App) -> Option<Obstacle> {
    let preview = app.review().preview()?;
    app.review().obstacle(&preview)
}

/// The button that starts the run, and why it can't yet.
#[component]
fn StartRun() -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let is_disable =
        move || review.shown.with(|shown| shown.as_ref().is_some_and(|reviewed| !reviewed.proposal.to));
    let changes = move || review.preview().map_or(0, |preview| preview.plan.rows.len() as u64);
    let is_ready = move || review.preview().is_some() && obstacle(app).is_none();
    view! {
        <button
            class=move || is_disable().then_some("danger")
            aria-describedby="review-obstacle"
            disabled=move || !is_ready()
            on:click=handler(move |_| review.start())
        >
            {move || text::review::go(&number(app, changes()), changes())}
        </button>
        <p class="review-obstacle hint" id="review-obstacle" role="status">
            {move || why_not_yet(app)}
        </p>
    }
}

fn why_not_yet(app: App) -> String {
    let review = app.review();
    let Some(obstacle) = obstacle(app) else { return String::new() };
    let has_skipped = review.preview().is_some_and(|preview| preview.has_skipped());
    if has_skipped && obstacle == Obstacle::NothingToDo {
        return text::review::ALL_SKIPPED.to_owned();
    }
    let limits = review.limits();
    let pattern = limits.change_reference.pattern.as_ref().map(Pattern::as_str);
    text::review::obstacle(app.ports.get().locale.as_ref(), &obstacle, pattern)
}
