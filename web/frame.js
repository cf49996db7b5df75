// Embeds pingone-mfa and gives it tokens.
const PREFIX = "pingone-mfa:";
const VERSION = 1;

const RUN = { run: "string", total: "number", done: "number", changed: "number", failed: "number" };

const EVENTS = {
  ready: {},
  connected: { environmentId: "string", region: "string" },
  "token-needed": { request: "number", reason: "string" },
  "run-progress": RUN,
  "run-finished": { ...RUN, stopped: "boolean" },
  height: { height: "number" },
};

export function framePingOneMfa(container, { src, tokenProvider, theme, properties, ...options }) {
  const url = new URL(src, location.href);
  if (url.origin === location.origin) throw new TypeError("pingone-mfa: src needs an origin of its own");

  const iframe = document.createElement("iframe");
  iframe.title = "PingOne MFA";
  iframe.sandbox = "allow-scripts allow-same-origin allow-downloads allow-modals allow-popups allow-popups-to-escape-sandbox";
  iframe.allow = "clipboard-write";
  iframe.referrerPolicy = "origin";
  Object.assign(iframe.style, { display: "block", width: "100%", height: "320px", border: "0" });

  // With a tail call WebKit names the frame as sender.
  const say = (type, fields) =>
    void iframe.contentWindow?.postMessage({ ...fields, type: PREFIX + type, version: VERSION }, url.origin);

  function look(next) {
    theme = next.theme ?? theme;
    properties = { ...properties, ...next.properties };
    say("look", { theme, properties });
  }

  async function give({ request, reason }) {
    let accessToken;
    try {
      accessToken = (await tokenProvider({ reason }))?.accessToken;
    } catch (failure) {
      console.error(`pingone-mfa: tokenProvider failed: ${failure?.name}`);
    }
    if (typeof accessToken === "string") say("token", { request, accessToken });
    else say("no-token", { request });
  }

  function hear({ source, origin, data }) {
    if (source !== iframe.contentWindow || origin !== url.origin) return;
    const type = String(data?.type);
    const name = type.startsWith(PREFIX) && type.slice(PREFIX.length);
    if (!Object.hasOwn(EVENTS, name) || data.version !== VERSION) return;
    const fields = Object.entries(EVENTS[name]);
    if (fields.some(([key, kind]) => typeof data[key] !== kind)) return;
    const detail = Object.fromEntries(fields.map(([key]) => [key, data[key]]));
    if (name === "token-needed") give(detail);
    // It may have missed a look.
    if (name === "ready") look({});
    // Room for dialogs.
    if (name === "height") iframe.style.height = `${Math.max(320, Math.min(detail.height, innerHeight))}px`;
    iframe.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  addEventListener("message", hear);
  iframe.addEventListener("load", () => say("hello", { theme, properties, ...options }));
  iframe.src = url.href;
  container.append(iframe);

  return {
    iframe,
    look,
    forgetToken: () => say("forget"),
    remove() {
      removeEventListener("message", hear);
      iframe.remove();
    },
  };
}
