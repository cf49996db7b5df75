//! The questions about a file of users, each with its answers. No user is looked up or selected before they are
//! answered.

use std::rc::Rc;

use leptos::prelude::*;
use pingone_mfa_core::import::{Answer, Direction, Guess};
use pingone_mfa_core::ports::Locale;

use crate::console::app::use_app;
use crate::console::import::state::Understood;

use crate::console::import::parts::{CloseButton, name_of};
use crate::console::import::text;
use crate::ui::dom::{focus, handler};

/// With more columns than these, the others are chosen from the list of columns.
const MOST_BUTTONS: usize = 6;

/// The open questions; nothing if there are none. `next` gets the focus when an answer takes its button away.
#[component]
pub(crate) fn Guesses(list: Rc<Understood>, next: CloseButton) -> impl IntoView {
    let ports = use_app().ports.get();
    (!list.guesses.is_empty()).then(move || {
        let locale = &*ports.locale;
        let name = |column: usize| name_at(&list, column);
        let questions = list.guesses.iter().map(|guess| {
            let answers = answers(locale, &list, guess).into_iter();
            let buttons = answers.map(|(label, answer)| view! { <AnswerButton label answer next/> });
            view! {
                <li class="note warn">
                    <p><bdi>{text::guesses::sentence(locale, guess, &name)}</bdi></p>
                    <div class="line">{buttons.collect_view()}</div>
                </li>
            }
        });
        view! {
            <section aria-label=text::guesses::NAME>
                <h3>{text::guesses::NAME}</h3>
                <p class="hint">{text::guesses::FIRST}</p>
                <ul class="sheet-guesses">{questions.collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn AnswerButton(label: String, answer: Answer, next: CloseButton) -> impl IntoView {
    let app = use_app();
    let give = move |_| {
        app.import().answer(answer.clone());
        focus(next);
    };
    view! { <button on:click=handler(give)>{label}</button> }
}

/// What columns say about MFA, where they say the same for every user who is taken.
pub(crate) fn directions(list: &Understood) -> impl IntoView + use<> {
    let notes = list.directions.iter().filter_map(|direction| direction_note(list, direction));
    notes.map(|note| view! { <p class="note warn"><bdi>{note}</bdi></p> }).collect_view()
}

/// Nothing for a column that a question asks about.
fn direction_note(list: &Understood, direction: &Direction) -> Option<String> {
    let column = direction.column;
    let is_asked =
        |guess: &Guess| matches!(guess, Guess::DifferingDirection { column: asked, .. } if *asked == column);
    if list.guesses.iter().any(is_asked) {
        return None;
    }
    let name = name_at(list, column);
    let taken = list.taken.iter().find(|(of, _)| *of == column);
    match (taken, direction.words.as_slice()) {
        (Some((_, taken)), words) => {
            let word = words.iter().find(|word| word.word.to_lowercase() == *taken);
            Some(text::guesses::taken_direction(&name, word.map_or(taken, |word| &word.word)))
        }
        (None, [word]) => Some(text::guesses::same_direction(&name, &word.word)),
        (None, _) => None,
    }
}

fn name_at(list: &Understood, column: usize) -> String {
    list.columns.get(column).map_or_else(|| text::column(column), name_of)
}

/// The answers to a guess, each with the label of its button.
fn answers(locale: &dyn Locale, list: &Understood, guess: &Guess) -> Vec<(String, Answer)> {
    let confirm = |label: String| (label, Answer::Confirmed(guess.clone()));
    let column = |column: usize| {
        let kind = list.columns.get(column).and_then(|column| column.kind).unwrap_or(list.identity);
        (text::guesses::use_column(&name_at(list, column)), Answer::Column(column, kind))
    };
    match guess {
        Guess::SeveralColumns { columns } => columns.iter().copied().take(MOST_BUTTONS).map(column).collect(),
        Guess::UnnamedColumn { column: guessed } => vec![column(*guessed)],
        Guess::RowsOfUsers { identity, .. } => {
            vec![(text::guesses::every_cell(*identity).to_owned(), Answer::EveryCell), column(list.column)]
        }
        Guess::LinesAboveHeader { .. } => vec![
            confirm(text::guesses::SKIP_LINES.to_owned()),
            (text::guesses::READ_LINES.to_owned(), Answer::Header(false)),
        ],
        Guess::CellsOfSeveralLines { .. } => vec![
            confirm(text::guesses::CELLS_ARE_RIGHT.to_owned()),
            (text::guesses::LINES_APART.to_owned(), Answer::SingleLines),
        ],
        Guess::DifferingDirection { column, words } => {
            let only = words.iter().map(|word| {
                let taken = Answer::FilterLines { column: *column, word: word.word.clone() };
                (text::guesses::only_lines(locale, word), taken)
            });
            let lines = words.iter().map(|word| word.lines).sum();
            only.chain([confirm(text::guesses::all_lines(locale, lines))]).collect()
        }
        Guess::RoundedNumbers { .. } => vec![confirm(text::guesses::NUMBERS_ARE_RIGHT.to_owned())],
    }
}
