//! `/as/signoff`: redirects back to the application. There are no browser sessions, so there is nothing to end.
//!
//! Source: developer.pingidentity.com, PingOne API, "Signoff". An unregistered address gets an error page instead of a
//! redirect; the text of that page is assumed. An ID token hint is ignored.

use http::{Method, Request, Response, StatusCode, header};

use crate::Sandbox;
use crate::answer::Answer;
use crate::hal::put;
use crate::refusal::Refusal;

use super::parameters::Parameters;
use super::web_page::{Escaped, page};

pub(crate) fn answer(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Answer {
    if request.method() != Method::GET {
        return Err(Refusal::Method);
    }
    let parameters = Parameters::read(request.uri().query().unwrap_or_default().as_bytes());
    let response = match parameters.get("post_logout_redirect_uri") {
        None => {
            let content =
                "<p>This sandbox keeps no sign-on session. Access tokens stay valid until they expire.</p>\n";
            page(StatusCode::OK, "You signed off", content, None)
        }
        Some(uri) if sandbox.redirects.origin(uri).is_some() => redirect(uri, parameters.get("state")),
        Some(uri) => {
            let content = format!("<p>{} is not registered.</p>\n", Escaped(uri));
            page(StatusCode::BAD_REQUEST, "The redirect URI isn't registered", &content, None)
        }
    };
    Ok((response, 0))
}

fn redirect(uri: &str, state: Option<&str>) -> Response<Vec<u8>> {
    let mut location = uri.to_owned();
    if let Some(state) = state {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
        location.push(if uri.contains('?') { '&' } else { '?' });
        location.push_str(&query);
    }
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::FOUND;
    put(response.headers_mut(), header::LOCATION, &location);
    put(response.headers_mut(), header::REFERRER_POLICY, "no-referrer");
    response
}
