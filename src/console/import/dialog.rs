//! The import of a file of users: how the file is understood, which users it names, and what can be done with them.
//!
//! The dialog opens with the focus on the button that closes it, and gives the focus back to that button when one that
//! was pressed goes away. An answer or another column reads the file anew; the fields are made once for a file, so that
//! the focus stays in them meanwhile.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use pingone::fault::{Fault, RetryKind};
use pingone::time::Timestamp;
use pingone_mfa_core::import::{Answer, Identity, PreviewLine};

use crate::console::app::{App, use_app};
use crate::console::import::match_group::MatchGroup;
use crate::console::import::state::UnreadableImport;
use crate::console::import::state::{By, Finding, Found, MOST_LOOKED_UP, Opening, Understood};
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::List;

use crate::connect::form::ObstacleNotice;
use crate::connect::token_field::NextToken;
use crate::console::format::{moment, number};
use crate::console::import::guesses::{Guesses, directions};
use crate::console::import::parts::{CloseButton, name_of};
use crate::console::import::text;
use crate::console::modal::Modal;
use crate::console::modal::focus;
use crate::console::runs::review_dialog::local_memo;
use crate::console::troubleshooting::failure::FailureCase;
use crate::console::troubleshooting::fault_card::FaultCard;
use crate::console::users::list_progress::ListProgress;
use crate::ui::dom::handler;

const IDENTITIES: [Identity; 4] =
    [Identity::UserId, Identity::ExternalId, Identity::Username, Identity::Email];

#[component]
pub(crate) fn ImportDialog() -> impl IntoView {
    let app = use_app();
    let sheet = app.import();
    let close = CloseButton::new();
    match_when_all_users_are_loaded(app);
    close_when_a_run_starts(app);
    view! {
        <Modal
            name=text::NAME
            class="confirm sheet"
            is_open=Signal::derive(move || sheet.opening.with(Option::is_some))
            on_close=move || sheet.close()
            part="dialog"
            on_open=move || focus(close)
        >
            <h2>{text::NAME}</h2>
            <div class="sheet-body"><ImportBody close/></div>
            <footer>
                <button class="sheet-another" on:click=handler(move |_| app.import().open())>
                    {text::ANOTHER}
                </button>
                <button node_ref=close on:click=handler(move |_| sheet.close())>{text::CLOSE}</button>
                <FoundActions/>
            </footer>
        </Modal>
    }
}

/// All users may be loaded to the end while the dialog is open; the file is compared with them then.
fn match_when_all_users_are_loaded(app: App) {
    Effect::new(move |_| {
        if is_loaded(app) {
            app.import().match_with_list();
        }
    });
}

/// Closes the dialog when a run starts, because it was started from here. A run that was open before doesn't close it.
fn close_when_a_run_starts(app: App) {
    Effect::new(move |was_open: Option<bool>| {
        let is_open = app.run().is_open();
        if is_open && was_open == Some(false) {
            app.import().close();
        }
        is_open
    });
}

/// Whether all users are loaded.
fn is_loaded(app: App) -> bool {
    app.directory().list.with(|list| *list == List::Complete)
}

/// How far the reading of the file is. What is understood of it changes inside.
#[derive(Clone, Copy, PartialEq)]
enum FileState {
    Reading,
    Unreadable(UnreadableImport),
    Read,
}

impl FileState {
    fn of(opening: &Opening) -> Self {
        match opening {
            Opening::Reading => Self::Reading,
            Opening::UnreadableImport(why) => Self::Unreadable(*why),
            Opening::Read(_) => Self::Read,
        }
    }
}

#[component]
fn ImportBody(close: CloseButton) -> impl IntoView {
    let app = use_app();
    let sheet = app.import();
    let state = Memo::new(move |_| sheet.opening.with(|opening| opening.as_ref().map(FileState::of)));
    move || {
        state.get().map(|state| match state {
            FileState::Reading => view! { <p class="working" role="status">{text::READING}</p> }.into_any(),
            FileState::Unreadable(why) => {
                let sentence = text::unusable(app.ports.get().locale.as_ref(), why);
                view! { <p class="note warn" role="alert">{sentence}</p> }.into_any()
            }
            FileState::Read => view! { <ReadFile close/> }.into_any(),
        })
    }
}

#[component]
fn ReadFile(close: CloseButton) -> impl IntoView {
    let app = use_app();
    let list = local_memo(move || understood(app));
    view! {
        {move || list.get().map(|list| view! { <Summary list/> })}
        {move || list.get().map(|list| view! { <Guesses list next=close/> })}
        <Matching close/>
        <section class="sheet-part" aria-label=text::READ_AS>
            <h3>{text::READ_AS}</h3>
            <ColumnFields/>
            {move || list.get().map(|list| view! { <FirstLines list/> })}
        </section>
        <p class="hint">{text::PLACE}</p>
    }
}

/// What is understood of the file, if it could be read.
fn understood(app: App) -> Option<Rc<Understood>> {
    app.import().opening.with(|opening| read_list(opening.as_ref()))
}

fn understood_untracked(app: App) -> Option<Rc<Understood>> {
    app.import().opening.with_untracked(|opening| read_list(opening.as_ref()))
}

fn read_list(opening: Option<&Opening>) -> Option<Rc<Understood>> {
    match opening {
        Some(Opening::Read(list)) => Some(Rc::clone(list)),
        _ => None,
    }
}

/// What was understood, and which lines have a problem.
#[component]
fn Summary(list: Rc<Understood>) -> impl IntoView {
    let ports = use_app().ports.get();
    let locale = &*ports.locale;
    let problems = list.line_problems.iter().map(|line_problem| {
        view! { <p class="note warn"><bdi>{text::line_problem(locale, line_problem)}</bdi></p> }
    });
    view! {
        <p role="status">{text::understood(locale, &list)}</p>
        {problems.collect_view()}
        {directions(&list)}
    }
}

/// Which column identifies the users, by what, and whether a line names the columns.
#[component]
fn ColumnFields() -> impl IntoView {
    let app = use_app();
    let header_name = move || {
        let line = understood(app).map_or(1, |list| list.header_line);
        text::header(app.ports.get().locale.as_ref(), line)
    };
    let choose_header = move |is_header| app.import().answer(Answer::Header(is_header));
    view! {
        <div class="sheet-fields">
            <label class="sheet-field">
                <span class="field-name">{text::COLUMN}</span>
                <ColumnChoice/>
            </label>
            <label class="sheet-field">
                <span class="field-name">{text::HOLDS}</span>
                <IdentityChoice/>
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || understood(app).is_some_and(|list| list.has_header)
                    on:change:target=move |event| choose_header(event.target().checked())
                />
                {header_name}
            </label>
        </div>
    }
}

#[component]
fn ColumnChoice() -> impl IntoView {
    let app = use_app();
    let names =
        Memo::new(move |_| understood(app).map(|list| list.columns.iter().map(name_of).collect::<Vec<_>>()));
    let options = move || {
        let chosen = understood_untracked(app).map(|list| list.column);
        let named = names.get().unwrap_or_default().into_iter().enumerate();
        named.map(|(place, name)| option(place, name, chosen == Some(place))).collect_view()
    };
    let choose = move |value: String| {
        let (Some(list), Ok(column)) = (understood_untracked(app), value.parse::<usize>()) else { return };
        let kind = list.columns.get(column).and_then(|column| column.kind);
        app.import().answer(Answer::Column(column, kind.unwrap_or(list.identity)));
    };
    view! {
        <select
            aria-label=text::COLUMN
            prop:value=move || understood(app).map(|list| list.column.to_string()).unwrap_or_default()
            on:change:target=move |event| choose(event.target().value())
        >
            {options}
        </select>
    }
}

#[component]
fn IdentityChoice() -> impl IntoView {
    let app = use_app();
    let chosen = understood_untracked(app).map(|list| list.identity);
    let options = IDENTITIES.iter().enumerate().map(|(place, identity)| {
        option(place, text::identity(*identity).to_owned(), chosen == Some(*identity))
    });
    let value = move || {
        let chosen = understood(app).map(|list| list.identity);
        let place = IDENTITIES.iter().position(|identity| Some(*identity) == chosen);
        place.map(|place| place.to_string()).unwrap_or_default()
    };
    let choose = move |value: String| {
        let (Some(list), Ok(place)) = (understood_untracked(app), value.parse::<usize>()) else { return };
        let identity = IDENTITIES.get(place).copied().unwrap_or(list.identity);
        app.import().answer(Answer::Column(list.column, identity));
    };
    view! {
        <select
            aria-label=text::HOLDS
            prop:value=value
            on:change:target=move |event| choose(event.target().value())
        >
            {options.collect_view()}
        </select>
    }
}

fn option(place: usize, name: String, is_chosen: bool) -> impl IntoView {
    view! { <option value=place.to_string() selected=is_chosen>{name}</option> }
}

/// The first lines, as a table that scrolls sideways.
#[component]
fn FirstLines(list: Rc<Understood>) -> impl IntoView {
    let app = use_app();
    let (frame, chosen) = (NodeRef::new(), NodeRef::new());
    let heads = list.columns.iter().enumerate().map(|(place, column)| {
        let name = view! { <bdi>{name_of(column)}</bdi> };
        if place == list.column {
            view! { <th node_ref=chosen scope="col" class="sheet-chosen">{name}</th> }.into_any()
        } else {
            view! { <th scope="col">{name}</th> }.into_any()
        }
    });
    let lines = list.preview.iter().map(|line| first_line(app, &list, line));
    // On a narrow page the column that identifies the users may be out of sight.
    request_animation_frame(move || scroll_to(frame, chosen));
    view! {
        <div node_ref=frame class="sheet-scroll" role="region" tabindex="0" aria-label=text::PREVIEW>
            <table class="sheet-preview">
                <caption>{text::PREVIEW}</caption>
                <thead>
                    <tr>
                        <th scope="col">{text::LINE}</th>
                        {heads.collect_view()}
                    </tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn first_line(app: App, list: &Understood, line: &PreviewLine) -> impl IntoView + use<> {
    let cells = line.cells.iter().take(list.columns.len()).enumerate();
    let cells = cells.map(|(place, cell)| {
        view! { <td class:sheet-chosen=place == list.column><bdi>{cell.clone()}</bdi></td> }
    });
    view! {
        <tr>
            <th scope="row">{number(app, line.line as u64)}</th>
            {cells.collect_view()}
        </tr>
    }
}

/// Scrolls `frame` sideways until `cell` can be seen, and no further.
fn scroll_to(frame: NodeRef<html::Div>, cell: NodeRef<html::Th>) {
    // Another file may have taken the table's place since.
    let (Some(Some(frame)), Some(Some(cell))) = (frame.try_get_untracked(), cell.try_get_untracked()) else {
        return;
    };
    let (begin, width) = (cell.offset_left(), cell.offset_width());
    frame.set_scroll_left((begin + width - frame.client_width()).max(0).min(begin));
}

/// How far the matching is, without the count, which its sentence follows by itself.
#[derive(Clone, PartialEq)]
enum Step {
    NotYet,
    Asking,
    Halted(Fault),
    Done(Rc<Found>),
}

impl Step {
    fn of(finding: &Finding) -> Self {
        match finding {
            Finding::NotYet => Self::NotYet,
            Finding::Asking { halted: None, .. } => Self::Asking,
            Finding::Asking { halted: Some(fault), .. } => Self::Halted(fault.clone()),
            Finding::Done(found) => Self::Done(Rc::clone(found)),
        }
    }
}

/// Which users the file names, and how to find out. Nothing before all questions about the file are answered.
#[component]
fn Matching(close: CloseButton) -> impl IntoView {
    let app = use_app();
    let matching = local_memo(move || {
        let step = app.import().finding.with(Step::of);
        let confirmed = understood(app).filter(|list| list.guesses.is_empty());
        confirmed.map(|list| (list, step, is_loaded(app)))
    });
    move || {
        matching.get().map(|(list, step, is_loaded)| match step {
            Step::NotYet if is_loaded => ().into_any(),
            Step::NotYet => view! { <WaysToMatch list close/> }.into_any(),
            Step::Asking => view! {
                <div class="line">
                    <p role="status" class="working">{move || asking(app)}</p>
                    <StopButton close/>
                </div>
            }
            .into_any(),
            Step::Halted(fault) => view! { <LookupHalted fault close/> }.into_any(),
            Step::Done(found) => view! { <MatchResult found/> }.into_any(),
        })
    }
}

fn asking(app: App) -> String {
    app.import().finding.with(|finding| match finding {
        Finding::Asking { done, of, .. } => text::asking(app.ports.get().locale.as_ref(), *done, *of),
        Finding::NotYet | Finding::Done(_) => String::new(),
    })
}

#[component]
fn StopButton(close: CloseButton) -> impl IntoView {
    let sheet = use_app().import();
    let stop = move |_| {
        sheet.stop();
        focus(close);
    };
    view! { <button on:click=handler(stop)>{text::STOP}</button> }
}

#[component]
fn LookupHalted(fault: Fault, close: CloseButton) -> impl IntoView {
    let app = use_app();
    // The page's own field for a token lies behind this dialog.
    let needs_token = fault.retry() == RetryKind::WithNewToken;
    let card = move || view! { <FaultCard fault=fault.clone()/> };
    let token = needs_token.then(|| view! { <NextToken/> <ObstacleNotice/> });
    let go_on = (!needs_token).then(|| {
        view! { <button on:click=handler(move |_| app.import().resume())>{text::GO_ON}</button> }
    });
    view! {
        <FailureCase at=Location::Import fallback=card/>
        <p role="status">{move || asking(app)}</p>
        {token}
        <div class="line">
            {go_on}
            <StopButton close/>
        </div>
    }
}

/// The ways to find out which users the file names, while not all users are loaded.
#[component]
fn WaysToMatch(list: Rc<Understood>, close: CloseButton) -> impl IntoView {
    let app = use_app();
    let look_up = if list.lines > MOST_LOOKED_UP {
        let too_long = text::too_long(app.ports.get().locale.as_ref());
        view! { <p class="note">{too_long}</p> }.into_any()
    } else {
        view! { <LookUp list close/> }.into_any()
    };
    view! {
        {look_up}
        <div class="line"><ListProgress/></div>
    }
}

#[component]
fn LookUp(list: Rc<Understood>, close: CloseButton) -> impl IntoView {
    let app = use_app();
    let ports = app.ports.get();
    let locale = &*ports.locale;
    // Every request has a preflight.
    let requests = 2 * list.requests as u64;
    let pace = app.directory().read_ceiling.get_untracked().whole().max(1);
    let look_up = move |_| {
        app.import().look_up();
        focus(close);
    };
    view! {
        <div class="line">
            <button class="primary" on:click=handler(look_up)>{text::look_up(locale, &list)}</button>
            <span class="hint">{text::cost(locale, requests, requests.div_ceil(pace))}</span>
        </div>
    }
}

#[component]
fn MatchResult(found: Rc<Found>) -> impl IntoView {
    let app = use_app();
    let (by, was_asked) = match found.by {
        By::List(at) => (text::by_list(&moment(app, at)), false),
        By::PingOne(at) => (text::by_pingone(&moment(app, at)), true),
    };
    let rows = MatchGroup::ALL.map(|group| view! { <MatchGroupRow group lines=group.len(&found.matches)/> });
    let refused = (found.refused > 0).then(|| {
        let refused = text::refused(app.ports.get().locale.as_ref(), found.refused);
        view! { <p class="note warn">{refused}</p> }
    });
    let may_differ_in_case = was_asked && !found.matches.not_found.is_empty();
    let is_none_found = found.matches.found.is_empty();
    view! {
        <p role="status">{by}</p>
        <table class="review-sums sheet-piles" aria-label=text::GROUPS>
            <tbody>{rows.into_iter().collect_view()}</tbody>
        </table>
        {refused}
        {may_differ_in_case.then(|| view! { <p class="hint">{text::CAPITALS}</p> })}
        {is_none_found.then(|| view! { <p class="note">{text::NO_USERS}</p> })}
        <p class="hint">{text::FILES}</p>
    }
}

/// How many of the file's lines matched in this way, and the button that saves them.
#[component]
fn MatchGroupRow(group: MatchGroup, lines: usize) -> impl IntoView {
    let app = use_app();
    let save = move |_| {
        let name = app.environment().map(|environment| environment.name).unwrap_or_default();
        app.import().save_group(group, &name);
    };
    view! {
        <tr>
            <td class="review-number">{number(app, lines as u64)}</td>
            <th scope="row">
                {text::group(group)}
                <span class="hint">{text::group_meaning(group)}</span>
            </th>
            <td>{(lines > 0).then(|| view! { <button class="link" on:click=handler(save)>{text::save(group)}</button> })}</td>
        </tr>
    }
}

/// What decides which actions the found users have.
#[derive(Clone, Copy, PartialEq)]
struct FoundUsers {
    count: usize,
    listed_at: Option<Timestamp>,
    is_loaded: bool,
    selected: usize,
}

fn found_users(app: App) -> Option<FoundUsers> {
    let found = app.import().found()?;
    let listed_at = match found.by {
        By::List(at) => Some(at),
        By::PingOne(_) => None,
    };
    let (count, selected) = (found.matches.found.len(), app.import().selected());
    (count > 0).then(|| FoundUsers { count, listed_at, is_loaded: is_loaded(app), selected })
}

/// What can be done with the users who were found.
#[component]
fn FoundActions() -> impl IntoView {
    let app = use_app();
    let users = Memo::new(move |_| found_users(app));
    let deselect = move |_| {
        app.import().deselect();
        app.import().close();
    };
    let select_button = move || {
        view! {
            <button title=text::SELECT_MEANING on:click=handler(move |_| app.select_import())>
                {text::SELECT}
            </button>
        }
    };
    move || {
        users.get().map(|users| {
            view! {
                {users.is_loaded.then(select_button)}
                {(users.selected > 0).then(|| {
                    view! { <button on:click=handler(deselect)>{text::DESELECT}</button> }
                })}
                <ReviewButton to=false users/>
                <ReviewButton to=true users/>
            }
        })
    }
}

/// Begins the review of a run with the found users, where the deployment permits such a run.
#[component]
fn ReviewButton(to: bool, users: FoundUsers) -> impl IntoView {
    let app = use_app();
    let begin = move |_| app.review().of_users(to, app.import().users(), users.listed_at);
    app.review().may_run(to).then(|| {
        view! {
            <button
                class=if to { "primary" } else { "danger" }
                disabled=move || app.run().is_open()
                on:click=handler(begin)
            >
                {text::mfa_change::begin(to, &number(app, users.count as u64), users.count)}
            </button>
        }
    })
}
