//! The journal of runs in the browser's IndexedDB: one store with keys `[run, number]` and bytes as values.
//!
//! A database may never respond: another page holds it, the disk hangs, or something has replaced the browser's
//! function. So each step (opening, every request, the end of a transaction) has a time limit. An abandoned
//! transaction is aborted, and a connection that opens late is closed unused, so that nothing is stored after newer
//! records.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use futures::future::{Either, FutureExt, select};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use pingone::clock::Clock;
use pingone::fault::JournalFault;
use pingone::time::Millis;
use pingone::time_limit::within;
use pingone_mfa_core::run::ports::{Journal, JournalAnswer};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    IdbCursor, IdbCursorDirection, IdbCursorWithValue, IdbDatabase, IdbKeyRange, IdbObjectStore,
    IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
};

const DATABASE: &str = "pingone-mfa";
const VERSION: u32 = 1;
const STORE: &str = "records";

/// How many records are read at once.
const RECORDS_AT_ONCE: u32 = 1000;

/// Time limit of one step. Writing to a busy disk takes a second or two.
const LIMIT: Millis = Millis::seconds(8);

#[wasm_bindgen]
extern "C" {
    /// A database whose transactions take options. In web-sys this is unstable.
    #[wasm_bindgen(extends = IdbDatabase)]
    #[derive(Clone, PartialEq)]
    type Database;

    #[wasm_bindgen(method, catch, js_name = "transaction")]
    fn begin(
        this: &Database,
        store: &str,
        mode: IdbTransactionMode,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}

pub(crate) struct BrowserJournal(Rc<Connection>);

impl BrowserJournal {
    /// The database is opened only when it is needed.
    pub(crate) fn new(clock: Rc<dyn Clock>) -> Self {
        Self::of(DATABASE, VERSION, clock)
    }

    fn of(name: &'static str, version: u32, clock: Rc<dyn Clock>) -> Self {
        Self(Rc::new(Connection { name, version, database: RefCell::default(), clock }))
    }

    /// Works on the store in one transaction. It runs as its own task: a transaction ends as soon as it has no
    /// pending request, so it can't wait until its caller is polled again.
    fn transact<T: 'static>(
        &self,
        mode: IdbTransactionMode,
        work: impl AsyncFnOnce(Store) -> Result<T, Failure> + 'static,
    ) -> JournalAnswer<T> {
        let connection = Rc::clone(&self.0);
        let (sender, receiver) = oneshot::channel();
        spawn_local(async move {
            // The caller may have stopped waiting.
            let _ = sender.send(connection.transact(mode, work).await);
        });
        receiver
            .map(|answer| answer.unwrap_or_else(|_| Err(JournalFault::Failed(ABORTED.into()))))
            .boxed_local()
    }
}

impl Journal for BrowserJournal {
    fn append(&self, run: &str, records: Vec<Vec<u8>>) -> JournalAnswer<()> {
        let run = run.to_owned();
        self.transact(IdbTransactionMode::Readwrite, async move |store| append(&store, &run, &records).await)
    }

    fn read(&self, run: &str) -> JournalAnswer<Vec<Vec<u8>>> {
        let run = run.to_owned();
        self.transact(IdbTransactionMode::Readonly, async move |store| read(&store, &run).await)
    }

    fn list(&self) -> JournalAnswer<Vec<(String, Vec<u8>)>> {
        self.transact(IdbTransactionMode::Readonly, async move |store| list(&store).await)
    }

    fn delete(&self, run: &str) -> JournalAnswer<()> {
        let run = run.to_owned();
        self.transact(IdbTransactionMode::Readwrite, async move |store| {
            store.objects.delete(&range(&run)?)?;
            Ok(())
        })
    }
}

/// Why a step failed.
enum Failure {
    /// It timed out.
    Silent,
    /// A page with another version keeps the database open.
    Blocked,
    /// An error from the browser.
    Browser(JsValue),
}

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        Self::Browser(error)
    }
}

/// The store within one transaction, with the clock for the time limits.
struct Store {
    objects: IdbObjectStore,
    clock: Rc<dyn Clock>,
}

impl Store {
    async fn answer(&self, request: &IdbRequest) -> Result<JsValue, Failure> {
        in_time(&*self.clock, answer(request)).await
    }
}

async fn in_time<T>(clock: &dyn Clock, step: impl Future<Output = Result<T, JsValue>>) -> Result<T, Failure> {
    let step = std::pin::pin!(step);
    within(clock, LIMIT, step).await.map_err(|_| Failure::Silent)?.map_err(Failure::Browser)
}

async fn append(store: &Store, run: &str, records: &[Vec<u8>]) -> Result<(), Failure> {
    // Looked up each time: another page may have written records, if it took over the lease.
    let mut number = next_number(store, run).await?;
    for record in records {
        let key = Array::of2(&run.into(), &number.into());
        // A request that fails aborts the transaction, whose end is awaited.
        store.objects.add_with_key(&Uint8Array::from(record.as_slice()), &key)?;
        number += 1.0;
    }
    Ok(())
}

/// One more than the last number of a run.
async fn next_number(store: &Store, run: &str) -> Result<f64, Failure> {
    let request =
        store.objects.open_key_cursor_with_range_and_direction(&range(run)?, IdbCursorDirection::Prev)?;
    let last = store.answer(&request).await?;
    if last.is_null() {
        return Ok(0.0);
    }
    let key = Array::from(&last.unchecked_into::<IdbCursor>().key()?);
    // The successor of the last number is never taken. A key without a number has none, and 0 is used.
    Ok(key.get(1).as_f64().map_or(0.0, |number| number + 1.0))
}

/// Reads the records in batches: reading a large run at once would block the page.
async fn read(store: &Store, run: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let mut read = Vec::new();
    let mut rest = range(run)?;
    loop {
        let keys = store.objects.get_all_keys_with_key_and_limit(&rest, RECORDS_AT_ONCE)?;
        let records = store.objects.get_all_with_key_and_limit(&rest, RECORDS_AT_ONCE)?;
        let (keys, records) = futures::try_join!(store.answer(&keys), store.answer(&records))?;
        let records = Array::from(&records);
        read.extend(records.iter().map(|record| bytes(&record)));
        if records.length() < RECORDS_AT_ONCE {
            return Ok(read);
        }
        let last = Array::from(&keys).pop();
        rest = IdbKeyRange::bound_with_lower_open(&last, &end(run), true)?.into();
    }
}

async fn list(store: &Store) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let request = store.objects.open_cursor()?;
    let mut runs = Vec::new();
    loop {
        let cursor = store.answer(&request).await?;
        if cursor.is_null() {
            return Ok(runs);
        }
        let cursor: IdbCursorWithValue = cursor.unchecked_into();
        let run = Array::from(&cursor.key()?).get(0).as_string().unwrap_or_default();
        // Skips to the next run, because only the first record of each is needed.
        cursor.continue_with_key(&end(&run))?;
        runs.push((run, bytes(&cursor.value()?)));
    }
}

fn bytes(record: &JsValue) -> Vec<u8> {
    Uint8Array::new(record).to_vec()
}

fn range(run: &str) -> Result<JsValue, JsValue> {
    IdbKeyRange::bound(&Array::of1(&run.into()), &end(run)).map(JsValue::from)
}

/// Upper bound of a run's keys. Arrays sort after numbers.
fn end(run: &str) -> Array {
    Array::of2(&run.into(), &Array::new())
}

/// The connection, opened when it is needed and reopened when it was lost.
struct Connection {
    name: &'static str,
    version: u32,
    database: RefCell<Option<Database>>,
    clock: Rc<dyn Clock>,
}

impl Connection {
    async fn transact<T>(
        self: Rc<Self>,
        mode: IdbTransactionMode,
        work: impl AsyncFnOnce(Store) -> Result<T, Failure>,
    ) -> Result<T, JournalFault> {
        // What doesn't depend on `work` is boxed, so that it is compiled once.
        let transaction = self.begin(mode).boxed_local().await?;
        let stored = match self.store_of(&transaction) {
            Ok(store) => work(store).await,
            Err(error) => Err(Failure::Browser(error)),
        };
        match stored {
            Ok(value) => self.complete(transaction).boxed_local().await.map(|()| value),
            Err(failure) => Err(self.abandon(&transaction, failure)),
        }
    }

    async fn begin(self: &Rc<Self>, mode: IdbTransactionMode) -> Result<Transaction, JournalFault> {
        let open = self.database.borrow().clone();
        // A connection that the browser has closed can't begin a transaction. Then a new one is opened, or reports
        // why it can't be.
        if let Some(begun) = open.and_then(|database| begin(&database, mode).ok()) {
            return Ok(begun);
        }
        self.close();
        let database = self.open().await.map_err(|failure| named(failure, opening_fault))?;
        self.keep(&database);
        begin(&database, mode).map_err(|error| fault(&error))
    }

    fn store_of(&self, transaction: &Transaction) -> Result<Store, JsValue> {
        let objects = transaction.begun.object_store(STORE)?;
        Ok(Store { objects, clock: Rc::clone(&self.clock) })
    }

    /// Waits until everything is stored, or nothing.
    async fn complete(&self, mut transaction: Transaction) -> Result<(), JournalFault> {
        let ended = &mut transaction.ended;
        let failure = match in_time(&*self.clock, async { Ok(ended.await) }).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(_)) => Failure::Browser(transaction.begun.error().into()),
            Err(failure) => failure,
        };
        Err(self.abandon(&transaction, failure))
    }

    fn abandon(&self, transaction: &Transaction, failure: Failure) -> JournalFault {
        // If the transaction has ended, there is nothing to undo.
        let _ = transaction.begun.abort();
        // After any failure, the next call opens a new connection.
        self.close();
        named(failure, fault)
    }

    async fn open(&self) -> Result<Database, Failure> {
        let factory = web_sys::window().ok_or(JsValue::NULL)?.indexed_db()?.ok_or(JsValue::NULL)?;
        let request = known(factory.open_with_u32(self.name, self.version)?)?;
        let upgrading = request.clone();
        // If this throws, the request ends with an error.
        let upgrade = Closure::once_into_js(move || create_store(&upgrading));
        request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
        opened(&*self.clock, &request).await
    }

    fn keep(self: &Rc<Self>, database: &Database) {
        let connection = Rc::downgrade(self);
        let closing = database.clone();
        let lost = Closure::once_into_js(move || {
            // A newer page waits until all older connections are closed.
            closing.close();
            forget(&connection, &closing);
        });
        let lost: &Function = lost.unchecked_ref();
        database.set_onversionchange(Some(lost));
        // Transactions are notified before this, by their `abort` event.
        database.set_onclose(Some(lost));
        if let Some(other) = self.database.replace(Some(database.clone())) {
            other.close();
        }
    }

    fn close(&self) {
        if let Some(database) = self.database.take() {
            // Transactions in progress still complete.
            database.close();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

/// A transaction, and the promise of its end.
struct Transaction {
    begun: IdbTransaction,
    ended: JsFuture,
}

fn begin(database: &Database, mode: IdbTransactionMode) -> Result<Transaction, JsValue> {
    let options = Object::new();
    // Without it, some browsers report a transaction as complete before it is on the disk.
    Reflect::set(&options, &"durability".into(), &"strict".into())?;
    let begun = known(database.begin(STORE, mode, &options)?)?;
    // Heard from the beginning, because the transaction may end before the work does.
    let ended = JsFuture::from(Promise::new(&mut |complete, abort| {
        begun.set_oncomplete(Some(&complete));
        begun.set_onabort(Some(&abort));
    }));
    Ok(Transaction { begun, ended })
}

/// If something has replaced the browser's function, the result may not be an object, and accessing it would throw.
fn known<T: AsRef<JsValue>>(returned: T) -> Result<T, JsValue> {
    if returned.as_ref().is_object() { Ok(returned) } else { Err(JsValue::NULL) }
}

/// Drops the connection, unless a new one is open already.
fn forget(connection: &Weak<Connection>, closed: &Database) {
    if let Some(connection) = connection.upgrade() {
        connection.database.borrow_mut().take_if(|open| open == closed);
    }
}

fn create_store(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    request.result()?.unchecked_into::<IdbDatabase>().create_object_store(STORE)?;
    Ok(())
}

async fn opened(clock: &dyn Clock, request: &IdbOpenDbRequest) -> Result<Database, Failure> {
    let blocked = Promise::new(&mut |blocked, _| request.set_onblocked(Some(&blocked)));
    let opening = Box::pin(in_time(clock, answer(request)));
    let opened = match select(opening, JsFuture::from(blocked)).await {
        Either::Left((database, _)) => database,
        Either::Right(_) => Err(Failure::Blocked),
    };
    if opened.is_err() {
        close_when_opened(request);
    }
    Ok(known(opened?)?.unchecked_into())
}

/// Closes a connection that opens after its caller gave up: it would block other pages.
fn close_when_opened(request: &IdbOpenDbRequest) {
    let late = request.clone();
    let close = Closure::once_into_js(move || {
        late.result().map(|database| database.unchecked_into::<IdbDatabase>().close())
    });
    request.set_onsuccess(Some(close.unchecked_ref()));
}

async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let request = known(request)?;
    let answered = Promise::new(&mut |success, error| {
        request.set_onsuccess(Some(&success));
        request.set_onerror(Some(&error));
    });
    match JsFuture::from(answered).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error()?.into()),
    }
}

/// The error name of an aborted transaction, used if there isn't another name.
const ABORTED: &str = "AbortError";

fn named(failure: Failure, fault: fn(&JsValue) -> JournalFault) -> JournalFault {
    match failure {
        Failure::Silent => JournalFault::Silent,
        Failure::Blocked => JournalFault::Blocked,
        Failure::Browser(error) => fault(&error),
    }
}

fn fault(error: &JsValue) -> JournalFault {
    match name(error).as_deref() {
        Some("QuotaExceededError") => JournalFault::Full,
        Some("VersionError") => JournalFault::Newer,
        other => JournalFault::Failed(other.unwrap_or(ABORTED).to_owned()),
    }
}

/// An error without a name comes from this module: the database is missing or blocked.
fn opening_fault(error: &JsValue) -> JournalFault {
    match name(error).as_deref() {
        // Browsers use these if the user forbids storage, or in a private window.
        None | Some("SecurityError" | "InvalidStateError" | "NotAllowedError") => JournalFault::Unavailable,
        // Chromium uses it if the user forbids storage, but also for a broken database.
        Some("UnknownError") if is_storage_forbidden() => JournalFault::Unavailable,
        Some(_) => fault(error),
    }
}

/// A setting that forbids the database also forbids local storage, where access throws.
fn is_storage_forbidden() -> bool {
    web_sys::window().is_none_or(|window| window.local_storage().is_err())
}

fn name(error: &JsValue) -> Option<String> {
    Reflect::get(error, &"name".into()).ok()?.as_string()
}

#[cfg(test)]
mod tests;
