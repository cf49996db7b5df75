//! Where device data is from, and what loads it.

use leptos::prelude::*;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::troubleshooting::failure::Failure;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::Report;
use crate::console::users::mfa_status::is_complete;
use crate::console::users::refresh_button::RefreshButton;
use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::memo::memo;

#[component]
pub(super) fn DeviceSource() -> impl IntoView {
    let app = use_app();
    let shown = memo(move || (app.directory().report.get(), is_complete(app)));
    view! {
        <span class="device-source hint">
            {move || {
                let (report, is_complete) = shown.get();
                source(app, &report, is_complete)
            }}
        </span>
    }
}

fn source(app: App, report: &Load<Report>, is_complete: bool) -> AnyView {
    let read = Callback::new(move |()| app.directory().read_report());
    match report {
        Load::Idle if is_complete => view! {
            <button class="link" on:click=handler(move |_| read.run(()))>{text::mfa_status::LOAD_DEVICES}</button>
            <span>{text::mfa_status::REPORT_AGE}</span>
        }
        .into_any(),
        Load::Idle => ().into_any(),
        Load::Loading => view! { <span class="working">{text::mfa_status::LOADING_DEVICES}</span> }.into_any(),
        Load::Failed(_) => view! {
            <span>{text::mfa_status::NOT_LOADED}</span>
            <button class="link" on:click=handler(move |_| read.run(()))>{text::TRY_AGAIN}</button>
        }
        .into_any(),
        Load::Ready { value, .. } => view! {
            <span>{text::mfa_status::report(app.ports.get().locale.as_ref(), value)}</span>
            <RefreshButton name=text::mfa_status::REFRESH_DEVICES press=read/>
        }
        .into_any(),
    }
}

/// Why the device report is missing.
#[component]
pub(super) fn ReportFailure() -> impl IntoView {
    let app = use_app();
    let fault = memo(move || match &*app.directory().report.read() {
        Load::Failed(fault) => Some(fault.clone()),
        _ => None,
    });
    view! { {move || {
        fault.get().map(|fault| {
            let title = text::mfa_status::no_report(&fault);
            view! { <Failure at=Location::Report tried=Operation::ReadReport fault title=title/> }
        })
    }} }
}
