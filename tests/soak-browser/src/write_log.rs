//! Hears from the page, on an origin of its own, which journal entries the browser has called stored. What it has heard
//! of was acknowledged, whatever becomes of the browser.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use pingone_mfa_e2e::Page;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Tells the witness of every entry whose transaction is complete.
const TELL: &str = r#"
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

/// Who was told of what.
pub(crate) struct WriteLog {
    /// Where to tell it.
    pub(crate) origin: String,
    heard: Arc<Mutex<HashSet<String>>>,
}

impl WriteLog {
    pub(crate) async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<HashSet<String>>> = Arc::default();
        let hearing = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(hear(stream, Arc::clone(&hearing)));
            }
        });
        Self { origin, heard }
    }

    /// Has a page that has just been loaded tell what it stores.
    pub(crate) async fn attend(&self, page: &Page) {
        page.ask(TELL, vec![json!(self.origin)]).await.expect("the page tells");
    }

    /// How many entries were called stored, and which of them are not among these.
    pub(crate) fn compare(&self, keys: &[(String, u64)]) -> (usize, Vec<String>) {
        let stored: HashSet<String> =
            keys.iter().map(|(run, number)| format!("/{}/{number}", run.replace(' ', "%20"))).collect();
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        (heard.len(), heard.difference(&stored).cloned().collect())
    }
}

/// One connection that is kept open. It ends with the browser.
async fn hear(stream: TcpStream, heard: Arc<Mutex<HashSet<String>>>) {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    while lines.read_line(&mut line).await.is_ok_and(|length| length > 0) {
        if let Some(path) = line.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()) {
            heard.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        }
        if line == "\r\n" && lines.get_mut().write_all(ANSWER).await.is_err() {
            return;
        }
        line.clear();
    }
}
