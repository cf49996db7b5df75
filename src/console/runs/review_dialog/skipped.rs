//! The lines of the review's sum: the users that a run skips, some of them unless a person includes them, and those that
//! it changes. Beside them are the ways to load unknown devices, and the users that couldn't be read.

use leptos::prelude::*;
use pingone::user::UserId;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::proposal::{Choices, Preview};

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::load::Load;
use crate::console::runs::text;

use crate::console::runs::review_dialog::form::ReviewForm;
use crate::ui::dom::handler;
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// How many of the users who couldn't be read are named.
const MOST_NAMED: usize = 20;

/// Up to how many users' devices are read one by one. Of more, PingOne's report says it in far fewer requests.
const MOST_CHECKED: u64 = 200;

/// How many users of a line are shown.
const MOST_SHOWN: usize = 100;

/// Finds one of the choices.
type FindChoice = fn(&mut Choices) -> &mut bool;

/// A line of the sum, after the selected users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Skipped(Exclusion),
    Changed,
}

impl Line {
    pub(super) const ALL: [Self; 11] = [
        Self::Skipped(Exclusion::AlreadySet),
        Self::Skipped(Exclusion::ChangedBySomeoneElse),
        Self::Skipped(Exclusion::EarlierNotKnown),
        Self::Skipped(Exclusion::AccountDisabled),
        Self::Skipped(Exclusion::OwnAccount),
        Self::Skipped(Exclusion::Protected),
        Self::Skipped(Exclusion::Gone),
        Self::Skipped(Exclusion::Unreadable),
        Self::Skipped(Exclusion::NoDevice),
        Self::Skipped(Exclusion::DevicesNotKnown),
        Self::Changed,
    ];

    /// How many users the line is about, whether they are included or not.
    fn users(self, preview: &Preview) -> u64 {
        match self {
            Self::Changed => preview.plan.rows.len() as u64,
            Self::Skipped(Exclusion::AccountDisabled) => preview.disabled,
            Self::Skipped(Exclusion::OwnAccount) => preview.own_account,
            Self::Skipped(Exclusion::NoDevice) => preview.without_device,
            Self::Skipped(Exclusion::DevicesNotKnown) => preview.devices_not_known,
            Self::Skipped(why) => preview.left_out(why),
        }
    }

    fn choice(self) -> Option<FindChoice> {
        match self {
            Self::Skipped(Exclusion::AccountDisabled) => Some(|choices| &mut choices.disabled),
            Self::Skipped(Exclusion::OwnAccount) => Some(|choices| &mut choices.own_account),
            Self::Skipped(Exclusion::NoDevice) => Some(|choices| &mut choices.without_device),
            Self::Skipped(Exclusion::DevicesNotKnown) => Some(|choices| &mut choices.devices_not_known),
            Self::Skipped(_) | Self::Changed => None,
        }
    }

    fn is_included(self, choices: &mut Choices) -> bool {
        self.choice().is_some_and(|choice| *choice(choices))
    }

    fn name(self, to: bool) -> String {
        match self {
            Self::Skipped(why) => text::review::skipped(why, to),
            Self::Changed => text::review::WILL_CHANGE.to_owned(),
        }
    }

    /// The users of the line that are shown: those who are changed, or those who are skipped.
    fn ids(self, preview: &Preview) -> Vec<UserId> {
        match self {
            Self::Changed => preview.plan.rows.iter().map(|row| row.user).take(MOST_SHOWN).collect(),
            Self::Skipped(why) => {
                let left_out = preview.plan.left_out.iter().filter(|left_out| left_out.why == why);
                left_out.map(|left_out| left_out.user).take(MOST_SHOWN).collect()
            }
        }
    }
}

/// A line of the sum: how many users, whether they are included, and who they are. Nothing if there are none.
#[component]
pub(super) fn SumLine(form: ReviewForm, line: Line, shown: RwSignal<Option<Line>>) -> impl IntoView {
    let app = use_app();
    let review = app.review();
    let to = untrack(|| review.to());
    let users = memo(move || form.preview.get().map(|preview| line.users(&preview)));
    let is_there = move || users.get().is_some_and(|users| users > 0 || line == Line::Changed);
    let is_included = move || line.is_included(&mut review.choices.get());
    let count = move || {
        let sign = if line == Line::Changed || is_included() { "" } else { "−" };
        format!("{sign}{}", number(app, users.get().unwrap_or_default()))
    };
    let has_hint = line == Line::Skipped(Exclusion::NoDevice);
    let hint = has_hint.then_some(text::review::NO_DEVICE_HINT);
    let can_show = move || users.get().is_some_and(|users| users > 0) && !is_included();
    view! {
        <Show when=is_there>
            <tr class=(line == Line::Changed).then_some("review-sum") class:review-included=is_included>
                <td class="review-number">{count}</td>
                <th scope="row">{line.name(to)} " " <span class="hint">{hint}</span></th>
                <td class="review-line-actions">
                    {line.choice().map(|_| view! { <IncludeChoice line/> })}
                    <Show when=can_show>
                        <button
                            class="link"
                            aria-label=text::review::show(&line.name(to))
                            aria-expanded=move || (shown.get() == Some(line)).to_string()
                            on:click=handler(move |_| shown.update(|it| *it = (*it != Some(line)).then_some(line)))
                        >
                            {text::review::SHOW}
                        </button>
                    </Show>
                </td>
            </tr>
            <Show when=move || shown.get() == Some(line) && can_show()>
                <LineUsers form line/>
            </Show>
        </Show>
    }
}

/// Whether the users of a line are changed too.
#[component]
fn IncludeChoice(line: Line) -> impl IntoView {
    let review = use_app().review();
    let name = match line {
        Line::Skipped(why) => text::review::include(why),
        Line::Changed => text::review::INCLUDE,
    };
    let include = move |is_included| {
        let mut choices = review.choices.get_untracked();
        if let Some(choice) = line.choice() {
            *choice(&mut choices) = is_included;
            review.choose(choices);
        }
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                aria-label=name
                prop:checked=move || line.is_included(&mut review.choices.get())
                on:change:target=move |event| include(event.target().checked())
            />
            {text::review::INCLUDE}
        </label>
    }
}

/// The users of a line.
#[component]
fn LineUsers(form: ReviewForm, line: Line) -> impl IntoView {
    let app = use_app();
    let users = move || {
        let preview = form.preview.get()?;
        let ids = line.ids(&preview);
        let more = line.users(&preview).saturating_sub(ids.len() as u64);
        let users = ids.into_iter().map(|user| {
            let user = app.review().offer(user);
            view! { <li><bdi>{user.value}</bdi> " " <span class="hint">{user.detail}</span></li> }
        });
        let more =
            (more > 0).then(|| view! { <li class="hint">{text::review::more(&number(app, more))}</li> });
        Some(view! { {users.collect_view()} {more} })
    };
    view! {
        <tr>
            <td colspan="3">
                <ul class="review-users" tabindex="0" aria-label=line.name(untrack(|| app.review().to()))>{users}</ul>
            </td>
        </tr>
    }
}

/// How to learn the devices that aren't known.
#[component]
pub(super) fn LearnDevices(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let unknown = memo(move || form.preview.get().map_or(0, |preview| preview.devices_not_known));
    let check = move |_| {
        if let Some(preview) = form.preview.get_untracked() {
            app.directory().check(unknown_devices(app, &preview));
        }
    };
    let check_name = move || text::review::check_devices(&number(app, unknown.get()), unknown.get());
    view! {
        <Show when=move || { unknown.get() > 0 }>
            <div class="line">
                <button on:click=handler(move |_| app.directory().read_report())>{text::review::LOAD_REPORT}</button>
                <Show when=move || (1..=MOST_CHECKED).contains(&unknown.get())>
                    <button on:click=handler(check)>{check_name}</button>
                </Show>
                <span class="hint" role="status">{move || progress(app)}</span>
            </div>
        </Show>
    }
}

fn unknown_devices(app: App, preview: &Preview) -> Vec<UserId> {
    let planned = preview.plan.rows.iter().map(|row| row.user);
    let left_out = preview.plan.left_out.iter();
    let skipped = left_out.filter(|left_out| left_out.why == Exclusion::DevicesNotKnown);
    app.directory().with_unknown_devices(planned.chain(skipped.map(|left_out| left_out.user)))
}

/// How far the device report or the reading of single users' devices is.
fn progress(app: App) -> String {
    let ports = app.ports.get();
    match app.directory().report.get() {
        Load::Loading => return text::review::LOADING_REPORT.to_owned(),
        Load::Failed(fault) => return text::review::report_failed(&text::fault(&fault)),
        Load::Idle | Load::Ready { .. } => {}
    }
    let checking = app.directory().checking.read();
    let checking = checking.as_ref();
    checking.map(|checking| text::table::checked(&*ports.locale, checking)).unwrap_or_default()
}

/// The users who couldn't be read, why, and a way to try it again.
#[component]
pub(super) fn Unreadable(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    view! { {move || {
        let preview = form.preview.get()?;
        let users = preview.left_out(Exclusion::Unreadable);
        let named = app.review().named_unreadable(&preview, MOST_NAMED);
        let more = users.saturating_sub(named.len() as u64);
        (users > 0).then(|| {
            let named = named.into_iter().map(|(name, why)| {
                view! { <li><bdi>{name}</bdi> ": " {text::review::unreadable_because(&why)}</li> }
            });
            let more = (more > 0).then(|| {
                view! { <p>{text::review::more_unreadable(&number(app, more))}</p> }
            });
            view! {
                <div class="note warn">
                    <p>{text::review::unreadable(&number(app, users), users)}</p>
                    <ul class="review-unreadable">{named.collect_view()}</ul>
                    {more}
                    <button on:click=handler(move |_| app.review().read_skipped())>{text::review::READ_AGAIN}</button>
                </div>
            }
        })
    }} }
}
