//! `Caddyfile`: one site of its own, or a part of one.

use std::fmt::Write as _;

use super::headers::{self, Keep};

const HEAD: &str = "\
# PingOne MFA on Caddy. YOURS TO DECIDE are the marked lines. Under another path put the content into
# `handle_path /tools/mfa/* { … }` of your own site.

mfa.example.com {
\t# YOURS: the line above, and the folder with these files
\troot * /srv/pingone-mfa

";

pub(super) fn render() -> String {
    let mut text = HEAD.to_owned();
    let hashed = headers::HASHED;
    // Writing to a string can't fail.
    let _ = writeln!(text, "\t@kept {{\n\t\tpath_regexp {hashed}\n\t\tfile\n\t}}");
    let _ = writeln!(text, "\t@asked {{\n\t\tnot {{\n\t\t\tpath_regexp {hashed}\n\t\t\tfile\n\t\t}}\n\t}}");
    let stems = headers::PORTAL_STEMS.join("|");
    let _ = writeln!(text, "\t@portals path_regexp /(?:{stems}){hashed}\n");

    text.push_str("\theader * {\n");
    text.push_str(
        "\t\t# YOURS: connect-src (your region alone, or the regions of config.json); frame-ancestors (the\n",
    );
    text.push_str(
        "\t\t# portal that frames the page, and then no X-Frame-Options); Strict-Transport-Security, which\n",
    );
    text.push_str("\t\t# holds for the whole host name\n");
    for (name, value) in headers::everywhere() {
        line(&mut text, name, &value);
    }
    text.push_str("\t}\n");
    block(&mut text, "@kept", ("Cache-Control", Keep::Forever.value()));
    block(&mut text, "@asked", ("Cache-Control", Keep::Ask.value()));
    block(&mut text, "@portals", headers::FOR_PORTALS);
    text.push_str("\n\tfile_server {\n\t\tprecompressed br gzip\n\t}\n}\n");
    text
}

fn block(text: &mut String, matcher: &str, (name, value): (&str, &str)) {
    let _ = writeln!(text, "\theader {matcher} {{");
    line(text, name, value);
    text.push_str("\t}\n");
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "\t\t{name} \"{value}\"");
}
