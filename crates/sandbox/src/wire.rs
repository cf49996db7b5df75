//! How an answer travels: what a socket does with it beyond sending it whole.

/// The way of one answer. The pure core decides it; only a server can walk it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wire {
    /// How long nothing is sent, in milliseconds.
    pub before_millis: u64,
    /// How much is sent, and how.
    pub body: Body,
    /// How the connection ends.
    pub end: End,
}

/// How much of an answer is sent, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Body {
    /// All of it, at once.
    #[default]
    Whole,
    /// All of it, so many bytes at a time.
    Dripped {
        /// The bytes of a portion, at least one.
        portion: usize,
        /// The pause between two portions, in milliseconds.
        every_millis: u64,
    },
    /// The headers, which promise the whole body, and so many bytes of it.
    Cut {
        /// The bytes that are sent.
        after: usize,
    },
    /// Not even the headers.
    Nothing,
}

/// How a connection ends after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// It stays for the next request.
    #[default]
    Keep,
    /// It is closed in order.
    Fin,
    /// It is reset.
    Reset,
    /// It stays, and nothing more is ever sent.
    Silence,
}

impl Wire {
    /// Nothing is sent, and the connection ends like this.
    pub(crate) const fn lost(end: End) -> Self {
        Self { before_millis: 0, body: Body::Nothing, end }
    }

    /// The headers and so many bytes are sent, and the connection ends like this.
    pub(crate) const fn cut(after: usize, end: End) -> Self {
        Self { before_millis: 0, body: Body::Cut { after }, end }
    }
}
