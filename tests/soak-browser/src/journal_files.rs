//! Reads the page's journal from the browser's database (IndexedDB).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pingone_mfa_core::run::journal::{Restored, restore};
use pingone_mfa_e2e::Page;
use serde_json::Value;

/// The database isn't created if it is missing: the page would then find an empty one.
const READ: &str = r#"
const done = arguments[arguments.length - 1];
(async () => {
  const known = await indexedDB.databases();
  if (!known.some(({ name }) => name === "pingone-mfa")) return [];
  const answered = (request) => new Promise((hear, fail) => {
    request.onsuccess = () => hear(request.result);
    request.onerror = () => fail(request.error);
  });
  const database = await answered(indexedDB.open("pingone-mfa"));
  try {
    const store = database.transaction("records").objectStore("records");
    const [keys, values] = await Promise.all([answered(store.getAllKeys()), answered(store.getAll())]);
    return keys.map(([run, number], place) =>
      [run, number, btoa(String.fromCharCode(...new Uint8Array(values[place])))]);
  } finally {
    database.close();
  }
})().then(done, (error) => done(String(error)));
"#;

/// The journal of the only stored run.
pub(crate) struct JournalFiles {
    /// The keys of its entries: the run's name and a sequence number.
    pub(crate) keys: Vec<(String, u64)>,
    entries: Vec<Vec<u8>>,
}

impl JournalFiles {
    /// Reads the journal without using the page's code.
    pub(crate) async fn read(page: &Page) -> Self {
        let read = page.ask(READ, vec![]).await.expect("the page answers");
        let rows = read.as_array().unwrap_or_else(|| panic!("the database can't be read: {read}"));
        let entry = |row: &Value| {
            let key = (row[0].as_str().map(str::to_owned)?, row[1].as_u64()?);
            Some((key, STANDARD.decode(row[2].as_str()?).ok()?))
        };
        let (keys, entries) = rows.iter().map(|row| entry(row).expect("a key and bytes")).unzip();
        Self { keys, entries }
    }

    /// The restored run; `None` if nothing is stored.
    pub(crate) fn restored(&self) -> Option<Restored> {
        (!self.entries.is_empty()).then(|| restore(&self.entries).expect("the journal can't be restored"))
    }
}
