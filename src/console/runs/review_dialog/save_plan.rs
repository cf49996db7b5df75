//! What can be saved before anything is sent.

use leptos::prelude::*;
use pingone_mfa_core::run::plan_file::Extent;
use pingone_mfa_core::snippets::script::Shell;

use crate::console::app::use_app;
use crate::console::format::number;
use crate::console::runs::review_dialog::form::ReviewForm;
use crate::console::runs::text;
use crate::ui::dropdown::{Dropdown, DropdownButton, MenuItem, Opens};
use crate::ui::icon::Icon;
use crate::ui::show::Show;

#[derive(Debug, Clone, Copy)]
enum File {
    Plan { with_names: bool },
    LeftOut { with_names: bool },
    Script(Shell),
}

#[component]
pub(super) fn SavePlan(form: ReviewForm) -> impl IntoView {
    let app = use_app();
    let saved = app.review().saved;
    let progress = move || text::saving::progress(app.ports.get().locale.as_ref(), saved.get());
    let dropdown = Dropdown::new();
    view! {
        <p class="review-saved hint" role="status">{progress}</p>
        <Show when=move || form.preview.with(Option::is_some)>
            <div class="review-save">
                <DropdownButton
                    dropdown
                    opens=Opens::Menu
                    name=text::review::SAVE_PLAN
                    icon=Icon::Download
                >
                    <Files form dropdown/>
                </DropdownButton>
            </div>
        </Show>
    }
}

#[component]
fn Files(form: ReviewForm, dropdown: Dropdown) -> impl IntoView {
    let app = use_app();
    let preview = form.preview.get_untracked();
    let left_out = preview.as_ref().map_or(0, |preview| preview.plan.left_out.len());
    let may_be_script = preview.is_some_and(|preview| untrack(|| app.review().may_be_script(&preview)));
    let users = number(app, left_out as u64);
    let left_out = (left_out > 0).then(|| {
        view! {
            <FileItem
                form
                dropdown
                name=text::review::skipped_of_ids(left_out, &users)
                file=File::LeftOut { with_names: false }
            />
            <FileItem
                form
                dropdown
                name=text::review::skipped_with_names(left_out, &users)
                file=File::LeftOut { with_names: true }
            />
        }
    });
    let scripts = may_be_script.then(|| {
        Shell::ALL.map(|shell| {
            view! {
                <FileItem form dropdown name=text::review::script(shell.name()) file=File::Script(shell)/>
            }
        })
    });
    let meaning = scripts.is_some().then(|| view! { <p class="hint">{text::code::SCRIPT_MEANING}</p> });
    view! {
        <FileItem form dropdown name=text::review::PLAN_OF_IDS.to_owned() file=File::Plan { with_names: false }/>
        <FileItem form dropdown name=text::review::PLAN_WITH_NAMES.to_owned() file=File::Plan { with_names: true }/>
        {left_out}
        {scripts}
        {meaning}
    }
}

#[component]
fn FileItem(form: ReviewForm, dropdown: Dropdown, name: String, file: File) -> impl IntoView {
    let app = use_app();
    // Others could carry a plan or a script out, so they have to pass the same checks as the run.
    let is_checked = !matches!(file, File::LeftOut { .. });
    let is_held_up = move || is_checked && form.obstacle.get().is_some();
    let save = move |()| match file {
        _ if untrack(is_held_up) => form.focus_missing(),
        File::Plan { with_names } => app.save_plan(Extent::Plan, with_names),
        File::LeftOut { with_names } => app.save_plan(Extent::LeftOut, with_names),
        File::Script(shell) => app.save_script(shell),
    };
    view! {
        <MenuItem dropdown name is_disabled=Signal::derive(is_held_up) choose=Callback::new(save)/>
    }
}
