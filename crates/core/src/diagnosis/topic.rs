//! The topics of the help. A check names the one that explains it; the view has the paragraphs.

/// A topic of the help, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What the flag does, and what it doesn't do.
    Flag,
    /// Which users may be locked out by a change.
    LockOut,
    /// Devices, and what a user needs besides the flag.
    Devices,
    /// The settings of new users, and who can change them.
    NewUsers,
    /// Where PingOne's console has what this page shows.
    Console,
    /// How to get an access token for this page.
    Token,
    /// When an access token expires.
    Expiry,
    /// The least privileged role that is sufficient.
    Role,
    /// Which environment is worked on.
    Environment,
    /// How to tell which user is the right one.
    User,
    /// How to tell which region is the right one.
    Region,
    /// The license, and the services it includes.
    License,
    /// PingOne's rate limits for requests.
    Limit,
    /// No answer, or an answer that doesn't come from PingOne.
    Network,
    /// What this page stores on the computer.
    Storage,
    /// Mistakes on PingOne's own pages.
    Slips,
    /// Changes of many users: undo, and run files.
    Runs,
    /// Users from a file.
    Import,
    /// How to report a problem with this page.
    Report,
}

impl Topic {
    /// All topics, in the order in which they are shown.
    pub const ALL: [Self; 19] = [
        Self::Flag,
        Self::LockOut,
        Self::Devices,
        Self::NewUsers,
        Self::Console,
        Self::Token,
        Self::Expiry,
        Self::Role,
        Self::Environment,
        Self::User,
        Self::Region,
        Self::License,
        Self::Limit,
        Self::Network,
        Self::Storage,
        Self::Slips,
        Self::Runs,
        Self::Import,
        Self::Report,
    ];
}
