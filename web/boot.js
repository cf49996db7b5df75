// The page's start: checks the ground, reads the deployment's config.json, makes the clock worker, loads the
// element. Whatever goes wrong ends in a sentence that names the file and the cause, never in a white page.
const RELEASE = { element: { file: "element.js", integrity: "" }, tick: { file: "tick.js", integrity: "" } };

// After this long without the element something is said, although it may still arrive.
const PATIENCE = 10_000;

// embed.html is shown in frames alone, index.html in none.
const isEmbed = document.documentElement.hasAttribute("data-embed");

let host = document.querySelector("pingone-mfa");
const address = (file) => new URL(file, import.meta.url).href;

class StartFailure extends Error {}

// The card stands in the element's light DOM: once the element is defined, its shadow root hides the card.
function show(cause) {
  const card = document.createElement("section");
  card.className = "start-failure";
  card.setAttribute("role", "alert");
  const title = document.createElement("h1");
  title.textContent = "PingOne MFA didn't start";
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

let reading;
const config = () => (reading ??= readConfig());

async function isListed(origins) {
  try {
    const { frameAncestors } = JSON.parse(await config());
    return Array.isArray(frameAncestors) && origins.every((origin) => frameAncestors.includes(origin));
  } catch {
    return false;
  }
}

// The page around this frame says hello as soon as the frame has loaded, so it is listened to from the first moment
// on. Until one that config.json lists has said it, this page is empty, takes nothing and answers nothing.
function invited() {
  return new Promise((resolve) => {
    async function hear({ source, origin, data }) {
      if (source !== parent || data?.type !== "pingone-mfa:hello") return;
      if (await isListed([origin, ...(location.ancestorOrigins ?? [])])) {
        removeEventListener("message", hear);
        resolve({ origin, hello: data });
      } else {
        console.warn(`pingone-mfa: ${origin}, or a page around it, is not in config.json's frameAncestors; this frame stays empty.`);
      }
    }
    addEventListener("message", hear);
  });
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
  if (!query.has("state") || !(query.has("code") || query.has("error"))) return undefined;
  const answer = location.search.slice(1);
  history.replaceState(null, "", location.pathname + location.hash);
  return answer;
}

async function start() {
  await refuseServiceWorkers();
  host.config = await config();
  host.clock = clockWorker();
  host.ownsAddress = !isEmbed;
  try {
    await import(address(RELEASE.element.file));
  } catch {
    throw new StartFailure(await whyMissing(RELEASE.element));
  }
}

async function startOrSay() {
  const late = setTimeout(
    () => show(`${RELEASE.element.file} hasn't arrived after ${PATIENCE / 1000} seconds. Still waiting for it.`),
    PATIENCE,
  );
  try {
    await start();
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

if (isEmbed !== (self !== top)) {
  document.body.replaceChildren();
  console.warn("pingone-mfa: embed.html is shown in frames alone, index.html in none.");
} else if (isEmbed) {
  startInvited();
} else {
  host.signInAnswer = takeSignInAnswer();
  startOrSay();
}
