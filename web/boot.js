// The page's start: checks the ground, reads the deployment's config.json, makes the clock worker, loads the
// element. Whatever goes wrong ends in a sentence that names the file and the cause, never in a white page.
const RELEASE = { element: { file: "element.js", integrity: "" }, tick: { file: "tick.js", integrity: "" } };

// After this long without the element something is said, although it may still arrive.
const PATIENCE = 10_000;

// What is waited for, in words.
let awaited = `config.json or ${RELEASE.tick.file}`;

// How the state of a sign-in in a window of its own begins, and what its answer is called.
const WINDOW_MARK = "window.";
const SIGN_IN = "pingone-mfa:sign-in";
const HANDED_OVER = "This window can be closed. Go on in the page that opened it; if that is gone, reload here.";

// embed.html is shown in frames alone, index.html in none.
const isEmbed = document.documentElement.hasAttribute("data-embed");

let host = document.querySelector("pingone-mfa");
const address = (file) => new URL(file, import.meta.url).href;

class StartFailure extends Error {}

// The card stands in the element's light DOM: once the element is defined, its shadow root hides the card.
function show(cause, name = "PingOne MFA didn't start") {
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

// A service worker of another application on this origin could answer in this page's place.
async function refuseServiceWorkers() {
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
  if (!isPage(text)) return text;
  // A host without this file may answer this page itself for every path that it doesn't know. Any other page may be a
  // gateway's, in front of a config.json with limits that must hold.
  if (text.includes("<pingone-mfa>")) return "{}";
  throw new StartFailure("config.json: the host answers another page for it. Put a config.json beside index.html ({} is enough).");
}

// Neither a script, a style sheet, a program nor a configuration begins like this.
const isPage = (text) => /^\uFEFF?\s*</.test(text);

let reading;
const config = () => (reading ??= readConfig());
const readConfigAnew = () => (reading = readConfig());

async function isListed(origins) {
  const { frameAncestors } = JSON.parse(await config());
  return Array.isArray(frameAncestors) && origins.every((origin) => frameAncestors.includes(origin));
}

// The page around this frame says hello as soon as the frame has loaded, so it is listened to from the first moment
// on. Until one that config.json lists has said it, this page is empty, takes nothing and answers nothing.
function invited() {
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
        // Another hello may find it there.
        reading = undefined;
        console.warn(`pingone-mfa: config.json could not be read, so this frame stays empty: ${failure.message}`);
      }
    }
    addEventListener("message", hear);
  });
}

// The rules of a sheet that was refused may not be read.
function hasRules(sheet) {
  try {
    return sheet !== null && sheet.cssRules.length > 0;
  } catch {
    return false;
  }
}

// The browser drops a style sheet that doesn't match, and has an empty one for a missing one, without a word to anyone.
async function refuseAlteredStyle() {
  const { sheet, href, integrity } = document.querySelector("link[rel=stylesheet]");
  if (hasRules(sheet)) return;
  const file = new URL(href).pathname.split("/").at(-1);
  await refuseAltered({ file, integrity }, "no-store");
  throw new StartFailure(`${file} was lost on its way. Reload.`);
}

// One named policy, for the one address that a script may be made from. A worker's script can't carry an integrity, so
// the same address is asked for with one before. Without workers the page's own timers serve.
async function clockWorker() {
  if (typeof Worker === "undefined") return undefined;
  await refuseAltered(RELEASE.tick, "default");
  const tick = address(RELEASE.tick.file);
  const only = (url) => {
    if (url === tick) return url;
    throw new TypeError(`not this page's worker: ${url}`);
  };
  try {
    const policy = window.trustedTypes?.createPolicy("pingone-mfa", { createScriptURL: only }) ?? { createScriptURL: only };
    const worker = new Worker(policy.createScriptURL(tick));
    // A policy that blocks it says so here alone, most often before the element is there to listen.
    worker.addEventListener("error", () => {
      console.warn(`pingone-mfa: no clock worker: ${RELEASE.tick.file} did not run`);
      worker.hasFailed = true;
    });
    return worker;
  } catch (failure) {
    // Some browsers throw where a policy forbids workers, others say so in an event alone.
    console.warn(`pingone-mfa: no clock worker: ${failure.name}`);
    return undefined;
  }
}

// With an integrity the browser doesn't tell a refusal by the server from another content, so it is asked once more.
async function refuseAltered({ file, integrity }, cache) {
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
  if (isPage((await response?.text().catch(() => "")) ?? "")) {
    throw new StartFailure(`${file}: the host answers its fallback page. Files of this release are missing.`);
  }
  if (isAltered) {
    throw new StartFailure(`${file} arrived incomplete or doesn't match this release. Reload in a minute; if it stays, the files on the server were altered or mixed.`);
  }
}

// Somebody comes back from signing in: what PingOne sent leaves the address, and with it the history, at once.
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

// This is the window that a page opened to sign in or out. Only pages of this origin can hear it, and only the one whose
// attempt it answers can use it. The channel doesn't reach a frame on another site, the opener isn't always there.
function bringBack({ text, isAnswer }) {
  const message = { kind: SIGN_IN, answer: text };
  if (isAnswer) {
    new BroadcastChannel(SIGN_IN).postMessage(message);
    window.opener?.postMessage(message, location.origin);
  }
  host ??= document.body;
  setTimeout(close, 0);
  setTimeout(() => show(HANDED_OVER, "Go on in the other window"), 1000);
}

async function start(signInAnswer) {
  host.signInAnswer = signInAnswer?.text;
  await refuseServiceWorkers();
  await refuseAlteredStyle();
  [host.config, host.clock] = await Promise.all([config(), clockWorker()]);
  host.readConfig = readConfigAnew;
  host.ownsAddress = !isEmbed;
  awaited = RELEASE.element.file;
  try {
    await import(address(RELEASE.element.file));
  } catch {
    await refuseAltered(RELEASE.element, "no-store");
    throw new StartFailure(`${RELEASE.element.file} could not be run by this browser. It needs modules, WebAssembly and shadow roots.`);
  }
}

async function startOrSay(signInAnswer) {
  const late = setTimeout(
    () => show(`${awaited} hasn't arrived after ${PATIENCE / 1000} seconds. Still waiting.`),
    PATIENCE,
  );
  try {
    await start(signInAnswer);
  } catch (failure) {
    if (!(failure instanceof StartFailure)) console.error(failure);
    show(failure instanceof StartFailure ? failure.message : `boot: ${failure}`);
  } finally {
    clearTimeout(late);
  }
}

// Nothing waits at the module's top: the page around the frame says hello when this page has loaded.
async function startInvited() {
  const frame = await invited();
  host = document.body.appendChild(document.createElement("pingone-mfa"));
  host.frame = frame;
  startOrSay();
}

// A window that was opened to sign in or out comes back to the page that opened it, and that may be embed.html.
function begin() {
  const isFramed = self !== top;
  const answer = isFramed ? undefined : takeSignInAnswer();
  if (answer?.isWindow) return bringBack(answer);
  if (isEmbed !== isFramed) {
    document.body.replaceChildren();
    console.warn("pingone-mfa: embed.html is shown in frames alone, index.html in none.");
  } else if (isEmbed) {
    startInvited();
  } else {
    startOrSay(answer);
  }
}

begin();
