//! The questions about a file of users, each with its answers. Nothing else is offered before they are answered.

use pingone_mfa_core::import::{Answer, Guess};

use crate::state::App;
use crate::state::directory::Understood;

use super::markup::{Handle, Node, button, group, tag};
use super::sheet::name_of;
use super::text;

/// More columns than these are chosen from the list of columns.
const MOST_BUTTONS: usize = 6;

/// The questions that are open; nothing where there are none. `next` gets the focus once an answer took its button away.
pub(super) fn guesses(app: App, list: &Understood, next: Handle) -> Option<Node> {
    if list.guesses.is_empty() {
        return None;
    }
    let questions = list.guesses.iter().map(|guess| {
        let name = |column: usize| name_at(list, column);
        let sentence = text::guesses::sentence(app.ports.get().locale.as_ref(), guess, &name);
        tag("li")
            .class("note warn")
            .with(tag("p").with(tag("bdi").with(sentence)))
            .with(tag("div").class("line").with(answers(app, list, guess, next)))
    });
    let questions = tag("ul").class("sheet-guesses").with(questions.collect::<Vec<_>>());
    let part = tag("section")
        .set("aria-label", text::guesses::NAME)
        .with(tag("h3").with(text::guesses::NAME))
        .with(tag("p").class("hint").with(text::guesses::FIRST))
        .with(questions);
    Some(part)
}

/// What columns say about MFA, where it is the same for everyone who is taken.
pub(super) fn directions(list: &Understood) -> Node {
    let is_asked = |column: usize| {
        list.guesses
            .iter()
            .any(|guess| matches!(guess, Guess::DifferingDirection { column: of, .. } if *of == column))
    };
    let notes =
        list.directions.iter().filter(|direction| !is_asked(direction.column)).filter_map(|direction| {
            let name = name_at(list, direction.column);
            let taken = list.taken.iter().find(|(column, _)| *column == direction.column);
            match (taken, direction.words.as_slice()) {
                (Some((_, taken)), words) => {
                    let word = words.iter().find(|word| word.word.to_lowercase() == *taken);
                    Some(text::guesses::taken_direction(&name, word.map_or(taken, |word| &word.word)))
                }
                (None, [word]) => Some(text::guesses::same_direction(&name, &word.word)),
                (None, _) => None,
            }
        });
    let note = |sentence: String| tag("p").class("note warn").with(tag("bdi").with(sentence));
    group().with(notes.map(note).collect::<Vec<_>>())
}

fn name_at(list: &Understood, column: usize) -> String {
    list.columns.get(column).map_or_else(|| text::sheet::column(column), name_of)
}

fn answers(app: App, list: &Understood, guess: &Guess, next: Handle) -> Vec<Node> {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let answer = |label: String, answer: Answer| {
        button(label, move || {
            app.directory().answer_sheet(answer.clone());
            next.focus();
        })
    };
    let confirm = |label: String| answer(label, Answer::Confirmed(guess.clone()));
    let column = |column: usize| {
        let kind = list.columns.get(column).and_then(|column| column.kind).unwrap_or(list.identity);
        answer(text::guesses::use_column(&name_at(list, column)), Answer::Column(column, kind))
    };
    match guess {
        Guess::SeveralColumns { columns } => columns.iter().copied().take(MOST_BUTTONS).map(column).collect(),
        Guess::UnnamedColumn { column: place } => vec![column(*place)],
        Guess::RowsOfAddresses { .. } => {
            vec![answer(text::guesses::EVERY_CELL.to_owned(), Answer::EveryCell), column(list.column)]
        }
        Guess::LinesAboveHeader { .. } => vec![
            confirm(text::guesses::SKIP_LINES.to_owned()),
            answer(text::guesses::READ_LINES.to_owned(), Answer::Header(false)),
        ],
        Guess::CellsOfSeveralLines { .. } => vec![
            confirm(text::guesses::CELLS_ARE_RIGHT.to_owned()),
            answer(text::guesses::LINES_APART.to_owned(), Answer::SingleLines),
        ],
        Guess::DifferingDirection { column, words } => {
            let only = words.iter().map(|word| {
                let taken = Answer::FilterLines { column: *column, word: word.word.clone() };
                answer(text::guesses::only_lines(locale, word), taken)
            });
            let lines = words.iter().map(|word| word.lines).sum();
            only.chain([confirm(text::guesses::all_lines(locale, lines))]).collect()
        }
        Guess::RoundedNumbers { .. } => vec![confirm(text::guesses::NUMBERS_ARE_RIGHT.to_owned())],
    }
}
