//! A file of this page that can't be used.

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadableBody<F> {
    /// It isn't what it should be.
    Fault(F),
    /// It is too large for that.
    TooLarge,
    /// The file could not be read.
    Unreadable,
    /// Reading it took longer than is waited for.
    Silent,
    /// It is of another environment.
    OtherEnvironment,
}
