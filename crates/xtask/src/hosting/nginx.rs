//! Renders `nginx.conf`: one location block, to be included in a server block.
//!
//! All headers are in that location, because nginx drops the headers of the server block as soon as a location adds
//! one. The `if` blocks only set variables, the only safe use of `if` in nginx.

use std::fmt::Write as _;

use super::headers::{self, CachePolicy, Reach};

const HEAD: &str = "\
# PingOne MFA on nginx: include this file in a server block.
# YOURS TO DECIDE are the marked lines. For another path than / only the location's line changes:
# `location /tools/mfa/ {`.

";

const TYPES: &str = "
    # What is shipped compressed is sent so. With ngx_brotli also: brotli_static on;
    gzip_static on;
    gzip_vary on;

    types {
        text/html html;
        text/css css;
        text/javascript js;
        application/wasm wasm;
        application/json json;
        image/svg+xml svg;
        application/gzip gz;
        application/octet-stream br;
    }
    default_type text/plain;
    charset utf-8;
    charset_types text/css text/javascript text/plain;
";

pub(super) fn render(reach: Reach) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("location / {                                # YOURS: the path\n");
    text.push_str("    alias /srv/pingone-mfa/;                # YOURS: the folder with these files\n");
    text.push_str("    index index.html;\n");
    if reach == Reach::PingOne {
        text.push_str("    # YOURS: your region alone, or the regions of config.json.\n");
        line(&mut text, &format!("set $pingone_mfa_connect \"{}\";", headers::PINGONE));
    }
    text.push_str(
        "    # YOURS: the portals that frame embed.html, the same as frameAncestors in config.json.\n",
    );
    line(&mut text, &format!("set $pingone_mfa_framing \"{}\";", headers::FRAMING));
    text.push_str("    # YOURS: holds for the whole host name.\n");
    add(&mut text, headers::TRANSPORT.0, headers::TRANSPORT.1);
    text.push('\n');
    framing(&mut text, reach);
    for (name, value) in headers::fixed() {
        add(&mut text, name, value);
    }
    text.push('\n');
    caching(&mut text);
    text.push_str(TYPES);
    text.push_str("}\n");
    text
}

/// embed.html may be framed, and no other page.
fn framing(text: &mut String, reach: Reach) {
    let connect = "$pingone_mfa_connect";
    let policy = headers::policy(reach, connect);
    let embed = headers::embed_policy(reach, connect, "$pingone_mfa_framing");
    line(text, "# A header without a value isn't sent.");
    line(text, &format!("set $pingone_mfa_policy \"{policy}\";"));
    line(text, &format!("set $pingone_mfa_frame_options \"{}\";", headers::FRAME_OPTIONS.1));
    line(text, &format!("set $pingone_mfa_opener \"{}\";", headers::SAME_ORIGIN));
    let embed = [("policy", &*embed), ("frame_options", ""), ("opener", headers::UNSAFE_NONE)];
    condition(text, &format!("$uri ~ \"{}\"", headers::EMBED), &embed);
    line(text, "add_header Content-Security-Policy $pingone_mfa_policy always;");
    line(text, &format!("add_header {} $pingone_mfa_frame_options always;", headers::FRAME_OPTIONS.0));
    line(text, &format!("add_header {} $pingone_mfa_opener always;", headers::OPENER));
}

/// The year-long `Cache-Control` is added without `always`, so that an error response is never cached for a year.
fn caching(text: &mut String) {
    line(text, "set $pingone_mfa_keep \"\";");
    line(text, &format!("set $pingone_mfa_ask \"{}\";", CachePolicy::Revalidate.value()));
    line(text, "set $pingone_mfa_portals \"\";");
    condition(
        text,
        &format!("$uri ~ \"{}\"", headers::kept()),
        &[("keep", CachePolicy::Immutable.value()), ("ask", "")],
    );
    let portals = format!("$uri ~ \"{}\"", headers::for_portals());
    condition(text, &portals, &[("portals", headers::FOR_PORTALS.1)]);
    let asked = [("keep", ""), ("ask", CachePolicy::Revalidate.value())];
    condition(text, "!-f $request_filename", &asked);
    line(text, "# nginx decides about a range only after the headers.");
    condition(text, "$http_range", &asked);
    line(text, "add_header Cache-Control $pingone_mfa_keep;");
    line(text, "add_header Cache-Control $pingone_mfa_ask always;");
    line(text, &format!("add_header {} $pingone_mfa_portals always;", headers::FOR_PORTALS.0));
}

fn condition(text: &mut String, condition: &str, sets: &[(&str, &str)]) {
    line(text, &format!("if ({condition}) {{"));
    for (variable, value) in sets {
        line(text, &format!("    set $pingone_mfa_{variable} \"{value}\";"));
    }
    line(text, "}");
}

fn add(text: &mut String, name: &str, value: &str) {
    line(text, &format!("add_header {name} \"{value}\" always;"));
}

fn line(text: &mut String, content: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(text, "    {content}");
}
