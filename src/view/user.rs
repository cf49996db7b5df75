//! One user, opened by a row, by a search or by id alone: each fact with its own time.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::bypass::Bypass;
use pingone::device::Devices;
use pingone::device::{Device, usable};
use pingone::fault::Fault;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa, User, UserId};
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::directory::second_factor::{AccountNote, SecondFactor, SignInFacts, SignInOutlook};
use pingone_mfa_core::directory::store::UserStore;
use pingone_mfa_core::run::outcome::Outcome;

use crate::state::App;
use crate::state::directory::{Bypassing, Opened};
use crate::state::load::Load;
use crate::state::switch::Switch;
use crate::state::troubleshooting::Location;

use super::cells::population_name;
use super::markup::{Content, Node, button, focus_next, group, part_of, says, tag};
use super::switch::{Whose, mfa_switch};
use super::text;
use super::text::troubleshooting as say;
use super::troubleshooting::{asked, failed_read, trouble};

/// The user who is opened, if any.
pub(super) fn opened_user(app: App) -> Node {
    let directory = app.directory();
    let read = move || {
        directory.opened.with(|opened| opened.as_ref().map(|opened| (opened.id, opened.read.clone())))
    };
    part_of(read, move |opened| {
        let close = tag("button")
            .on("click", move |event| {
                focus_next(&event, &[opener(app).as_str(), text::directory::FIND]);
                directory.close();
            })
            .with(text::user::CLOSE)
            .class("quiet user-close");
        let panel = tag("section").class("user").part("user").set("aria-label", text::user::NAME).with(close);
        opened.map(|(id, read)| panel.with(person(app, id, &read)))
    })
}

/// The name of the button in the list that opens the user who is opened.
fn opener(app: App) -> String {
    let id = app.directory().opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.id));
    let user = id.and_then(|id| app.directory().users.with_untracked(|users| users.user(users.find(id)?)));
    user.map(|user| text::directory::open(&text::name_of(&user), &user.username)).unwrap_or_default()
}

fn person(app: App, id: UserId, read: &Load<()>) -> Node {
    let id_line = tag("p").class("id").with(id.to_string());
    match read {
        Load::Idle | Load::Loading => {
            group().with(tag("p").class("working").with(text::user::READING)).with(id_line)
        }
        Load::Failed(fault) => {
            let title = text::fault(fault);
            group().with(id_line).with(trouble(
                app,
                Location::User(id),
                Operation::ReadUser(id),
                fault.clone(),
                title,
            ))
        }
        Load::Ready { .. } => {
            let why = button(say::WHY_NO_PROMPT, move || app.trouble().ask_why_not_asked(id)).class("quiet");
            let asked = asked(app, Location::User(id));
            group()
                .with(facts(app, id))
                .with(states(app, id))
                .with(ended(app, id))
                .with(unread(app, id))
                .with(why)
                .with(asked)
        }
    }
}

fn facts(app: App, id: UserId) -> Node {
    let user = move || app.directory().user(id).map(|user| User { mfa: Mfa::Unknown, ..user });
    part_of(user, move |user| {
        let user = user?;
        let name = text::name_of(&user);
        let ports = app.ports.get();
        let locale = &*ports.locale;
        let now = app.session().now.get_untracked();
        let signed_on = text::last_sign_on(locale, user.last_sign_on, now);
        let population = user.clone();
        let population = says(move || population_name(app, &population));
        let email = user.email.unwrap_or_else(|| text::directory::NOTHING.to_owned());
        let copy = button(text::user::COPY_ID, move || app.session().copy(id.to_string())).class("quiet");
        let facts = tag("dl")
            .define(text::table::column(Column::Username), tag("bdi").with(user.username))
            .define(text::table::column(Column::Email), tag("bdi").with(email))
            .define(text::table::column(Column::Population), tag("bdi").with(population))
            .define(text::table::column(Column::Account), text::account(user.account))
            .define(text::table::column(Column::LastSignOn), signed_on)
            .define(text::user::ID, group().with(tag("span").class("id").with(id.to_string())).with(copy));
        let heading = tag("h2").with(tag("bdi").with(name));
        Some(group().with(heading).with(account_note(app, id)).with(facts))
    })
}

/// What decides whether this person is asked for a second factor, as far as PingOne tells.
fn states(app: App, id: UserId) -> Node {
    let rows = tag("div")
        .class("states")
        .with(mfa(app, id))
        .with(bypass(app))
        .with(devices(app))
        .with(groups(app))
        .with(default(app));
    group().with(rows).with(meaning(app, id))
}

/// One state: its name, what it is, and when it was read.
fn state(name: &'static str, value: impl Content, read_at: Option<String>) -> Node {
    tag("div")
        .class("state")
        .with(tag("span").class("state-name").with(name))
        .with(tag("span").class("state-value").with(value))
        .with(read_at.map(|at| tag("span").class("hint").with(at)))
}

fn read_at(app: App, at: Timestamp) -> String {
    text::user::read_at(&app.ports.get().locale.time_to_second(at))
}

fn part<T: Clone + PartialEq + 'static>(
    app: App,
    of: fn(&Opened) -> &Load<T>,
    show: impl Fn(Load<T>) -> Node + 'static,
) -> Node {
    let part = move || app.directory().opened.with(|opened| opened.as_ref().map(|opened| of(opened).clone()));
    part_of(part, move |part| part.map(&show))
}

/// A part that nobody has asked for.
fn not_read() -> Node {
    tag("span").class("hint").with(text::user::NOT_READ)
}

/// A part that isn't there: on its way, or why it can't be had.
fn missing(fault: Option<&Fault>) -> Node {
    match fault {
        None => tag("span").class("hint").with(text::user::READING_PART),
        Some(fault) => tag("span").class("failed-part").with(text::fault(fault)),
    }
}

fn mfa(app: App, id: UserId) -> Node {
    let whose: Whose = Rc::new(move || Some(id));
    part(
        app,
        |opened| &opened.mfa,
        move |read| {
            let name = text::table::column(Column::Mfa);
            let switch = mfa_switch(app, &whose, "0");
            match read {
                Load::Ready { at, .. } => state(name, switch, Some(read_at(app, at))),
                Load::Failed(fault) => state(name, group().with(switch).with(missing(Some(&fault))), None),
                Load::Idle | Load::Loading => state(name, switch, None),
            }
        },
    )
}

fn bypass(app: App) -> Node {
    part(
        app,
        |opened| &opened.bypass,
        move |read| {
            let name = text::user::BYPASS;
            match read {
                Load::Ready { value, at } => {
                    let bypass = Bypass::from(value);
                    let until = says(move || {
                        let now = app.session().now.get();
                        let until = bypass.active(now);
                        until.map_or_else(
                            || text::user::NO_BYPASS.to_owned(),
                            |until| text::question::until(app.ports.get().locale.as_ref(), until, now),
                        )
                    });
                    state(name, until, Some(read_at(app, at)))
                }
                Load::Failed(fault) => state(name, missing(Some(&fault)), None),
                Load::Loading => state(name, missing(None), None),
                Load::Idle => state(name, not_read(), None),
            }
        },
    )
}

fn devices(app: App) -> Node {
    part(
        app,
        |opened| &opened.devices,
        move |read| {
            let name = text::table::DEVICES;
            match read {
                Load::Ready { value, at } => {
                    let count = text::user::devices(&value);
                    let list = tag("ul").class("device-list");
                    let list = list.with(value.iter().map(|one| device(app, one)).collect::<Vec<_>>());
                    group()
                        .with(state(name, count, Some(read_at(app, at))))
                        .with((!value.is_empty()).then_some(list))
                }
                Load::Failed(fault) => state(name, missing(Some(&fault)), None),
                Load::Loading => state(name, missing(None), None),
                Load::Idle => state(name, not_read(), None),
            }
        },
    )
}

fn device(app: App, device: &Device) -> Node {
    let paired = device.created_at.map(|at| text::user::paired(&app.ports.get().locale.date(at)));
    let words = [
        Some(text::device_kind(&device.kind)),
        device.nickname.as_ref().map(|nickname| format!("\"{nickname}\"")),
        device.address.clone(),
        paired,
        text::device_state(device.state).map(str::to_owned),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    tag("li").with(tag("bdi").with(words.join(", ")))
}

fn groups(app: App) -> Node {
    part(
        app,
        |opened| &opened.groups,
        move |read| {
            let name = text::user::GROUPS;
            match read {
                Load::Ready { value: Some(groups), at } if !groups.is_empty() => {
                    state(name, names(&groups), Some(read_at(app, at)))
                }
                Load::Ready { value, at } => {
                    state(name, text::user::no_groups(value.is_some()), Some(read_at(app, at)))
                }
                Load::Failed(fault) => state(name, missing(Some(&fault)), None),
                Load::Loading => state(name, missing(None), None),
                Load::Idle => state(name, not_read(), None),
            }
        },
    )
}

/// Each name by itself: one that is written from right to left turns no other around.
fn names(names: &[String]) -> Vec<Node> {
    let name = |(place, name): (usize, &String)| {
        group().with((place > 0).then_some(", ")).with(tag("bdi").with(name.as_str()))
    };
    names.iter().enumerate().map(name).collect()
}

/// What new users begin with: it explains a flag that nobody remembers having set.
fn default(app: App) -> Node {
    part_of(
        move || app.directory().mfa_default.get(),
        move |read| match read {
            Load::Ready { value, at } => {
                state(text::user::DEFAULT, text::user::default(value), Some(read_at(app, at)))
            }
            Load::Failed(Fault::RoleMissing(_)) => {
                state(text::user::DEFAULT, text::user::DEFAULT_FORBIDDEN, None)
            }
            Load::Failed(fault) => state(text::user::DEFAULT, missing(Some(&fault)), None),
            Load::Loading => state(text::user::DEFAULT, missing(None), None),
            Load::Idle => state(text::user::DEFAULT, not_read(), None),
        },
    )
}

/// What this panel shows of the user, and nothing that it doesn't show: devices may be known from PingOne's report, and
/// a bypass from an earlier look.
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

/// That the account can't sign in, before anything else.
fn account_note(app: App, id: UserId) -> Node {
    part_of(
        move || outlook(app, id).account,
        |account: Option<AccountNote>| {
            account.map(|note| tag("p").class("note warn").with(text::user::account_note(note)))
        },
    )
}

/// What the states mean together at sign-on.
fn meaning(app: App, id: UserId) -> Node {
    let is_reading = move || {
        app.directory().opened.with(|opened| {
            opened
                .as_ref()
                .is_some_and(|opened| opened.devices == Load::Loading || opened.bypass == Load::Loading)
        })
    };
    part_of(
        // Before the parts are there, each says that it is being read.
        move || (!is_reading()).then(|| outlook(app, id)),
        |outlook| {
            let outlook = outlook?;
            let class = if outlook.factor == SecondFactor::NoActiveDevice { "note warn" } else { "note" };
            Some(tag("p").class(class).with(text::user::meaning(&outlook)))
        },
    )
}

/// What had to be read about this user, and could not be.
fn unread(app: App, id: UserId) -> Node {
    failed_read(app, Location::User(id), |tried, fault| match tried {
        Operation::FilterUsers => text::user::protection_unread(&text::fault(fault)),
        _ => text::fault(fault),
    })
}

/// How the last change of this user ended.
fn ended(app: App, id: UserId) -> Node {
    // A change that worked is no news once the flag was read to be another.
    let holds = move |to: bool, outcome: &Outcome| {
        let flag = app.directory().with_user(id, UserStore::mfa);
        !matches!(outcome, Outcome::Changed { .. }) || flag == Some(to.into())
    };
    let ended = move || match app.directory().switches.with(|switches| switches.get(&id).cloned()) {
        Some(Switch::Ended { to, outcome, at }) => holds(to, &outcome).then_some((to, outcome, at)),
        Some(Switch::Sending { .. } | Switch::Checking { .. } | Switch::Reading | Switch::Protected)
        | None => None,
    };
    let flag = part_of(ended, move |ended| {
        let (to, outcome, at) = ended?;
        let sentence = text::outcome(&outcome, to, &app.ports.get().locale.time_to_second(at));
        Some(match outcome.fault() {
            Some(fault) => {
                let tried = Operation::ChangeFlag(Some(id));
                let why = trouble(app, Location::User(id), tried, fault.clone(), sentence);
                group().with(why).with(read_again(app, id, &outcome))
            }
            None => tag("p").class("note done").with(sentence),
        })
    });
    let bypassing = move || {
        let bypassing = app.directory().bypassing.get();
        bypassing
            .filter(|(user, _)| *user == id)
            .map(|(_, bypassing)| bypassing)
            .filter(|bypassing| is_still_so(app, bypassing))
    };
    group()
        .with(flag)
        .with(part_of(bypassing, move |bypassing| bypassing.map(|ended| bypassed(app, id, &ended))))
}

/// Whether a bypass that was allowed is active, as far as it was read since.
fn is_still_so(app: App, bypassing: &Bypassing) -> bool {
    let Bypassing::Allowed { until, .. } = bypassing else { return true };
    let is_another = app.directory().opened.with(|opened| {
        let read = opened.as_ref().and_then(|opened| opened.bypass.ready().copied());
        read.is_some_and(|read| read != Some(*until))
    });
    !is_another && *until > app.session().now.get()
}

fn bypassed(app: App, id: UserId, bypassing: &Bypassing) -> Node {
    let failed = |fault: &Fault, title| {
        trouble(app, Location::User(id), Operation::AllowBypass(id), fault.clone(), title)
    };
    let ports = app.ports.get();
    let locale = &*ports.locale;
    match bypassing {
        Bypassing::Sending => tag("p").class("working").with(text::user::BYPASSING),
        Bypassing::Allowed { until, at } => {
            let until = text::question::until(locale, *until, *at);
            tag("p").class("note done").with(text::user::bypassed(&until, &locale.time_to_second(*at)))
        }
        Bypassing::Refused(fault @ Fault::RoleMissing(_)) => {
            failed(fault, text::user::BYPASS_FORBIDDEN.to_owned())
        }
        Bypassing::Refused(fault) => failed(fault, text::user::not_bypassed(&text::fault(fault))),
        Bypassing::Unconfirmed(fault) => failed(fault, text::user::bypass_lost(&text::fault(fault))),
    }
}

fn read_again(app: App, id: UserId, outcome: &Outcome) -> Option<Node> {
    match outcome {
        Outcome::Unconfirmed(_) => {
            Some(button(text::directory::READ_AGAIN, move || app.directory().read_mfa(id)))
        }
        Outcome::Changed { .. } | Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Gone(_) => None,
    }
}
