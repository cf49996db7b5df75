//! The one list: what every answer carries, and what is said about single files besides.

/// Where a build may send anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To where its files come from, and to PingOne.
    PingOne,
    /// To where its files come from alone: the demo.
    Itself,
}

impl Reach {
    /// The sources of connect-src, with PingOne's hosts as they are given.
    fn sources(self, pingone: &str) -> String {
        match self {
            Self::PingOne => format!("'self' {pingone}"),
            Self::Itself => "'self'".to_owned(),
        }
    }
}

/// Where tokens may go: the API and the authorization server of each of PingOne's regions.
pub(super) const PINGONE: &str = "https://api.pingone.com https://api.pingone.ca https://api.pingone.eu \
    https://api.pingone.com.au https://api.pingone.sg https://api.pingone.asia https://auth.pingone.com \
    https://auth.pingone.ca https://auth.pingone.eu https://auth.pingone.com.au https://auth.pingone.sg \
    https://auth.pingone.asia";

/// Who may show embed.html in a frame: nobody, until a deployment names its portal. No other page is ever shown in one.
pub(super) const FRAMING: &str = "'none'";

/// Said of all but embed.html, because it knows no list of portals.
pub(super) const FRAME_OPTIONS: (&str, &str) = ("X-Frame-Options", "DENY");

/// Whether a page shares its windows with the one that opened it.
pub(super) const OPENER: &str = "Cross-Origin-Opener-Policy";

/// The value of [`OPENER`] for all but embed.html.
pub(super) const APART: &str = "same-origin";

/// The value of [`OPENER`] for embed.html: as a page it shows nothing, and in a frame it may open windows that answer.
pub(super) const TOGETHER: &str = "unsafe-none";

/// The page that is shown in frames alone, as a pattern that nginx and Caddy read alike.
pub(super) const EMBED: &str = r"/embed\.html$";

/// Holds for the whole host name, so a deployment on a shared one decides it there.
pub(super) const TRANSPORT: (&str, &str) =
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload");

/// Lets an element on another origin load what it consists of. Its requests carry no credentials, and there is nothing
/// secret in the files.
pub(super) const FOR_PORTALS: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// The files of the element, by the first part of their names.
const PORTAL_STEMS: [&str; 5] = ["element", "pingone-mfa", "pingone-mfa-frame", "rest", "widget"];

/// What portals load under names that stay: the element, the script that makes the frame, and its types.
const PORTAL_NAMES: [&str; 3] = ["element.js", "pingone-mfa-frame.d.ts", "pingone-mfa-frame.js"];

/// What follows the first part of a name that holds a hash, as a pattern that nginx and Caddy read alike.
const HASHED: &str = r"-[0-9a-f]+\.(?:js|css|wasm)$";

/// What stands in the folder of a version under a name without a hash: pages that pin a version name these.
pub(crate) const PINNED: [&str; 3] = ["element.js", "pingone-mfa-frame.js", "pingone-mfa-frame.d.ts"];

/// The folder of a version, as a pattern that nginx and Caddy read alike.
const VERSION: &str = r"/[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?/";

/// What depends on nothing.
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

/// How long a browser may keep a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is named by its content, or stands in the folder of its version.
    Forever,
    /// Each time the server is asked whether it is still the same.
    Ask,
}

impl Keep {
    /// The value of Cache-Control.
    pub(super) fn value(self) -> &'static str {
        match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Ask => "no-cache",
        }
    }
}

/// The content security policy, with the part that a deployment may change as it is given. No page but embed.html is
/// shown in a frame.
pub(super) fn policy(reach: Reach, pingone: &str) -> String {
    format!("{}; frame-ancestors 'none'", unframed_policy(reach, pingone))
}

/// The content security policy of embed.html. Who may frame it stands first, to be found and changed.
pub(super) fn embed_policy(reach: Reach, pingone: &str, framing: &str) -> String {
    format!("frame-ancestors {framing}; {}", unframed_policy(reach, pingone))
}

/// The policy without the part that only a header can state.
pub(super) fn unframed_policy(reach: Reach, pingone: &str) -> String {
    let sources = reach.sources(pingone);
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src \
         {sources}; worker-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-src \
         'none'; require-trusted-types-for 'script'; trusted-types pingone-mfa"
    )
}

/// What every answer carries, whatever it answers, but for transport and what embed.html has of its own.
pub(super) fn fixed() -> impl Iterator<Item = (&'static str, &'static str)> {
    FIXED.into_iter()
}

/// What every answer carries, embed.html too, as it is shipped.
pub(super) fn common() -> impl Iterator<Item = (&'static str, String)> {
    std::iter::once(TRANSPORT).chain(fixed()).map(|(name, value)| (name, value.to_owned()))
}

/// What every answer carries besides, unless it is embed.html.
pub(super) fn unframed(reach: Reach) -> [(&'static str, String); 3] {
    [
        ("Content-Security-Policy", policy(reach, PINGONE)),
        (FRAME_OPTIONS.0, FRAME_OPTIONS.1.to_owned()),
        (OPENER, APART.to_owned()),
    ]
}

/// What embed.html carries instead.
pub(super) fn embedded(reach: Reach) -> [(&'static str, String); 2] {
    [("Content-Security-Policy", embed_policy(reach, PINGONE, FRAMING)), (OPENER, TOGETHER.to_owned())]
}

/// Whether this is the page that is shown in frames alone.
pub(super) fn is_embed(name: &str) -> bool {
    name == "embed.html"
}

/// Whether a page on another origin loads this file: for the element, or to make the frame.
pub(crate) fn is_for_portals(name: &str) -> bool {
    let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
    let stem = name.rsplit_once('-').map(|(stem, _)| stem);
    PORTAL_NAMES.contains(&name)
        || stem.is_some_and(|stem| PORTAL_STEMS.contains(&stem))
        || !folder.is_empty() && PINNED.contains(&name)
}

/// The same, as a pattern that nginx and Caddy read alike.
pub(super) fn for_portals() -> String {
    let names = any_of(PORTAL_NAMES);
    format!("(?:/(?:(?:{}){HASHED}|{names}$)|{})", PORTAL_STEMS.join("|"), pinned())
}

/// What is kept, as a pattern that nginx and Caddy read alike.
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
    fn the_element_its_program_and_its_style_are_for_portals_and_no_other_file_is() {
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
    fn a_version_s_folder_is_for_portals() {
        for name in PINNED.into_iter().chain(["rest-00ff.wasm", "widget-00ff.css"]) {
            assert!(is_for_portals(&format!("1.0.0/{name}")), "{name}");
        }
        assert!(!is_for_portals("1.0.0/index.html"));
    }

    #[test]
    fn no_policy_runs_text() {
        let product = [policy(Reach::PingOne, PINGONE), embed_policy(Reach::PingOne, PINGONE, FRAMING)];
        for policy in product.into_iter().chain([policy(Reach::Itself, PINGONE)]) {
            for weak in ["unsafe-inline", "'unsafe-eval'", "data:", "blob:", "*", "http:"] {
                assert!(!policy.contains(weak), "{weak} in {policy}");
            }
        }
    }

    #[test]
    fn embed_html_differs_only_in_who_frames_it_and_what_it_shares() {
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
    fn no_value_would_end_a_quoted_text() {
        for (name, value) in common().chain(unframed(Reach::PingOne)).chain(embedded(Reach::PingOne)) {
            assert!(!value.contains(['"', '\\', '\n', '{', '}', '$', '#']), "{name}: {value}");
        }
    }
}
