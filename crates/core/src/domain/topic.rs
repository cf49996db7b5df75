//! What the help tells of, and which of it belongs to a check. The paragraphs are the view's.

use super::check::Check;

/// A topic of the help, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What the flag does and what it doesn't.
    Flag,
    /// Who may be locked out.
    LockOut,
    /// Devices, and what a user needs beside the flag.
    Devices,
    /// What new users begin with, and who can change that.
    NewUsers,
    /// Where PingOne's console has what this page shows.
    Console,
    /// How to get a token.
    Token,
    /// When a token ends.
    Expiry,
    /// The smallest role.
    Role,
    /// Which environment.
    Environment,
    /// Which user.
    User,
    /// Which region.
    Region,
    /// Licence and services.
    Licence,
    /// How fast PingOne lets requests through.
    Limit,
    /// No answer, or an answer that isn't PingOne's.
    Network,
    /// What this page keeps.
    Storage,
    /// Slips of PingOne's own pages.
    Slips,
    /// How to report something.
    Report,
}

impl Topic {
    /// All of them, in order.
    pub const ALL: [Self; 17] = [
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
        Self::Licence,
        Self::Limit,
        Self::Network,
        Self::Storage,
        Self::Slips,
        Self::Report,
    ];

    /// What there is to know about a check.
    #[must_use]
    pub const fn of(check: Check) -> Self {
        match check {
            Check::Environment | Check::OwnEnvironment => Self::Environment,
            Check::ReadUsers
            | Check::ReadFlag
            | Check::ChangeFlag
            | Check::Role
            | Check::Scope
            | Check::Propagation => Self::Role,
            Check::User | Check::Account => Self::User,
            Check::Token => Self::Token,
            Check::Expiry | Check::Clock => Self::Expiry,
            Check::Region => Self::Region,
            Check::Host | Check::Answers | Check::Service => Self::Network,
            Check::Limit => Self::Limit,
            Check::Licence | Check::MfaProduct => Self::Licence,
            Check::PingId | Check::Flag | Check::Policy => Self::Flag,
            Check::Bypass | Check::Device => Self::Devices,
            Check::Storage => Self::Storage,
            Check::HostPage | Check::Deployment => Self::Report,
        }
    }
}
