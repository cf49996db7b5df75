//! `/as/signoff`: nobody stays signed on here, so there is only a page.

use http::{Method, Request, StatusCode};

use super::web_page::page;
use crate::refusal::Refusal;
use crate::route::Answer;

pub(crate) fn answer(request: &Request<Vec<u8>>) -> Answer {
    if request.method() != Method::GET {
        return Err(Refusal::Method);
    }
    let content = "<p>This sandbox keeps nobody signed on. Access tokens hold until they end.</p>\n";
    Ok((page(StatusCode::OK, "You signed off", content, None), 0))
}
