//! Renders `_headers`, which Cloudflare Pages and Netlify read.
//!
//! Cloudflare joins the values of a header that several matching rules set, so no two rules for one path set the
//! same header: caching is set file by file, and the rule for embed.html first removes the headers it replaces.

use std::fmt::Write as _;

use super::Served;
use super::headers::{self, CachePolicy, Reach};

const HEAD: &str = "\
# Read by Cloudflare Pages and Netlify. Paths begin at the site's root.
# YOURS TO DECIDE: connect-src (your region alone, or the regions of config.json); frame-ancestors of /embed* (the portals
# that frame it, the same as frameAncestors in config.json); Strict-Transport-Security, which holds for the whole host name.
";

/// Paths that aren't files of the release: the start page's short address, the deployment's
/// configuration, and the checksums.
const OTHER_PATHS: [&str; 3] = ["", "config.json", "SHA256SUMS"];

pub(super) fn render(served: &[Served], reach: Reach) -> String {
    let mut text = HEAD.to_owned();
    rule(&mut text, "*", &headers::unframed(reach).into_iter().chain(headers::common()).collect::<Vec<_>>());
    for name in OTHER_PATHS {
        rule(&mut text, name, &[("Cache-Control", CachePolicy::Revalidate.value().to_owned())]);
    }
    for file in served {
        if headers::is_embed(&file.name) {
            embed_rule(&mut text, file, reach);
            continue;
        }
        let mut lines = vec![("Cache-Control", file.keep.value().to_owned())];
        if headers::is_for_portals(&file.name) {
            lines.push((headers::FOR_PORTALS.0, headers::FOR_PORTALS.1.to_owned()));
        }
        rule(&mut text, &file.name, &lines);
    }
    text
}

/// The pattern also matches the short address under which Cloudflare serves the page.
fn embed_rule(text: &mut String, file: &Served, reach: Reach) {
    text.push_str("/embed*\n");
    for (name, _) in headers::unframed(reach) {
        let _ = writeln!(text, "  ! {name}");
    }
    let keep = ("Cache-Control", file.keep.value().to_owned());
    lines(text, headers::embedded(reach).into_iter().chain([keep]));
}

fn rule(text: &mut String, path: &str, headers: &[(&'static str, String)]) {
    // Writing to a string can't fail.
    let _ = writeln!(text, "/{path}");
    lines(text, headers.iter().map(|(name, value)| (*name, value.clone())));
}

fn lines(text: &mut String, headers: impl IntoIterator<Item = (&'static str, String)>) {
    for (name, value) in headers {
        let _ = writeln!(text, "  {name}: {value}");
    }
}
