// <pingone-mfa>: the only loader of the wasm. A thin shell; everything else happens inside.
import start, { mount } from "./pingone-mfa.js";
const RELEASE = { wasm: { file: "pingone-mfa_bg.wasm", url: new URL("./pingone-mfa_bg.wasm", import.meta.url), integrity: "" }, rest: { file: "rest.wasm", url: new URL("./rest.wasm", import.meta.url), integrity: "" }, style: { file: "widget.css", url: new URL("./widget.css", import.meta.url), integrity: "" }, build: "dev" };

// After this long without the files something is said, although they may still arrive.
const PATIENCE = 10_000;

const FRAME_INSTEAD =
  "This page enforces Trusted Types. No policy is made in another page's realm: show PingOne MFA in its frame instead (docs/embedding.md).";

class StartFailure extends Error {}

// One program serves every element of the page: after a panic none of them begins again.
let hasPanicked = false;
globalThis.addEventListener?.("pingone-mfa:panicked", () => (hasPanicked = true));

// Which addresses the page's policy refused to connect to. The browser says so in an event alone.
const refused = new Set();
globalThis.document?.addEventListener("securitypolicyviolation", ({ effectiveDirective, disposition, blockedURI }) => {
  if (effectiveDirective === "connect-src" && disposition === "enforce") refused.add(blockedURI);
});

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

async function download({ file, url, integrity }) {
  const cache = failed.has(file) ? "reload" : "default";
  const options = { credentials: "same-origin", cache, ...(integrity && { integrity }) };
  let response;
  failed.add(file);
  try {
    response = await fetch(url, options);
  } catch {
    throw new StartFailure(await whyMissing(file, url));
  }
  if (response.ok) {
    failed.delete(file);
    return response;
  }
  throw new StartFailure(`${file}: the server answered ${response.status}. Files of this release are missing.`);
}

async function whyMissing(file, url) {
  try {
    const response = await fetch(url, { cache: "no-store" });
    if (!response.ok) return `${file}: the server answered ${response.status}. Files of this release are missing.`;
    // Neither a program nor a style sheet begins like a page.
    if (/^\uFEFF?\s*</.test(await response.text())) {
      return `${file}: the host answers its fallback page. Files of this release are missing.`;
    }
    return `${file} doesn't match this release. Reload in a minute; if it stays, the files on the server were altered or mixed.`;
  } catch {
    // The event comes a little after the failure.
    await new Promise((soon) => setTimeout(soon, 100));
    if (refused.has(url.href)) return `This page's security policy blocks ${file}: connect-src needs ${url.origin}.`;
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

// The two newest features that the page can't do without. tests/e2e/tests/compat.rs holds the versions against MDN's data.
function refuseOldBrowsers() {
  const lacks = [];
  if (!CSS.supports("color", "light-dark(red, red)")) lacks.push("light-dark() in style sheets");
  if (window.IDBTransaction && !("durability" in IDBTransaction.prototype)) lacks.push("strict durability of IndexedDB");
  if (lacks.length === 0) return;
  throw new StartFailure(`This browser is too old: it has no ${lacks.join(" and no ")}. Use Chrome or Edge 123, Firefox 126, Safari 17.5, or a newer one.`);
}

async function sheet() {
  const response = await download(RELEASE.style);
  const made = new CSSStyleSheet();
  return made.replace(await response.text());
}

function card(cause, again) {
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

// Only an attempt shows it: a text is refused where they are enforced, unless the page's own policy takes it.
function enforcesTrustedTypes() {
  if (!window.trustedTypes) return false;
  try {
    document.createElement("template").innerHTML = "<p></p>";
    return false;
  } catch {
    return true;
  }
}

function told({ type, version, ...detail }, cancelable) {
  return new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable });
}

// What only a token looks like, cut or whole, and what is announced as one. As in the core's redaction.rs.
const TOKEN = /eyJ[\w.~+/=-]{13}|[Bb](?:earer|EARER)[ :\t]+[\w.~+/=-]{16}/;

// What is typed sooner than this after a token was taken out is its rest, from a program that presses keys.
const REST_OF_TOKEN = 100;

// A server that renders pages imports this file too; nothing happens there.
const Base = globalThis.HTMLElement ?? class {};

class PingOneMfa extends Base {
  static observedAttributes = ["region", "environment-id", "user-id"];

  #root = this.attachShadow({ mode: "open" });
  #widget;
  #hasFailed = false;
  #config;
  #provider;
  #isRenewing = false;
  #isHidden = false;
  #keptOutAt = -Infinity;

  constructor() {
    super();
    // What was set before the element was defined would stand in front of its accessors.
    for (const name of ["config", "tokenProvider"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  // The text of a config.json.
  get config() {
    return this.#config;
  }

  set config(text) {
    if (text === this.#config) return;
    this.#config = text;
    this.#renew("config");
  }

  // Gives access tokens. Where it comes after the element has begun without one, the element begins anew.
  get tokenProvider() {
    return this.#provider;
  }

  set tokenProvider(provider) {
    const isFirst = typeof this.#provider !== "function" && typeof provider === "function";
    this.#provider = provider;
    if (isFirst) this.#renew("tokenProvider");
  }

  connectedCallback() {
    addEventListener("pingone-mfa:panicked", this.#panicked);
    addEventListener("pagehide", this.#hide);
    addEventListener("pageshow", this.#comeBack);
    this.#isHidden = false;
    this.#start();
  }

  // An element that is only moved is connected again before the microtask runs.
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#stop());
  }

  attributeChangedCallback(name, was, is) {
    if (was !== is) this.#renew(name);
  }

  // Reads anew how many users there are, and who they are if that had been read.
  refresh() {
    this.#widget?.refresh();
  }

  forgetToken() {
    this.#widget?.forgetToken();
  }

  // The report of the run that is over, as JSON without names.
  exportReport() {
    const report = this.#widget?.report();
    if (!report) return undefined;
    const [name, type, text] = report;
    return new File([text], name, { type });
  }

  #start = async () => {
    if (this.#widget) return;
    if (hasPanicked) return this.#panicked();
    this.#hasFailed = false;
    const late = setTimeout(() => this.#say(`${RELEASE.wasm.file} hasn't arrived after ${PATIENCE / 1000} seconds. Still waiting for it.`), PATIENCE);
    try {
      if (!this.ownsAddress && !this.frame && enforcesTrustedTypes()) throw new StartFailure(FRAME_INSTEAD);
      refuseOldBrowsers();
      const [, style] = await loaded();
      if (!this.isConnected || this.#widget || this.#isHidden) return;
      this.#root.adoptedStyleSheets = [style];
      const wrapper = document.createElement("div");
      wrapper.className = "widget";
      wrapper.part = "widget";
      // What is inside is English, whatever the page around it is.
      wrapper.lang = "en";
      wrapper.dir = "ltr";
      for (const type of ["beforeinput", "input", "change"]) wrapper.addEventListener(type, this.#keepOut, true);
      this.#root.replaceChildren(wrapper);
      this.#widget = mount(wrapper, this.#options());
    } catch (failure) {
      if (!(failure instanceof StartFailure)) console.error(failure);
      this.#hasFailed = true;
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
      redirectUri: this.#redirectUri(),
      signInAnswer: this.#signInAnswer(),
      build: RELEASE.build,
      rest: report,
      frame: this.frame,
      givesTokens: () => typeof this.tokenProvider === "function",
      provide: this.#provide,
      tell: (message) => this.#tell(message),
      permits: (message) => this.dispatchEvent(told(message, true)),
      region: this.getAttribute("region"),
      environmentId: this.getAttribute("environment-id"),
      userId: this.getAttribute("user-id"),
    };
  }

  // PingOne's answer comes to the folder that this file is in, if it is of this origin, or to this page where it is the
  // product's own. One page has one such address, whichever it was opened by.
  #redirectUri() {
    const home = import.meta.url.replace(/[^/]*$/, "");
    const page = location.origin + location.pathname;
    const isOwn = this.ownsAddress || this.frame;
    if (isOwn && home !== `${page}/`) return page.replace(/\/index(\.html?)?$/, "/");
    return home.startsWith(`${location.origin}/`) ? home : undefined;
  }

  // The token goes from the host page's answer to the program, and nowhere else.
  #provide = async (reason) => {
    await this.#tell({ type: "pingone-mfa:token-needed", reason });
    try {
      return (await this.tokenProvider({ reason }))?.accessToken;
    } catch (failure) {
      // Its message is the host page's, and might hold anything.
      console.error(`pingone-mfa: tokenProvider failed: ${failure?.name}`);
      return undefined;
    }
  };

  // A little later: whatever the host page does then, the program is not in the midst of something.
  async #tell(message) {
    await undefined;
    this.dispatchEvent(told(message, false));
  }

  // What the element is about has changed: it begins anew, once for all that changes in one moment. Not under an open
  // run, which would be paused and could be continued only in the place that it was begun for.
  #renew(what) {
    if (hasPanicked || this.#isRenewing || !(this.#widget || this.#hasFailed)) return;
    if (this.#widget?.hasOpenRun()) {
      console.warn(`pingone-mfa: ${what} is not taken under an open run. It holds when the element begins anew.`);
      return;
    }
    this.#isRenewing = true;
    queueMicrotask(() => {
      this.#isRenewing = false;
      if (hasPanicked || !this.isConnected) return;
      this.#unmount();
      this.#start();
    });
  }

  // It is handed on once: a code is good for one exchange.
  #signInAnswer() {
    const answer = this.signInAnswer;
    this.signInAnswer = undefined;
    return answer;
  }

  // No field but the one for tokens takes one: neither a paste nor a drop reaches another, and what was filled in otherwise
  // is emptied before anything inside takes note of it.
  #keepOut = (event) => {
    const { target, type, timeStamp } = event;
    if (target.type === "password") return;
    let isToken;
    if (type === "beforeinput") {
      isToken = TOKEN.test(event.data);
      if (!isToken) return;
      event.preventDefault();
    } else {
      const isInput = type === "input";
      isToken = TOKEN.test(target.value) || (isInput && timeStamp - this.#keptOutAt < REST_OF_TOKEN);
      if (isToken) {
        this.#keptOutAt = timeStamp;
        target.value = "";
      } else if (!isInput) return;
    }
    this.#widget?.withhold(isToken);
  };

  #say(cause) {
    this.#root.replaceChildren(card(cause, this.#tryAgain));
  }

  // What was wrong may have been config.json, which the page around has read before.
  #tryAgain = async () => {
    try {
      if (this.readConfig) this.#config = await this.readConfig();
    } catch (failure) {
      return this.#say(failure.message);
    }
    this.#start();
  };

  // A page that is left may be kept as it is and shown again by Back: without a token, and without people. A run is
  // stored, as when the element is taken out.
  #hide = () => {
    this.#isHidden = true;
    this.#unmount();
    this.#root.replaceChildren();
  };

  #comeBack = () => {
    if (!this.#isHidden) return;
    this.#isHidden = false;
    this.#start();
  };

  // The program can't be trusted after a panic: what it shows is taken away, and it sends nothing more.
  #panicked = () => {
    this.#root.replaceChildren(card("An internal error. Nothing more is sent. Reload the page to go on.", () => location.reload()));
  };

  #stop() {
    removeEventListener("pingone-mfa:panicked", this.#panicked);
    removeEventListener("pagehide", this.#hide);
    removeEventListener("pageshow", this.#comeBack);
    this.#unmount();
  }

  #unmount() {
    this.#widget?.unmount();
    this.#widget = undefined;
  }
}

globalThis.customElements && (customElements.get("pingone-mfa") ?? customElements.define("pingone-mfa", PingOneMfa));
