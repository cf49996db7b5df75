//! The server configuration of the release: one list of headers, rendered for each kind of server.
//!
//! All three files are rendered from [`headers`], so they can't disagree; the tests parse each of them and compare.

mod caddy;
mod headers;
mod nginx;
mod pages;

pub(crate) use headers::{CachePolicy, PINNED, Reach, is_for_portals};

/// A file of the release and its caching policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) name: String,
    pub(crate) keep: CachePolicy,
}

/// The configuration files for the served files: name and text.
pub(crate) fn files(served: &[Served], reach: Reach) -> [(&'static str, String); 3] {
    [
        ("_headers", pages::render(served, reach)),
        ("nginx.conf", nginx::render(reach)),
        ("Caddyfile", caddy::render(reach)),
    ]
}

/// The content security policy in the demo's page.
pub(crate) fn demo_policy() -> String {
    headers::unframed_policy(Reach::Itself, headers::PINGONE)
}

#[cfg(test)]
mod tests {
    use super::headers;
    use super::*;
    use std::collections::BTreeMap;

    type Headers = BTreeMap<String, String>;

    fn served() -> Vec<Served> {
        let file = |name: &str, keep| Served { name: name.to_owned(), keep };
        vec![
            file("0.1.0/element.js", CachePolicy::Immutable),
            file("0.1.0/pingone-mfa-0123456789abcdef.wasm", CachePolicy::Immutable),
            file("0.1.0/pingone-mfa-frame.d.ts", CachePolicy::Immutable),
            file("boot-0123456789abcdef.js", CachePolicy::Immutable),
            file("element-0123456789abcdef.js", CachePolicy::Immutable),
            file("embed.html", CachePolicy::Revalidate),
            file("index.html", CachePolicy::Revalidate),
            file("pingone-mfa-0123456789abcdef.wasm", CachePolicy::Immutable),
            file("pingone-mfa-frame-0123456789abcdef.js", CachePolicy::Immutable),
            file("pingone-mfa-frame.d.ts", CachePolicy::Revalidate),
            file("pingone-mfa-frame.js", CachePolicy::Revalidate),
            file("widget-0123456789abcdef.css", CachePolicy::Immutable),
        ]
    }

    /// The headers that the list itself defines for a file.
    fn expected(Served { name, keep }: &Served) -> Headers {
        let own = if headers::is_embed(name) {
            Vec::from(headers::embedded(Reach::PingOne))
        } else {
            Vec::from(headers::unframed(Reach::PingOne))
        };
        let mut headers: Headers =
            headers::common().chain(own).map(|(name, value)| (name.to_owned(), value)).collect();
        headers.insert("Cache-Control".to_owned(), keep.value().to_owned());
        if is_for_portals(name) {
            let (name, value) = headers::FOR_PORTALS;
            headers.insert(name.to_owned(), value.to_owned());
        }
        headers
    }

    #[test]
    fn the_headers_file_matches_the_list() {
        let text = pages::render(&served(), Reach::PingOne);
        for file in served() {
            let (mut applies, mut rendered) = (false, Headers::new());
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                if let Some(name) = line.strip_prefix("  ! ") {
                    assert!(!applies || rendered.remove(name).is_some(), "nothing to remove: {line}");
                    continue;
                }
                match line.strip_prefix("  ").and_then(|line| line.split_once(": ")) {
                    Some((name, value)) if applies => {
                        let before = rendered.insert(name.to_owned(), value.to_owned());
                        assert_eq!(before, None, "Cloudflare would join the two values for {}", file.name);
                    }
                    Some(_) => {}
                    None => {
                        let is_embed = line == "/embed*" && file.name.starts_with("embed");
                        applies = is_embed || line == "/*" || line == format!("/{}", file.name);
                    }
                }
            }
            assert_eq!(rendered, expected(&file), "{}", file.name);
        }
    }

    #[test]
    fn the_start_page_is_revalidated_under_its_short_address_too() {
        let text = pages::render(&served(), Reach::PingOne);
        for path in ["/", "/index.html", "/config.json"] {
            assert!(text.contains(&format!("\n{path}\n  Cache-Control: no-cache\n")), "{path} in {text}");
        }
    }

    #[test]
    fn the_demo_may_only_connect_to_its_own_origin_on_every_server() {
        for (name, text) in files(&served(), Reach::Itself) {
            assert!(text.contains("connect-src 'self'; "), "{name}");
            assert!(
                !text.contains("pingone.com") && !text.contains("$pingone_mfa_connect"),
                "{name}: {text}"
            );
        }
    }

    #[test]
    fn no_line_exceeds_cloudflare_s_limit() {
        for line in pages::render(&served(), Reach::PingOne).lines() {
            assert!(line.len() <= 2_000, "{} characters: {line}", line.len());
        }
    }

    /// The values of nginx's variables after its conditions were evaluated for a file that exists.
    fn nginx_variables(text: &str, Served { name, keep }: &Served) -> Headers {
        let uri = |pattern: &str| format!("$uri ~ \"{pattern}\"");
        let mut variables = Headers::new();
        let mut applies = true;
        for line in text.lines().map(str::trim) {
            if let Some(condition) = line.strip_prefix("if (") {
                applies = match condition.trim_end_matches(") {") {
                    "!-f $request_filename" | "$http_range" => false,
                    condition if condition == uri(headers::EMBED) => headers::is_embed(name),
                    condition if condition == uri(&headers::for_portals()) => is_for_portals(name),
                    condition if condition == uri(&headers::kept()) => *keep == CachePolicy::Immutable,
                    other => panic!("unknown condition: {other}"),
                };
            } else if line == "}" {
                applies = true;
            } else if let Some(set) = line.strip_prefix("set $").filter(|_| applies) {
                let (variable, value) = set.split_once(' ').unwrap();
                let value = value.split('#').next().unwrap().trim().trim_end_matches(';').trim_matches('"');
                let value = substitute(value, &variables);
                variables.insert(format!("${variable}"), value);
            }
        }
        variables
    }

    fn substitute(value: &str, variables: &Headers) -> String {
        variables
            .iter()
            .fold(value.to_owned(), |value, (name, content)| value.replace(name.as_str(), content))
    }

    #[test]
    fn nginx_matches_the_list() {
        let text = nginx::render(Reach::PingOne);
        for file in served() {
            let variables = nginx_variables(&text, &file);
            let mut rendered = Headers::new();
            for line in text.lines().filter_map(|line| line.trim().strip_prefix("add_header ")) {
                let (name, value) = line.split_once(' ').unwrap();
                let value = value.trim_end_matches(';').trim_end_matches(" always");
                let value = substitute(value.trim_matches('"'), &variables);
                // nginx doesn't send a header whose value is empty.
                if !value.is_empty() {
                    assert_eq!(
                        rendered.insert(name.to_owned(), value),
                        None,
                        "{name} twice for {}",
                        file.name
                    );
                }
            }
            assert_eq!(rendered, expected(&file), "{}", file.name);
        }
    }

    #[test]
    fn caddy_matches_the_list() {
        let text = caddy::render(Reach::PingOne);
        for file in served() {
            let mut rendered = Headers::new();
            let (mut block, mut applies) = (String::new(), false);
            for line in text.lines().map(str::trim) {
                if let Some(head) = line.strip_prefix("header ").and_then(|head| head.strip_suffix(" {")) {
                    block = head.to_owned();
                    applies = match head {
                        "*" => true,
                        "@kept" => file.keep == CachePolicy::Immutable,
                        "@asked" => file.keep == CachePolicy::Revalidate,
                        "@portals" => is_for_portals(&file.name),
                        "@framed" => headers::is_embed(&file.name),
                        "@unframed" => !headers::is_embed(&file.name),
                        other => panic!("unknown matcher: {other}"),
                    };
                } else if line == "}" {
                    block.clear();
                } else if !block.is_empty() && applies && !line.starts_with('#') {
                    let (name, value) = line.split_once(' ').unwrap();
                    rendered.insert(name.to_owned(), value.trim_matches('"').to_owned());
                }
            }
            assert_eq!(rendered, expected(&file), "{}", file.name);
        }
    }
}
