//! Search for a key that is written twice in one object: JSON readers take one of the two without a word.

/// The first key that its object has twice. The text must be JSON. Keys are compared as they are written.
pub(super) fn repeated_key(json: &str) -> Option<&str> {
    let mut objects: Vec<Vec<&str>> = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.find(['{', '}', '"']) {
        let (found, after) = rest.get(at..)?.split_at_checked(1)?;
        rest = after;
        match found {
            "{" => objects.push(Vec::new()),
            "}" => drop(objects.pop()),
            _ => {
                let (text, after) = after.split_at_checked(end_of_text(after)?)?;
                rest = after.get(1..)?;
                if !rest.trim_start().starts_with(':') {
                    continue;
                }
                let keys = objects.last_mut()?;
                if keys.contains(&text) {
                    return Some(text);
                }
                keys.push(text);
            }
        }
    }
    None
}

/// Where the quote is that ends a text.
fn end_of_text(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.find(|character| {
        let is_end = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_repeated_only_within_its_own_object() {
        for (json, expected) in [
            (r#"{"rate":{"read":1},"rate":{"read":1}}"#, Some("rate")),
            (r#"{"rate":{"read":1,"read" : 2}}"#, Some("read")),
            (r#"{"regions":[{"code":"A"},{"code":"B","label":"","code":"C"}]}"#, Some("code")),
            (r#"{"notice":"\"","support":"\\","notice":""}"#, Some("notice")),
            (r#"{"regions":[{"code":"A"},{"code":"A"}],"code":"A"}"#, None),
            (r#"{"notice":"{\"a\":1,\"a\":2}","support":"notice"}"#, None),
            (r#"{"views":["users","users"]}"#, None),
            ("[]", None),
        ] {
            assert_eq!(repeated_key(json), expected, "{json}");
        }
    }
}
