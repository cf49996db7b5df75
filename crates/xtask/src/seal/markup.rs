//! Finds inline code in the page.
//!
//! The page's policy is `script-src 'self'; style-src 'self'`, so inline code would silently not work; here it
//! fails the build instead. The page is only a few lines of our own, so a small tag parser is enough: it handles
//! comments, quotes and scripts.

use crate::failure::Failure;

/// The start tag of an element.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// Fails if the page contains an inline style, script or event handler.
pub(super) fn refuse_inline(html: &str) -> Result<(), Failure> {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").ok_or_else(|| refusal("a comment never ends"))?.1;
            continue;
        }
        if !after.starts_with(|first: char| first.is_ascii_alphabetic()) {
            rest = after;
            continue;
        }
        let (tag, content) = read_tag(after).ok_or_else(|| refusal("a tag never ends"))?;
        if let Some(problem) = tag.problem(content) {
            return Err(refusal(&problem));
        }
        rest = content;
    }
    Ok(())
}

impl Tag {
    fn problem(&self, content: &str) -> Option<String> {
        match self.name.as_str() {
            "style" => return Some("a <style> element is inline".to_owned()),
            "script" if self.value("src").is_none() || !is_empty_script(content) => {
                return Some("a <script> has code inside".to_owned());
            }
            _ => {}
        }
        self.attributes.iter().find_map(|(name, value)| self.attribute_problem(name, value))
    }

    fn attribute_problem(&self, name: &str, value: &str) -> Option<String> {
        let is_inline = name == "style"
            || name.starts_with("on")
            || value.trim_start().to_ascii_lowercase().starts_with("javascript:");
        if is_inline {
            return Some(format!("<{} {name}=…> is inline", self.name));
        }
        (name == "data-trunk").then(|| format!("Trunk left its own <{} data-trunk> in the page", self.name))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

fn is_empty_script(content: &str) -> bool {
    content.trim_start().starts_with("</")
}

/// Parses from after the `<` to after the `>`.
fn read_tag(text: &str) -> Option<(Tag, &str)> {
    let (name, mut rest) = split_before(text, |c| c.is_whitespace() || c == '>' || c == '/')?;
    let mut tag = Tag { name: name.to_ascii_lowercase(), ..Tag::default() };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        let (attribute, after) = read_attribute(rest)?;
        tag.attributes.push(attribute);
        rest = after;
    }
}

fn read_attribute(text: &str) -> Option<((String, String), &str)> {
    let (name, rest) = split_before(text, |c| c.is_whitespace() || matches!(c, '=' | '>' | '/'))?;
    let name = name.to_ascii_lowercase();
    let Some(value) = rest.trim_start().strip_prefix('=') else {
        return Some(((name, String::new()), rest));
    };
    let (value, rest) = read_value(value.trim_start())?;
    Some(((name, value.to_owned()), rest))
}

fn read_value(text: &str) -> Option<(&str, &str)> {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote);
        }
    }
    split_before(text, |c| c.is_whitespace() || c == '>')
}

fn split_before(text: &str, end: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    text.find(end).map(|at| text.split_at(at))
}

fn refusal(problem: &str) -> Failure {
    Failure::Seal {
        file: "index.html".to_owned(),
        problem: format!("{problem}; the page's policy allows files only, so move it into one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_only_links_files_is_accepted() {
        let html = "<!doctype html><html lang=en><!-- no <style> here -->\n<link rel='stylesheet' href=\"a.css\">\
                    <script type=\"module\" src=\"a.js\"></script><p title=\"a > b\">on = 1 < 2</p><br/></html>";
        assert!(refuse_inline(html).is_ok());
    }

    #[test]
    fn inline_code_is_found() {
        for inline in [
            "<style>b { color: red }</style>",
            "<STYLE media=print></STYLE>",
            "<p style=\"color: red\">",
            "<p class='a'style='color: red'>",
            "<script>start()</script>",
            "<script src=\"a.js\">start()</script>",
            "<script type=\"importmap\">{}</script>",
            "<body onload=start()>",
            "<img src=x OnError = 'start()'>",
            "<a href=\" JavaScript:start()\">",
        ] {
            assert!(refuse_inline(&format!("<html>{inline}</html>")).is_err(), "{inline}");
        }
    }

    #[test]
    fn a_link_that_trunk_did_not_remove_is_found() {
        let message = refuse_inline("<link data-trunk rel=\"rust\">").unwrap_err().to_string();
        assert!(message.contains("data-trunk"), "{message}");
    }

    #[test]
    fn markup_that_is_not_closed_is_refused() {
        assert!(refuse_inline("<!-- <style>").is_err());
        assert!(refuse_inline("<p title=\"").is_err());
    }
}
