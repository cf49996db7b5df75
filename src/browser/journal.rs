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
        let transaction = self.begin(mode).await?;
        let result = carry_out(&transaction, &self.clock, work).await;
        result.map_err(|failure| {
            // After any failure, the next call opens a new connection.
            self.close();
            named(failure, fault)
        })
    }

    async fn begin(self: &Rc<Self>, mode: IdbTransactionMode) -> Result<IdbTransaction, JournalFault> {
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

fn begin(database: &Database, mode: IdbTransactionMode) -> Result<IdbTransaction, JsValue> {
    let options = Object::new();
    // Without it, some browsers report a transaction as complete before it is on the disk.
    Reflect::set(&options, &"durability".into(), &"strict".into())?;
    known(database.begin(STORE, mode, &options)?)
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

/// Runs the work until everything is stored, or nothing.
async fn carry_out<T>(
    transaction: &IdbTransaction,
    clock: &Rc<dyn Clock>,
    work: impl AsyncFnOnce(Store) -> Result<T, Failure>,
) -> Result<T, Failure> {
    // Registered first, because the transaction may end before the work does.
    let ended = JsFuture::from(Promise::new(&mut |complete, abort| {
        transaction.set_oncomplete(Some(&complete));
        transaction.set_onabort(Some(&abort));
    }));
    let stored = async {
        let objects = transaction.object_store(STORE)?;
        let value = work(Store { objects, clock: Rc::clone(clock) }).await?;
        match in_time(&**clock, async { Ok(ended.await) }).await? {
            Ok(_) => Ok(value),
            Err(_) => Err(Failure::Browser(transaction.error().into())),
        }
    };
    stored.await.inspect_err(|_| {
        // If the transaction has ended, there is nothing to undo.
        let _ = transaction.abort();
    })
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
mod tests {
    use super::*;
    use crate::browser::clock::BrowserClock;
    use futures::future::LocalBoxFuture;
    use pingone::time::Timestamp;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
    use web_sys::DomException;

    wasm_bindgen_test_configure!(run_in_browser);

    /// The browser's clock with waits forty times shorter.
    struct Hasty(BrowserClock);

    impl Clock for Hasty {
        fn now(&self) -> Millis {
            self.0.now()
        }

        fn wall(&self) -> Timestamp {
            self.0.wall()
        }

        fn sleep_until(&self, at: Millis) -> LocalBoxFuture<'static, ()> {
            self.0.sleep_until(self.now() + Millis(self.now().until(at).0 / 40))
        }
    }

    fn clock() -> Rc<dyn Clock> {
        Rc::new(BrowserClock::new(None))
    }

    /// The journal of the same database, in a page with shorter time limits.
    fn hasty(name: &'static str) -> BrowserJournal {
        BrowserJournal::of(name, VERSION, Rc::new(Hasty(BrowserClock::new(None))))
    }

    fn evaluate(script: &str) -> JsValue {
        Function::new_no_args(script).call0(&JsValue::NULL).unwrap()
    }

    /// An empty journal in the test's own database.
    async fn empty(name: &'static str) -> BrowserJournal {
        let factory = web_sys::window().unwrap().indexed_db().unwrap().unwrap();
        answer(&factory.delete_database(name).unwrap()).await.unwrap();
        BrowserJournal::of(name, VERSION, clock())
    }

    fn record(number: usize) -> Vec<u8> {
        format!("record {number}").into_bytes()
    }

    fn records(numbers: std::ops::Range<usize>) -> Vec<Vec<u8>> {
        numbers.map(record).collect()
    }

    fn open_connections(journal: &BrowserJournal) -> usize {
        usize::from(journal.0.database.borrow().is_some())
    }

    #[wasm_bindgen_test]
    async fn appended_records_are_read_back_unchanged() {
        let journal = empty("bytes").await;
        let written = vec![vec![0, 255, 10, 0], Vec::new(), "王".as_bytes().to_vec()];
        assert_eq!(journal.append("a", written.clone()).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(written));
        assert_eq!(journal.read("b").await, Ok(Vec::new()));
    }

    #[wasm_bindgen_test]
    async fn three_hundred_records_in_batches_stay_in_their_order() {
        let journal = empty("order").await;
        for batch in 0..20 {
            assert_eq!(journal.append("a", records(batch * 15..batch * 15 + 15)).await, Ok(()));
        }
        assert_eq!(journal.read("a").await, Ok(records(0..300)));
    }

    #[wasm_bindgen_test]
    async fn records_of_several_batches_are_read_once_each() {
        let journal = empty("many").await;
        let all = records(0..RECORDS_AT_ONCE as usize * 2);
        assert_eq!(journal.append("a", all.clone()).await, Ok(()));
        assert_eq!(journal.append("b", records(0..1)).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(all.clone()));
        assert_eq!(journal.append("a", records(0..1)).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok([all, records(0..1)].concat()));
    }

    #[wasm_bindgen_test]
    async fn appends_at_the_same_time_stay_in_the_order_they_were_asked_for() {
        let journal = empty("same time").await;
        let appends = (0..10).map(|batch| journal.append("a", records(batch * 3..batch * 3 + 3)));
        let appended = futures::future::join_all(appends).await;
        assert!(appended.iter().all(Result::is_ok), "{appended:?}");
        assert_eq!(journal.read("a").await, Ok(records(0..30)));
        assert_eq!(open_connections(&journal), 1);
    }

    #[wasm_bindgen_test]
    async fn an_append_without_a_waiting_caller_is_stored() {
        let journal = empty("nobody waits").await;
        drop(journal.append("a", records(0..2)));
        assert_eq!(journal.read("a").await, Ok(records(0..2)));
    }

    #[wasm_bindgen_test]
    async fn an_append_survives_a_caller_that_is_busy_with_something_else() {
        let journal = empty("busy").await;
        let mut append = journal.append("a", records(0..2));
        assert_eq!(futures::poll!(&mut append), std::task::Poll::Pending);
        gloo_timers::future::TimeoutFuture::new(200).await;
        assert_eq!(append.await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(records(0..2)));
    }

    #[wasm_bindgen_test]
    async fn two_runs_do_not_mix_and_are_listed_by_their_first_record() {
        let journal = empty("two runs").await;
        // One name is a prefix of the other, as run names of the same day are.
        for (run, numbers) in [("run", 0..1), ("run 2", 10..11), ("run", 1..3), ("run 2", 11..14)] {
            assert_eq!(journal.append(run, records(numbers)).await, Ok(()));
        }
        assert_eq!(journal.read("run").await, Ok(records(0..3)));
        assert_eq!(journal.read("run 2").await, Ok(records(10..14)));
        let listed = vec![("run".to_owned(), record(0)), ("run 2".to_owned(), record(10))];
        assert_eq!(journal.list().await, Ok(listed));
    }

    #[wasm_bindgen_test]
    async fn deleting_one_run_leaves_the_other() {
        let journal = empty("deleting").await;
        assert_eq!(journal.list().await, Ok(Vec::new()));
        assert_eq!(journal.append("a", records(0..20)).await, Ok(()));
        assert_eq!(journal.append("b", records(5..7)).await, Ok(()));
        assert_eq!(journal.delete("a").await, Ok(()));
        assert_eq!(journal.delete("never written").await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(Vec::new()));
        assert_eq!(journal.list().await, Ok(vec![("b".to_owned(), record(5))]));
        assert_eq!(journal.read("b").await, Ok(records(5..7)));
    }

    #[wasm_bindgen_test]
    async fn records_survive_a_connection_that_is_opened_again() {
        let journal = empty("again").await;
        assert_eq!(journal.append("a", records(0..2)).await, Ok(()));
        drop(journal);
        let journal = BrowserJournal::of("again", VERSION, clock());
        assert_eq!(journal.read("a").await, Ok(records(0..2)));
        // Closed without an event, as by a browser that has lost its database.
        journal.0.database.borrow().as_ref().unwrap().close();
        assert_eq!(journal.append("a", records(2..4)).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(records(0..4)));
    }

    #[wasm_bindgen_test]
    async fn two_pages_on_one_run_overwrite_nothing() {
        let page = empty("two pages").await;
        let other = BrowserJournal::of("two pages", VERSION, clock());
        for (journal, numbers) in [(&page, 0..2), (&other, 2..4), (&page, 4..6)] {
            assert_eq!(journal.append("a", records(numbers)).await, Ok(()));
        }
        assert_eq!(other.read("a").await, Ok(records(0..6)));
    }

    #[wasm_bindgen_test]
    async fn what_is_written_is_on_the_disk_when_it_is_reported() {
        let journal = empty("strict").await;
        let transaction = journal.0.begin(IdbTransactionMode::Readwrite).await.unwrap();
        let durability = Reflect::get(&transaction, &"durability".into()).unwrap();
        assert_eq!(durability.as_string().as_deref(), Some("strict"));
    }

    #[wasm_bindgen_test]
    async fn a_failed_transaction_stores_nothing_and_the_next_one_works() {
        let journal = empty("breaks").await;
        let half = journal.transact(IdbTransactionMode::Readwrite, async |store: Store| {
            append(&store, "a", &records(0..1)).await?;
            Err::<(), _>(
                JsValue::from(DomException::new_with_message_and_name("", "DataError").unwrap()).into(),
            )
        });
        assert_eq!(half.await, Err(JournalFault::Failed("DataError".into())));
        assert_eq!(journal.read("a").await, Ok(Vec::new()));
        let twice = journal.transact(IdbTransactionMode::Readwrite, async |store: Store| {
            append(&store, "a", &records(0..1)).await?;
            store.objects.add_with_key(&"twice".into(), &Array::of2(&"a".into(), &0.into()))?;
            Ok(())
        });
        assert_eq!(twice.await, Err(JournalFault::Failed("ConstraintError".into())));
        assert_eq!(journal.append("a", records(1..2)).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(records(1..2)));
    }

    #[wasm_bindgen_test]
    async fn a_newer_page_opens_the_database_and_the_older_one_reports_it() {
        let old = empty("newer").await;
        assert_eq!(old.append("a", records(0..1)).await, Ok(()));
        let factory = web_sys::window().unwrap().indexed_db().unwrap().unwrap();
        let newer = answer(&factory.open_with_u32("newer", 2).unwrap()).await.unwrap();
        assert_eq!(open_connections(&old), 0);
        assert_eq!(old.append("a", records(1..2)).await, Err(JournalFault::Newer));
        assert_eq!(old.list().await, Err(JournalFault::Newer));
        newer.unchecked_into::<IdbDatabase>().close();
    }

    #[wasm_bindgen_test]
    async fn a_page_that_keeps_the_database_open_is_reported_as_blocked() {
        drop(empty("blocked").await);
        let factory = web_sys::window().unwrap().indexed_db().unwrap().unwrap();
        let rigid = answer(&factory.open_with_u32("blocked", 1).unwrap()).await.unwrap();
        let journal = BrowserJournal::of("blocked", 2, clock());
        assert_eq!(journal.list().await, Err(JournalFault::Blocked));
        rigid.unchecked_into::<IdbDatabase>().close();
        assert_eq!(journal.list().await, Ok(Vec::new()));
    }

    #[wasm_bindgen_test]
    fn browser_errors_are_mapped_to_faults() {
        let error = |name| JsValue::from(DomException::new_with_message_and_name("secret", name).unwrap());
        let unknown = JournalFault::Failed("UnknownError".into());
        assert_eq!(fault(&error("QuotaExceededError")), JournalFault::Full);
        assert_eq!(fault(&error("UnknownError")), unknown);
        assert_eq!(fault(&JsValue::NULL), JournalFault::Failed("AbortError".into()));
        assert_eq!(opening_fault(&error("VersionError")), JournalFault::Newer);
        assert_eq!(opening_fault(&error("SecurityError")), JournalFault::Unavailable);
        assert_eq!(opening_fault(&error("UnknownError")), unknown);
        assert_eq!(opening_fault(&JsValue::NULL), JournalFault::Unavailable);
    }

    /// Replaces a function of the browser until it is dropped.
    struct Replaced {
        owner: Object,
        name: &'static str,
        real: JsValue,
    }

    impl Replaced {
        fn new(owner: &str, name: &'static str, function: &str) -> Self {
            let owner: Object = evaluate(&format!("return {owner}")).unchecked_into();
            let real = Reflect::get(&owner, &name.into()).unwrap();
            Reflect::set(&js_sys::global(), &"replaced".into(), &real).unwrap();
            Reflect::set(&owner, &name.into(), &evaluate(&format!("return {function}"))).unwrap();
            Self { owner, name, real }
        }
    }

    impl Drop for Replaced {
        fn drop(&mut self) {
            Reflect::set(&self.owner, &self.name.into(), &self.real).unwrap();
        }
    }

    #[wasm_bindgen_test]
    async fn a_database_that_never_opens_times_out_and_is_reopened_afterwards() {
        drop(empty("never opens").await);
        let journal = hasty("never opens");
        for (open, expected) in [
            ("() => ({})", JournalFault::Silent),
            ("() => new EventTarget()", JournalFault::Silent),
            ("() => undefined", JournalFault::Unavailable),
            ("() => 7", JournalFault::Unavailable),
            ("() => { throw 'no'; }", JournalFault::Unavailable),
        ] {
            let replaced = Replaced::new("IDBFactory.prototype", "open", open);
            assert_eq!(journal.append("a", records(0..1)).await, Err(expected.clone()), "{open}");
            assert_eq!(journal.list().await, Err(expected.clone()), "{open}");
            assert_eq!(journal.read("a").await, Err(expected.clone()), "{open}");
            assert_eq!(journal.delete("a").await, Err(expected), "{open}");
            drop(replaced);
        }
        assert_eq!(journal.append("a", records(0..1)).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(records(0..1)));
    }

    #[wasm_bindgen_test]
    async fn a_database_that_opens_too_late_stores_nothing_after_newer_records() {
        drop(empty("opens late").await);
        let journal = hasty("opens late");
        // Opens on request.
        let late = "function (...given) {
            const request = {};
            globalThis.openNow = () => {
                const real = replaced.apply(indexedDB, given);
                real.onupgradeneeded = () => { request.result = real.result; request.onupgradeneeded?.(); };
                real.onsuccess = () => { request.result = real.result; globalThis.opened = real.result; request.onsuccess?.(); };
            };
            return request;
        }";
        let replaced = Replaced::new("IDBFactory.prototype", "open", late);
        assert_eq!(journal.append("a", records(0..1)).await, Err(JournalFault::Silent));
        drop(replaced);
        assert_eq!(journal.append("a", records(1..2)).await, Ok(()));
        evaluate("openNow()");
        gloo_timers::future::TimeoutFuture::new(200).await;
        assert_eq!(journal.read("a").await, Ok(records(1..2)));
        let closed = "try { opened.transaction('records'); return false; } catch { return true; }";
        assert!(evaluate(closed).is_truthy(), "what opens late is closed");
    }

    #[wasm_bindgen_test]
    async fn a_transaction_behind_one_that_never_ends_times_out_and_stores_nothing_late() {
        let journal = empty("held up").await;
        assert_eq!(journal.append("a", records(0..1)).await, Ok(()));
        // A write transaction of another page that never ends.
        evaluate(
            "indexedDB.open('held up').onsuccess = ({ target }) => {
                 const transaction = target.result.transaction('records', 'readwrite');
                 globalThis.holds = true;
                 const go = () => {
                     if (globalThis.holds) transaction.objectStore('records').count().onsuccess = go;
                     else target.result.close();
                 };
                 go();
             };",
        );
        gloo_timers::future::TimeoutFuture::new(200).await;
        let journal = hasty("held up");
        assert_eq!(journal.append("a", records(1..2)).await, Err(JournalFault::Silent));
        assert_eq!(journal.read("a").await, Err(JournalFault::Silent));
        assert_eq!(journal.list().await, Err(JournalFault::Silent));
        assert_eq!(journal.delete("a").await, Err(JournalFault::Silent));
        evaluate("globalThis.holds = false");
        assert_eq!(journal.append("a", records(2..3)).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok([records(0..1), records(2..3)].concat()));
    }

    #[wasm_bindgen_test]
    async fn invalid_transaction_objects_are_faults() {
        let journal = empty("no transactions").await;
        assert_eq!(journal.append("a", records(0..1)).await, Ok(()));
        drop(journal);
        let journal = hasty("no transactions");
        let silent = "() => ({ objectStore: () => new Proxy({}, { get: () => () => ({}) }), abort() {} })";
        let never_complete = "function (...given) {
            const real = replaced.apply(this, given);
            return { objectStore: (name) => real.objectStore(name), abort: () => real.abort(), error: null };
        }";
        let aborted = || JournalFault::Failed(ABORTED.into());
        for (transaction, expected) in [
            (silent, JournalFault::Silent),
            (never_complete, JournalFault::Silent),
            ("() => ({})", aborted()),
            ("() => undefined", aborted()),
            ("() => ({ objectStore: () => undefined })", aborted()),
        ] {
            let replaced = Replaced::new("IDBDatabase.prototype", "transaction", transaction);
            let appended = journal.append("b", records(0..1)).await;
            drop(replaced);
            let is_expected = match (&appended, &expected) {
                (Err(JournalFault::Failed(_)), JournalFault::Failed(_)) => true,
                (Err(fault), expected) => fault == expected,
                (Ok(()), _) => false,
            };
            assert!(is_expected, "{transaction}: {appended:?}");
        }
        assert_eq!(journal.append("a", records(1..2)).await, Ok(()));
        assert_eq!(journal.read("a").await, Ok(records(0..2)));
    }
}
