//! The dialog before a run is stopped or discarded. It names the numbers, and the focus is on cancelling.

use leptos::prelude::*;
use pingone_mfa_core::run::row::RowState;

use crate::state::App;
use crate::state::run::{Contents, Ending, StopLoss};

use super::figures::number;
use super::markup::{Handle, Node, button, group, part_of, says, tag};
use super::text;
use super::token::modal;

/// What the dialog is about, as it is now.
#[derive(Debug, Clone, PartialEq)]
enum Question {
    Stop(StopLoss),
    /// `None` where what is stored can't be read.
    Discard(Option<Contents>),
}

fn asked(app: App) -> Option<Question> {
    match app.run().ending.get()? {
        // A run that has ended meanwhile has nothing left to be stopped.
        Ending::Stop => app.run().stop_loss().map(Question::Stop),
        Ending::Discard(stored) => Some(Question::Discard(stored.contents.ok())),
    }
}

pub(super) fn ending(app: App) -> Node {
    let (dialog, cancel) = (Handle::new(), Handle::new());
    // The figures of a run that goes on change while the dialog is open.
    let is_stop = move || asked(app).map(|question| matches!(question, Question::Stop(_)));
    Effect::new(move |was: Option<Option<bool>>| {
        let is = is_stop();
        dialog.show_modal(is.is_some());
        if is.is_some() && was.flatten() != is {
            cancel.focus();
        }
        is
    });
    let title = move || text::ending::title(is_stop().unwrap_or_default());
    modal(app.session())
        .known_as(dialog)
        .class("confirm")
        .part("dialog")
        .follow("aria-label", move || Some(title().to_owned()))
        .on("close", move |_| app.run().keep())
        .with(tag("h2").with(says(move || title().to_owned())))
        .with(part_of(move || asked(app), move |question| question.map(|question| losses(app, question))))
        .with(
            tag("footer")
                .with(
                    button(text::ending::CANCEL, move || app.run().keep()).known_as(cancel).class("primary"),
                )
                .with(
                    button(
                        says(move || text::ending::go(is_stop().unwrap_or_default()).to_owned()),
                        move || app.run().end(),
                    )
                    .class("danger"),
                ),
        )
}

fn losses(app: App, question: Question) -> Node {
    let count = |users: u32| (users, number(app, users));
    let sentences = match question {
        Question::Stop(loss) => text::ending::stop(&count(loss.waiting), loss.has_unstored),
        Question::Discard(None) => vec![text::ending::UNREADABLE.to_owned()],
        Question::Discard(Some(contents)) => {
            let tally = contents.tally;
            let unfinished = contents.closed_at.is_none();
            let left = if unfinished { tally.all() - tally.ended() } else { 0 };
            let open = u32::try_from(contents.open).unwrap_or(u32::MAX);
            text::ending::discard(&count(left), &count(open), &count(tally.of(RowState::Changed)))
        }
    };
    group().with(sentences.into_iter().map(|sentence| tag("p").with(sentence)).collect::<Vec<_>>())
}
