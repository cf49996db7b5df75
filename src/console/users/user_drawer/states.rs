//! What decides whether the user is asked for a second factor, as far as PingOne tells: one row per state, each with
//! the time at which it was read, and below them what they mean together.

use leptos::prelude::*;
use pingone::bypass::Bypass;
use pingone::device::{Device, Devices, usable};
use pingone::fault::Fault;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa, UserId};
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::directory::second_factor::{SecondFactor, SignInFacts, SignInOutlook};
use pingone_mfa_core::directory::store::UserStore;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::users::directory::Opened;
use crate::console::users::mfa_switch::MfaSwitch;
use crate::console::users::text;

#[component]
pub(crate) fn SignInStates(id: UserId) -> impl IntoView {
    view! {
        <div class="states">
            <MfaState id/>
            <BypassState/>
            <DevicesState/>
            <GroupsState/>
            <DefaultState/>
        </div>
        <Meaning id/>
    }
}

/// One state: its name, what it is, and when it was read.
#[component]
fn StateRow(
    name: &'static str,
    #[prop(default = None)] read_at: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="state">
            <span class="state-name">{name}</span>
            <span class="state-value">{children()}</span>
            {read_at.map(|at| view! { <span class="hint">{at}</span> })}
        </div>
    }
}

#[component]
fn ReadFault(fault: Fault) -> impl IntoView {
    view! { <span class="failed-part">{text::fault(&fault)}</span> }
}

/// The row of a loaded state: `show` renders its value; a failed read shows the fault.
fn loaded_row<T>(name: &'static str, load: Load<T>, show: impl FnOnce(T, Timestamp) -> AnyView) -> AnyView {
    let missing = match load {
        Load::Ready { value, at } => return show(value, at),
        Load::Failed(fault) => view! { <ReadFault fault/> }.into_any(),
        Load::Loading => view! { <span class="hint">{text::user_drawer::READING_PART}</span> }.into_any(),
        Load::Idle => view! { <span class="hint">{text::user_drawer::NOT_READ}</span> }.into_any(),
    };
    view! { <StateRow name>{missing}</StateRow> }.into_any()
}

/// A part of the opened user that is loaded on its own; `None` while no user is opened.
fn opened_part<T: Clone + PartialEq + Send + Sync + 'static>(
    app: App,
    part: fn(&Opened) -> &Load<T>,
) -> Memo<Option<Load<T>>> {
    let opened = app.directory().opened;
    Memo::new(move |_| opened.with(|opened| opened.as_ref().map(|opened| part(opened).clone())))
}

fn read_at(app: App, at: Timestamp) -> String {
    text::user_drawer::read_at(&app.ports.get().locale.time_to_second(at))
}

#[component]
fn MfaState(id: UserId) -> impl IntoView {
    let app = use_app();
    let mfa = opened_part(app, |opened| &opened.mfa);
    let row = move |load| {
        let (read_at, fault) = match load {
            Load::Ready { at, .. } => (Some(read_at(app, at)), None),
            Load::Failed(fault) => (None, Some(fault)),
            Load::Idle | Load::Loading => (None, None),
        };
        view! {
            <StateRow name=text::table::column(Column::Mfa) read_at>
                <MfaSwitch app user=Signal::stored(Some(id)) tab_index="0"/>
                {fault.map(|fault| view! { <ReadFault fault/> })}
            </StateRow>
        }
    };
    move || mfa.get().map(row)
}

#[component]
fn BypassState() -> impl IntoView {
    let app = use_app();
    let bypass = opened_part(app, |opened| &opened.bypass);
    let show = move |until, at| {
        let bypass = Bypass::from(until);
        view! {
            <StateRow name=text::user_drawer::BYPASS read_at=Some(read_at(app, at))>
                {move || bypass_sentence(app, bypass)}
            </StateRow>
        }
        .into_any()
    };
    move || bypass.get().map(|load| loaded_row(text::user_drawer::BYPASS, load, show))
}

fn bypass_sentence(app: App, bypass: Bypass) -> String {
    let now = app.session().now.get();
    match bypass.active(now) {
        Some(until) => text::disable_dialog::until(app.ports.get().locale.as_ref(), until, now),
        None => text::user_drawer::NO_BYPASS.to_owned(),
    }
}

#[component]
fn DevicesState() -> impl IntoView {
    let app = use_app();
    let devices = opened_part(app, |opened| &opened.devices);
    let show = move |devices: Vec<Device>, at| {
        let item = |device| {
            view! {
                <li>
                    <bdi>{device_line(app, device)}</bdi>
                </li>
            }
        };
        let items: Vec<_> = devices.iter().map(item).collect();
        let count = text::user_drawer::devices(&devices);
        view! {
            <StateRow name=text::table::DEVICES read_at=Some(read_at(app, at))>
                {count}
            </StateRow>
            {(!items.is_empty()).then(|| view! { <ul class="device-list">{items}</ul> })}
        }
        .into_any()
    };
    move || devices.get().map(|load| loaded_row(text::table::DEVICES, load, show))
}

fn device_line(app: App, device: &Device) -> String {
    let paired = device.created_at.map(|at| text::user_drawer::paired(&app.ports.get().locale.date(at)));
    let words = [
        Some(text::device_kind(&device.kind)),
        device.nickname.as_ref().map(|nickname| format!("\"{nickname}\"")),
        device.address.clone(),
        paired,
        text::device_state(device.state).map(str::to_owned),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    words.join(", ")
}

#[component]
fn GroupsState() -> impl IntoView {
    let app = use_app();
    let groups = opened_part(app, |opened| &opened.groups);
    let show = move |groups: Option<Vec<String>>, at| {
        view! {
            <StateRow name=text::user_drawer::GROUPS read_at=Some(read_at(app, at))>
                {match groups {
                    Some(names) if !names.is_empty() => view! { <Names names/> }.into_any(),
                    groups => text::user_drawer::no_groups(groups.is_some()).into_any(),
                }}
            </StateRow>
        }
        .into_any()
    };
    move || groups.get().map(|load| loaded_row(text::user_drawer::GROUPS, load, show))
}

/// Each name is isolated: one that is written from right to left turns no other around.
#[component]
fn Names(names: Vec<String>) -> impl IntoView {
    let name = |(index, name)| {
        view! {
            {(index > 0).then_some(", ")}
            <bdi>{name}</bdi>
        }
    };
    names.into_iter().enumerate().map(name).collect_view()
}

/// What new users begin with. It explains a flag that was never set by hand.
#[component]
fn DefaultState() -> impl IntoView {
    let app = use_app();
    let default = Memo::new(move |_| app.directory().mfa_default.get());
    let show = move |enabled, at| {
        view! {
            <StateRow name=text::user_drawer::DEFAULT read_at=Some(read_at(app, at))>
                {text::user_drawer::default(enabled)}
            </StateRow>
        }
        .into_any()
    };
    move || {
        match default.get() {
        Load::Failed(Fault::RoleMissing(_)) => {
            view! { <StateRow name=text::user_drawer::DEFAULT>{text::user_drawer::DEFAULT_FORBIDDEN}</StateRow> }.into_any()
        }
        load => loaded_row(text::user_drawer::DEFAULT, load, show),
    }
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

/// That the account can't sign in.
#[component]
pub(crate) fn AccountNote(id: UserId) -> impl IntoView {
    let app = use_app();
    let note = Memo::new(move |_| outlook(app, id).account);
    move || note.get().map(|note| view! { <p class="note warn">{text::user_drawer::account_note(note)}</p> })
}

/// What the states mean together at sign-in.
#[component]
fn Meaning(id: UserId) -> impl IntoView {
    let app = use_app();
    // While parts are loaded, each row says so.
    let outlook = Memo::new(move |_| (!is_loading(app)).then(|| outlook(app, id)));
    move || {
        outlook.get().map(|outlook| {
            let has_no_device = outlook.factor == SecondFactor::NoActiveDevice;
            let class = if has_no_device { "note warn" } else { "note" };
            view! { <p class=class>{text::user_drawer::meaning(&outlook)}</p> }
        })
    }
}

fn is_loading(app: App) -> bool {
    app.directory().opened.with(|opened| {
        opened
            .as_ref()
            .is_some_and(|opened| opened.devices == Load::Loading || opened.bypass == Load::Loading)
    })
}
