//! Changes the pages and the style for the demo. The product's files never pass through here.

use crate::failure::Failure;
use crate::hosting;

use super::text::replace_once;
use super::{HOLDS_TITLE, Parts};

const CHARSET: &str = r#"<meta charset="utf-8">"#;

/// Adds the demo's title, style and content security policy. The policy is in the page itself because a demo may be
/// hosted where headers can't be set.
pub(super) fn decorate(parts: Parts, style: &str) -> Result<Parts, Failure> {
    let policy = hosting::demo_policy();
    let rule = format!(r#"{CHARSET}<meta http-equiv="Content-Security-Policy" content="{policy}">"#);
    let decorate = |file: &str, html: &str| {
        let titled = replace_once(file, html, HOLDS_TITLE, "<title>Demo - PingOne MFA</title>")?;
        replace_once(file, &titled, CHARSET, &rule)
    };
    let (index, embed) = (decorate("index.html", &parts.index)?, decorate("embed.html", &parts.embed)?);
    let widget = format!("{}\n{style}", parts.widget);
    Ok(Parts { index, embed, widget, ..parts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::fixture;

    fn page() -> Parts {
        let head = format!("<head>{CHARSET}{HOLDS_TITLE}</head>");
        Parts { index: head.clone(), embed: head, ..fixture::parts() }
    }

    #[test]
    fn a_demo_has_its_own_title_and_a_policy_that_forbids_requests() {
        let decorated = decorate(page(), ".demo {}").unwrap();
        for html in [&decorated.index, &decorated.embed] {
            assert!(html.contains("<title>Demo - PingOne MFA</title>"), "{html}");
            assert!(html.contains("connect-src 'self';") && !html.contains("pingone.com"), "{html}");
        }
        assert!(decorated.widget.ends_with("\n.demo {}"));
    }

    #[test]
    fn a_page_without_its_title_is_named_in_the_failure() {
        let failure = decorate(fixture::parts(), "").unwrap_err();
        assert!(failure.to_string().contains("index.html"), "{failure}");
    }
}
