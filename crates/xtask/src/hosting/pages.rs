//! `_headers`, which Cloudflare Pages and Netlify read.
//!
//! Cloudflare joins the values of a header that several matching rules name, so no two rules for one path name the same:
//! what is kept for how long is said file by file.

use std::fmt::Write as _;

use super::Served;
use super::headers::{self, Keep};

const HEAD: &str = "\
# Read by Cloudflare Pages and Netlify. Paths begin at the site's root.
# YOURS TO DECIDE: connect-src (your region alone, or the regions of config.json); frame-ancestors (the portal that frames
# the page, and then no X-Frame-Options); Strict-Transport-Security, which holds for the whole host name.
";

/// Paths that are no file of the release: the start page's short address, what the deployment adds, and the sums.
const BESIDES: [&str; 3] = ["", "config.json", "SHA256SUMS"];

pub(super) fn render(served: &[Served]) -> String {
    let mut text = HEAD.to_owned();
    rule(&mut text, "*", &headers::everywhere());
    for name in BESIDES {
        rule(&mut text, name, &[("Cache-Control", Keep::Ask.value().to_owned())]);
    }
    for file in served {
        let mut lines = vec![("Cache-Control", file.keep.value().to_owned())];
        if headers::is_for_portals(&file.name) {
            lines.push((headers::FOR_PORTALS.0, headers::FOR_PORTALS.1.to_owned()));
        }
        rule(&mut text, &file.name, &lines);
    }
    text
}

fn rule(text: &mut String, path: &str, headers: &[(&str, String)]) {
    // Writing to a string can't fail.
    let _ = writeln!(text, "/{path}");
    for (name, value) in headers {
        let _ = writeln!(text, "  {name}: {value}");
    }
}
