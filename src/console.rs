//! The console: everything that a connected person sees and does. It is in the second file, so that a first visit
//! doesn't wait for it.

pub(crate) mod announcement_text;
pub mod app;
pub mod ceiling;
pub(crate) mod ceiling_choice;
pub(crate) mod format;
pub mod help;
mod host_events;
pub mod import;
pub(crate) mod layout;
pub mod load;
pub(crate) mod modal;
pub mod requests;
pub mod runs;
pub(crate) mod save_dialog;
pub mod saving;
pub mod tabs;
pub mod text;
pub(crate) mod top_bar;
pub mod troubleshooting;
pub mod unreadable_body;
pub mod users;

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::connect::console_views::ConsoleViews;
use announcement_text::sentence;
use app::App;
use help::dialog::HelpDialog;
use layout::Console;
use troubleshooting::failure::Failure;
use troubleshooting::state::Location;

/// The screens of a connected page.
#[must_use]
pub fn views(app: App) -> ConsoleViews {
    let not_connected = move |fault: Fault| {
        let title = text::fault(&fault);
        view! { <Failure at=Location::Form tried=Operation::Connect fault title/> }.into_any()
    };
    ConsoleViews {
        connected: Box::new(|environment, region| view! { <Console environment region/> }.into_any()),
        not_connected: Box::new(not_connected),
        announced: Box::new(move |announcement| sentence(app.ports, announcement)),
        help: Box::new(|| view! { <HelpDialog/> }.into_any()),
    }
}
