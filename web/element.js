// <pingone-mfa>: loads the WebAssembly program and mounts it. Everything else happens inside the program.
import start, { mount } from "./pingone-mfa.js";
const RELEASE = { wasm: { file: "pingone-mfa_bg.wasm", url: new URL("./pingone-mfa_bg.wasm", import.meta.url), integrity: "" }, rest: { file: "rest.wasm", url: new URL("./rest.wasm", import.meta.url), integrity: "" }, style: { file: "widget.css", url: new URL("./widget.css", import.meta.url), integrity: "" }, consoleStyle: { file: "console.css", url: new URL("./console.css", import.meta.url), integrity: "" }, build: "dev" };

// If the files haven't loaded after this time, a message is shown. They may still arrive.
const LATE_AFTER_MILLIS = 10_000;

const FRAME_INSTEAD =
  "This page enforces Trusted Types. No policy is made in another page's realm: show PingOne MFA in its frame instead (docs/embedding.md).";

class StartFailure extends Error {}

// All elements of the page share one program. After a panic none of them starts again.
let hasPanicked = false;
// A server that renders the page may have no addEventListener.
globalThis.addEventListener?.("pingone-mfa:panicked", () => (hasPanicked = true));

// Addresses that the page's policy blocked. The browser reports them only in this event.
const blockedUrls = new Set();
globalThis.document?.addEventListener?.("securitypolicyviolation", ({ effectiveDirective, disposition, blockedURI }) => {
  if (effectiveDirective === "connect-src" && disposition === "enforce") blockedUrls.add(blockedURI);
});

// All elements of the page share one download. A failed one is dropped, so that the next attempt downloads again.
let release;
function loadRelease() {
  release ??= Promise.all([loadProgram(), loadStyle()]).catch((failure) => {
    release = undefined;
    throw failure;
  });
  return release;
}

// Files whose download failed. They bypass the cache next time, because it may have stored the failure.
const failedFiles = new Set();

async function download({ file, url, integrity }) {
  const cache = failedFiles.has(file) ? "reload" : "default";
  const options = { credentials: "same-origin", cache, ...(integrity && { integrity }) };
  let response;
  failedFiles.add(file);
  try {
    response = await fetch(url, options);
  } catch {
    throw new StartFailure(await downloadFailure(file, url));
  }
  if (response.ok) {
    failedFiles.delete(file);
    return response;
  }
  throw new StartFailure(`${file}: the server answered ${response.status}. Files of this release are missing.`);
}

async function downloadFailure(file, url) {
  try {
    const response = await fetch(url, { cache: "no-store" });
    if (!response.ok) return `${file}: the server answered ${response.status}. Files of this release are missing.`;
    // A program or a style sheet never begins like an HTML page.
    if (/^\uFEFF?\s*</.test(await response.text())) {
      return `${file}: the host answers its fallback page. Files of this release are missing.`;
    }
    return `${file} doesn't match this release. Reload in a minute; if it stays, the files on the server were altered or mixed.`;
  } catch {
    // The event arrives shortly after the failure.
    await new Promise((soon) => setTimeout(soon, 100));
    if (blockedUrls.has(url.href)) return `This page's security policy blocks ${file}: connect-src needs ${url.origin}.`;
    return `${file} could not be downloaded, or the download was cut. Check the network and try again.`;
  }
}

// Exports of the first file. The second file shares its memory and function table.
let exported;
async function loadProgram() {
  const response = await download(RELEASE.wasm);
  try {
    exported = await start({ module_or_path: response });
  } catch (failure) {
    throw new StartFailure(startFailureCause(failure, RELEASE.wasm.file));
  }
}

// The style of what the second file shows. Every element has it, empty until that file is loaded. A server that imports this
// file has no style sheets, so it is made with the first element's style.
let consoleSheet;

// Loads the second file, which has everything after the form, and its style. It is started only once: a second start would reset the
// state of the first. A failed one is dropped, so that the next attempt downloads again.
let rest;
function loadRest() {
  rest ??= startRest().catch((failure) => {
    rest = undefined;
    throw failure;
  });
  return rest;
}

async function startRest() {
  const [response, style] = await Promise.all([download(RELEASE.rest), download(RELEASE.consoleStyle)]);
  await consoleSheet.replace(await style.text());
  try {
    await WebAssembly.instantiate(await response.arrayBuffer(), { __wasm_split: exported });
  } catch (failure) {
    throw new StartFailure(startFailureCause(failure, RELEASE.rest.file));
  }
}

// Why the second file couldn't be loaded. The program reads this after it has been told about the failure.
const report = { failure: "" };

// The program calls this function by name. The result is reported through one of the program's own functions.
async function __wasm_split_load_rest(callback, data) {
  let isLoaded = true;
  try {
    await loadRest();
  } catch (failure) {
    report.failure = failure.message;
    isLoaded = false;
  }
  exported.__indirect_function_table.get(callback)(data, isLoaded);
}

function startFailureCause(failure, file) {
  if (typeof WebAssembly === "undefined") return "This browser has WebAssembly switched off.";
  if (failure instanceof WebAssembly.CompileError && /eval|Content Security/i.test(failure.message)) {
    return "This page's security policy blocks WebAssembly: script-src needs 'wasm-unsafe-eval'.";
  }
  return `${file} could not be run: ${failure.message}`;
}

// Checks the two newest features that the page requires. tests/e2e/tests/compat.rs compares these versions with MDN's
// data.
function rejectOldBrowsers() {
  const lacks = [];
  if (!CSS.supports("color", "light-dark(red, red)")) lacks.push("light-dark() in style sheets");
  if (window.IDBTransaction && !("durability" in IDBTransaction.prototype)) lacks.push("strict durability of IndexedDB");
  if (lacks.length === 0) return;
  throw new StartFailure(`This browser is too old: it has no ${lacks.join(" and no ")}. Use Chrome or Edge 123, Firefox 126, Safari 17.5, or a newer one.`);
}

async function loadStyle() {
  const response = await download(RELEASE.style);
  const made = new CSSStyleSheet();
  consoleSheet ??= new CSSStyleSheet();
  return made.replace(await response.text());
}

function failureCard(cause, again) {
  const section = document.createElement("section");
  section.className = "start-failure";
  section.lang = "en";
  section.dir = "ltr";
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

// This can only be found out by trying: if Trusted Types are enforced, assigning a string throws, unless the page's
// own default policy accepts it.
function enforcesTrustedTypes() {
  if (!window.trustedTypes) return false;
  try {
    document.createElement("template").innerHTML = "<p></p>";
    return false;
  } catch {
    return true;
  }
}

function createEvent({ type, version, ...detail }, cancelable) {
  return new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable });
}

// Matches tokens, whole or cut off, and values announced as tokens. Same as in the core's redaction.
const TOKEN = /eyJ[\w.~+/=-]{13}|[Bb](?:earer|EARER)[ :\t]+[\w.~+/=-]{16}/;

// Input within this time after a token was removed is the token's remainder, from a program that presses keys: under
// load they follow each other slowly. Once the focus moves or the pointer is pressed, a person's own text is expected.
const TOKEN_REMAINDER_MILLIS = 2000;
const MOVED_REMAINDER_MILLIS = 100;

// Servers that render pages import this file too. Nothing happens there.
const Base = globalThis.HTMLElement ?? class {};

class PingOneMfa extends Base {
  static observedAttributes = ["region", "environment-id", "user-id", "views", "chrome"];

  #root = this.attachShadow({ mode: "open" });
  #widget;
  #hasFailed = false;
  #config;
  #provider;
  #isRestarting = false;
  #isHidden = false;
  #tokenRemovedAt = -Infinity;
  #remainderMillis = TOKEN_REMAINDER_MILLIS;

  constructor() {
    super();
    // Properties that were set before the element was defined would hide its accessors.
    for (const name of ["config", "tokenProvider"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  // The text of config.json. A change restarts the element.
  get config() {
    return this.#config;
  }

  set config(text) {
    if (text === this.#config) return;
    this.#config = text;
    this.#restart("config");
  }

  // Provides access tokens. If it is first set after the element has started, the element restarts.
  get tokenProvider() {
    return this.#provider;
  }

  set tokenProvider(provider) {
    const isFirst = typeof this.#provider !== "function" && typeof provider === "function";
    this.#provider = provider;
    if (isFirst) this.#restart("tokenProvider");
  }

  connectedCallback() {
    addEventListener("pingone-mfa:panicked", this.#onPanic);
    addEventListener("pagehide", this.#onPageHide);
    addEventListener("pageshow", this.#onPageShow);
    this.#isHidden = false;
    this.#start();
  }

  // If the element is only moved, it is connected again before the microtask runs.
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#stop());
  }

  attributeChangedCallback(name, was, is) {
    if (was !== is) this.#restart(name);
  }

  // Refreshes the number of users, and the list of users if it was loaded.
  refresh() {
    this.#widget?.refresh();
  }

  forgetToken() {
    this.#widget?.forgetToken();
  }

  // The report of the finished run, as JSON without names.
  exportReport() {
    const report = this.#widget?.report();
    if (!report) return undefined;
    const [name, type, text] = report;
    return new File([text], name, { type });
  }

  #start = async () => {
    if (this.#widget) return;
    if (hasPanicked) return this.#onPanic();
    this.#hasFailed = false;
    const late = setTimeout(() => this.#showFailure(`${RELEASE.wasm.file} hasn't arrived after ${LATE_AFTER_MILLIS / 1000} seconds. Still waiting for it.`), LATE_AFTER_MILLIS);
    try {
      if (!this.ownsAddress && !this.frame && enforcesTrustedTypes()) throw new StartFailure(FRAME_INSTEAD);
      rejectOldBrowsers();
      const [, style] = await loadRelease();
      if (!this.isConnected || this.#widget || this.#isHidden) return;
      this.#root.adoptedStyleSheets = [style, consoleSheet];
      const wrapper = document.createElement("div");
      wrapper.className = "widget";
      wrapper.part = "widget";
      // The content is English, whatever the host page's language is.
      wrapper.lang = "en";
      wrapper.dir = "ltr";
      for (const type of ["beforeinput", "input", "change"]) wrapper.addEventListener(type, this.#keepOut, true);
      for (const type of ["focusin", "pointerdown"]) wrapper.addEventListener(type, this.#onMove, true);
      this.#root.replaceChildren(wrapper);
      this.#widget = mount(wrapper, this.#options());
    } catch (failure) {
      if (!(failure instanceof StartFailure)) console.error(failure);
      this.#hasFailed = true;
      this.#showFailure(failure.message);
    } finally {
      clearTimeout(late);
    }
  };

  #options() {
    return {
      config: this.config,
      clock: this.clock,
      ownsAddress: this.ownsAddress,
      redirectUri: this.#redirectUri(),
      signInAnswer: this.#signInAnswer(),
      build: RELEASE.build,
      rest: report,
      frame: this.frame,
      givesTokens: () => typeof this.tokenProvider === "function",
      provide: this.#provide,
      tell: (message) => this.#dispatch(message),
      permits: (message) => this.dispatchEvent(createEvent(message, true)),
      region: this.getAttribute("region"),
      environmentId: this.getAttribute("environment-id"),
      userId: this.getAttribute("user-id"),
      views: this.getAttribute("views"),
      chrome: this.getAttribute("chrome"),
    };
  }

  // The redirect URI is the folder of this file if it is on this origin, or this page if it is the product's own. One
  // page has one redirect URI, whichever of its addresses was opened.
  #redirectUri() {
    const home = import.meta.url.replace(/[^/]*$/, "");
    const page = location.origin + location.pathname;
    const isOwn = this.ownsAddress || this.frame;
    if (isOwn && home !== `${page}/`) return page.replace(/\/index(\.html?)?$/, "/");
    return home.startsWith(`${location.origin}/`) ? home : undefined;
  }

  // The token goes from the host page's answer to the program, and nowhere else.
  #provide = async (reason) => {
    await this.#dispatch({ type: "pingone-mfa:token-needed", reason });
    try {
      return (await this.tokenProvider({ reason }))?.accessToken;
    } catch (failure) {
      // The message comes from the host page and may contain anything.
      console.error(`pingone-mfa: tokenProvider failed: ${failure?.name}`);
      return undefined;
    }
  };

  // Deferred, so that the program is idle when the host page reacts.
  async #dispatch(message) {
    await undefined;
    this.dispatchEvent(createEvent(message, false));
  }

  // Restarts the element after a change, once for all changes made at the same time. Not during an open run: it would
  // be paused, and could be continued only in the environment that it was started for.
  #restart(what) {
    if (hasPanicked || this.#isRestarting || !(this.#widget || this.#hasFailed)) return;
    if (this.#widget?.hasOpenRun()) {
      console.warn(`pingone-mfa: ${what} is not taken under an open run. It holds when the element begins anew.`);
      return;
    }
    this.#isRestarting = true;
    queueMicrotask(() => {
      this.#isRestarting = false;
      if (hasPanicked || !this.isConnected) return;
      this.#unmount();
      this.#start();
    });
  }

  // The answer is passed on only once: a code can be exchanged once.
  #signInAnswer() {
    const answer = this.signInAnswer;
    this.signInAnswer = undefined;
    return answer;
  }

  // Only the token field accepts tokens. In other fields a paste or drop of a token is prevented. If a token was
  // entered in any other way, the field is emptied before anything inside handles the event.
  #keepOut = (event) => {
    const { target, type, data, timeStamp } = event;
    if (target.type === "password") return;
    let isToken;
    if (type === "beforeinput") {
      isToken = TOKEN.test(data);
      if (!isToken) return;
      event.preventDefault();
    } else {
      const isInput = type === "input";
      const isText = isInput && Boolean(data || target.value);
      const isRemainder = isText && timeStamp - this.#tokenRemovedAt < this.#remainderMillis;
      isToken = isRemainder || TOKEN.test(target.value);
      if (isToken) {
        this.#tokenRemovedAt = timeStamp;
        this.#remainderMillis = TOKEN_REMAINDER_MILLIS;
        target.value = "";
      } else if (!isInput) return;
    }
    this.#widget?.withhold(isToken);
  };

  #onMove = () => {
    this.#remainderMillis = MOVED_REMAINDER_MILLIS;
  };

  #showFailure(cause) {
    this.#root.replaceChildren(failureCard(cause, this.#tryAgain));
  }

  // The cause may have been config.json, which the page has read already.
  #tryAgain = async () => {
    try {
      if (this.readConfig) this.#config = await this.readConfig();
    } catch (failure) {
      return this.#showFailure(failure.message);
    }
    this.#start();
  };

  // The browser may keep a page that is left and show it again after Back. It must not contain a token or users then.
  // A run is stored, as when the element is removed.
  #onPageHide = () => {
    this.#isHidden = true;
    this.#unmount();
    this.#root.replaceChildren();
  };

  #onPageShow = () => {
    if (!this.#isHidden) return;
    this.#isHidden = false;
    this.#start();
  };

  // The program can't be trusted after a panic: its content is removed, and it sends nothing more.
  #onPanic = () => {
    this.#root.replaceChildren(failureCard("An internal error. Nothing more is sent. Reload the page to go on.", () => location.reload()));
  };

  #stop() {
    removeEventListener("pingone-mfa:panicked", this.#onPanic);
    removeEventListener("pagehide", this.#onPageHide);
    removeEventListener("pageshow", this.#onPageShow);
    this.#unmount();
  }

  #unmount() {
    this.#widget?.unmount();
    this.#widget = undefined;
  }
}

// A server may define customElements without its functions.
globalThis.customElements?.get && (customElements.get("pingone-mfa") ?? customElements.define("pingone-mfa", PingOneMfa));
