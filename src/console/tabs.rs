//! Which part of the console is shown.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Users,
    Runs,
    Requests,
}

impl Tab {
    /// All tabs, in display order.
    pub const ALL: [Self; 3] = [Self::Users, Self::Runs, Self::Requests];

    /// The ids of the tab and of its panel.
    pub(crate) const fn ids(self) -> (&'static str, &'static str) {
        match self {
            Self::Users => ("users-tab", "users-panel"),
            Self::Runs => ("runs-tab", "runs-panel"),
            Self::Requests => ("requests-tab", "requests-panel"),
        }
    }
}
