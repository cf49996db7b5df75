use super::*;
use crate::browser::clock::BrowserClock;
use futures::future::LocalBoxFuture;
use pingone::time::{Instant, Timestamp};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::DomException;

wasm_bindgen_test_configure!(run_in_browser);

/// The browser's clock with waits forty times shorter.
struct Hasty(BrowserClock);

impl Clock for Hasty {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn wall(&self) -> Timestamp {
        self.0.wall()
    }

    fn sleep_until(&self, at: Instant) -> LocalBoxFuture<'static, ()> {
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
    let journal = empty("no caller waits").await;
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
    let durability = Reflect::get(&transaction.begun, &"durability".into()).unwrap();
    assert_eq!(durability.as_string().as_deref(), Some("strict"));
}

#[wasm_bindgen_test]
async fn a_failed_transaction_stores_nothing_and_the_next_one_works() {
    let journal = empty("breaks").await;
    let half = journal.transact(IdbTransactionMode::Readwrite, async |store: Store| {
        append(&store, "a", &records(0..1)).await?;
        Err::<(), _>(JsValue::from(DomException::new_with_message_and_name("", "DataError").unwrap()).into())
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
