//! The dialog before a run is stopped or discarded. It names the numbers, and the focus is on cancelling.

use leptos::html;
use leptos::prelude::*;
use pingone_mfa_core::run::row::RowState;

use crate::state::App;
use crate::state::run::{Contents, Ending, StopLoss};
use crate::state::use_app;

use super::figures::number;
use super::markup::{Node, close_from_search};
use super::text;
use super::token::withheld;

// Bridge: the callers still put `Node`s together.
pub(super) fn ending(_: App) -> Node {
    Node::of(view! { <EndRunDialog/> }.into_any())
}

/// What the dialog is about, as it is now.
#[derive(Debug, Clone, PartialEq)]
enum Question {
    Stop(StopLoss),
    /// `None` where what is stored can't be read.
    Discard(Option<Contents>),
}

fn question(app: App) -> Option<Question> {
    match app.run().ending.get()? {
        // A run that has ended meanwhile has nothing left to be stopped.
        Ending::Stop => app.run().stop_loss().map(Question::Stop),
        Ending::Discard(stored) => Some(Question::Discard(stored.contents.ok())),
    }
}

#[component]
fn EndRunDialog() -> impl IntoView {
    let app = use_app();
    let cancel = NodeRef::<html::Button>::new();
    // The figures of a run that continues change while the dialog is open.
    let question = Memo::new(move |_| question(app));
    let is_stop = move || question.with(|question| matches!(question, Some(Question::Stop(_))));
    let title = move || text::ending::title(is_stop());
    view! {
        <Modal
            name=Signal::derive(title)
            is_open=Signal::derive(move || question.with(Option::is_some))
            on_close=move || app.run().keep()
            first_focus=cancel
        >
            <h2>{title}</h2>
            {move || question.get().map(|question| paragraphs(losses(app, question)))}
            <footer>
                <button node_ref=cancel class="primary" on:click=move |_| app.run().keep()>
                    {text::ending::CANCEL}
                </button>
                <button class="danger" on:click=move |_| app.run().end()>
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
        Question::Stop(loss) => text::ending::stop(&count(loss.waiting), loss.has_unstored),
        Question::Discard(None) => vec![text::ending::UNREADABLE.to_owned()],
        Question::Discard(Some(contents)) => {
            let tally = contents.tally;
            let unfinished = contents.closed_at.is_none();
            let left = if unfinished { tally.all() - tally.ended() } else { 0 };
            let open = u32::try_from(contents.open).unwrap_or(u32::MAX);
            text::ending::discard(&count(left), &count(open), &count(tally.of(RowState::Changed)))
        }
    }
}

/// A modal dialog that opens and closes with `is_open`. Opening it moves the focus to `first_focus`; `on_close` runs
/// when a person closes it, and also after it was closed through `is_open`.
#[component]
pub(super) fn Modal(
    name: Signal<&'static str>,
    is_open: Signal<bool>,
    on_close: impl Fn() + 'static,
    first_focus: NodeRef<html::Button>,
    children: Children,
) -> impl IntoView {
    let session = use_app().session();
    let dialog = NodeRef::<html::Dialog>::new();
    let is_open = Memo::new(move |_| is_open.get());
    Effect::new(move |_| {
        let is_open = is_open.get();
        let Some(dialog) = dialog.get() else { return };
        if !is_open {
            dialog.close();
            return;
        }
        // These throw only for elements that aren't in the document, or are open already.
        let _ = dialog.show_modal();
        if let Some(first) = first_focus.get_untracked() {
            let _ = first.focus();
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class="confirm"
            part="dialog"
            aria-label=move || name.get()
            on:keydown=|event| close_from_search(&event)
            on:close=move |_| on_close()
        >
            {withheld(session).view()}
            {children()}
        </dialog>
    }
}
