//! The list as a whole: how many there are, how far the reading is, how old it is, and what can be done about it.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone::time::PerSecond;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::store::UserStore;

use crate::state::App;
use crate::state::directory::List;
use crate::state::load::Load;
use crate::state::troubleshooting::Location;

use super::ceiling::ceiling;
use super::figures::number;
use super::markup::{Node, button, group, part, part_of, says, tag};
use super::text;
use super::troubleshooting::trouble;

/// Users per request, because every page of 200 has a preflight.
const USERS_PER_REQUEST: u64 = 100;

/// What the part looks like; figures inside change by themselves.
#[derive(Clone, PartialEq)]
enum Look {
    Before,
    Loading,
    Halted { fault: Fault, unread: u64 },
    Stopped,
    Complete,
}

pub(super) fn list(app: App) -> Node {
    let look = move || match app.directory().list.get() {
        List::Idle => Look::Before,
        List::Loading { .. } => Look::Loading,
        List::Halted { fault, unread } => Look::Halted { fault, unread },
        List::Stopped => Look::Stopped,
        List::Complete => Look::Complete,
    };
    part_of(look, move |look| look.node(app))
}

/// How fast is read at most: asked while there is something to read.
pub(super) fn read_ceiling(app: App) -> Node {
    let directory = app.directory();
    let is_of_use = move || directory.list.with(|list| *list != List::Complete);
    part_of(is_of_use, move |is_of_use| {
        is_of_use.then(|| ceiling(app, directory.read_ceiling, move |chosen| directory.limit_reads(chosen)))
    })
}

impl Look {
    fn node(self, app: App) -> Node {
        let directory = app.directory();
        let stop = || button(text::directory::STOP, move || directory.stop());
        let again = || button(text::directory::READ_AGAIN, move || directory.load_all());
        let partial = || tag("p").with(says(move || partial(app)));
        match self {
            Self::Before => before_list(app),
            Self::Loading => {
                let sentence = tag("p").class("working").with(says(move || loading(app)));
                group().with(sentence).with(stop())
            }
            Self::Halted { fault, unread } => {
                let unread = (unread > 0).then(|| text::directory::unread(&number(app, unread)));
                let go_on = button(text::directory::GO_ON, move || directory.resume());
                group()
                    .with(partial())
                    .with(unread_list(app, fault))
                    .with(unread.map(|unread| tag("p").class("note").with(unread)))
                    .with(go_on)
                    .with(stop())
            }
            Self::Stopped => group().with(partial()).with(again()),
            Self::Complete => group().with(part(move || remarks(app))),
        }
    }
}

fn unread_list(app: App, fault: Fault) -> Node {
    let title = text::fault(&fault);
    trouble(app, Location::People, Operation::ReadUsers, fault, title)
}

fn total(app: App) -> Option<u64> {
    app.directory().total.with(|total| total.ready().copied().flatten())
}

/// How many were listed.
pub(super) fn listed(app: App) -> u64 {
    app.directory().table.listed_len.get()
}

fn of_total(app: App) -> String {
    total(app).map_or_else(|| "?".to_owned(), |total| number(app, total))
}

pub(super) fn partial(app: App) -> String {
    let at = app.directory().listed_at.get().map(|at| app.ports.get().locale.time(at)).unwrap_or_default();
    text::directory::partial(&number(app, listed(app)), &of_total(app), &at)
}

fn loading(app: App) -> String {
    let List::Loading { pace } = app.directory().list.get() else { return String::new() };
    let left = total(app).map(|total| seconds(total.saturating_sub(listed(app)), pace));
    let left = left.map(|left| number(app, left));
    text::directory::loading(
        &number(app, listed(app)),
        &of_total(app),
        &number(app, pace.whole()),
        left.as_deref(),
    )
}

/// How long the reading of so many users takes at a pace, rounded up.
fn seconds(users: u64, pace: PerSecond) -> u64 {
    let requests = users.div_ceil(2 * USERS_PER_REQUEST) * 2;
    requests.div_ceil(pace.whole().max(1))
}

/// What is odd about a list that was read to its end.
fn remarks(app: App) -> Vec<Node> {
    let listed = listed(app);
    let differs = total(app).filter(|count| *count != listed);
    let differs = differs.map(|count| text::directory::differs(&number(app, count)));
    let unreadable = app.directory().users.with(UserStore::unreadable_len) as u64;
    let unreadable = (unreadable > 0).then(|| text::directory::unreadable(&number(app, unreadable)));
    let empty = (listed == 0).then(|| text::directory::NO_USERS.to_owned());
    let remarks = [differs, unreadable, empty].into_iter().flatten();
    remarks.map(|remark| tag("p").class("note").with(remark)).collect()
}

/// Before the list: how many there are, and what loading them costs.
fn before_list(app: App) -> Node {
    part(move || match app.directory().total.get() {
        Load::Idle | Load::Loading => tag("p").class("working").with(text::directory::COUNTING),
        Load::Failed(fault) => unread_list(app, fault),
        Load::Ready { value: None, .. } => {
            let load = button(text::directory::LOAD_ALL, move || app.directory().load_all());
            group().with(tag("p").with(text::directory::COUNT_UNKNOWN)).with(load)
        }
        Load::Ready { value: Some(users), .. } => offer(app, users),
    })
}

fn offer(app: App, users: u64) -> Node {
    let pace = app.directory().read_ceiling.get();
    let requests = users.div_ceil(2 * USERS_PER_REQUEST) * 2;
    let cost = text::directory::cost(&number(app, requests), &number(app, seconds(users, pace).max(1)));
    let users = number(app, users);
    let load = button(text::directory::load_all(&users), move || app.directory().load_all());
    group()
        .with(tag("p").with(text::directory::none_loaded(&users)))
        .with(load)
        .with(tag("span").class("hint").with(cost))
}
