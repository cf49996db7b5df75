// The page's start: checks the ground, reads the deployment's config.json, makes the clock worker, loads the
// element. Whatever goes wrong ends in a sentence that names the file and the cause, never in a white page.
const RELEASE = { element: { file: "element.js", integrity: "" }, tick: { file: "tick.js", integrity: "" } };

// After this long without the element something is said, although it may still arrive.
const PATIENCE = 10_000;

// How the state of a sign-in in a window of its own begins, and what its answer is called.
const WINDOW_MARK = "window.";
const SIGN_IN = "pingone-mfa:sign-in";
const HANDED_OVER = "This window can be closed. Go on in the page that opened it; if that is gone, reload here.";

const host = document.querySelector("pingone-mfa");
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
  return response.text();
}

// One named policy, for the one address that a script may be made from.
function clockWorker() {
  const tick = address(RELEASE.tick.file);
  const only = (url) => {
    if (url === tick) return url;
    throw new TypeError(`not this page's worker: ${url}`);
  };
  const policy = window.trustedTypes?.createPolicy("pingone-mfa", { createScriptURL: only }) ?? { createScriptURL: only };
  return new Worker(policy.createScriptURL(tick));
}

async function whyMissing({ file, integrity }) {
  try {
    const response = await fetch(address(file), { cache: "no-store" });
    if (!response.ok) return `${file}: the server answered ${response.status}. Files of this release are missing.`;
    await fetch(address(file), { cache: "no-store", integrity });
    return `${file} could not be run by this browser. It needs modules, WebAssembly and shadow roots.`;
  } catch {
    return `${file} arrived incomplete or doesn't match this release. Reload in a minute; if it stays, the files on the server were altered or mixed.`;
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
  setTimeout(close, 0);
  setTimeout(() => show(HANDED_OVER, "Go on in the other window"), 1000);
}

async function start(signInAnswer) {
  host.signInAnswer = signInAnswer?.text;
  await refuseServiceWorkers();
  host.config = await readConfig();
  host.clock = clockWorker();
  host.ownsAddress = true;
  try {
    await import(address(RELEASE.element.file));
  } catch {
    throw new StartFailure(await whyMissing(RELEASE.element));
  }
}

function begin() {
  const answer = takeSignInAnswer();
  if (answer?.isWindow) return bringBack(answer);
  const late = setTimeout(
    () => show(`${RELEASE.element.file} hasn't arrived after ${PATIENCE / 1000} seconds. Still waiting for it.`),
    PATIENCE,
  );
  start(answer)
    .catch((failure) => {
      if (!(failure instanceof StartFailure)) console.error(failure);
      show(failure instanceof StartFailure ? failure.message : `boot: ${failure}`);
    })
    .finally(() => clearTimeout(late));
}

begin();
