//! What is understood of the file, and the choice of the column that identifies the users.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use pingone_mfa_core::import::{Answer, Identity, PreviewLine};

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::import::guesses::directions;
use crate::console::import::parts::{name_of, understood, understood_untracked};
use crate::console::import::state::Understood;
use crate::console::import::text;
use crate::ui::memo::memo;

const IDENTITIES: [Identity; 4] =
    [Identity::UserId, Identity::ExternalId, Identity::Username, Identity::Email];

/// What was understood, and which lines have a problem.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub(super) fn Summary(list: Rc<Understood>) -> impl IntoView {
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
pub(super) fn ColumnFields() -> impl IntoView {
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
        memo(move || understood(app).map(|list| list.columns.iter().map(name_of).collect::<Vec<_>>()));
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
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub(super) fn FirstLines(list: Rc<Understood>) -> impl IntoView {
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
