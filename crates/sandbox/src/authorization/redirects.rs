//! The registered redirect URIs. Only loopback addresses are accepted.
//!
//! Source: RFC 8252, "Loopback Interface Redirection".

#[derive(Debug, Clone, PartialEq, Eq)]
struct Loopback<'a> {
    origin: &'a str,
    host: &'a str,
    path: &'a str,
}

impl<'a> Loopback<'a> {
    /// Parses a loopback URI. `[::1]` isn't accepted: a content security policy can't name it, so a browser would
    /// refuse to return there.
    fn read(uri: &'a str) -> Option<Self> {
        let rest = uri.strip_prefix("http://")?;
        let slash = rest.find('/')?;
        let (authority, path) = rest.split_at_checked(slash)?;
        let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
        let is_port = port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok();
        let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        let is_loopback = matches!(host, "127.0.0.1" | "localhost");
        let origin = uri.strip_suffix(path)?;
        (is_port && is_path && is_loopback).then_some(Self { origin, host, path })
    }
}

/// The registered redirect URIs as host and path. Any port matches, because a program on
/// loopback gets its port when it starts.
pub(crate) struct Redirects(Vec<(String, String)>);

impl Default for Redirects {
    fn default() -> Self {
        Self(["127.0.0.1", "localhost"].map(|host| (host.to_owned(), "/".to_owned())).into())
    }
}

impl Redirects {
    /// Registers a URI; returns false if it isn't a loopback address.
    pub(crate) fn register(&mut self, uri: &str) -> bool {
        let Some(Loopback { host, path, .. }) = Loopback::read(uri) else { return false };
        self.0.push((host.to_owned(), path.to_owned()));
        true
    }

    /// The origin of a registered URI; `None` if the URI isn't registered.
    pub(crate) fn origin<'a>(&self, uri: &'a str) -> Option<&'a str> {
        let Loopback { origin, host, path } = Loopback::read(uri)?;
        self.0.iter().any(|(known, at)| known == host && at == path).then_some(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_registered() {
        let mut redirects = Redirects::default();
        for uri in ["http://127.0.0.1/callback", "http://localhost:4000/a/b?c=d"] {
            assert!(redirects.register(uri), "{uri}");
        }
        for uri in [
            "",
            "http://",
            "http://127.0.0.1",
            "https://127.0.0.1/",
            "http://127.0.0.1:x/",
            "http://127.0.0.1:65536/",
            "http://127.0.0.1:/",
            "http://127.0.0.1:+1/",
            "http://127.0.0.1@example.com/",
            "http://127.0.0.1.example.com/",
            "http://example.com/127.0.0.1/",
            "http://127.0.0.1/#fragment",
            "http://127.0.0.1/a b",
        ] {
            assert!(!redirects.register(uri), "{uri}");
        }
    }

    #[test]
    fn any_port_matches_but_the_path_must_be_equal() {
        let redirects = Redirects::default();
        assert_eq!(redirects.origin("http://127.0.0.1:4000/"), Some("http://127.0.0.1:4000"));
        assert_eq!(redirects.origin("http://localhost/"), Some("http://localhost"));
        assert_eq!(redirects.origin("http://127.0.0.1:4000/other"), None);
        assert_eq!(redirects.origin("http://127.0.0.1:4000/?more"), None);
    }
}
