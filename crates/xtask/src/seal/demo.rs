//! What the demo's pages and style have besides. The product's files never pass through here.

use super::text::replace_once;
use super::{HOLDS_TITLE, Parts};
use crate::failure::Failure;
use crate::hosting;

const CHARSET: &str = r#"<meta charset="utf-8">"#;

/// The parts with the demo's title and style. Its page says by itself that nothing may be sent, because a demo may stand
/// where no header can be set.
pub(super) fn dress(parts: Parts, style: &str) -> Result<Parts, Failure> {
    let policy = hosting::demo_policy();
    let rule = format!(r#"{CHARSET}<meta http-equiv="Content-Security-Policy" content="{policy}">"#);
    let dress = |file: &str, html: &str| {
        let titled = replace_once(file, html, HOLDS_TITLE, "<title>Demo - PingOne MFA</title>")?;
        replace_once(file, &titled, CHARSET, &rule)
    };
    let (index, embed) = (dress("index.html", &parts.index)?, dress("embed.html", &parts.embed)?);
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
    fn a_demo_says_so_in_its_title_and_forbids_itself_to_send() {
        let dressed = dress(page(), ".demo {}").unwrap();
        for html in [&dressed.index, &dressed.embed] {
            assert!(html.contains("<title>Demo - PingOne MFA</title>"), "{html}");
            assert!(html.contains("connect-src 'self';") && !html.contains("pingone.com"), "{html}");
        }
        assert!(dressed.widget.ends_with("\n.demo {}"));
    }

    #[test]
    fn a_page_without_its_title_is_named() {
        let failure = dress(fixture::parts(), "").unwrap_err();
        assert!(failure.to_string().contains("index.html"), "{failure}");
    }
}
