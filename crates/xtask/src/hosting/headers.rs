//! The list of response headers: those of every response, and those of single files.

/// The origins that a build may connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Its own origin and PingOne.
    PingOne,
    /// Only its own origin: the demo.
    Itself,
}

impl Reach {
    /// The sources of `connect-src`, with PingOne's hosts as given.
    fn sources(self, pingone: &str) -> String {
        match self {
            Self::PingOne => format!("'self' {pingone}"),
            Self::Itself => "'self'".to_owned(),
        }
    }
}

/// The hosts that tokens may be sent to: the API and the authorization server of each of PingOne's regions.
pub(super) const PINGONE: &str = "https://api.pingone.com https://api.pingone.ca https://api.pingone.eu \
    https://api.pingone.com.au https://api.pingone.sg https://api.pingone.asia https://auth.pingone.com \
    https://auth.pingone.ca https://auth.pingone.eu https://auth.pingone.com.au https://auth.pingone.sg \
    https://auth.pingone.asia";

/// Origins that may frame embed.html: none until the deployer names the portal. No other page can be framed.
pub(super) const FRAMING: &str = "'none'";

/// Sent for all files but embed.html, because the header can't name a list of portals.
pub(super) const FRAME_OPTIONS: (&str, &str) = ("X-Frame-Options", "DENY");

/// Header that decides whether a page shares its browsing context with the page that opened it.
pub(super) const OPENER: &str = "Cross-Origin-Opener-Policy";

/// The value of [`OPENER`] for all files but embed.html.
pub(super) const SAME_ORIGIN: &str = "same-origin";

/// The value of [`OPENER`] for embed.html: opened directly it shows nothing, and in a frame it may open windows
/// that report back to it.
pub(super) const UNSAFE_NONE: &str = "unsafe-none";

/// The page that is shown only in frames, as a pattern with the same meaning in nginx and Caddy.
pub(super) const EMBED: &str = r"/embed\.html$";

/// Applies to the whole host name, so on a shared host the deployer decides about it there.
pub(super) const TRANSPORT: (&str, &str) =
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload");

/// Lets an element on another origin load its files. These requests carry no credentials,
/// and the files contain no secrets.
pub(super) const FOR_PORTALS: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// Files of the element, by the part of their name before the hash.
const PORTAL_STEMS: [&str; 6] = ["console", "element", "pingone-mfa", "pingone-mfa-frame", "rest", "widget"];

/// Files that portals load under stable names: the element, the script that creates the frame, and its types.
const PORTAL_NAMES: [&str; 3] = ["element.js", "pingone-mfa-frame.d.ts", "pingone-mfa-frame.js"];

/// The rest of a hashed file name after the stem, as a pattern with the same meaning in nginx and Caddy.
const HASHED: &str = r"-[0-9a-f]+\.(?:js|css|wasm)$";

/// Files without a hash in the folder of a version: pages that pin a version refer to these.
pub(crate) const PINNED: [&str; 3] = ["element.js", "pingone-mfa-frame.js", "pingone-mfa-frame.d.ts"];

/// The folder of a version, as a pattern with the same meaning in nginx and Caddy.
const VERSION: &str = r"/[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?/";

/// Headers that are the same for every file and deployment.
const FIXED: [(&str, &str); 5] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    (
        "Permissions-Policy",
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
         microphone=(), midi=(), payment=(), serial=(), usb=(), clipboard-read=(), clipboard-write=(self)",
    ),
];

/// How a browser may cache a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CachePolicy {
    /// For a year: the name contains a hash of the content, or the file is in the folder of its version.
    Immutable,
    /// Revalidate with the server on every use.
    Revalidate,
}

impl CachePolicy {
    /// The value of `Cache-Control`.
    pub(super) fn value(self) -> &'static str {
        match self {
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::Revalidate => "no-cache",
        }
    }
}

/// The content security policy of all pages but embed.html, with PingOne's hosts as given because a deployment may
/// change them. It forbids framing.
pub(super) fn policy(reach: Reach, pingone: &str) -> String {
    format!("{}; frame-ancestors 'none'", unframed_policy(reach, pingone))
}

/// The content security policy of embed.html. `frame-ancestors` comes first so that it is easy to find and change.
pub(super) fn embed_policy(reach: Reach, pingone: &str, framing: &str) -> String {
    format!("frame-ancestors {framing}; {}", unframed_policy(reach, pingone))
}

/// The policy without `frame-ancestors`, which only works in a header.
pub(super) fn unframed_policy(reach: Reach, pingone: &str) -> String {
    let sources = reach.sources(pingone);
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src \
         {sources}; worker-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-src \
         'none'; require-trusted-types-for 'script'; trusted-types pingone-mfa"
    )
}

/// The headers of every response, except for transport security and those in which embed.html differs.
pub(super) fn fixed() -> impl Iterator<Item = (&'static str, &'static str)> {
    FIXED.into_iter()
}

/// The headers of every response, including embed.html, with the default transport security.
pub(super) fn common() -> impl Iterator<Item = (&'static str, String)> {
    std::iter::once(TRANSPORT).chain(fixed()).map(|(name, value)| (name, value.to_owned()))
}

/// Further headers of every response except embed.html.
pub(super) fn unframed(reach: Reach) -> [(&'static str, String); 3] {
    [
        ("Content-Security-Policy", policy(reach, PINGONE)),
        (FRAME_OPTIONS.0, FRAME_OPTIONS.1.to_owned()),
        (OPENER, SAME_ORIGIN.to_owned()),
    ]
}

/// The headers of embed.html that replace those of [`unframed`].
pub(super) fn embedded(reach: Reach) -> [(&'static str, String); 2] {
    [("Content-Security-Policy", embed_policy(reach, PINGONE, FRAMING)), (OPENER, UNSAFE_NONE.to_owned())]
}

/// Whether this is the page that is shown only in frames.
pub(super) fn is_embed(name: &str) -> bool {
    name == "embed.html"
}

/// Whether a page on another origin loads this file: for the element, or to create the frame.
pub(crate) fn is_for_portals(name: &str) -> bool {
    let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
    let stem = name.rsplit_once('-').map(|(stem, _)| stem);
    PORTAL_NAMES.contains(&name)
        || stem.is_some_and(|stem| PORTAL_STEMS.contains(&stem))
        || !folder.is_empty() && PINNED.contains(&name)
}

/// [`is_for_portals`] as a pattern with the same meaning in nginx and Caddy.
pub(super) fn for_portals() -> String {
    let names = any_of(PORTAL_NAMES);
    format!("(?:/(?:(?:{}){HASHED}|{names}$)|{})", PORTAL_STEMS.join("|"), pinned())
}

/// Files that may be cached for a year, as a pattern with the same meaning in nginx and Caddy.
pub(super) fn kept() -> String {
    format!("(?:{HASHED}|{})", pinned())
}

fn pinned() -> String {
    format!("{VERSION}{}$", any_of(PINNED))
}

fn any_of<const COUNT: usize>(names: [&str; COUNT]) -> String {
    format!("(?:{})", names.map(|name| name.replace('.', r"\.")).join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_of_the_element_and_the_frame_script_are_for_portals() {
        let for_frames = ["pingone-mfa-frame-00ff.js", "pingone-mfa-frame.js", "pingone-mfa-frame.d.ts"];
        let element = ["element-00ff.js", "element.js", "pingone-mfa-00ff.wasm", "widget-00ff.css"];
        for name in element.into_iter().chain(for_frames) {
            assert!(is_for_portals(name), "{name}");
        }
        for name in ["boot-00ff.js", "tick-00ff.js", "page-00ff.css", "index.html", "embed.html", "boot.js"] {
            assert!(!is_for_portals(name), "{name}");
        }
    }

    #[test]
    fn files_in_a_version_folder_are_for_portals() {
        for name in PINNED.into_iter().chain(["rest-00ff.wasm", "widget-00ff.css", "console-00ff.css"]) {
            assert!(is_for_portals(&format!("1.0.0/{name}")), "{name}");
        }
        assert!(!is_for_portals("1.0.0/index.html"));
    }

    #[test]
    fn no_policy_allows_inline_code() {
        let product = [policy(Reach::PingOne, PINGONE), embed_policy(Reach::PingOne, PINGONE, FRAMING)];
        for policy in product.into_iter().chain([policy(Reach::Itself, PINGONE)]) {
            for weak in ["unsafe-inline", "'unsafe-eval'", "data:", "blob:", "*", "http:"] {
                assert!(!policy.contains(weak), "{weak} in {policy}");
            }
        }
    }

    #[test]
    fn the_policy_of_embed_html_differs_only_in_frame_ancestors() {
        let directives = |policy: &str| {
            let mut directives: Vec<_> = policy.split("; ").map(str::to_owned).collect();
            directives.sort();
            directives
        };
        assert_eq!(
            directives(&policy(Reach::PingOne, PINGONE)),
            directives(&embed_policy(Reach::PingOne, PINGONE, "'none'"))
        );
    }

    #[test]
    fn no_value_contains_characters_that_need_quoting() {
        for (name, value) in common().chain(unframed(Reach::PingOne)).chain(embedded(Reach::PingOne)) {
            assert!(!value.contains(['"', '\\', '\n', '{', '}', '$', '#']), "{name}: {value}");
        }
    }
}
