//! HTML pages: no scripts, no images, no external resources, and no framing.

use std::fmt::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{Response, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::hal::put;

const STYLE: &str = "\
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}\
body{max-width:32rem;margin:3rem auto;padding:0 1rem}\
ul{list-style:none;padding:0}\
li{margin:.5rem 0}\
button{font:inherit;min-height:2.75rem;padding:.5rem 1rem;text-align:start;cursor:pointer}\
li button{width:100%}\
small{display:block}";

/// Text that is escaped for HTML content and quoted attributes.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// Renders a page. `content` is HTML. Its forms can post to this server and be redirected to the origin `forms_to`.
pub(crate) fn page(
    status: StatusCode,
    title: &str,
    content: &str,
    forms_to: Option<&str>,
) -> Response<Vec<u8>> {
    let title = Escaped(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{content}</main>\n</body>\n</html>\n"
    );
    let mut response = Response::new(html.into_bytes());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    put(headers, header::CONTENT_TYPE, "text/html;charset=UTF-8");
    put(headers, header::CONTENT_SECURITY_POLICY, &policy(forms_to));
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "no-referrer");
    put(headers, header::X_FRAME_OPTIONS, "DENY");
    response
}

/// The content security policy. Browsers apply `form-action` to the redirects of a form too.
fn policy(forms_to: Option<&str>) -> String {
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let forms = forms_to.map_or_else(|| "'none'".to_owned(), |origin| format!("'self' {origin}"));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {forms}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}
