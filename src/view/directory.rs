//! The people of the environment: find one, list all, and the panels beside them.

use super::confirm::confirm;
use super::fault::fault_card;
use super::grid::grid;
use super::markup::{Event, Node, button, group, key_of, part, part_of, says, tag, text_in};
use super::response::response;
use super::text;
use super::user::opened_user;
use crate::state::AppHandle;
use crate::state::directory::{List, Search};
use crate::state::load::Load;
use crate::state::people::Source;

/// A page of the list, a preflight each.
const USERS_PER_REQUEST: u64 = 100;

/// The ceiling for reads, in requests a second, for the estimate beside the button.
const READS_PER_SECOND: u64 = 20;

pub(super) fn directory(app: AppHandle) -> Node {
    let has_rows = move || app.directory.len(app.directory.source()) > 0;
    tag("main")
        .class("directory")
        .with(
            tag("div")
                .class("directory-people")
                .with(find_person(app))
                .with(tag("div").class("status").with(status(app)))
                .with(part_of(has_rows, move |has_rows| has_rows.then(|| grid(app))))
                .with(tag("p").class("hint meaning").with(text::MEANING)),
        )
        .with(tag("aside").class("directory-side").with(opened_user(app)).with(response(app)))
        .with(confirm(app))
}

fn find_person(app: AppHandle) -> Node {
    let find_on_enter = move |event: Event| {
        if key_of(&event) == "Enter" {
            app.directory.find(&text_in(&event));
        }
    };
    let field = tag("input")
        .set("type", "search")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("aria-label", text::directory::FIND)
        .set("placeholder", text::directory::FIND)
        .on("keydown", find_on_enter);
    tag("div").class("find").with(field).with(tag("span").class("hint").with(text::directory::FIND_HINT))
}

/// The line above the table: how many there are, how many are shown, how old that is, and what can be done.
fn status(app: AppHandle) -> Node {
    part_of(
        move || app.directory.search.get(),
        move |search| match search {
            Some(search) => search_status(app, &search),
            None => list_status(app),
        },
    )
}

fn search_status(app: AppHandle, search: &Search) -> Node {
    let directory = &app.directory;
    let shown = directory.people.with_untracked(|people| people.len(Source::Found)) as u64;
    let has_list = directory.people.with_untracked(|people| people.len(Source::List)) > 0;
    let back = if has_list { text::directory::BACK_TO_LIST } else { text::directory::CLEAR_SEARCH };
    let locale = &app.ports.locale;
    let sentence = match &search.hits {
        Load::Idle | Load::Loading => text::directory::searching(&search.text),
        Load::Failed(_) => String::new(),
        Load::Ready { value, at } => {
            let (all, at) = (locale.number(*value), locale.time_to_second(*at));
            if *value > shown {
                text::directory::found_many(&locale.number(shown), &all, &search.text, &at)
            } else {
                text::directory::found(shown, &all, &search.text, &at)
            }
        }
    };
    let answer = match &search.hits {
        Load::Failed(fault) => fault_card(fault),
        Load::Idle | Load::Loading | Load::Ready { .. } => tag("p").with(sentence),
    };
    group().with(answer).with(button(back, move || directory.close_search()))
}

fn list_status(app: AppHandle) -> Node {
    part_of(move || app.directory.list.get(), move |list| list_state(app, list))
}

fn list_state(app: AppHandle, list: List) -> Node {
    let directory = &app.directory;
    let number = move |number: u64| app.ports.locale.number(number);
    let total = move || directory.total.with(|total| total.ready().copied().flatten());
    let loaded = move || number(directory.len(Source::List) as u64);
    let read_at = move || {
        let at = directory.listed_at.get();
        at.map(|at| app.ports.locale.time(at)).unwrap_or_default()
    };
    let of_total = move || total().map_or_else(|| "?".to_owned(), number);
    let partial = move || text::directory::partial(&loaded(), &of_total(), &read_at());
    let stop = || button(text::directory::STOP, move || directory.stop());
    let again = || button(text::directory::READ_AGAIN, move || directory.load_all());
    match list {
        List::Idle => before_list(app),
        List::Loading => {
            let loading = says(move || text::directory::loading(&loaded(), &of_total()));
            group().with(tag("p").class("working").with(loading)).with(stop())
        }
        List::Halted(fault) => {
            let go_on = button(text::directory::GO_ON, move || directory.resume());
            group().with(tag("p").with(says(partial))).with(fault_card(&fault)).with(go_on).with(stop())
        }
        List::Stopped => group().with(tag("p").with(says(partial))).with(again()),
        List::Complete => {
            let complete = says(move || text::directory::complete(&loaded(), &read_at()));
            group().with(tag("p").with(complete)).with(part(move || remarks(app))).with(again())
        }
    }
}

/// What is odd about a list that was read to its end.
fn remarks(app: AppHandle) -> Vec<Node> {
    let directory = &app.directory;
    let number = |number: usize| app.ports.locale.number(number as u64);
    let listed = directory.len(Source::List);
    let count = directory.total.with(|total| total.ready().copied().flatten());
    let differs = count.filter(|count| *count != listed as u64);
    let differs = differs.map(|count| text::directory::differs(&app.ports.locale.number(count)));
    let unreadable = directory.unreadable();
    let unreadable = (unreadable > 0).then(|| text::directory::unreadable(&number(unreadable)));
    let empty = (listed == 0).then(|| text::directory::NO_USERS.to_owned());
    let remarks = [differs, unreadable, empty].into_iter().flatten();
    remarks.map(|remark| tag("p").class("note").with(remark)).collect()
}

/// Before the list: how many there are, and what loading them costs.
fn before_list(app: AppHandle) -> Node {
    part(move || match app.directory.total.get() {
        Load::Idle | Load::Loading => tag("p").class("working").with(text::directory::COUNTING),
        Load::Failed(fault) => fault_card(&fault),
        Load::Ready { value: None, .. } => {
            let load = button(text::directory::LOAD_ALL, move || app.directory.load_all());
            group().with(tag("p").with(text::directory::COUNT_UNKNOWN)).with(load)
        }
        Load::Ready { value: Some(users), .. } => offer(app, users),
    })
}

fn offer(app: AppHandle, users: u64) -> Node {
    let locale = &app.ports.locale;
    let requests = users.div_ceil(2 * USERS_PER_REQUEST) * 2;
    let seconds = ((requests + READS_PER_SECOND / 2) / READS_PER_SECOND).max(1);
    let cost = text::directory::cost(&locale.number(requests), &locale.number(seconds));
    let users = locale.number(users);
    let load = button(text::directory::load_all(&users), move || app.directory.load_all());
    group()
        .with(tag("p").with(text::directory::none_loaded(&users)))
        .with(load)
        .with(tag("span").class("hint").with(cost))
}
