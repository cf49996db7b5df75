//! Searching and filtering the list, and the line that says what is shown of it.

use leptos::prelude::*;
use pingone::user::{GroupId, PopulationId};
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::directory::query::{Filters, GroupFilter};
use uuid::Uuid;

use crate::state::App;
use crate::state::address::{self, date, date_of, sign_on, sign_on_word, value_of, word_of};
use crate::state::directory::{List, Members};
use crate::state::load::Load;
use crate::state::table::View;
use crate::state::troubleshooting::Location;

use super::connect::selected;
use super::fault::fault_card;
use super::list::listed;
use super::markup::{Event, Node, button, group, is_checked, part, part_of, says, tag, text_in};
use super::outcomes;
use super::text;
use super::troubleshooting::looked_into;

pub(super) fn toolbar(app: App) -> Node {
    tag("div")
        .class("toolbar")
        .part("toolbar")
        .set("role", "search")
        .set("aria-label", text::table::TOOLBAR)
        .with(search(app))
        .with(
            [MFA, DEVICES, ACCOUNT, POPULATION]
                .map(|filter| choice(app, filter))
                .into_iter()
                .collect::<Vec<_>>(),
        )
        .with(group_choice(app))
        .with(more(app))
        .with(part(move || problems(app)))
}

fn search(app: App) -> Node {
    let directory = app.directory();
    tag("input")
        .class("search")
        .set("type", "search")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("aria-label", text::table::SEARCH)
        .set("placeholder", text::table::SEARCH)
        .value(move || directory.table.search.get())
        .on("input", move |event| directory.table.search_for(directory.users, &text_in(&event)))
}

/// A filter as a choice among words.
#[derive(Clone, Copy)]
struct Choice {
    name: &'static str,
    /// The words and their labels.
    options: fn(App) -> Vec<(String, String)>,
    chosen: fn(&Filters) -> String,
    choose: fn(&mut Filters, &str),
}

const MFA: Choice = Choice {
    name: text::table::MFA,
    options: |_| labels(address::MFA, text::table::mfa_filter),
    chosen: |filters| filters.mfa.map_or("", |filter| word_of(address::MFA, &filter)).to_owned(),
    choose: |filters, word| filters.mfa = value_of(address::MFA, word),
};

const DEVICES: Choice = Choice {
    name: text::table::DEVICES,
    options: |_| labels(address::DEVICES, text::table::devices_filter),
    chosen: |filters| filters.devices.map_or("", |filter| word_of(address::DEVICES, &filter)).to_owned(),
    choose: |filters, word| filters.devices = value_of(address::DEVICES, word),
};

const ACCOUNT: Choice = Choice {
    name: text::table::ACCOUNT,
    options: |_| labels(address::ACCOUNT, |account| text::account(*account)),
    chosen: |filters| filters.account.map_or("", |account| word_of(address::ACCOUNT, &account)).to_owned(),
    choose: |filters, word| filters.account = value_of(address::ACCOUNT, word),
};

const POPULATION: Choice = Choice {
    name: text::table::POPULATION,
    options: |app| {
        app.directory().populations.with(|populations| {
            let known = populations.ready().map(Vec::as_slice).unwrap_or_default();
            known.iter().map(|population| (population.id.0.to_string(), population.name.clone())).collect()
        })
    },
    chosen: |filters| filters.population.map(|id| id.0.to_string()).unwrap_or_default(),
    choose: |filters, word| filters.population = Uuid::try_parse(word).ok().map(PopulationId),
};

const GROUP: Choice = Choice {
    name: text::table::GROUP,
    options: |app| {
        let chosen = app.directory().table.view.with_untracked(|view| view.filters.group);
        app.directory().groups.with(|groups| {
            let known = groups.ready().map(Vec::as_slice).unwrap_or_default();
            let named = |id| known.iter().any(|group| group.id == id);
            // A group may be chosen by the address before any name is known.
            let unnamed = chosen.map(|filter| filter.group).filter(|id| !named(*id));
            let unnamed = unnamed.map(|id| (id.0.to_string(), id.0.to_string().chars().take(8).collect()));
            known.iter().map(|group| (group.id.0.to_string(), group.name.clone())).chain(unnamed).collect()
        })
    },
    chosen: |filters| filters.group.map(|filter| filter.group.0.to_string()).unwrap_or_default(),
    choose: |filters, word| {
        let group = Uuid::try_parse(word).ok().map(GroupId);
        let is_direct = filters.group.is_some_and(|filter| filter.is_direct);
        filters.group = group.map(|group| GroupFilter { group, is_direct });
    },
};

/// The names of the groups are read when somebody turns to the choice.
fn group_choice(app: App) -> Node {
    choice(app, GROUP)
        .on("pointerdown", move |_| app.directory().read_groups())
        .on("focus", move |_| app.directory().read_groups())
}

fn labels<T>(words: &[(T, &'static str)], label: impl Fn(&T) -> &'static str) -> Vec<(String, String)> {
    words.iter().map(|(value, word)| ((*word).to_owned(), label(value).to_owned())).collect()
}

fn choice(app: App, choice: Choice) -> Node {
    let view = app.directory().table.view;
    let chosen = move || view.with(|view| (choice.chosen)(&view.filters));
    let options = move || {
        // The choice itself follows what is chosen; its options are made only when there are others.
        let chosen = view.with_untracked(|view| (choice.chosen)(&view.filters));
        let any = (String::new(), text::table::any(choice.name));
        let all = std::iter::once(any).chain((choice.options)(app));
        let option = |(word, label): (String, String)| {
            let is_chosen = word == chosen;
            selected(tag("option").set_to("value", word).with(label), is_chosen)
        };
        all.map(option).collect::<Vec<_>>()
    };
    let class = move || Some(if chosen().is_empty() { "filter" } else { "filter active" }.to_owned());
    tag("select")
        .follow("class", class)
        .set("aria-label", choice.name)
        .value(chosen)
        .on("change", move |event| change(app, |view| (choice.choose)(&mut view.filters, &text_in(&event))))
        .with(part(options))
}

/// What is needed less often.
fn more(app: App) -> Node {
    let view = app.directory().table.view;
    let created = move || view.with(|view| view.filters.created_since.map(date_of)).unwrap_or_default();
    let on_created = move |event: Event| {
        change(app, |view| view.filters.created_since = date(&text_in(&event)));
    };
    let signed_on = move || view.with(|view| view.filters.sign_on.map(sign_on_word)).unwrap_or_default();
    let days = move || signed_on().parse::<u32>().map(|days| days.to_string()).unwrap_or_default();
    let on_days = move |event: Event| change(app, |view| view.filters.sign_on = sign_on(&text_in(&event)));
    let on_never = move |event: Event| {
        let is_never = is_checked(&event);
        change(app, |view| view.filters.sign_on = if is_never { sign_on("never") } else { None });
    };
    let created = tag("input").set("type", "date").value(created).on("change", on_created);
    // A field of the type number takes ASCII digits only.
    let days = tag("input").set("inputmode", "numeric").value(days).on("change", on_days);
    let never =
        tag("input").set("type", "checkbox").checked(move || signed_on() == "never").on("change", on_never);
    let is_direct = move || view.with(|view| view.filters.group.is_some_and(|filter| filter.is_direct));
    let on_direct = move |event: Event| {
        let is_direct = is_checked(&event);
        change(app, |view| {
            if let Some(group) = &mut view.filters.group {
                group.is_direct = is_direct;
            }
        });
    };
    let has_no_group = move || view.with(|view| view.filters.group.is_none().then(String::new));
    let direct = tag("input")
        .set("type", "checkbox")
        .follow("disabled", has_no_group)
        .checked(is_direct)
        .on("change", on_direct);
    let panel = tag("div")
        .class("more-panel")
        .with(tag("label").class("check").with(direct).with(text::table::DIRECT))
        .with(labeled(text::table::CREATED_SINCE, created))
        .with(labeled(text::table::INACTIVE_DAYS, days))
        .with(tag("label").class("check").with(never).with(text::table::NEVER_SIGNED_ON))
        .with(columns(app));
    tag("details").class("more").with(tag("summary").with(text::table::MORE)).with(panel)
}

fn labeled(name: &'static str, field: Node) -> Node {
    tag("label").class("field").with(tag("span").class("field-name").with(name)).with(field)
}

fn columns(app: App) -> Node {
    let boxes: Vec<Node> = Column::OPTIONAL.iter().map(|column| column_box(app, *column)).collect();
    let legend = tag("legend").class("field-name").with(text::table::COLUMNS);
    tag("fieldset").class("columns").with(legend).with(boxes)
}

fn column_box(app: App, column: Column) -> Node {
    let view = app.directory().table.view;
    let toggle = move |event: Event| {
        let is_shown = is_checked(&event);
        change(app, |view| {
            let shown =
                |other: &Column| if *other == column { is_shown } else { view.columns.contains(other) };
            view.columns = Column::OPTIONAL.into_iter().filter(shown).collect();
        });
    };
    let is_shown = move || view.with(|view| view.columns.contains(&column));
    let field = tag("input").set("type", "checkbox").checked(is_shown).on("change", toggle);
    tag("label").class("check").with(field).with(text::table::column(column))
}

fn change(app: App, change: impl FnOnce(&mut View)) {
    let mut view = app.directory().table.view.get_untracked();
    change(&mut view);
    app.look(view);
}

/// What the address named that isn't known.
fn problems(app: App) -> Option<Node> {
    let problems = app.address_problems.get();
    (!problems.is_empty())
        .then(|| tag("p").class("note").with(text::table::address_problem(&problems.join(", "))))
}

/// What is shown, over how much, and how old it is.
pub(super) fn shown(app: App) -> Node {
    let directory = app.directory();
    let again = move |is_complete: bool| {
        is_complete.then(|| button(text::directory::READ_AGAIN, move || directory.load_all()).class("quiet"))
    };
    let is_complete = move || directory.list.with(|list| *list == List::Complete);
    let is_filtered = move || {
        let is_searched = directory.table.search.with(|text| !text.trim().is_empty());
        let is_named = directory.outcomes.with(Option::is_some);
        is_searched || is_named || directory.table.view.with(|view| !view.filters.is_empty())
    };
    let everyone = move |is_filtered: bool| {
        is_filtered.then(|| button(text::table::SHOW_ALL, move || app.show_everyone()).class("quiet"))
    };
    tag("div")
        .class("line shown")
        .with(tag("p").set("role", "status").with(says(move || shown_line(app))))
        .with(part_of(
            move || directory.table.undecided(directory.users),
            move |users| {
                let sentence = || text::table::undecided(&app.ports.get().locale.number(users), users);
                (users > 0).then(|| tag("p").class("hint").with(sentence()))
            },
        ))
        .with(part_of(is_filtered, everyone))
        .with(part_of(is_complete, again))
        .with(outcomes::outcomes(app))
        .with(part_of(
            move || directory.members.get(),
            move |members| members.map(|members| group_line(app, &members)),
        ))
        .with(part_of(move || ask_pingone(app), move |text| text.map(|text| offer_search(app, text))))
}

fn shown_line(app: App) -> String {
    let directory = app.directory();
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let (shown, listed) = (directory.shown_len() as u64, listed(app));
    let is_complete = directory.list.with(|list| *list == List::Complete);
    if shown == 0 && listed > 0 {
        let listed = locale.number(listed);
        return if is_complete { text::table::no_match(&listed) } else { text::table::no_match_yet(&listed) };
    }
    let of = (shown != listed).then(|| locale.number(listed));
    let read = directory.listed_at.get().filter(|_| is_complete);
    let age = read.map(|at| text::table::age(locale, at, app.session().now.get()));
    text::table::shown(&locale.number(shown), shown, of.as_deref(), age.as_deref())
}

/// Who is in the group that is filtered by, by whose account and when.
fn group_line(app: App, members: &Members) -> Node {
    let filter = members.filter;
    let again =
        || button(text::directory::READ_AGAIN, move || app.directory().read_members(filter)).class("quiet");
    match &members.read {
        Load::Idle | Load::Loading => tag("p").class("working hint").with(text::table::READING_GROUP),
        Load::Failed(fault) => {
            let fault = fault.clone();
            group().with(looked_into(app, Location::Group, move || fault_card(&fault))).with(again())
        }
        Load::Ready { value, at } => {
            let ports = app.ports.get();
            let locale = &*ports.locale;
            let listed = app
                .directory()
                .users
                .with_untracked(|users| value.iter().filter(|id| users.find(**id).is_some()).count());
            let (all, at) = (value.len() as u64, locale.time(*at));
            let sentence = text::table::group_read(locale, all, all - listed as u64, &at);
            group().with(tag("p").class("hint").with(sentence)).with(again())
        }
    }
}

/// What was searched for in vain while PingOne may have it.
fn ask_pingone(app: App) -> Option<String> {
    let directory = app.directory();
    let is_partial = directory.list.with(List::is_partial);
    let text = directory.table.search.with(|text| text.trim().to_owned());
    (is_partial && directory.shown_len() == 0 && !text.is_empty()).then_some(text)
}

fn offer_search(app: App, text: String) -> Node {
    // A text of any length may have been typed.
    let short: String = text.chars().take(40).collect();
    button(text::table::ask_pingone(&short), move || app.directory().find(&text))
}
