//! The dialog before a run is stopped or deleted. It names the numbers, and the focus is on cancelling.

use leptos::html;
use leptos::prelude::*;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::runs::run::{Contents, Ending, StopLoss};

use crate::console::format::number;
use crate::console::modal::Modal;
use crate::console::runs::text;
use crate::ui::dom::{focus, handler};
use crate::ui::memo::memo;

/// What the dialog is about, as it is now.
#[derive(Debug, Clone, PartialEq)]
enum Question {
    Stop(StopLoss),
    /// `None` where what is stored can't be read.
    Delete(Option<Contents>),
}

fn question(app: App) -> Option<Question> {
    match app.run().ending.get()? {
        // A run that has ended meanwhile has nothing left to be stopped.
        Ending::Stop => app.run().stop_loss().map(Question::Stop),
        Ending::Delete(stored) => Some(Question::Delete(stored.contents.ok())),
    }
}

#[component]
pub(crate) fn EndRunDialog() -> impl IntoView {
    let app = use_app();
    let cancel = NodeRef::<html::Button>::new();
    // The figures of a run that continues change while the dialog is open.
    let question = memo(move || question(app));
    let is_stop = move || matches!(*question.read(), Some(Question::Stop(_)));
    let title = move || text::ending::title(is_stop());
    view! {
        <Modal
            name=Signal::derive(title)
            is_open=Signal::derive(move || question.with(Option::is_some))
            on_close=move || app.run().keep()
            class="confirm"
            part="dialog"
            on_open=move || focus(cancel)
        >
            <h2>{title}</h2>
            {move || question.get().map(|question| paragraphs(losses(app, question)))}
            <footer>
                <button node_ref=cancel class="primary" on:click=handler(move |_| app.run().keep())>
                    {text::ending::CANCEL}
                </button>
                <button class="danger" on:click=handler(move |_| app.run().end())>
                    {move || text::ending::go(is_stop())}
                </button>
            </footer>
        </Modal>
    }
}

fn paragraphs(sentences: Vec<String>) -> impl IntoView {
    sentences.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view()
}

fn losses(app: App, question: Question) -> Vec<String> {
    let count = |users: u32| (users, number(app, users));
    match question {
        Question::Stop(loss) => {
            text::ending::stop(&count(loss.waiting), &count(loss.changed), loss.has_unstored)
        }
        Question::Delete(None) => vec![text::ending::UNREADABLE.to_owned()],
        Question::Delete(Some(contents)) => {
            let tally = contents.tally;
            let unfinished = contents.closed_at.is_none();
            let left = if unfinished { tally.all() - tally.ended() } else { 0 };
            let open = u32::try_from(contents.open).unwrap_or(u32::MAX);
            text::ending::delete(&count(left), &count(open), &count(tally.of(RowState::Changed)))
        }
    }
}
