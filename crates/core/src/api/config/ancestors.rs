//! Reads which origins may frame the product.

use serde_json::Value;

use crate::api::json;

use super::ConfigFault;

const FIELD: &str = "frameAncestors";

/// How many there may be: the line of the policy that names them too has a limited length.
const MOST: usize = 20;

pub(super) fn ancestors(body: &Value) -> Result<Vec<String>, ConfigFault> {
    if json::at(body, FIELD).is_none() {
        return Ok(Vec::new());
    }
    let rows = json::list(body, FIELD)?;
    if rows.len() > MOST {
        return Err(ConfigFault::new(FIELD, format!("must be a list of {MOST} origins at most")));
    }
    let origin = |(index, row): (usize, &Value)| {
        let origin = row.as_str().filter(|text| is_origin(text)).map(str::to_owned);
        let problem = "must be an origin as the browser writes it, like https://portal.example.com: small letters, \
                       no path, no slash at the end, no *";
        origin.ok_or_else(|| ConfigFault::new(format!("{FIELD}[{index}]"), problem))
    };
    rows.iter().enumerate().map(origin).collect()
}

/// Whether a browser could write an origin so: what it compares, it compares letter by letter.
fn is_origin(text: &str) -> bool {
    let (is_secure, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(authority), _) => (true, authority),
        (_, Some(authority)) => (false, authority),
        _ => return false,
    };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_usual = port == Some(if is_secure { "443" } else { "80" });
    let is_port = |port: &str| !port.starts_with('0') && port.parse::<u16>().is_ok_and(|port| port > 0);
    let is_label = |label: &str| {
        let letters = label.bytes().all(|letter| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-' || letter == b'_'
        });
        !label.is_empty() && letters
    };
    let is_here = host == "localhost" || host == "127.0.0.1";
    (is_secure || is_here) && host.split('.').all(is_label) && !is_usual && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use crate::api::config::read_config;

    #[test]
    fn nobody_may_frame_the_product_unless_it_is_said() {
        for text in ["{}", r#"{"frameAncestors":null}"#, r#"{"frameAncestors":[]}"#] {
            assert_eq!(read_config(text).unwrap().frame_ancestors, Vec::<String>::new());
        }
    }

    #[test]
    fn an_origin_is_taken_as_the_browser_writes_it() {
        let text = r#"{"frameAncestors":["https://portal.example.com","https://a.example:8443","http://localhost:8080"]}"#;
        let expected = ["https://portal.example.com", "https://a.example:8443", "http://localhost:8080"];
        assert_eq!(read_config(text).unwrap().frame_ancestors, expected);
    }

    #[test]
    fn what_no_browser_writes_or_what_is_no_exact_origin_is_named() {
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
