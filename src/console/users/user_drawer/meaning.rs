//! What the opened user's account, flag, bypass and devices mean together at sign-in.

use leptos::prelude::*;
use pingone::bypass::Bypass;
use pingone::device::{Devices, usable};
use pingone::user::{Account, Mfa, UserId};
use pingone_mfa_core::directory::second_factor::{SecondFactor, SignInFacts, SignInOutlook};
use pingone_mfa_core::directory::store::UserStore;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::users::text;
use crate::console::users::user_drawer::rows::Skeleton;
use crate::ui::memo::memo;

/// The place of these notes is kept while the parts load.
#[component]
pub(crate) fn Meaning(id: UserId) -> impl IntoView {
    let app = use_app();
    let account = memo(move || {
        let is_known = app.directory().with_user(id, |_, _| ()).is_some();
        is_known.then(|| outlook(app, id).account).flatten()
    });
    let account = move || {
        account.get().map(|note| view! { <p class="note warn">{text::user_drawer::account_note(note)}</p> })
    };
    let factor = memo(move || (!is_loading(app)).then(|| outlook(app, id)));
    let factor = move || match factor.get() {
        Some(outlook) => {
            let sentence = sentence(app, &outlook);
            let class = if is_warning(outlook.factor) { "note warn" } else { "hint" };
            view! { <p class=class>{sentence}</p> }.into_any()
        }
        None => view! { <Skeleton/> }.into_any(),
    };
    view! {
        <div class="user-notes">{account} {factor}</div>
    }
}

const fn is_warning(factor: SecondFactor) -> bool {
    matches!(factor, SecondFactor::NoActiveDevice | SecondFactor::Bypassed(_))
}

fn sentence(app: App, outlook: &SignInOutlook) -> String {
    match outlook.factor {
        SecondFactor::Bypassed(until) => {
            let now = app.session().now.get_untracked();
            let until = text::disable_dialog::until(app.ports.get().locale.as_ref(), until, now);
            text::user_drawer::bypass_active(&until, outlook.account.is_none())
        }
        _ => text::user_drawer::meaning(outlook, app.directory().has_pingid.get()).to_owned(),
    }
}

/// What the drawer shows of the user means for the next sign-in. Nothing else counts: devices may be known from a
/// device report, and a bypass from an earlier read.
fn outlook(app: App, id: UserId) -> SignInOutlook {
    let account = app.directory().user(id).map_or(Account::Unknown, |user| user.account);
    let mfa = app.directory().with_user(id, UserStore::mfa).unwrap_or(Mfa::Unknown);
    let (bypass, devices) = app.directory().opened.with(|opened| {
        let opened = opened.as_ref().filter(|opened| opened.id == id);
        let bypass = opened.and_then(|opened| opened.bypass.ready().copied());
        let devices = opened.and_then(|opened| opened.devices.ready().map(|devices| usable(devices)));
        (bypass.map_or(Bypass::NotChecked, Bypass::from), devices.unwrap_or(Devices::NotChecked))
    });
    SignInFacts { account, mfa, bypass, devices }.outlook(app.session().now.get())
}

fn is_loading(app: App) -> bool {
    let opened = app.directory().opened.read();
    opened.as_ref().is_some_and(|opened| {
        opened.read == Load::Loading || opened.devices == Load::Loading || opened.bypass == Load::Loading
    })
}
