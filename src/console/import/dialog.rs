//! The import of a file of users: how the file is understood, which users it names, and what can be done with them.
//!
//! The dialog opens with the focus on the button that closes it, and gives the focus back to that button when one that
//! was pressed goes away. An answer or another column reads the file anew; the fields are made once for a file, so that
//! the focus stays in them meanwhile.

use leptos::prelude::*;

use crate::console::app::{App, use_app};
use crate::console::import::file_columns::{ColumnFields, FirstLines, Summary};
use crate::console::import::found_actions::FoundActions;
use crate::console::import::guesses::Guesses;
use crate::console::import::matching::Matching;
use crate::console::import::parts::{CloseButton, is_loaded, understood};
use crate::console::import::state::{Opening, UnreadableImport};
use crate::console::import::text;
use crate::console::modal::Modal;
use crate::console::runs::review_dialog::local_memo;
use crate::ui::dom::{focus, handler};
use crate::ui::memo::memo;

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
    let state = memo(move || sheet.opening.read().as_ref().map(FileState::of));
    view! { {move || {
        state.get().map(|state| match state {
            FileState::Reading => view! { <p class="working" role="status">{text::READING}</p> }.into_any(),
            FileState::Unreadable(why) => {
                let sentence = text::unusable(app.ports.get().locale.as_ref(), why);
                view! { <p class="note warn" role="alert">{sentence}</p> }.into_any()
            }
            FileState::Read => view! { <ReadFile close/> }.into_any(),
        })
    }} }
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
