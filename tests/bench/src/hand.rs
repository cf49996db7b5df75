//! Controls a page: real keyboard and mouse input, scripts, and the developer tools.

use std::error::Error;
use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use serde_json::{Value, json};

const INSTRUMENTS: &str = include_str!("instruments.js");

/// Time limit of a script; the driver's own connection times out after two minutes.
const PATIENCE: Duration = Duration::from_secs(115);

/// Delay between two keys: no slower than a fast typist, and long enough for the page to finish the previous one.
const BETWEEN_KEYS: Duration = Duration::from_millis(150);

const BETWEEN_NOTCHES: Duration = Duration::from_millis(8);

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Installs the measuring script in a loaded page.
pub(crate) async fn install_instruments(page: &Page) -> Outcome<()> {
    page.be_patient(PATIENCE).await?;
    page.devtools("Emulation.setFocusEmulationEnabled", json!({"enabled": true})).await?;
    page.ask(&format!("{INSTRUMENTS}; arguments[0]();"), vec![]).await?;
    Ok(())
}

/// Evaluates a JavaScript expression and awaits its promise. An exception is an error.
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

/// Evaluates an expression to a number; `None` if the result isn't one.
pub(crate) async fn number(page: &Page, expression: &str, argument: Value) -> Outcome<Option<f64>> {
    Ok(value(page, expression, argument).await?.as_f64())
}

/// Types into the focused field letter by letter. Returns the reaction time of each key that changed the count.
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

/// Clicks at the coordinates that an expression returns.
pub(crate) async fn press(page: &Page, position: &str) -> Outcome<()> {
    let position = value(page, position, Value::Null).await?;
    for kind in ["mousePressed", "mouseReleased"] {
        let event =
            json!({"type": kind, "x": position["x"], "y": position["y"], "button": "left", "clickCount": 1});
        page.devtools("Input.dispatchMouseEvent", event).await?;
    }
    Ok(())
}

/// Turns the wheel over the table, down and up again, in small and in large steps.
pub(crate) async fn turn_wheel(page: &Page) -> Outcome<()> {
    let position = value(page, "bench.middle(bench.scroller())", Value::Null).await?;
    for (notches, pixels) in [(60, 120), (60, 1200), (60, -1200)] {
        for _ in 0..notches {
            let event = json!({"type": "mouseWheel", "x": position["x"], "y": position["y"], "deltaX": 0, "deltaY": pixels});
            page.devtools("Input.dispatchMouseEvent", event).await?;
            tokio::time::sleep(BETWEEN_NOTCHES).await;
        }
    }
    Ok(())
}

/// Memory after garbage collection, in megabytes of 1,000,000 bytes: the heap, array buffers outside it, and every
/// WebAssembly memory at the full size it has grown to. Chromium's backing stores don't include WebAssembly
/// memories (verified with one of 105 MB, with and without a view of it), so each is counted once.
pub(crate) async fn megabytes(page: &Page) -> Outcome<f64> {
    for _ in 0..2 {
        page.devtools("HeapProfiler.collectGarbage", json!({})).await?;
    }
    let usage = page.devtools("Runtime.getHeapUsage", json!({})).await?;
    let bytes = |name: &str| usage[name].as_f64().ok_or(format!("no {name} in {usage}"));
    Ok((bytes("usedSize")? + bytes("backingStorageSize")? + wasm_bytes(page).await?) / 1e6)
}

/// Size of all WebAssembly memories of the page, as recorded by the script of [`open`]. `Runtime.queryObjects`
/// would find them without it, but crashes Chromium 156 if two programs share a memory.
async fn wasm_bytes(page: &Page) -> Outcome<f64> {
    let sum = value(page, "globalThis.wasmBytes()", Value::Null).await?;
    sum.as_f64().ok_or_else(|| format!("no size of the memories in {sum}").into())
}

/// Opens a page that records every WebAssembly memory that it creates or receives, through weak references.
pub(crate) async fn open(world: &World, url: &str) -> Page {
    world.visit("about:blank").await.precede(RECORD_MEMORIES).await;
    world.visit(url).await
}

/// Opens the product's page and checks that its memory was recorded.
pub(crate) async fn open_product(world: &World) -> Outcome<Page> {
    let page = open(world, &world.page_origin).await;
    page.see("password", "Access token").await;
    if wasm_bytes(&page).await? == 0.0 {
        return Err("the page's WebAssembly memory was not noted".into());
    }
    Ok(page)
}

const RECORD_MEMORIES: &str = "(() => {
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
