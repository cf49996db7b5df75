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
}
