// A React portal with the element. Every script on this page can use the token.
import "pingone-mfa";
import type { PingOneMfaElement, PingOneMfaEvents, TokenProvider } from "pingone-mfa";
import { useEffect, useRef, useState } from "react";

// The portal's backend knows who is signed in and gets a PingOne token for that person.
const tokenProvider: TokenProvider = async ({ reason }) => {
  const answer = await fetch(`token.json?reason=${reason}`, { cache: "no-store" });
  if (!answer.ok) throw new Error("no token");
  return answer.json();
};

// The deployment's settings, if there are any.
async function settings(): Promise<string> {
  const answer = await fetch("config.json", { cache: "no-store" });
  return answer.ok ? answer.text() : "{}";
}

const EVENTS = ["ready", "connected", "users-loaded", "changed", "run-finished", "fault"] as const;

export function Portal() {
  const [config, setConfig] = useState<string>();
  const [theme, setTheme] = useState<"light" | "dark">("light");
  const [log, setLog] = useState<string[]>([]);
  const element = useRef<PingOneMfaElement>(null);

  useEffect(() => {
    settings().then(setConfig);
  }, []);

  useEffect(() => {
    const mfa = element.current;
    if (!mfa) return;
    const listening = new AbortController();
    for (const name of EVENTS) {
      const append = ({ detail }: PingOneMfaEvents[`pingone-mfa:${typeof name}`]) =>
        setLog((before) => [...before, `${name} ${JSON.stringify(detail)}`]);
      mfa.addEventListener(`pingone-mfa:${name}`, append, { signal: listening.signal });
    }
    return () => listening.abort();
  }, [config]);

  return (
    <>
      <header>
        <h1>Example in React</h1>
        <button id="dark" type="button" onClick={() => setTheme("dark")}>Dark</button>
        <button id="sign-out" type="button" onClick={() => element.current?.forgetToken()}>Sign out</button>
      </header>
      <main>
        {config !== undefined && (
          <pingone-mfa ref={element} theme={theme} config={config} tokenProvider={tokenProvider} />
        )}
      </main>
      <footer>
        <h2>Events from the element</h2>
        <ol id="told">{log.map((line, index) => <li key={index}>{line}</li>)}</ol>
      </footer>
    </>
  );
}
