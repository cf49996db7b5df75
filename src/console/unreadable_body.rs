//! Why a file that this page saved can't be used.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadableBody<F> {
    /// The contents are invalid.
    Fault(F),
    TooLarge,
    /// The file couldn't be read.
    Unreadable,
    /// Reading the file timed out.
    Silent,
    /// The file belongs to another environment.
    OtherEnvironment,
}
