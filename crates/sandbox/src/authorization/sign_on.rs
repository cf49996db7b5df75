//! The sign-on page: a list of users to choose from, without a password.

use std::fmt::Write;

use http::{Response, StatusCode};

use crate::Sandbox;

use super::parameters::Parameters;
use super::people;
use super::web_page::{Escaped, page};

/// The request's parameters that the form sends back.
const KEPT: [&str; 9] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "scope",
    "state",
    "nonce",
    "response_mode",
];

/// Renders the sign-on page. `origin` is the origin that the user returns to.
pub(crate) fn ask(sandbox: &Sandbox, parameters: &Parameters, origin: &str) -> Response<Vec<u8>> {
    let mut content = format!(
        "<p>This is a sandbox: its people are invented and have no passwords. \
         You return to {}.</p>\n<form method=\"post\" action=\"authorize\">\n",
        Escaped(origin)
    );
    // Writing into a string can't fail, here and below.
    for name in KEPT {
        let Some(value) = parameters.get(name) else { continue };
        let value = Escaped(value);
        let _ = writeln!(content, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    }
    content.push_str("<h2 id=\"who\">Who signs on?</h2>\n<ul aria-labelledby=\"who\">\n");
    for (person, role) in people::all(sandbox) {
        let name = format!("{} {}", person.given, person.family);
        let (id, name, username) = (person.id, Escaped(&name), Escaped(&person.username));
        let _ = writeln!(
            content,
            "<li><button name=\"person\" value=\"{id}\"><bdi>{name}</bdi> \
             <small><bdi>{username}</bdi>, {role}</small></button></li>"
        );
    }
    content.push_str("</ul>\n<button name=\"cancel\" value=\"true\">Cancel</button>\n</form>\n");
    page(StatusCode::OK, "Sign on", &content, Some(origin))
}
