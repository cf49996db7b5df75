// <pingone-mfa>: the only loader of the wasm. A thin shell; everything else happens inside.
import start, { mount } from "./pingone-mfa.js";
const RELEASE = { wasm: { file: "pingone-mfa_bg.wasm", integrity: "" }, rest: { file: "rest.wasm", integrity: "" }, style: { file: "widget.css", integrity: "" }, build: "dev" };

// After this long without the files something is said, although they may still arrive.
const PATIENCE = 10_000;

const address = (file) => new URL(file, import.meta.url).href;

class StartFailure extends Error {}

// One download serves every element of the page. A failed one is forgotten, so that another try is another
// download.
let release;
function loaded() {
  release ??= Promise.all([program(), sheet()]).catch((failure) => {
    release = undefined;
    throw failure;
  });
  return release;
}

// What failed once is asked of the server, because a cache may have kept the failure.
const failed = new Set();

async function download({ file, integrity }) {
  const cache = failed.has(file) ? "reload" : "default";
  const options = { credentials: "same-origin", cache, ...(integrity && { integrity }) };
  let response;
  failed.add(file);
  try {
    response = await fetch(address(file), options);
  } catch {
    throw new StartFailure(await whyMissing(file));
  }
  if (response.ok) {
    failed.delete(file);
    return response;
  }
  throw new StartFailure(`${file}: the server answered ${response.status}. Files of this release are missing.`);
}

async function whyMissing(file) {
  try {
    const response = await fetch(address(file), { cache: "no-store" });
    if (!response.ok) return `${file}: the server answered ${response.status}. Files of this release are missing.`;
    await response.arrayBuffer();
    return `${file} doesn't match this release. Reload in a minute; if it stays, the files on the server were altered or mixed.`;
  } catch {
    return `${file} could not be downloaded, or the download was cut. Check the network and try again.`;
  }
}

// What the first file exports. The second one shares its memory and its table of functions.
let exported;
async function program() {
  const response = await download(RELEASE.wasm);
  try {
    exported = await start({ module_or_path: response });
  } catch (failure) {
    throw new StartFailure(whyNotRun(failure, RELEASE.wasm.file));
  }
}

// What stands behind the form. It is started once: another start would empty what the first one remembers. A failed
// one is forgotten, so that another try is another download.
let rest;
function restLoaded() {
  rest ??= startRest().catch((failure) => {
    rest = undefined;
    throw failure;
  });
  return rest;
}

async function startRest() {
  const response = await download(RELEASE.rest);
  try {
    await WebAssembly.instantiate(await response.arrayBuffer(), { __wasm_split: exported });
  } catch (failure) {
    throw new StartFailure(whyNotRun(failure, RELEASE.rest.file));
  }
}

// Why it didn't arrive: the program asks here when it is told that it didn't.
const report = { failure: "" };

// The program calls this by name, and is told by one of its own functions how it went.
async function __wasm_split_load_rest(callback, data) {
  let isLoaded = true;
  try {
    await restLoaded();
  } catch (failure) {
    report.failure = failure.message;
    isLoaded = false;
  }
  exported.__indirect_function_table.get(callback)(data, isLoaded);
}

function whyNotRun(failure, file) {
  if (typeof WebAssembly === "undefined") return "This browser has WebAssembly switched off.";
  if (failure instanceof WebAssembly.CompileError && /eval|Content Security/i.test(failure.message)) {
    return "This page's security policy blocks WebAssembly: script-src needs 'wasm-unsafe-eval'.";
  }
  return `${file} could not be run: ${failure.message}`;
}

async function sheet() {
  const response = await download(RELEASE.style);
  const made = new CSSStyleSheet();
  return made.replace(await response.text());
}

function card(cause, again) {
  const section = document.createElement("section");
  section.className = "start-failure";
  section.setAttribute("role", "alert");
  const title = document.createElement("h1");
  title.textContent = "PingOne MFA stopped";
  const text = document.createElement("p");
  text.textContent = cause;
  const button = document.createElement("button");
  button.textContent = "Try again";
  button.onclick = again;
  section.append(title, text, button);
  return section;
}

class PingOneMfa extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #widget;

  connectedCallback() {
    addEventListener("pingone-mfa:panicked", this.#panicked);
    this.#start();
  }

  // An element that is only moved is connected again before the microtask runs.
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#stop());
  }

  forgetToken() {
    this.#widget?.forgetToken();
  }

  #start = async () => {
    if (this.#widget) return;
    const late = setTimeout(() => this.#say(`${RELEASE.wasm.file} hasn't arrived after ${PATIENCE / 1000} seconds. Still waiting for it.`), PATIENCE);
    try {
      const [, style] = await loaded();
      if (!this.isConnected || this.#widget) return;
      this.#root.adoptedStyleSheets = [style];
      const wrapper = document.createElement("div");
      wrapper.className = "widget";
      this.#root.replaceChildren(wrapper);
      this.#widget = mount(wrapper, this.#options());
    } catch (failure) {
      if (!(failure instanceof StartFailure)) console.error(failure);
      this.#say(failure.message);
    } finally {
      clearTimeout(late);
    }
  };

  #options() {
    return {
      config: this.config,
      clock: this.clock,
      ownsAddress: this.ownsAddress,
      home: address("./"),
      signInAnswer: this.#signInAnswer(),
      build: RELEASE.build,
      rest: report,
      frame: this.frame,
      givesTokens: () => typeof this.tokenProvider === "function",
      provide: this.#provide,
      tell: ({ type, version, ...detail }) => this.#tell(type, detail),
      region: this.getAttribute("region"),
      environmentId: this.getAttribute("environment-id"),
      userId: this.getAttribute("user-id"),
    };
  }

  // The token goes from the host page's answer to the program, and nowhere else.
  #provide = async (reason) => {
    this.#tell("pingone-mfa:token-needed", { reason });
    try {
      return (await this.tokenProvider({ reason }))?.accessToken;
    } catch (failure) {
      // Its message is the host page's, and might hold anything.
      console.error(`pingone-mfa: tokenProvider failed: ${failure?.name}`);
      return undefined;
    }
  };

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  // It is handed on once: a code is good for one exchange.
  #signInAnswer() {
    const answer = this.signInAnswer;
    this.signInAnswer = undefined;
    return answer;
  }

  #say(cause) {
    this.#root.replaceChildren(card(cause, this.#start));
  }

  // The program can't be trusted after a panic: what it shows is taken away, and it sends nothing more.
  #panicked = () => {
    this.#root.replaceChildren(card("An internal error. Nothing more is sent. Reload the page to go on.", () => location.reload()));
  };

  #stop() {
    removeEventListener("pingone-mfa:panicked", this.#panicked);
    this.#widget?.unmount();
    this.#widget = undefined;
  }
}

customElements.get("pingone-mfa") ?? customElements.define("pingone-mfa", PingOneMfa);
