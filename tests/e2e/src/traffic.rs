//! Network requests of a browser, reconstructed from its `DevTools` events.

use serde_json::Value;

/// One request and the size of its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The address that was requested.
    pub url: String,
    /// Bytes of the body as transferred over the network.
    pub body: u64,
    /// All bytes of the response, including its head.
    pub whole: u64,
    /// Whether the response arrived completely.
    pub is_complete: bool,
}

/// The requests in a list of events, in order.
pub(crate) fn loads(events: &[Value]) -> Vec<Load> {
    let mut loads: Vec<(String, Load)> = Vec::new();
    for event in events {
        let parameters = &event["params"];
        let id = parameters["requestId"].as_str().unwrap_or_default();
        let bytes = parameters["encodedDataLength"].as_u64().unwrap_or_default();
        let known = loads.iter_mut().rev().find(|(known, _)| known == id).map(|(_, load)| load);
        match (event["method"].as_str().unwrap_or_default(), known) {
            ("Network.requestWillBeSent", _) => {
                let url = parameters["request"]["url"].as_str().unwrap_or_default().to_owned();
                loads.push((id.to_owned(), Load { url, body: 0, whole: 0, is_complete: false }));
            }
            ("Network.webSocketCreated" | "Network.webTransportCreated", _) => {
                let url = parameters["url"].as_str().unwrap_or_default().to_owned();
                loads.push((id.to_owned(), Load { url, body: 0, whole: 0, is_complete: false }));
            }
            ("Network.dataReceived", Some(load)) => load.body += bytes,
            ("Network.loadingFinished", Some(load)) => (load.whole, load.is_complete) = (bytes, true),
            _ => {}
        }
    }
    loads.into_iter().map(|(_, load)| load).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn transferred_bytes_are_counted_per_request() {
        let event = |method: &str, parameters: Value| json!({"method": method, "params": parameters});
        let sent = json!({"requestId": "1", "request": {"url": "http://page/a"}});
        let events = [
            event("Network.requestWillBeSent", sent),
            event(
                "Network.dataReceived",
                json!({"requestId": "1", "dataLength": 900, "encodedDataLength": 100}),
            ),
            event(
                "Network.dataReceived",
                json!({"requestId": "1", "dataLength": 90, "encodedDataLength": 10}),
            ),
            event("Network.loadingFinished", json!({"requestId": "1", "encodedDataLength": 310})),
            event("Network.dataReceived", json!({"requestId": "unknown", "encodedDataLength": 10})),
        ];
        let expected = Load { url: "http://page/a".to_owned(), body: 110, whole: 310, is_complete: true };
        assert_eq!(loads(&events), [expected]);
    }
}
