//! Who is skipped in a review unless a person includes them, and who couldn't be read.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::user::UserId;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::proposal::{Choices, Preview};

use crate::state::App;
use crate::state::load::Load;
use crate::view::figures::number;
use crate::view::markup::{Node, button, group, is_checked, says, tag};
use crate::view::text;

/// How many of those who couldn't be read are named.
const MOST_NAMED: usize = 20;

/// Up to how many users' devices are read one by one. Of more, PingOne's report says it in far fewer requests.
const MOST_CHECKED: u64 = 200;

/// Makes a row of the sums: sign, users, name, and what can be chosen.
type MakeRow<'a> = dyn Fn(&'static str, u64, &'static str, Option<Node>) -> Node + 'a;

const fn sign(is_in: bool) -> &'static str {
    if is_in { "" } else { "−" }
}

/// Those who would be changed if a person included them, whatever becomes of MFA.
pub(super) fn accounts(app: App, preview: &Preview, row: &MakeRow<'_>) -> Vec<Node> {
    let (choices, to) = (app.review().choices.get_untracked(), preview.plan.to);
    let disabled = (preview.disabled > 0).then(|| {
        let choice = choice(app, text::review::DISABLED, choices.disabled, |choices, is_in| {
            choices.disabled = is_in;
        });
        let name = text::review::exclusion(Exclusion::AccountDisabled, to);
        row(sign(choices.disabled), preview.disabled, name, Some(choice))
    });
    let own = (preview.own_account > 0).then(|| {
        let choice = choice(app, text::review::OWN_ACCOUNT, choices.own_account, |choices, is_in| {
            choices.own_account = is_in;
        });
        let name = text::review::exclusion(Exclusion::OwnAccount, to);
        row(sign(choices.own_account), preview.own_account, name, Some(choice))
    });
    disabled.into_iter().chain(own).collect()
}

/// Those who have an active device, have none, or of whom that isn't known.
pub(super) fn devices(app: App, preview: &Preview, row: &MakeRow<'_>) -> Vec<Node> {
    let choices = app.review().choices.get_untracked();
    let without = (preview.without_device > 0).then(|| {
        let choice = choice(app, text::review::WITHOUT_DEVICE, choices.without_device, |choices, is_in| {
            choices.without_device = is_in;
        });
        let name = text::review::WITHOUT_ACTIVE_DEVICE;
        row(sign(choices.without_device), preview.without_device, name, Some(choice))
    });
    let unknown = (preview.devices_not_known > 0).then(|| {
        let choice = choice(app, text::review::NOT_KNOWN, choices.devices_not_known, |choices, is_in| {
            choices.devices_not_known = is_in;
        });
        let name = text::review::DEVICES_NOT_KNOWN;
        row(sign(choices.devices_not_known), preview.devices_not_known, name, Some(choice))
    });
    let with = (preview.with_device > 0)
        .then(|| row("", preview.with_device, text::review::WITH_ACTIVE_DEVICE, None));
    [with, without, unknown].into_iter().flatten().collect()
}

fn choice(app: App, name: &'static str, is_in: bool, set: fn(&mut Choices, bool)) -> Node {
    let on_change = move |event| {
        let mut choices = app.review().choices.get_untracked();
        set(&mut choices, is_checked(&event));
        app.review().choose(choices);
    };
    let field = tag("input")
        .set("type", "checkbox")
        .set("aria-label", name)
        .checked(move || is_in)
        .on("change", on_change);
    tag("label").class("check").with(field).with(text::review::INCLUDE)
}

/// How to learn the devices that aren't known.
pub(super) fn learn_devices(app: App, preview: &Rc<Preview>) -> Option<Node> {
    let unknown = preview.devices_not_known;
    if unknown == 0 {
        return None;
    }
    let of_plan = Rc::clone(preview);
    let check = (unknown <= MOST_CHECKED).then(|| {
        let press = move || app.directory().check(unknown_devices(app, &of_plan));
        button(text::review::check_devices(&number(app, unknown), unknown), press)
    });
    let report = button(text::review::LOAD_REPORT, move || app.directory().read_report());
    let line = tag("div").class("line").with(report).with(check);
    let progress = tag("span").class("hint").set("role", "status").with(says(move || progress(app)));
    Some(group().with(line.with(progress)))
}

fn unknown_devices(app: App, preview: &Preview) -> Vec<UserId> {
    let planned = preview.plan.rows.iter().map(|row| row.user);
    let left_out = preview.plan.left_out.iter();
    let skipped = left_out.filter(|left_out| left_out.why == Exclusion::DevicesNotKnown);
    app.directory().with_unknown_devices(planned.chain(skipped.map(|left_out| left_out.user)))
}

fn progress(app: App) -> String {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    match app.directory().report.get() {
        Load::Loading => return text::review::LOADING_REPORT.to_owned(),
        Load::Failed(fault) => return text::review::report_failed(&text::fault(&fault)),
        Load::Idle | Load::Ready { .. } => {}
    }
    app.directory().checking.with(|checking| {
        checking.as_ref().map(|checking| text::table::checked(locale, checking)).unwrap_or_default()
    })
}

/// Who couldn't be read, why, and a way to try it again.
pub(super) fn unreadable(app: App, preview: &Preview) -> Option<Node> {
    let users = preview.left_out(Exclusion::Unreadable);
    if users == 0 {
        return None;
    }
    let named = app.review().named_unreadable(preview, MOST_NAMED);
    let more = users.saturating_sub(named.len() as u64);
    let line = |(name, why): (String, _)| {
        tag("li").with(tag("bdi").with(name)).with(": ").with(text::review::unreadable_because(&why))
    };
    let list = tag("ul").class("review-unreadable").with(named.into_iter().map(line).collect::<Vec<_>>());
    Some(
        tag("div")
            .class("note warn")
            .with(tag("p").with(text::review::unreadable(&number(app, users), users)))
            .with(list)
            .with((more > 0).then(|| tag("p").with(text::review::more_unreadable(&number(app, more)))))
            .with(button(text::review::READ_AGAIN, move || app.review().read_skipped())),
    )
}
