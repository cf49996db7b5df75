//! How fast the run works, and the choice of the highest request rate.

use leptos::prelude::*;

use crate::console::app::{App, use_app};
use crate::console::format::{moment, number};
use crate::console::runs::text;
use crate::ui::dropdown::{Dropdown, DropdownButton, MenuChoice, Opens};

use crate::console::runs::run_panel::of_run;

pub(crate) fn pace(app: App) -> String {
    let ceiling = number(app, app.run().ceiling.get().whole());
    of_run(app, |run| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some users a second")]
        let tenths = run.users_per_second.map(|pace| (pace * 10.0).round().max(0.0) as u64);
        let pace = text::run::pace(tenths, &ceiling);
        match run.slowed {
            Some((times, last)) => format!("{pace} {}", text::run::slowed(times, &moment(app, last))),
            None => pace,
        }
    })
}

#[component]
pub(crate) fn ChangeSpeed() -> impl IntoView {
    let dropdown = Dropdown::new();
    view! {
        <DropdownButton dropdown opens=Opens::Menu name=text::run::CHANGE_SPEED.to_owned() class="link">
            <Speeds dropdown/>
        </DropdownButton>
    }
}

#[component]
fn Speeds(dropdown: Dropdown) -> impl IntoView {
    let app = use_app();
    let choice = move |requests: u32| {
        let is_chosen = Signal::derive(move || app.run().ceiling.get().whole() == u64::from(requests));
        let name = text::run::speed(&number(app, requests));
        let choose = Callback::new(move |()| app.run().limit(requests));
        view! { <MenuChoice dropdown name is_chosen choose/> }
    };
    app.run().ceiling.choices().into_iter().map(choice).collect_view()
}
