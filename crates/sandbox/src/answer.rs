//! The result of answering a request.

use http::Response;

use crate::refusal::Refusal;

/// An answer with the number of users whose data it contains.
pub(crate) type Answer = Result<(Response<Vec<u8>>, u32), Refusal>;
