//! The rows of the user drawer: one per part, each with the time at which it was read. A row keeps its height when its
//! value arrives; what is longer is shown on request.

use leptos::prelude::*;
use pingone::bypass::Bypass;
use pingone::device::Device;
use pingone::time::Timestamp;
use pingone::user::{User, UserId};
use pingone_mfa_core::directory::order::Column;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::users::cells::population_name;
use crate::console::users::directory::{Bypassing, Opened};
use crate::console::users::text;
use crate::console::users::user_drawer::allow_bypass::AllowBypass;
use crate::ui::dom::handler;
use crate::ui::memo::memo;

#[component]
pub(crate) fn Rows(id: UserId) -> impl IntoView {
    let app = use_app();
    let row = move |of: fn(App, UserId) -> Cell| memo(move || of(app, id));
    view! {
        <dl class="states">
            <Row name=text::user_drawer::BYPASS cell=row(bypass)>
                <AllowBypass id/>
            </Row>
            <Row name=text::table::DEVICES cell=row(devices)/>
            <Row name=text::table::column(Column::Account) cell=row(account)/>
            <Row name=text::table::column(Column::Population) cell=row(population)/>
            <Row name=text::user_drawer::GROUPS cell=row(groups)/>
            <Row name=text::table::column(Column::LastSignOn) cell=row(last_sign_on)/>
            <div class="state">
                <dt>{text::user_drawer::ID}</dt>
                <dd class="state-value id">{id.to_string()}</dd>
                <dd class="state-side">
                    <button
                        class="link"
                        aria-label=text::user_drawer::COPY_ID
                        on:click=handler(move |_| app.session().copy(id.to_string()))
                    >
                        {text::user_drawer::COPY}
                    </button>
                </dd>
            </div>
        </dl>
    }
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Default)]
struct Cell {
    /// The value in parts, each isolated: one that is written from right to left turns no other around. `None` while it
    /// loads.
    value: Option<Vec<String>>,
    /// What is shown on request.
    more: Vec<String>,
    has_failed: bool,
    at: Option<Timestamp>,
}

impl Cell {
    fn one(value: impl Into<String>, at: Option<Timestamp>) -> Self {
        Self { value: Some(vec![value.into()]), at, ..Self::default() }
    }
}

#[component]
fn Row(name: &'static str, cell: Memo<Cell>, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let app = use_app();
    let is_open = RwSignal::new(false);
    let time = move || cell.get().at.map(|at| app.ports.get().locale.time_to_second(at)).unwrap_or_default();
    let value = move || {
        let Cell { value, has_failed, .. } = cell.get();
        match value {
            None => view! { <Skeleton/> }.into_any(),
            Some(parts) => {
                let class = if has_failed { "failed-part" } else { "state-parts" };
                view! { <span class=class><Names names=parts/></span> }.into_any()
            }
        }
    };
    let toggle = move || {
        let Cell { more, has_failed, .. } = cell.get();
        (!more.is_empty()).then(|| {
            view! {
                <button
                    class="link"
                    aria-expanded=move || is_open.get().to_string()
                    aria-label=move || text::user_drawer::more(name, has_failed, is_open.get())
                    on:click=handler(move |_| is_open.update(|is_open| *is_open = !*is_open))
                >
                    {move || text::user_drawer::more_word(has_failed, is_open.get())}
                </button>
            }
        })
    };
    let more = move || {
        let more = is_open.get().then(|| cell.get().more).filter(|more| !more.is_empty())?;
        let item = |line| view! { <li><bdi>{line}</bdi></li> };
        Some(view! { <ul class="state-more">{more.into_iter().map(item).collect_view()}</ul> })
    };
    view! {
        <div class="state">
            <dt>{name}</dt>
            <dd class="state-value">{value} {toggle} {more}</dd>
            {children.map(|children| view! { <Action cell>{children()}</Action> })}
            <dd class="state-side hint">{time}</dd>
        </div>
    }
}

/// What can be done about a row. It is moved by style: made anew in another place, it would lose the focus.
#[component]
fn Action(cell: Memo<Cell>, children: Children) -> impl IntoView {
    // Beside a value without a time there is room in the place of the time only. A value that is read again keeps it
    // where it is.
    let class = Memo::new(move |before: Option<&&str>| match cell.get() {
        Cell { value: None, .. } => before.copied().unwrap_or("state-action unplaced"),
        Cell { at: None, .. } => "state-action aside",
        Cell { .. } => "state-action",
    });
    view! { <dd class=move || class.get()>{children()}</dd> }
}

/// Holds the place of a value that loads.
#[component]
pub(crate) fn Skeleton() -> impl IntoView {
    view! {
        <span class="skeleton">
            <span class="unseen">{text::user_drawer::READING_PART}</span>
        </span>
    }
}

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

/// The cell of a part that is loaded on its own.
fn loaded<T>(app: App, part: fn(&Opened) -> &Load<T>, show: impl FnOnce(&T) -> Cell) -> Cell {
    app.directory().opened.with(|opened| match opened.as_ref().map(part) {
        Some(Load::Ready { value, at }) => Cell { at: Some(*at), ..show(value) },
        Some(Load::Failed(fault)) => Cell {
            more: vec![text::fault(fault)],
            has_failed: true,
            ..Cell::one(text::user_drawer::UNREADABLE, None)
        },
        Some(Load::Idle) if !is_reading(opened.as_ref()) => Cell::one(text::user_drawer::NOT_READ, None),
        Some(Load::Idle | Load::Loading) | None => Cell::default(),
    })
}

/// Whether the user is read, after which the parts are.
fn is_reading(opened: Option<&Opened>) -> bool {
    opened.is_some_and(|opened| opened.read == Load::Loading)
}

fn bypass(app: App, id: UserId) -> Cell {
    let now = app.session().now.get();
    let is_sent = *app.directory().bypassing.read() == Some((id, Bypassing::Sending));
    if is_sent {
        return Cell::one(text::user_drawer::BYPASSING, None);
    }
    let mut is_active = false;
    let cell = loaded(
        app,
        |opened| &opened.bypass,
        |until| {
            let active = Bypass::from(*until).active(now);
            is_active = active.is_some();
            let value = active.map_or_else(
                || text::user_drawer::NONE.to_owned(),
                |until| text::user_drawer::until(app.ports.get().locale.as_ref(), until, now),
            );
            Cell::one(value, None)
        },
    );
    // Both times need a second line.
    Cell { at: cell.at.filter(|_| !is_active), ..cell }
}

fn devices(app: App, _: UserId) -> Cell {
    loaded(
        app,
        |opened| &opened.devices,
        |devices: &Vec<Device>| Cell {
            more: devices.iter().map(|device| device_line(app, device)).collect(),
            ..Cell::one(text::user_drawer::devices(devices), None)
        },
    )
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

/// How many groups are named before the rest is shown on request.
const FEW_GROUPS: usize = 2;

fn groups(app: App, _: UserId) -> Cell {
    loaded(
        app,
        |opened| &opened.groups,
        |groups| match groups {
            Some(names) if !names.is_empty() => {
                let more = if names.len() > FEW_GROUPS { names.clone() } else { Vec::new() };
                let few = names.iter().take(FEW_GROUPS).cloned();
                let rest = names.len().saturating_sub(FEW_GROUPS);
                let rest = (rest > 0).then(|| text::user_drawer::more_groups(rest));
                Cell { value: Some(few.chain(rest).collect()), more, ..Cell::default() }
            }
            groups => Cell::one(text::user_drawer::no_groups(groups.is_some()), None),
        },
    )
}

/// The cell of what the list has too. It is shown at once, and its time when it was read for the drawer.
fn listed(app: App, id: UserId, show: impl FnOnce(&User) -> String) -> Cell {
    let at = app.directory().opened.with(|opened| match opened.as_ref().map(|opened| &opened.read) {
        Some(Load::Ready { at, .. }) => Some(*at),
        _ => None,
    });
    app.directory().user(id).map(|user| Cell::one(show(&user), at)).unwrap_or_default()
}

fn account(app: App, id: UserId) -> Cell {
    listed(app, id, |user| text::user_drawer::account(user.account).to_owned())
}

fn population(app: App, id: UserId) -> Cell {
    listed(app, id, |user| population_name(app, user))
}

fn last_sign_on(app: App, id: UserId) -> Cell {
    let now = app.session().now.get_untracked();
    listed(app, id, |user| text::last_sign_on(&*app.ports.get().locale, user.last_sign_on, now))
}
