//! Renders the `Caddyfile`: a site block that can also be pasted into an existing site.

use std::fmt::Write as _;

use super::headers::{self, CachePolicy, Reach};

const HEAD: &str = "\
# PingOne MFA on Caddy. YOURS TO DECIDE are the marked lines. Under another path put the content into
# `handle_path /tools/mfa/* { … }` of your own site.

mfa.example.com {
\t# YOURS: the line above, and the folder with these files
\troot * /srv/pingone-mfa

";

pub(super) fn render(reach: Reach) -> String {
    let mut text = HEAD.to_owned();
    let kept = headers::kept();
    // Writing to a string can't fail.
    let _ = writeln!(text, "\t@kept {{\n\t\tpath_regexp {kept}\n\t\tfile\n\t}}");
    let _ = writeln!(text, "\t@asked {{\n\t\tnot {{\n\t\t\tpath_regexp {kept}\n\t\t\tfile\n\t\t}}\n\t}}");
    let _ = writeln!(text, "\t@portals path_regexp {}", headers::for_portals());
    let embed = headers::EMBED;
    let _ = writeln!(text, "\t@framed path_regexp {embed}\n\t@unframed not path_regexp {embed}\n");

    text.push_str(
        "\t# YOURS: Strict-Transport-Security, which holds for the whole host name; connect-src, twice (your region\n",
    );
    text.push_str(
        "\t# alone, or the regions of config.json); frame-ancestors of @framed (the portals that frame embed.html,\n",
    );
    text.push_str("\t# the same as frameAncestors in config.json)\n");
    block(&mut text, "*", headers::common());
    block(&mut text, "@unframed", headers::unframed(reach));
    block(&mut text, "@framed", headers::embedded(reach));
    block(&mut text, "@kept", one("Cache-Control", CachePolicy::Immutable.value()));
    block(&mut text, "@asked", one("Cache-Control", CachePolicy::Revalidate.value()));
    block(&mut text, "@portals", one(headers::FOR_PORTALS.0, headers::FOR_PORTALS.1));
    text.push_str("\n\tfile_server {\n\t\tprecompressed br gzip\n\t}\n}\n");
    text
}

fn one(name: &'static str, value: &str) -> [(&'static str, String); 1] {
    [(name, value.to_owned())]
}

fn block(text: &mut String, matcher: &str, headers: impl IntoIterator<Item = (&'static str, String)>) {
    let _ = writeln!(text, "\theader {matcher} {{");
    for (name, value) in headers {
        let _ = writeln!(text, "\t\t{name} \"{value}\"");
    }
    text.push_str("\t}\n");
}
