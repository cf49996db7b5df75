//! The help: a dialog with a search, and links to its topics from where they matter.

use leptos::html;
use leptos::prelude::*;
use pingone_mfa_core::diagnosis::check::Check;
use pingone_mfa_core::diagnosis::topic::Topic;

use crate::console::app::use_app;

use crate::console::help::text;
use crate::console::modal::Modal;
use crate::ui::dom::{focus, handler, once_shown};
use crate::ui::list::For;
use crate::ui::memo::memo;
use crate::ui::search_field::SearchField;
use crate::ui::show::Show;

/// The heading of each topic, to move the focus to it.
type Headings = [(Topic, NodeRef<html::H3>); Topic::ALL.len()];

/// The dialog. When it opens, the focus moves to the topic it was opened for, or to the search field.
#[component]
pub(crate) fn HelpDialog() -> impl IntoView {
    let app = use_app();
    let help = app.help();
    let search = NodeRef::<html::Input>::new();
    let headings: Headings = Topic::ALL.map(|topic| (topic, NodeRef::new()));
    let is_open = Signal::derive(move || help.is_open.get());
    // The topics are added to the document when the dialog opens. Another topic may be asked for while it is open.
    Effect::new(move |_| {
        if is_open.get() {
            let topic = help.topic.get();
            once_shown(move || focus_topic(topic, &headings, search));
        }
    });
    view! {
        <Modal name=text::NAME class="confirm help" is_open on_open=|| () on_close=move || help.close()>
            <HelpHead search/>
            <HelpTopics headings/>
        </Modal>
    }
}

/// Focuses a topic's heading, or else the search.
fn focus_topic(topic: Option<Topic>, headings: &Headings, search: NodeRef<html::Input>) {
    match headings.iter().find(|(of, _)| Some(*of) == topic) {
        Some((_, heading)) => focus(*heading),
        None => focus(search),
    }
}

#[component]
fn HelpHead(search: NodeRef<html::Input>) -> impl IntoView {
    let help = use_app().help();
    let found =
        move || help.search.with(|search| text::found(text::matching(search).len(), Topic::ALL.len()));
    let change = Callback::new(move |text| help.search_for(text));
    view! {
        <div class="help-head">
            <h2>{text::NAME}</h2>
            <button on:click=handler(move |_| help.close())>{text::CLOSE}</button>
            <SearchField name=text::SEARCH placeholder=text::SEARCH value=help.search.into() change field=search/>
            <p class="hint" role="status">
                {found}
            </p>
        </div>
    }
}

/// The topics that match the search. They are in the document only while the dialog is open.
#[component]
fn HelpTopics(headings: Headings) -> impl IntoView {
    let help = use_app().help();
    let matching = memo(move || help.search.with(|search| text::matching(search)));
    let shown = move || {
        let matching = matching.get();
        headings.into_iter().filter(|(topic, _)| matching.contains(topic)).collect::<Vec<_>>()
    };
    view! {
        <Show when=move || help.is_open.get()>
            <div class="help-topics">
                <For each=shown key=|(topic, _)| *topic let((topic, heading))>
                    <HelpTopic topic heading />
                </For>
            </div>
        </Show>
    }
}

#[component]
fn HelpTopic(topic: Topic, heading: NodeRef<html::H3>) -> impl IntoView {
    let paragraphs = text::paragraphs(topic).iter();
    view! {
        <section class="help-topic">
            <h3 node_ref=heading tabindex="-1">
                {text::title(topic)}
            </h3>
            {paragraphs.map(|paragraph| view! { <p>{*paragraph}</p> }).collect_view()}
        </section>
    }
}

/// Link to the topic of a check.
#[component]
pub(crate) fn HelpLink(check: Check, name: &'static str) -> impl IntoView {
    let help = use_app().help();
    let topic = check.topic();
    view! {
        <button class="quiet help-link" title=text::about(topic) on:click=handler(move |_| help.open(topic))>
            {name}
        </button>
    }
}
