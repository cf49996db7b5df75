//! How an answer is transmitted: what a socket does other than sending it completely and at once.

/// The transmission of one answer. The pure core decides it; only a server can carry it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wire {
    /// Time before anything is sent, in milliseconds.
    pub before_millis: u64,
    /// Which part of the answer is sent, and how.
    pub body: Body,
    /// What happens to the connection afterwards.
    pub end: End,
}

/// Which part of an answer is sent, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Body {
    /// The complete answer, at once.
    #[default]
    Whole,
    /// The complete answer, in portions.
    Dripped {
        /// Size of a portion in bytes, at least 1.
        portion: usize,
        /// The pause between two portions, in milliseconds.
        every_millis: u64,
    },
    /// The headers, which announce the complete body, and only a part of it.
    Cut {
        /// Number of body bytes that are sent.
        after: usize,
    },
    /// Nothing is sent, not even the headers.
    Nothing,
}

/// How a connection ends after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// It stays open for the next request.
    #[default]
    Keep,
    /// It is closed normally, with a TCP FIN.
    Fin,
    /// It is reset abruptly, with a TCP RST.
    Reset,
    /// It stays open, but nothing more is ever sent.
    Silence,
}

impl Wire {
    /// No answer at all; the connection ends in this way.
    pub(crate) const fn lost(end: End) -> Self {
        Self { before_millis: 0, body: Body::Nothing, end }
    }

    /// The headers and this many body bytes; then the connection ends in this way.
    pub(crate) const fn cut(after: usize, end: End) -> Self {
        Self { before_millis: 0, body: Body::Cut { after }, end }
    }
}
