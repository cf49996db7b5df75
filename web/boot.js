// Starts the page: checks the environment, reads the deployer's config.json, creates the clock worker, and loads the
// element. Every failure is shown as a sentence that names the file and the cause. The page is never blank.
const RELEASE = { element: { file: "element.js", integrity: "" }, tick: { file: "tick.js", integrity: "" } };

// If the element hasn't loaded after this time, a message is shown. It may still arrive.
const LATE_AFTER_MILLIS = 10_000;

// The file that is being waited for, for that message.
let pendingFile = `config.json or ${RELEASE.tick.file}`;

// Prefix of the `state` of a sign-in in its own window, and the channel and message kind of its answer.
const WINDOW_MARK = "window.";
const SIGN_IN = "pingone-mfa:sign-in";
const HANDED_OVER = "This window can be closed. Go on in the page that opened it; if that is gone, reload here.";

// embed.html runs only in frames, index.html never does.
const isEmbed = document.documentElement.hasAttribute("data-embed");

let host = document.querySelector("pingone-mfa");
const address = (file) => new URL(file, import.meta.url).href;

class StartFailure extends Error {}

// The card is in the element's light DOM. Once the element is defined, its shadow root hides the card.
function showCard(cause, name = "PingOne MFA didn't start") {
  const card = document.createElement("section");
  card.className = "start-failure";
  card.setAttribute("role", "alert");
  const title = document.createElement("h1");
  title.textContent = name;
  const text = document.createElement("p");
  text.textContent = cause;
  const again = document.createElement("button");
  again.textContent = "Reload";
  again.onclick = () => location.reload();
  card.append(title, text, again);
  host.replaceChildren(card);
}

// A service worker of another application on this origin could answer requests instead of the network.
async function rejectServiceWorkers() {
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  if (workers.length === 0) return;
  throw new StartFailure(
    `A service worker is installed for ${workers[0].scope}. It could read what this page sends, so the page ` +
      "stops here. Remove it (browser settings, site data), or host this page on an address of its own.",
  );
}

async function readConfig() {
  let response;
  try {
    response = await fetch("config.json", { cache: "no-store", credentials: "same-origin", redirect: "error" });
  } catch {
    throw new StartFailure("config.json could not be downloaded. Check the network and reload.");
  }
  if (response.status === 404) return "{}";
  if (!response.ok) throw new StartFailure(`config.json: the server answered ${response.status}.`);
  const text = await response.text();
  if (!isHtml(text)) return text;
  // A host without this file may answer every unknown path with this page itself. Any other page may be a gateway's,
  // in front of a config.json with limits that must hold.
  if (text.includes("<pingone-mfa>")) return "{}";
  throw new StartFailure("config.json: the host answers another page for it. Put a config.json beside index.html ({} is enough).");
}

// Scripts, style sheets, programs and configurations never begin like this.
const isHtml = (text) => /^\uFEFF?\s*</.test(text);

let configText;
const config = () => (configText ??= readConfig());
const reloadConfig = () => (configText = readConfig());

async function isListed(origins) {
  const { frameAncestors } = JSON.parse(await config());
  return Array.isArray(frameAncestors) && origins.every((origin) => frameAncestors.includes(origin));
}

// The host page says hello as soon as the frame has loaded, so the listener is added at once. Until a host page that
// config.json lists has said hello, this page stays empty, accepts nothing and answers nothing.
function hostPage() {
  return new Promise((resolve) => {
    async function hear({ source, origin, data }) {
      if (source !== parent || data?.type !== "pingone-mfa:hello") return;
      try {
        const around = [origin, ...(location.ancestorOrigins ?? [])];
        if (await isListed(around)) {
          removeEventListener("message", hear);
          resolve({ origin, hello: data });
        } else if (around.includes("null")) {
          console.warn('pingone-mfa: a page around this frame keeps its origin secret; this frame stays empty. Its iframe needs referrerpolicy="origin" and allow-same-origin.');
        } else {
          console.warn(`pingone-mfa: ${origin}, or a page around it, is not in config.json's frameAncestors; this frame stays empty.`);
        }
      } catch (failure) {
        // The next hello reads the file again.
        configText = undefined;
        console.warn(`pingone-mfa: config.json could not be read, so this frame stays empty: ${failure.message}`);
      }
    }
    addEventListener("message", hear);
  });
}

// Reading the rules of a refused style sheet may throw.
function hasRules(sheet) {
  try {
    return sheet !== null && sheet.cssRules.length > 0;
  } catch {
    return false;
  }
}

// The browser silently drops a style sheet that doesn't match its integrity, and uses an empty one if the file is
// missing.
async function rejectAlteredStyle() {
  const { sheet, href, integrity } = document.querySelector("link[rel=stylesheet]");
  if (hasRules(sheet)) return;
  const file = new URL(href).pathname.split("/").at(-1);
  await rejectAltered({ file, integrity }, "no-store");
  throw new StartFailure(`${file} was lost on its way. Reload.`);
}

// One named Trusted Types policy, for the only URL that a script may be created from. A worker's script can't have an
// integrity attribute, so the same URL is fetched with one first. Without workers the page uses its own timers.
async function clockWorker() {
  if (typeof Worker === "undefined") return undefined;
  await rejectAltered(RELEASE.tick, "default");
  const tick = address(RELEASE.tick.file);
  const only = (url) => {
    if (url === tick) return url;
    throw new TypeError(`not this page's worker: ${url}`);
  };
  try {
    const policy = window.trustedTypes?.createPolicy("pingone-mfa", { createScriptURL: only }) ?? { createScriptURL: only };
    const worker = new Worker(policy.createScriptURL(tick));
    // If a policy blocks the worker, only this event reports it, usually before the element is there to listen.
    worker.addEventListener("error", () => {
      console.warn(`pingone-mfa: no clock worker: ${RELEASE.tick.file} did not run`);
      worker.hasFailed = true;
    });
    return worker;
  } catch (failure) {
    // If a policy forbids workers, some browsers throw and others only send an event.
    console.warn(`pingone-mfa: no clock worker: ${failure.name}`);
    return undefined;
  }
}

// With an integrity, a refusal by the server and different content look the same, so the file is requested once more.
async function rejectAltered({ file, integrity }, cache) {
  let response;
  let isAltered = false;
  try {
    response = await fetch(address(file), { cache, ...(integrity && { integrity }) });
  } catch {
    isAltered = true;
    response = await fetch(address(file), { cache: "no-store" }).catch(() => undefined);
  }
  if (response?.ok === false) {
    throw new StartFailure(`${file}: the server answered ${response.status}. Files of this release are missing.`);
  }
  if (isHtml((await response?.text().catch(() => "")) ?? "")) {
    throw new StartFailure(`${file}: the host answers its fallback page. Files of this release are missing.`);
  }
  if (isAltered) {
    throw new StartFailure(`${file} arrived incomplete or doesn't match this release. Reload in a minute; if it stays, the files on the server were altered or mixed.`);
  }
}

// After signing in, PingOne's answer is removed from the address, and so from the history, at once.
function takeSignInAnswer() {
  const query = new URLSearchParams(location.search);
  if (!query.has("state")) return undefined;
  const isWindow = query.get("state").startsWith(WINDOW_MARK);
  const isAnswer = query.has("code") || query.has("error");
  if (!isWindow && !isAnswer) return undefined;
  const answer = location.search.slice(1);
  history.replaceState(null, "", location.pathname + location.hash);
  return { text: answer, isWindow, isAnswer };
}

// This is the window that a page opened to sign in or out. Only pages of this origin can receive the message, and
// only the one whose attempt it answers can use it. The channel doesn't reach a frame on another site, and the opener
// may be missing.
function handOverAnswer({ text, isAnswer }) {
  const message = { kind: SIGN_IN, answer: text };
  if (isAnswer) {
    new BroadcastChannel(SIGN_IN).postMessage(message);
    window.opener?.postMessage(message, location.origin);
  }
  host ??= document.body;
  setTimeout(close, 0);
  setTimeout(() => showCard(HANDED_OVER, "Go on in the other window"), 1000);
}

async function start(signInAnswer) {
  host.signInAnswer = signInAnswer?.text;
  await rejectServiceWorkers();
  await rejectAlteredStyle();
  [host.config, host.clock] = await Promise.all([config(), clockWorker()]);
  host.readConfig = reloadConfig;
  host.ownsAddress = !isEmbed;
  pendingFile = RELEASE.element.file;
  try {
    await import(address(RELEASE.element.file));
  } catch {
    await rejectAltered(RELEASE.element, "no-store");
    throw new StartFailure(`${RELEASE.element.file} could not be run by this browser. It needs modules, WebAssembly and shadow roots.`);
  }
}

async function startOrShowFailure(signInAnswer) {
  const late = setTimeout(
    () => showCard(`${pendingFile} hasn't arrived after ${LATE_AFTER_MILLIS / 1000} seconds. Still waiting.`),
    LATE_AFTER_MILLIS,
  );
  try {
    await start(signInAnswer);
  } catch (failure) {
    if (!(failure instanceof StartFailure)) console.error(failure);
    showCard(failure instanceof StartFailure ? failure.message : `boot: ${failure}`);
  } finally {
    clearTimeout(late);
  }
}

// The module has no top-level await: the host page says hello when this page has loaded.
async function startInvited() {
  const frame = await hostPage();
  host = document.body.appendChild(document.createElement("pingone-mfa"));
  host.frame = frame;
  startOrShowFailure();
}

// A window for signing in or out returns to the page that opened it, which may be embed.html.
function begin() {
  const isFramed = self !== top;
  const answer = isFramed ? undefined : takeSignInAnswer();
  if (answer?.isWindow) return handOverAnswer(answer);
  if (isEmbed !== isFramed) {
    document.body.replaceChildren();
    console.warn("pingone-mfa: embed.html is shown in frames alone, index.html in none.");
  } else if (isEmbed) {
    startInvited();
  } else {
    startOrShowFailure(answer);
  }
}

begin();
