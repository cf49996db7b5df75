//! The review: what a run will change, before anything is sent. The focus is on going back.

use std::rc::Rc;

use leptos::prelude::Effect;
use pingone::fault::RetryKind;
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone_mfa_core::run::confirmation::Confirmation;
use pingone_mfa_core::run::estimate::{Estimate, TokenSpan};
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::plan_file::Extent;
use pingone_mfa_core::run::proposal::Preview;
use pingone_mfa_core::run::reference::Pattern;
use pingone_mfa_core::snippets::script::Shell;

use crate::state::App;
use crate::state::review::{Obstacle, Reading, Reviewed};
use crate::state::session::Phase;
use crate::state::troubleshooting::Location;
use leptos::prelude::*;

use super::ceiling::ceiling;
use super::choice::choice_among;
use super::connect::problem;
use super::fault::fault_card;
use super::figures::{moment, number};
use super::markup::{Handle, Node, button, group, kept, part_of, says, tag, text_in};
use super::saving::radio;
use super::text;
use super::token::modal;
use super::token::next_token;
use super::troubleshooting::looked_into;

mod skipped;

/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;

pub(super) fn review(app: App) -> Node {
    let review = app.review();
    let (dialog, back) = (Handle::new(), Handle::new());
    let is_shown = move || review.shown.with(Option::is_some);
    Effect::new(move |was: Option<bool>| {
        let is_open = is_shown();
        dialog.show_modal(is_open);
        if is_open && was != Some(true) {
            back.focus();
        }
        is_open
    });
    let is_previewed = move || review.preview().is_some();
    let to = move || review.shown.with(|shown| shown.as_ref().is_some_and(|reviewed| reviewed.proposal.to));
    let contents = part_of(
        move || review.shown.with(|shown| look(shown.as_ref())),
        move |look| look.map(|look| contents(app, look)),
    );
    modal(app.session())
        .known_as(dialog)
        .class("confirm review")
        .part("dialog")
        .follow("aria-label", move || Some(text::review::name(to()).to_owned()))
        .on("close", move |_| review.close())
        .with(tag("h2").with(says(move || text::review::name(to()).to_owned())))
        .with(contents)
        .with(
            tag("footer")
                .with(tag("span").class("confirm-place").with(says(move || place(app))))
                .with(button(text::review::BACK, move || review.close()).known_as(back).class("primary"))
                .with(part_of(is_previewed, move |is_previewed| is_previewed.then(|| go(app)))),
        )
}

fn place(app: App) -> String {
    match app.session().phase.get() {
        Phase::Connected { environment, region } => {
            format!(
                "{}, {}",
                text::question::place(&environment.name, &text::kind(&environment.kind)),
                region.label
            )
        }
        Phase::Form | Phase::Loading | Phase::Connecting => String::new(),
    }
}

/// What is shown, without the figures that change by themselves.
fn look(shown: Option<&Reviewed>) -> Option<Reading> {
    shown.map(|reviewed| match &reviewed.reading {
        Reading::Going(_) => Reading::Going(0),
        other => other.clone(),
    })
}

fn contents(app: App, look: Reading) -> Node {
    match look {
        Reading::Waiting(until) => {
            let until = app.ports.get().locale.time_to_second(until);
            tag("p").class("working").set("role", "status").with(text::review::waiting(&until))
        }
        Reading::Going(_) => tag("p").class("working").set("role", "status").with(says(move || reading(app))),
        Reading::Failed(fault) => {
            // The page's own field for a token lies behind this dialog.
            let needs_token = fault.retry() == RetryKind::WithNewToken;
            let token = needs_token.then(|| {
                tag("div").class("review-token").with(next_token(app.session())).with(problem(app.session()))
            });
            let again =
                (!needs_token).then(|| button(text::review::READ_AGAIN, move || app.review().read_on()));
            let why = looked_into(app, Location::Review, move || fault_card(&fault));
            group().with(why).with(token).with(again)
        }
        Reading::Ready(preview) => ready(app, &preview),
    }
}

fn reading(app: App) -> String {
    app.review().shown.with(|shown| match shown {
        Some(Reviewed { proposal, reading: Reading::Going(read), .. }) => {
            text::review::reading(&number(app, *read), &number(app, proposal.users.len() as u64))
        }
        _ => String::new(),
    })
}

fn ready(app: App, preview: &Rc<Preview>) -> Node {
    let listed_at =
        app.review().shown.with_untracked(|shown| shown.as_ref().and_then(|shown| shown.listed_at));
    let listed_at = listed_at.map(|at| moment(app, at));
    let read_at = moment(app, preview.plan.made_at);
    let sentence = text::review::chosen(&number(app, preview.chosen), listed_at.as_deref(), &read_at);
    let of_plan = Rc::clone(preview);
    let plan = move || text::review::plan(&app.review().plan(&of_plan).number().to_string());
    let is_application =
        app.session().facts().is_some_and(|facts| matches!(facts.actor, Actor::Application(_)));
    let note = if preview.plan.to {
        (preview.plan.rows.len() as u64 > preview.with_device).then_some(text::review::NO_DEVICE_NOTE)
    } else {
        Some(text::review::OFF_NOTE)
    };
    let own = (preview.own_account > 0)
        .then(|| tag("p").class("note warn").with(text::confirm::own_account(preview.plan.to)));
    let undone = preview
        .plan
        .undoes
        .as_ref()
        .map(|undone| tag("p").with(text::review::undoes(&undone.number.to_string(), &undone.reference)));
    group()
        .with(tag("p").class("review-plan").with(says(plan)))
        .with(undone)
        .with(tag("p").with(sentence))
        .with(sums(app, preview))
        .with(skipped::learn_devices(app, preview))
        .with(skipped::unreadable(app, preview))
        .with(own)
        .with(files(app, preview))
        .with(note.map(|note| tag("p").class("note warn").with(note)))
        .with(is_application.then(|| tag("p").class("hint").with(text::review::NOT_YOU)))
        .with(
            app.ports
                .get()
                .embedder
                .is_around_frame()
                .then(|| tag("p").class("hint").with(text::handing::APART)),
        )
        .with(costs(app, preview))
        .with(fields(app, preview))
}

/// From the chosen to those who will be changed.
fn sums(app: App, preview: &Preview) -> Node {
    let to = preview.plan.to;
    let row = |sign: &'static str, users: u64, name: &'static str, choice: Option<Node>| {
        tag("tr")
            .with(tag("td").class("review-sign").with(sign))
            .with(tag("td").class("review-number").with(number(app, users)))
            .with(tag("th").set("scope", "row").with(name))
            .with(tag("td").with(choice))
    };
    let out = |why: Exclusion| {
        let users = preview.left_out(why);
        (users > 0).then(|| row("−", users, text::review::exclusion(why, to), None))
    };
    let first = [Exclusion::AlreadySet, Exclusion::ChangedBySomeoneElse, Exclusion::EarlierNotKnown];
    let second = [Exclusion::Protected, Exclusion::Gone, Exclusion::Unreadable];
    let devices = to.then(|| skipped::devices(app, preview, &row));
    let sum = |users, name| row("", users, name, None).class("review-sum");
    tag("table")
        .class("review-sums")
        .with(row("", preview.chosen, text::review::CHOSEN, None))
        .with(first.into_iter().filter_map(out).collect::<Vec<_>>())
        .with(skipped::accounts(app, preview, &row))
        .with(second.into_iter().filter_map(out).collect::<Vec<_>>())
        .with(to.then(|| sum(preview.need_change, text::review::NEED_CHANGE)))
        .with(devices)
        .with(sum(preview.plan.rows.len() as u64, text::review::WILL_CHANGE))
}

/// What of it can be saved, before anything is sent.
fn files(app: App, preview: &Preview) -> Node {
    let (with_names, saved) = (app.review().save_with_names, app.review().saved);
    // What somebody else could carry out comes after the same checks as the run.
    let save = |name: String, extent: Extent| {
        let is_held = move || saved.get().is_writing() || (extent == Extent::Plan && obstacle(app).is_some());
        button(name, move || app.save_plan(extent)).follow("disabled", move || is_held().then(String::new))
    };
    let left_out = preview.plan.left_out.len();
    let left_out = (left_out > 0)
        .then(|| save(text::review::save_left_out(&number(app, left_out as u64)), Extent::LeftOut));
    let progress = move || text::saving::progress(app.ports.get().locale.as_ref(), saved.get());
    tag("fieldset")
        .class("files")
        .with(tag("legend").class("field-name").with(text::review::FILES))
        .with(radio("plan-contents", text::run::IDS_ONLY, with_names, false))
        .with(radio("plan-contents", text::run::WITH_NAMES, with_names, true))
        .with(
            tag("div")
                .class("line")
                .with(
                    save(text::review::SAVE_PLAN.to_owned(), Extent::Plan)
                        .set("aria-describedby", "review-obstacle"),
                )
                .with(left_out)
                .with(tag("span").set("role", "status").with(says(progress))),
        )
        .with(app.review().may_be_script(preview).then(|| script(app)))
}

/// The plan as a script.
fn script(app: App) -> Node {
    let shell = app.review().shell;
    let in_use = shell.get_untracked();
    let languages = choice_among(
        text::code::SCRIPT_LANGUAGE,
        Shell::ALL.map(|shell| (shell.name(), shell == in_use)),
        move |name| {
            if let Some(chosen) = Shell::of_name(name) {
                app.review().shell.set(chosen);
            }
        },
    );
    tag("div")
        .class("line")
        .with(languages)
        .with(
            button(text::code::SAVE_SCRIPT, move || app.save_script())
                .follow("disabled", move || obstacle(app).map(|_| String::new()))
                .set("aria-describedby", "review-obstacle"),
        )
        .with(tag("p").class("hint").with(text::code::SCRIPT_MEANING))
}

/// What it costs, with the choice that changes that. Only the texts in it follow the clock.
fn costs(app: App, preview: &Rc<Preview>) -> Node {
    let preview = Rc::clone(preview);
    let changes = number(app, preview.plan.rows.len() as u64);
    let estimate = kept(move || {
        app.session().now.get();
        app.review().estimate(&preview)
    });
    let of_it = move |say: Box<dyn Fn(&Estimate) -> String>| {
        let estimate = estimate.clone();
        says(move || estimate.with(|estimate| estimate.as_ref().map(&say)).flatten().unwrap_or_default())
    };
    let takes = of_it(Box::new(move |estimate| {
        let pace = number(app, app.run().ceiling.get().whole());
        let is_named = |field: RwSignal<String>| field.with(|text| !text.trim().is_empty());
        let waits = is_named(app.review().put_pilot_first) || is_named(app.review().then);
        text::review::takes(estimate.takes.0.div_ceil(MINUTE), &pace, waits)
    }));
    let requests =
        of_it(Box::new(move |estimate| text::review::requests(&number(app, estimate.requests), &changes)));
    let token = of_it(Box::new(move |estimate| token(app, estimate.token)));
    let ceiling = ceiling(app, app.run().ceiling, move |chosen| app.run().limit(chosen));
    let takes = group().with(takes).with(tag("br")).with(requests).with(ceiling);
    tag("dl")
        .class("review-costs")
        .define(text::review::TAKES, takes)
        .define(text::review::TOKEN, token)
        .define(text::review::COMPUTER, text::review::COMPUTER_MEANING)
        .define(text::review::ELSEWHERE, text::review::ELSEWHERE_MEANING)
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

fn fields(app: App, preview: &Rc<Preview>) -> Node {
    let review = app.review();
    let changes = preview.plan.rows.len() as u64;
    let (number_needed, reason_needed) = match review.confirmation(preview) {
        Confirmation::Review { number, reason, .. } => (number, reason),
        Confirmation::Dialog => (false, true),
        Confirmation::None | Confirmation::NothingToDo | Confirmation::Never => (false, false),
    };
    let is_many = changes > 1;
    let typed = text::review::type_number(&number(app, changes));
    let limits = review.limits();
    let hint = limits.change_reference.hint.as_deref();
    let reference = field(text::review::REFERENCE.into(), hint, review.reference);
    tag("div")
        .class("review-fields")
        .with(is_many.then(|| {
            field(
                text::review::START_WITH.into(),
                Some(text::review::START_WITH_MEANING),
                review.put_pilot_first,
            )
        }))
        .with(
            is_many.then(|| field(text::review::THEN.into(), Some(text::review::THEN_MEANING), review.then)),
        )
        .with(reference)
        .with(
            reason_needed.then(|| {
                field(text::review::REASON.into(), Some(text::review::REASON_MEANING), review.reason)
            }),
        )
        .with(number_needed.then(|| field(typed, None, review.typed)))
}

fn field(name: String, meaning: Option<&str>, value: RwSignal<String>) -> Node {
    let input = tag("input")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set_to("aria-label", name.clone())
        .value(move || value.get())
        .on("input", move |event| value.set(text_in(&event)));
    tag("label")
        .class("review-field")
        .with(tag("span").class("field-name").with(name))
        .with(input)
        .with(meaning.map(|meaning| tag("span").class("hint").with(meaning)))
}

/// Why the plan can't leave the page yet.
fn obstacle(app: App) -> Option<Obstacle> {
    let preview = app.review().preview()?;
    app.review().obstacle(&preview)
}

fn go(app: App) -> Node {
    let review = app.review();
    let to = move || review.shown.with(|shown| shown.as_ref().is_none_or(|reviewed| reviewed.proposal.to));
    let limits = review.limits();
    let sentence = move || {
        let ports = app.ports.get();
        let locale = &*ports.locale;
        let pattern = limits.change_reference.pattern.as_ref().map(Pattern::as_str);
        let is_all_skipped = review.preview().is_some_and(|preview| preview.has_skipped());
        let obstacle = obstacle(app);
        if is_all_skipped && obstacle == Some(Obstacle::NothingToDo) {
            return text::review::ALL_SKIPPED.to_owned();
        }
        obstacle.map(|obstacle| text::review::obstacle(locale, &obstacle, pattern)).unwrap_or_default()
    };
    let changes = move || review.preview().map_or(0, |preview| preview.plan.rows.len() as u64);
    let is_ready = move || review.preview().is_some() && obstacle(app).is_none();
    let run =
        button(says(move || text::review::go(&number(app, changes()), changes())), move || review.start())
            .follow("class", move || (!to()).then(|| "danger".to_owned()))
            .set("aria-describedby", "review-obstacle")
            .follow("disabled", move || (!is_ready()).then(String::new));
    let class = "review-obstacle hint";
    let sentence =
        tag("p").class(class).set("id", "review-obstacle").set("role", "status").with(says(sentence));
    group().with(run).with(sentence)
}
