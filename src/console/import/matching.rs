//! Which users the file names, and the ways to find out.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::fault::{Fault, RetryKind};

use crate::connect::form::ObstacleNotice;
use crate::connect::token_field::NextToken;
use crate::console::app::{App, use_app};
use crate::console::format::{moment, number};
use crate::console::import::match_group::MatchGroup;
use crate::console::import::parts::{CloseButton, is_loaded, understood};
use crate::console::import::state::{By, Finding, Found, MOST_LOOKED_UP, Understood};
use crate::console::import::text;
use crate::console::runs::review_dialog::local_memo;
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::console::troubleshooting::state::Location;
use crate::console::users::list_progress::ListProgress;
use crate::ui::dom::{focus, handler};

/// How far the matching is, without the count, which its sentence follows by itself.
#[derive(Clone, PartialEq)]
enum Step {
    NotYet,
    LookingUp,
    Paused(Fault),
    Done(Rc<Found>),
}

impl Step {
    fn of(finding: &Finding) -> Self {
        match finding {
            Finding::NotYet => Self::NotYet,
            Finding::LookingUp { paused_by: None, .. } => Self::LookingUp,
            Finding::LookingUp { paused_by: Some(fault), .. } => Self::Paused(fault.clone()),
            Finding::Done(found) => Self::Done(Rc::clone(found)),
        }
    }
}

/// Which users the file names, and how to find out. Nothing before all questions about the file are answered.
#[component]
pub(super) fn Matching(close: CloseButton) -> impl IntoView {
    let app = use_app();
    let matching = local_memo(move || {
        let step = app.import().finding.with(Step::of);
        let confirmed = understood(app).filter(|list| list.guesses.is_empty());
        confirmed.map(|list| (list, step, is_loaded(app)))
    });
    view! { {move || {
        matching.get().map(|(list, step, is_loaded)| match step {
            Step::NotYet if is_loaded => ().into_any(),
            Step::NotYet => view! { <WaysToMatch list close/> }.into_any(),
            Step::LookingUp => view! {
                <div class="line">
                    <p role="status" class="working">{move || looking_up(app)}</p>
                    <StopButton close/>
                </div>
            }
            .into_any(),
            Step::Paused(fault) => view! { <LookupPaused fault close/> }.into_any(),
            Step::Done(found) => view! { <MatchResult found/> }.into_any(),
        })
    }} }
}

fn looking_up(app: App) -> String {
    match &*app.import().finding.read() {
        Finding::LookingUp { done, of, .. } => text::looking_up(app.ports.get().locale.as_ref(), *done, *of),
        Finding::NotYet | Finding::Done(_) => String::new(),
    }
}

#[component]
fn StopButton(close: CloseButton) -> impl IntoView {
    let sheet = use_app().import();
    let stop = move |_| {
        sheet.stop();
        focus(close);
    };
    view! { <button on:click=handler(stop)>{text::STOP}</button> }
}

#[component]
fn LookupPaused(fault: Fault, close: CloseButton) -> impl IntoView {
    let app = use_app();
    // The page's own field for a token lies behind this dialog.
    let needs_token = fault.retry() == RetryKind::WithNewToken;
    let card = move || view! { <FaultCard fault=fault.clone()/> };
    let token = needs_token.then(|| view! { <NextToken/> <ObstacleNotice/> });
    let go_on = (!needs_token).then(|| {
        view! { <button on:click=handler(move |_| app.import().resume())>{text::GO_ON}</button> }
    });
    view! {
        <FailureCase at=Location::Import fallback=card/>
        <p role="status">{move || looking_up(app)}</p>
        {token}
        <div class="line">
            {go_on}
            <StopButton close/>
        </div>
    }
}

/// The ways to find out which users the file names, while not all users are loaded.
#[component]
fn WaysToMatch(list: Rc<Understood>, close: CloseButton) -> impl IntoView {
    let app = use_app();
    let look_up = if list.lines > MOST_LOOKED_UP {
        let too_long = text::too_long(app.ports.get().locale.as_ref());
        view! { <p class="note">{too_long}</p> }.into_any()
    } else {
        view! { <LookUp list close/> }.into_any()
    };
    view! {
        {look_up}
        <div class="line"><ListProgress/></div>
    }
}

#[component]
fn LookUp(list: Rc<Understood>, close: CloseButton) -> impl IntoView {
    let app = use_app();
    let ports = app.ports.get();
    let locale = &*ports.locale;
    // Every request has a preflight.
    let requests = 2 * list.requests as u64;
    let pace = app.directory().read_ceiling.get_untracked().whole().max(1);
    let look_up = move |_| {
        app.import().look_up();
        focus(close);
    };
    view! {
        <div class="line">
            <button class="primary" on:click=handler(look_up)>{text::look_up(locale, &list)}</button>
            <span class="hint">{text::cost(locale, requests, requests.div_ceil(pace))}</span>
        </div>
    }
}

#[component]
fn MatchResult(found: Rc<Found>) -> impl IntoView {
    let app = use_app();
    let (by, was_asked) = match found.by {
        By::List(at) => (text::by_list(&moment(app, at)), false),
        By::PingOne(at) => (text::by_pingone(&moment(app, at)), true),
    };
    let rows = MatchGroup::ALL.map(|group| view! { <MatchGroupRow group lines=group.len(&found.matches)/> });
    let refused = (found.refused > 0).then(|| {
        let refused = text::refused(app.ports.get().locale.as_ref(), found.refused);
        view! { <p class="note warn">{refused}</p> }
    });
    let may_differ_in_case = was_asked && !found.matches.not_found.is_empty();
    let is_none_found = found.matches.found.is_empty();
    view! {
        <p role="status">{by}</p>
        <table class="review-sums sheet-piles" aria-label=text::GROUPS>
            <tbody>{rows.into_iter().collect_view()}</tbody>
        </table>
        {refused}
        {may_differ_in_case.then(|| view! { <p class="hint">{text::CAPITALS}</p> })}
        {is_none_found.then(|| view! { <p class="note">{text::NO_USERS}</p> })}
        <p class="hint">{text::FILES}</p>
    }
}

/// How many of the file's lines matched in this way, and the button that saves them.
#[component]
fn MatchGroupRow(group: MatchGroup, lines: usize) -> impl IntoView {
    let app = use_app();
    let save = move |_| {
        let name = app.environment().map(|environment| environment.name).unwrap_or_default();
        app.import().save_group(group, &name);
    };
    view! {
        <tr>
            <td class="review-number">{number(app, lines as u64)}</td>
            <th scope="row">
                {text::group(group)}
                <span class="hint">{text::group_meaning(group)}</span>
            </th>
            <td>{(lines > 0).then(|| view! { <button class="link" on:click=handler(save)>{text::save(group)}</button> })}</td>
        </tr>
    }
}
