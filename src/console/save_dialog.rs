//! The dialog that asks what is to be saved as a file.

use leptos::html;
use leptos::prelude::*;

use crate::console::app::use_app;

use crate::console::modal::Modal;
use crate::console::saving::Progress;
use crate::console::text;
use crate::ui::dom::{focus, handler};
use crate::ui::memo::memo;
use crate::ui::radio::Radio;
use crate::ui::show::Show;

#[component]
pub(crate) fn SaveDialog() -> impl IntoView {
    let saving = use_app().saving();
    let close = NodeRef::<html::Button>::new();
    view! {
        <Modal
            name=text::saving::NAME
            is_open=Signal::derive(move || saving.is_open())
            on_close=move || saving.close()
            class="confirm"
            part="dialog"
            on_open=move || focus(close)
        >
            <h2>{text::saving::NAME}</h2>
            <Show when=move || saving.is_open()>
                <SaveOptions/>
            </Show>
            <footer>
                <button node_ref=close on:click=handler(move |_| saving.close())>{text::CLOSE}</button>
                <SaveButton/>
            </footer>
        </Modal>
    }
}

#[component]
fn SaveOptions() -> impl IntoView {
    let app = use_app();
    let saving = app.saving();
    let progress = move || match saving.progress.get() {
        Progress::Idle if app.rows_to_save().is_empty() => text::saving::NO_USERS.to_owned(),
        progress => text::saving::progress(app.ports.get().locale.as_ref(), progress),
    };
    let (names, json) = (saving.with_names, saving.as_json);
    view! {
        <fieldset class="choices">
            <legend class="field-name">{text::saving::CONTENTS}</legend>
            <Radio group="contents" label=text::saving::STATES_ONLY chosen=names value=false/>
            <Radio group="contents" label=text::saving::WITH_NAMES chosen=names value=true/>
        </fieldset>
        <fieldset class="choices">
            <legend class="field-name">{text::saving::FORMAT}</legend>
            <Radio group="format" label=text::saving::CSV chosen=json value=false/>
            <Radio group="format" label=text::saving::JSON chosen=json value=true/>
            <Show when=move || !json.get()>
                <ForExcel/>
            </Show>
        </fieldset>
        <p class="hint">{text::saving::PLACE}</p>
        <p role="status">{progress}</p>
    }
}

#[component]
fn ForExcel() -> impl IntoView {
    let saving = use_app().saving();
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || saving.for_excel.get()
                on:change:target=move |event| saving.write_for_excel(event.target().checked())
            />
            {text::saving::FOR_EXCEL}
        </label>
    }
}

/// It stays focusable while there is nothing to save or a file is being written, which the dialog says.
#[component]
fn SaveButton() -> impl IntoView {
    let app = use_app();
    let rows = memo(move || app.rows_to_save().len());
    let can_save = move || rows.get() > 0 && !app.saving().progress.get().is_writing();
    let save = move |_| {
        if untrack(can_save) {
            app.save_users();
        }
    };
    view! {
        <button class="primary" aria-disabled=move || (!can_save()).then_some("true") on:click=handler(save)>
            {move || text::saving::go(app.ports.get().locale.as_ref(), rows.get())}
        </button>
    }
}
