//! What a person's hand and the developer tools do to a page.

use std::error::Error;
use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use serde_json::{Value, json};

const INSTRUMENTS: &str = include_str!("instruments.js");

/// No script takes longer; the driver's connection itself would end at two minutes.
const PATIENCE: Duration = Duration::from_secs(115);

/// Between two keys. Nobody types faster, and what a page still does for the last one is over.
const BETWEEN_KEYS: Duration = Duration::from_millis(150);

const BETWEEN_NOTCHES: Duration = Duration::from_millis(8);

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Lays the instruments into a page that has loaded.
pub(crate) async fn equip(page: &Page) -> Outcome<()> {
    page.be_patient(PATIENCE).await?;
    page.devtools("Emulation.setFocusEmulationEnabled", json!({"enabled": true})).await?;
    page.ask(&format!("{INSTRUMENTS}; arguments[0]();"), vec![]).await?;
    Ok(())
}

/// What a JavaScript expression comes to, promises included. What it throws is an error.
pub(crate) async fn value(page: &Page, expression: &str, argument: Value) -> Outcome<Value> {
    let script = format!(
        "const [given, done] = arguments;
        (async () => ({expression}))().then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
    );
    let answer = page.ask(&script, vec![argument]).await?;
    match answer.get("error").and_then(Value::as_str) {
        Some(error) => Err(error.into()),
        None => Ok(answer.get("value").cloned().unwrap_or_default()),
    }
}

/// The same where a number is expected, and null where there is none.
pub(crate) async fn number(page: &Page, expression: &str, argument: Value) -> Outcome<Option<f64>> {
    Ok(value(page, expression, argument).await?.as_f64())
}

/// Types letter by letter into the field that has the focus: how long each took that changed the count.
pub(crate) async fn keys(page: &Page, text: &str) -> Outcome<Vec<f64>> {
    let mut figures = Vec::new();
    for letter in text.chars() {
        value(page, "bench.armKey()", Value::Null).await?;
        let letter = letter.to_string();
        let down = json!({"type": "keyDown", "text": letter, "unmodifiedText": letter, "key": letter});
        page.devtools("Input.dispatchKeyEvent", down).await?;
        page.devtools("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": letter})).await?;
        tokio::time::sleep(BETWEEN_KEYS).await;
        figures.extend(number(page, "bench.result", Value::Null).await?);
    }
    Ok(figures)
}

/// Presses where an expression says.
pub(crate) async fn press(page: &Page, place: &str) -> Outcome<()> {
    let place = value(page, place, Value::Null).await?;
    for kind in ["mousePressed", "mouseReleased"] {
        let event =
            json!({"type": kind, "x": place["x"], "y": place["y"], "button": "left", "clickCount": 1});
        page.devtools("Input.dispatchMouseEvent", event).await?;
    }
    Ok(())
}

/// Turns the wheel over the table, down and up again, in small notches and in large ones.
pub(crate) async fn wheel(page: &Page) -> Outcome<()> {
    let place = value(page, "bench.middle(bench.scroller())", Value::Null).await?;
    for (notches, pixels) in [(60, 120), (60, 1200), (60, -1200)] {
        for _ in 0..notches {
            let event = json!({"type": "mouseWheel", "x": place["x"], "y": place["y"], "deltaX": 0, "deltaY": pixels});
            page.devtools("Input.dispatchMouseEvent", event).await?;
            tokio::time::sleep(BETWEEN_NOTCHES).await;
        }
    }
    Ok(())
}

/// The heap, what arrays hold outside it, and every WebAssembly memory in the whole size that it has grown to, after
/// collection, in megabytes of 1,000,000 bytes. The backing stores that Chromium tells of leave out those of
/// WebAssembly memories (operation with one of 105 MB, with and without a view of it), so each is counted once.
pub(crate) async fn megabytes(page: &Page) -> Outcome<f64> {
    for _ in 0..2 {
        page.devtools("HeapProfiler.collectGarbage", json!({})).await?;
    }
    let usage = page.devtools("Runtime.getHeapUsage", json!({})).await?;
    let bytes = |name: &str| usage[name].as_f64().ok_or(format!("no {name} in {usage}"));
    Ok((bytes("usedSize")? + bytes("backingStorageSize")? + wasm_bytes(page).await?) / 1e6)
}

/// The size of all WebAssembly memories of the page, as [`open`] had them noted. `Runtime.queryObjects` would find them
/// without, but crashes Chromium 156 where two programs share one memory.
async fn wasm_bytes(page: &Page) -> Outcome<f64> {
    let sum = value(page, "globalThis.wasmBytes()", Value::Null).await?;
    sum.as_f64().ok_or_else(|| format!("no size of the memories in {sum}").into())
}

/// Opens a page that notes every WebAssembly memory that it makes or is given, without keeping it alive.
pub(crate) async fn open(world: &World, url: &str) -> Page {
    world.visit("about:blank").await.precede(NOTE_MEMORIES).await;
    world.visit(url).await
}

/// Opens the product's page, whose memory has to be among those that are noted.
pub(crate) async fn open_product(world: &World) -> Outcome<Page> {
    let page = open(world, &world.page_origin).await;
    page.see("password", "Access token").await;
    if wasm_bytes(&page).await? == 0.0 {
        return Err("the page's WebAssembly memory was not noted".into());
    }
    Ok(page)
}

const NOTE_MEMORIES: &str = "(() => {
  const noted = new Set();
  const { Memory, Instance, instantiate, instantiateStreaming } = WebAssembly;
  const note = (memory) => {
    const known = [...noted].some((one) => one.deref() === memory);
    if (memory instanceof Memory && !known) noted.add(new WeakRef(memory));
  };
  const noteExports = (made) => {
    Object.values((made.instance ?? made).exports).forEach(note);
    return made;
  };
  WebAssembly.instantiate = async (...given) => noteExports(await instantiate(...given));
  WebAssembly.instantiateStreaming = async (...given) => noteExports(await instantiateStreaming(...given));
  WebAssembly.Instance = new Proxy(Instance, { construct: (of, given) => noteExports(new of(...given)) });
  WebAssembly.Memory = new Proxy(Memory, {
    construct: (of, given) => {
      const memory = new of(...given);
      note(memory);
      return memory;
    },
  });
  globalThis.wasmBytes = () => [...noted].reduce((sum, one) => sum + (one.deref()?.buffer.byteLength ?? 0), 0);
})()";
