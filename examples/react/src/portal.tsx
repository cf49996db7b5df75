// A portal in React with the element in it. Every script of this page could use the token.
import "pingone-mfa";
import type { PingOneMfaElement, PingOneMfaEvents, TokenProvider } from "pingone-mfa";
import { useEffect, useRef, useState } from "react";

// The portal's own backend knows who is signed in, and gets a token of PingOne for them.
const tokenProvider: TokenProvider = async ({ reason }) => {
  const answer = await fetch(`token.json?reason=${reason}`, { cache: "no-store" });
  if (!answer.ok) throw new Error("no token");
  return answer.json();
};

// What the deployment decides, if anything.
async function settings(): Promise<string> {
  const answer = await fetch("config.json", { cache: "no-store" });
  return answer.ok ? answer.text() : "{}";
}

const TOLD = ["ready", "connected", "users-loaded", "changed", "run-finished", "fault"] as const;

export function Portal() {
  const [config, setConfig] = useState<string>();
  const [theme, setTheme] = useState<"light" | "dark">("light");
  const [told, setTold] = useState<string[]>([]);
  const element = useRef<PingOneMfaElement>(null);

  useEffect(() => {
    settings().then(setConfig);
  }, []);

  useEffect(() => {
    const mfa = element.current;
    if (!mfa) return;
    const listening = new AbortController();
    for (const name of TOLD) {
      const hear = ({ detail }: PingOneMfaEvents[`pingone-mfa:${typeof name}`]) =>
        setTold((before) => [...before, `${name} ${JSON.stringify(detail)}`]);
      mfa.addEventListener(`pingone-mfa:${name}`, hear, { signal: listening.signal });
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
        <h2>What the element told</h2>
        <ol id="told">{told.map((line, place) => <li key={place}>{line}</li>)}</ol>
      </footer>
    </>
  );
}
