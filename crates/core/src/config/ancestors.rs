//! Parsing of `frameAncestors`: the origins that may embed the page in a frame.

use pingone::json;
use serde_json::Value;

use super::ConfigFault;

const FIELD: &str = "frameAncestors";

/// Maximum number of origins: the content security policy that lists them too has a limited length.
const MAX_ORIGINS: usize = 20;

pub(super) fn ancestors(body: &Value) -> Result<Vec<String>, ConfigFault> {
    if json::at(body, FIELD).is_none() {
        return Ok(Vec::new());
    }
    let rows = json::list(body, FIELD)?;
    if rows.len() > MAX_ORIGINS {
        return Err(ConfigFault::new(FIELD, format!("must be a list of {MAX_ORIGINS} origins at most")));
    }
    let origin = |(index, row): (usize, &Value)| {
        let origin = row.as_str().filter(|text| is_origin(text)).map(str::to_owned);
        let problem = "must be an origin as the browser writes it, like https://portal.example.com: small letters, \
                       no path, no slash at the end, no *";
        origin.ok_or_else(|| ConfigFault::new(format!("{FIELD}[{index}]"), problem))
    };
    rows.iter().enumerate().map(origin).collect()
}

/// Whether a text is an origin exactly as a browser serializes it: browsers compare origins character by character.
fn is_origin(text: &str) -> bool {
    let (is_secure, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(authority), _) => (true, authority),
        (_, Some(authority)) => (false, authority),
        _ => return false,
    };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_default_port = port == Some(if is_secure { "443" } else { "80" });
    let is_port = |port: &str| !port.starts_with('0') && port.parse::<u16>().is_ok_and(|port| port > 0);
    let is_label = |label: &str| {
        let is_plain = label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
        !label.is_empty() && is_plain
    };
    let is_local = host == "localhost" || host == "127.0.0.1";
    (is_secure || is_local) && host.split('.').all(is_label) && !is_default_port && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::super::read_config;

    #[test]
    fn by_default_no_origin_may_frame_the_page() {
        for text in ["{}", r#"{"frameAncestors":null}"#, r#"{"frameAncestors":[]}"#] {
            assert_eq!(read_config(text).unwrap().frame_ancestors, Vec::<String>::new());
        }
    }

    #[test]
    fn origins_are_accepted_as_the_browser_serializes_them() {
        let text = r#"{"frameAncestors":["https://portal.example.com","https://a.example:8443","http://localhost:8080"]}"#;
        let expected = ["https://portal.example.com", "https://a.example:8443", "http://localhost:8080"];
        assert_eq!(read_config(text).unwrap().frame_ancestors, expected);
    }

    #[test]
    fn a_text_that_is_not_an_exact_origin_is_named_in_the_error() {
        for origin in [
            "*",
            "null",
            "https://*.example.com",
            "https://portal.example.com/",
            "https://portal.example.com/x",
            "https://Portal.example.com",
            "https://portal.example.com:443",
            "https://portal.example.com:",
            "https://portal.example.com:0",
            "https://portal.example.com:08",
            "https://portal.example.com:99999",
            "https://u@portal.example.com",
            "https://portal..example.com",
            "https://",
            "http://portal.example.com",
            "http://localhost:80",
            "http://127.0.0.1.evil.example",
            "portal.example.com",
            " https://portal.example.com",
            "https://pörtal.example",
            "",
        ] {
            let text = serde_json::json!({"frameAncestors": ["https://a.example", origin]}).to_string();
            let field = read_config(&text).map_err(|fault| fault.field);
            assert_eq!(field, Err("frameAncestors[1]".into()), "{origin}");
        }
        for text in [r#"{"frameAncestors":"https://a.example"}"#, r#"{"frameAncestors":{}}"#] {
            assert_eq!(read_config(text).map_err(|fault| fault.field), Err("frameAncestors".into()));
        }
        let many = serde_json::json!({"frameAncestors": vec!["https://a.example"; 21]}).to_string();
        assert_eq!(read_config(&many).map_err(|fault| fault.field), Err("frameAncestors".into()));
    }
}
