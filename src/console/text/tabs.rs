//! Names of the tabs.

use crate::console::tabs::Tab;

pub const NAME: &str = "Sections";

pub const fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Users => "Users",
        Tab::Runs => "Runs",
        Tab::Requests => "Requests",
    }
}
