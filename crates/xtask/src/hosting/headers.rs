//! The one list: what every answer carries, and what is said about single files besides.

/// Where tokens may go: the API and the authorization server of each of PingOne's regions.
pub(super) const PINGONE: &str = "https://api.pingone.com https://api.pingone.ca https://api.pingone.eu \
    https://api.pingone.com.au https://api.pingone.sg https://api.pingone.asia https://auth.pingone.com \
    https://auth.pingone.ca https://auth.pingone.eu https://auth.pingone.com.au https://auth.pingone.sg \
    https://auth.pingone.asia";

/// Who may show the page in a frame: nobody, until a deployment names its portal.
pub(super) const FRAMING: &str = "'none'";

/// Goes with [`FRAMING`]: it knows no list of portals, so a deployment that names one leaves it out.
pub(super) const FRAME_OPTIONS: (&str, &str) = ("X-Frame-Options", "DENY");

/// Holds for the whole host name, so a deployment on a shared one decides it there.
pub(super) const TRANSPORT: (&str, &str) =
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload");

/// Lets an element on another origin load what it consists of. Its requests carry no credentials, and there is nothing
/// secret in the files.
pub(super) const FOR_PORTALS: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// The files of the element, by the first part of their names.
pub(super) const PORTAL_STEMS: [&str; 4] = ["element", "pingone-mfa", "rest", "widget"];

/// What follows the first part of a name that holds a hash, as a pattern that nginx and Caddy read alike.
pub(super) const HASHED: &str = r"-[0-9a-f]+\.(?:js|css|wasm)$";

/// What depends on nothing.
const FIXED: [(&str, &str); 6] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
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
    /// It is named by its content.
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

/// The content security policy, with the two parts that a deployment may change as they are given.
pub(super) fn policy(pingone: &str, framing: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src \
         'self' {pingone}; worker-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-src \
         'none'; frame-ancestors {framing}; require-trusted-types-for 'script'; trusted-types pingone-mfa"
    )
}

/// What every answer carries, whatever it answers, but for the policy, framing and transport.
pub(super) fn fixed() -> impl Iterator<Item = (&'static str, &'static str)> {
    FIXED.into_iter()
}

/// What every answer carries, as it is shipped.
pub(super) fn everywhere() -> Vec<(&'static str, String)> {
    let policy = ("Content-Security-Policy", policy(PINGONE, FRAMING));
    let rest = [TRANSPORT, FRAME_OPTIONS].into_iter().chain(fixed());
    std::iter::once(policy).chain(rest.map(|(name, value)| (name, value.to_owned()))).collect()
}

/// Whether an element on another origin loads this file.
pub(super) fn is_for_portals(name: &str) -> bool {
    let stem = name.rsplit_once('-').map(|(stem, _)| stem);
    stem.is_some_and(|stem| PORTAL_STEMS.contains(&stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_element_its_program_and_its_style_are_for_portals_and_no_other_file_is() {
        for name in ["element-00ff.js", "pingone-mfa-00ff.wasm", "widget-00ff.css"] {
            assert!(is_for_portals(name), "{name}");
        }
        for name in ["boot-00ff.js", "tick-00ff.js", "page-00ff.css", "index.html", "element.js"] {
            assert!(!is_for_portals(name), "{name}");
        }
    }

    #[test]
    fn the_policy_runs_no_text() {
        let policy = policy(PINGONE, FRAMING);
        for weak in ["unsafe-inline", "'unsafe-eval'", "data:", "blob:", "*", "http:"] {
            assert!(!policy.contains(weak), "{weak} in {policy}");
        }
    }

    #[test]
    fn no_value_would_end_a_quoted_text() {
        for (name, value) in everywhere() {
            assert!(!value.contains(['"', '\\', '\n', '{', '}', '$', '#']), "{name}: {value}");
        }
    }
}
