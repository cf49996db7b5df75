//! How the release wants to be served: one list of headers, written for each kind of server.
//!
//! The three files come from [`headers`] alone, so that they can't say different things; the tests read each of them
//! back and compare.

mod caddy;
mod headers;
mod nginx;
mod pages;

pub(crate) use headers::{Keep, PINNED, Reach, is_for_portals};

/// A file of the release, and how long a browser may keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) name: String,
    pub(crate) keep: Keep,
}

/// The files that tell servers how to serve these ones: name and text.
pub(crate) fn files(served: &[Served], reach: Reach) -> [(&'static str, String); 3] {
    [
        ("_headers", pages::render(served, reach)),
        ("nginx.conf", nginx::render(reach)),
        ("Caddyfile", caddy::render(reach)),
    ]
}

/// What the demo's page says of itself.
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
            file("0.1.0/element.js", Keep::Forever),
            file("0.1.0/pingone-mfa-0123456789abcdef.wasm", Keep::Forever),
            file("0.1.0/pingone-mfa-frame.d.ts", Keep::Forever),
            file("boot-0123456789abcdef.js", Keep::Forever),
            file("element-0123456789abcdef.js", Keep::Forever),
            file("embed.html", Keep::Ask),
            file("index.html", Keep::Ask),
            file("pingone-mfa-0123456789abcdef.wasm", Keep::Forever),
            file("pingone-mfa-frame-0123456789abcdef.js", Keep::Forever),
            file("pingone-mfa-frame.d.ts", Keep::Ask),
            file("pingone-mfa-frame.js", Keep::Ask),
            file("widget-0123456789abcdef.css", Keep::Forever),
        ]
    }

    /// What the list itself says about a file.
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
    fn the_headers_file_says_what_the_list_says() {
        let text = pages::render(&served(), Reach::PingOne);
        for file in served() {
            let (mut applies, mut said) = (false, Headers::new());
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                if let Some(name) = line.strip_prefix("  ! ") {
                    assert!(!applies || said.remove(name).is_some(), "nothing to take away: {line}");
                    continue;
                }
                match line.strip_prefix("  ").and_then(|line| line.split_once(": ")) {
                    Some((name, value)) if applies => {
                        let before = said.insert(name.to_owned(), value.to_owned());
                        assert_eq!(
                            before, None,
                            "Cloudflare would join what is said twice about {}",
                            file.name
                        );
                    }
                    Some(_) => {}
                    None => {
                        let is_embed = line == "/embed*" && file.name.starts_with("embed");
                        applies = is_embed || line == "/*" || line == format!("/{}", file.name);
                    }
                }
            }
            assert_eq!(said, expected(&file), "{}", file.name);
        }
    }

    #[test]
    fn the_start_page_is_asked_for_again_by_its_short_address_too() {
        let text = pages::render(&served(), Reach::PingOne);
        for path in ["/", "/index.html", "/config.json"] {
            assert!(text.contains(&format!("\n{path}\n  Cache-Control: no-cache\n")), "{path} in {text}");
        }
    }

    #[test]
    fn the_demo_may_ask_nobody_else_whoever_serves_it() {
        for (name, text) in files(&served(), Reach::Itself) {
            assert!(text.contains("connect-src 'self'; "), "{name}");
            assert!(
                !text.contains("pingone.com") && !text.contains("$pingone_mfa_connect"),
                "{name}: {text}"
            );
        }
    }

    #[test]
    fn no_line_is_longer_than_cloudflare_takes() {
        for line in pages::render(&served(), Reach::PingOne).lines() {
            assert!(line.len() <= 2_000, "{} characters: {line}", line.len());
        }
    }

    /// nginx's variables as they are after its conditions were asked about a file that is there.
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
                    condition if condition == uri(&headers::kept()) => *keep == Keep::Forever,
                    other => panic!("a condition that this test doesn't know: {other}"),
                };
            } else if line == "}" {
                applies = true;
            } else if let Some(set) = line.strip_prefix("set $").filter(|_| applies) {
                let (variable, value) = set.split_once(' ').unwrap();
                let value = value.split('#').next().unwrap().trim().trim_end_matches(';').trim_matches('"');
                let value = filled_in(value, &variables);
                variables.insert(format!("${variable}"), value);
            }
        }
        variables
    }

    fn filled_in(value: &str, variables: &Headers) -> String {
        variables
            .iter()
            .fold(value.to_owned(), |value, (name, content)| value.replace(name.as_str(), content))
    }

    #[test]
    fn nginx_says_what_the_list_says() {
        let text = nginx::render(Reach::PingOne);
        for file in served() {
            let variables = nginx_variables(&text, &file);
            let mut said = Headers::new();
            for line in text.lines().filter_map(|line| line.trim().strip_prefix("add_header ")) {
                let (name, value) = line.split_once(' ').unwrap();
                let value = value.trim_end_matches(';').trim_end_matches(" always");
                let value = filled_in(value.trim_matches('"'), &variables);
                // nginx leaves out a header whose value is empty.
                if !value.is_empty() {
                    assert_eq!(said.insert(name.to_owned(), value), None, "{name} twice for {}", file.name);
                }
            }
            assert_eq!(said, expected(&file), "{}", file.name);
        }
    }

    #[test]
    fn caddy_says_what_the_list_says() {
        let text = caddy::render(Reach::PingOne);
        for file in served() {
            let mut said = Headers::new();
            let (mut block, mut applies) = (String::new(), false);
            for line in text.lines().map(str::trim) {
                if let Some(head) = line.strip_prefix("header ").and_then(|head| head.strip_suffix(" {")) {
                    block = head.to_owned();
                    applies = match head {
                        "*" => true,
                        "@kept" => file.keep == Keep::Forever,
                        "@asked" => file.keep == Keep::Ask,
                        "@portals" => is_for_portals(&file.name),
                        "@framed" => headers::is_embed(&file.name),
                        "@unframed" => !headers::is_embed(&file.name),
                        other => panic!("a matcher that this test doesn't know: {other}"),
                    };
                } else if line == "}" {
                    block.clear();
                } else if !block.is_empty() && applies && !line.starts_with('#') {
                    let (name, value) = line.split_once(' ').unwrap();
                    said.insert(name.to_owned(), value.trim_matches('"').to_owned());
                }
            }
            assert_eq!(said, expected(&file), "{}", file.name);
        }
    }
}
