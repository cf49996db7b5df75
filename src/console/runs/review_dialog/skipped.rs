//! The users that a run skips unless a person includes them, the ways to load unknown devices, and the users that
//! couldn't be read.

use leptos::prelude::*;
use pingone::user::UserId;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::proposal::{Choices, Preview};

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::load::Load;
use crate::console::runs::text;

use crate::console::runs::review_dialog::{ShownPreview, SumRow};
use crate::ui::dom::handler;

/// How many of the users who couldn't be read are named.
const MOST_NAMED: usize = 20;

/// Up to how many users' devices are read one by one. Of more, PingOne's report says it in far fewer requests.
const MOST_CHECKED: u64 = 200;

/// Finds one of the choices.
type FindChoice = fn(&mut Choices) -> &mut bool;

/// The accounts that are skipped whether MFA is turned on or off.
#[component]
pub(crate) fn SkippedAccounts(preview: ShownPreview) -> impl IntoView {
    let preview = preview.get_value();
    let to = preview.plan.to;
    view! {
        <SkippedRow
            users=preview.disabled
            name=text::review::exclusion(Exclusion::AccountDisabled, to)
            question=text::review::DISABLED
            choice=|choices| &mut choices.disabled
        />
        <SkippedRow
            users=preview.own_account
            name=text::review::exclusion(Exclusion::OwnAccount, to)
            question=text::review::OWN_ACCOUNT
            choice=|choices| &mut choices.own_account
        />
    }
}

/// The number of users with an active device, without one, and with unknown devices.
#[component]
pub(crate) fn DeviceRows(preview: ShownPreview) -> impl IntoView {
    let preview = preview.get_value();
    let with_device = (preview.with_device > 0).then(|| {
        view! { <SumRow users=preview.with_device name=text::review::WITH_ACTIVE_DEVICE/> }
    });
    view! {
        {with_device}
        <SkippedRow
            users=preview.without_device
            name=text::review::WITHOUT_ACTIVE_DEVICE
            question=text::review::WITHOUT_DEVICE
            choice=|choices| &mut choices.without_device
        />
        <SkippedRow
            users=preview.devices_not_known
            name=text::review::DEVICES_NOT_KNOWN
            question=text::review::NOT_KNOWN
            choice=|choices| &mut choices.devices_not_known
        />
    }
}

/// A row of the sums with the choice to include its users. Nothing if there are none.
#[component]
fn SkippedRow(
    users: u64,
    name: &'static str,
    /// What the checkbox is called.
    question: &'static str,
    choice: FindChoice,
) -> impl IntoView {
    let review = use_app().review();
    let is_included = *choice(&mut review.choices.get_untracked());
    let include = move |is_included| {
        let mut choices = review.choices.get_untracked();
        *choice(&mut choices) = is_included;
        review.choose(choices);
    };
    (users > 0).then(|| {
        view! {
            <SumRow sign=if is_included { "" } else { "−" } users name>
                <label class="check">
                    <input
                        type="checkbox"
                        aria-label=question
                        prop:checked=is_included
                        on:change:target=move |event| include(event.target().checked())
                    />
                    {text::review::INCLUDE}
                </label>
            </SumRow>
        }
    })
}

/// How to learn the devices that aren't known.
#[component]
pub(crate) fn LearnDevices(preview: ShownPreview) -> impl IntoView {
    let app = use_app();
    let unknown = preview.with_value(|preview| preview.devices_not_known);
    let check_devices = (1..=MOST_CHECKED).contains(&unknown).then(|| {
        let check = move |_| {
            let users = preview.with_value(|preview| unknown_devices(app, preview));
            app.directory().check(users);
        };
        view! { <button on:click=handler(check)>{text::review::check_devices(&number(app, unknown), unknown)}</button> }
    });
    (unknown > 0).then(|| {
        view! {
            <div class="line">
                <button on:click=handler(move |_| app.directory().read_report())>{text::review::LOAD_REPORT}</button>
                {check_devices}
                <span class="hint" role="status">{move || progress(app)}</span>
            </div>
        }
    })
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
    app.directory().checking.with(|checking| {
        let checking = checking.as_ref();
        checking.map(|checking| text::table::checked(&*ports.locale, checking)).unwrap_or_default()
    })
}

/// The users who couldn't be read, why, and a way to try it again.
#[component]
pub(crate) fn Unreadable(preview: ShownPreview) -> impl IntoView {
    let app = use_app();
    let preview = preview.get_value();
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
}
