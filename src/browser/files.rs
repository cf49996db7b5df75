//! Saving and opening files. File contents don't stay in the program's memory, and nothing is written into the
//! document.

use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture};
use gloo_timers::callback::Timeout;
use js_sys::{Array, Promise, Uint8Array};
use pingone::clock::Clock;
use pingone::time::Millis;
use pingone::time_limit::within;
use pingone_mfa_core::ports::{Download, Files, Opened};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlInputElement, Url};

/// How long the object URL of a saved file is kept, in milliseconds. Browsers start to read it after the click and
/// don't report when they are done.
const ADDRESS_HOLDS: u32 = 60_000;

/// The browser's downloads and its file picker.
pub(crate) struct BrowserFiles(pub(crate) Rc<dyn Clock>);

/// Time limit for reading a selected file. A file in cloud storage is downloaded first.
const READING: Millis = Millis::seconds(30);

impl Files for BrowserFiles {
    fn save(&self, name: &str, mime: &'static str) -> Box<dyn Download> {
        Box::new(BrowserDownload::new(name, mime))
    }

    fn open(&self, accept: &'static str, limit_bytes: u32) -> LocalBoxFuture<'static, Opened> {
        // The picker opens now, not when the future is first polled, because it requires a recent user action.
        let (asked, clock) = (ask(accept), Rc::clone(&self.0));
        async move {
            match asked {
                Ok(answer) => answer.read(&*clock, limit_bytes).await,
                Err(_) => Opened::Unreadable,
            }
        }
        .boxed_local()
    }
}

/// A file that is being written. Each piece is a Blob, which the browser keeps outside of the program's memory.
struct BrowserDownload {
    name: String,
    mime: &'static str,
    parts: Array,
    is_whole: bool,
}

impl BrowserDownload {
    fn new(name: &str, mime: &'static str) -> Self {
        Self { name: name.to_owned(), mime, parts: Array::new(), is_whole: true }
    }

    fn blob(&self) -> Result<Blob, JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type(self.mime);
        Blob::new_with_blob_sequence_and_options(&self.parts, &options)
    }
}

impl Download for BrowserDownload {
    fn write_bytes(&mut self, bytes: &[u8]) {
        let bytes = Uint8Array::from(bytes);
        match Blob::new_with_buffer_source_sequence(&Array::of1(&bytes)) {
            Ok(part) => {
                self.parts.push(&part);
            }
            Err(_) => self.is_whole = false,
        }
    }

    fn finish(self: Box<Self>) -> bool {
        self.is_whole && self.blob().and_then(|blob| hand_over(&self.name, &blob)).is_ok()
    }
}

/// Saves the file with a link that is never added to the document. The content security policy doesn't restrict
/// downloads, and no listener sees the click.
fn hand_over(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let link: HtmlAnchorElement = element("a")?;
    let address = Url::create_object_url_with_blob(blob)?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    let revoke = move || {
        // The URL may be revoked already.
        let _ = Url::revoke_object_url(&address);
    };
    Timeout::new(ADDRESS_HOLDS, revoke).forget();
    Ok(())
}

fn element<E: JsCast>(tag: &str) -> Result<E, JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    document.create_element(tag)?.dyn_into().map_err(JsValue::from)
}

/// An open file picker and its pending result.
struct Answer {
    input: HtmlInputElement,
    given: Promise,
}

fn ask(accept: &str) -> Result<Answer, JsValue> {
    let input: HtmlInputElement = element("input")?;
    input.set_type("file");
    input.set_accept(accept);
    let answer = Answer::of(input);
    // Unlike `click()`, this fails if the browser doesn't open the picker.
    answer.input.show_picker()?;
    Ok(answer)
}

impl Answer {
    fn of(input: HtmlInputElement) -> Self {
        let given = Promise::new(&mut |given, _| {
            input.set_onchange(Some(&given));
            input.set_oncancel(Some(&given));
        });
        Self { input, given }
    }

    /// Only reading has a time limit. Choosing a file may take any time.
    async fn read(self, clock: &dyn Clock, limit_bytes: u32) -> Opened {
        if JsFuture::from(self.given).await.is_err() {
            return Opened::Unreadable;
        }
        match self.input.files().and_then(|files| files.get(0)) {
            Some(file) => {
                let reading = Box::pin(read(&file, limit_bytes));
                within(clock, READING, reading).await.unwrap_or(Opened::Silent)
            }
            None => Opened::Cancelled,
        }
    }
}

async fn read(file: &Blob, limit_bytes: u32) -> Opened {
    if file.size() > f64::from(limit_bytes) {
        return Opened::TooLarge;
    }
    let Ok(buffer) = JsFuture::from(file.array_buffer()).await else { return Opened::Unreadable };
    Opened::Bytes(Uint8Array::new(&buffer).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::clock::BrowserClock;
    use js_sys::{Function, Object, Reflect};
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
    use web_sys::{Event, Response};

    wasm_bindgen_test_configure!(run_in_browser);

    fn files() -> BrowserFiles {
        BrowserFiles(Rc::new(BrowserClock::new(None)))
    }

    fn file(bytes: &[u8]) -> Blob {
        Blob::new_with_buffer_source_sequence(&Array::of1(&Uint8Array::from(bytes))).unwrap()
    }

    #[wasm_bindgen_test]
    async fn a_saved_file_holds_every_byte_that_was_written() {
        let mut download = BrowserDownload::new("users.csv", "text/csv;charset=utf-8");
        download.write("\u{feff}userId,username\r\n");
        download.write("");
        download.write("1,Ana 👩\u{200d}🔧\0\r\n2,王\n");
        let blob = download.blob().unwrap();
        let buffer = JsFuture::from(blob.array_buffer()).await.unwrap();
        let bytes = Uint8Array::new(&buffer).to_vec();
        let written = "\u{feff}userId,username\r\n1,Ana 👩\u{200d}🔧\0\r\n2,王\n";
        assert_eq!(String::from_utf8(bytes).as_deref(), Ok(written));
        assert_eq!(blob.type_(), "text/csv;charset=utf-8");
    }

    #[wasm_bindgen_test]
    async fn a_finished_file_is_saved_under_its_name() {
        // Replaces the click, so that tests leave no file on the disk.
        let links = Reflect::get(&js_sys::global(), &"HTMLAnchorElement".into()).unwrap();
        let links: Object = Reflect::get(&links, &"prototype".into()).unwrap().unchecked_into();
        let keep = Function::new_no_args("globalThis.clicked = this");
        Reflect::set(&links, &"click".into(), &keep).unwrap();
        let mut download: Box<dyn Download> = files().save("users.csv", "text/csv;charset=utf-8");
        download.write("userId\r\n");
        download.write("1\r\n");
        let is_handed_over = download.finish();
        Reflect::delete_property(&links, &"click".into()).unwrap();
        assert!(is_handed_over);
        let link = Reflect::get(&js_sys::global(), &"clicked".into()).unwrap();
        let link: HtmlAnchorElement = link.dyn_into().unwrap();
        assert_eq!(link.download(), "users.csv");
        let window = web_sys::window().unwrap();
        let saved = JsFuture::from(window.fetch_with_str(&link.href())).await.unwrap();
        let saved: Response = saved.dyn_into().unwrap();
        let saved = JsFuture::from(saved.text().unwrap()).await.unwrap();
        assert_eq!(saved.as_string().as_deref(), Some("userId\r\n1\r\n"));
    }

    #[wasm_bindgen_test]
    async fn a_file_is_read_as_it_is_up_to_its_limit() {
        for bytes in ["\u{feff}王".as_bytes(), b"M\xfcller", b"\xff\xfea\0"] {
            assert_eq!(read(&file(bytes), 6).await, Opened::Bytes(bytes.to_vec()));
        }
        assert_eq!(read(&file(b"1234567"), 6).await, Opened::TooLarge);
        assert_eq!(read(&file(b""), 0).await, Opened::Bytes(Vec::new()));
    }

    #[wasm_bindgen_test]
    async fn closing_the_file_picker_opens_nothing() {
        let input: HtmlInputElement = element("input").unwrap();
        input.set_type("file");
        let answer = Answer::of(input.clone());
        input.dispatch_event(&Event::new("cancel").unwrap()).unwrap();
        assert_eq!(answer.read(&BrowserClock::new(None), 100).await, Opened::Cancelled);
    }

    #[wasm_bindgen_test]
    async fn a_file_picker_that_does_not_open_is_reported_as_unreadable() {
        // No test has a user action, which the picker requires.
        assert_eq!(files().open(".csv", 100).await, Opened::Unreadable);
    }
}
