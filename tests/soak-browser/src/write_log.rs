//! Records which journal entries the browser has reported as stored. The page reports them to a server on another
//! origin, so the record survives the browser.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use pingone_mfa_e2e::Page;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Reports every entry whose transaction is complete.
const REPORT_WRITES: &str = r#"
const [origin, done] = arguments;
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (value, key) {
  const request = add.call(this, value, key);
  const path = key.map(encodeURIComponent).join("/");
  this.transaction.addEventListener("complete", () => { fetch(`${origin}/${path}`).catch(() => {}); });
  return request;
};
done();
"#;

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n\r\n";

/// The reported entries, and the server that receives them.
pub(crate) struct WriteLog {
    pub(crate) origin: String,
    reported: Arc<Mutex<HashSet<String>>>,
}

impl WriteLog {
    pub(crate) async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let reported: Arc<Mutex<HashSet<String>>> = Arc::default();
        let shared = Arc::clone(&reported);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(receive(stream, Arc::clone(&shared)));
            }
        });
        Self { origin, reported }
    }

    /// Makes a page that was just loaded report what it stores.
    pub(crate) async fn watch(&self, page: &Page) {
        page.ask(REPORT_WRITES, vec![json!(self.origin)]).await.expect("the page tells");
    }

    /// The number of reported entries, and those that aren't among `keys`.
    pub(crate) fn compare(&self, keys: &[(String, u64)]) -> (usize, Vec<String>) {
        let stored: HashSet<String> =
            keys.iter().map(|(run, number)| format!("/{}/{number}", run.replace(' ', "%20"))).collect();
        let reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        (reported.len(), reported.difference(&stored).cloned().collect())
    }
}

/// Receives reports over one connection, which is kept open until the browser exits.
async fn receive(stream: TcpStream, reported: Arc<Mutex<HashSet<String>>>) {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    while lines.read_line(&mut line).await.is_ok_and(|length| length > 0) {
        if let Some(path) = line.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()) {
            reported.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        }
        if line == "\r\n" && lines.get_mut().write_all(ANSWER).await.is_err() {
            return;
        }
        line.clear();
    }
}
