// A portal that shows pingone-mfa in a frame. Replace https://mfa.example.com here and in _headers.
import { framePingOneMfa } from "https://mfa.example.com/pingone-mfa-frame.js";

// The portal's backend knows who is signed in and gets a PingOne token for that person.
async function tokenProvider({ reason }) {
  const answer = await fetch(`token.json?reason=${reason}`, { cache: "no-store" });
  if (!answer.ok) throw new Error("no token");
  return answer.json();
}

const mfa = framePingOneMfa(document.querySelector("#mfa"), {
  src: "https://mfa.example.com/embed.html",
  tokenProvider,
  theme: "light",
  properties: { "--pingone-mfa-accent": "#7a1fa2" },
});

const log = document.querySelector("#told");
for (const name of ["ready", "connected", "token-needed", "run-progress", "run-finished"]) {
  document.addEventListener(`pingone-mfa:${name}`, ({ detail }) => {
    const line = document.createElement("li");
    line.textContent = `${name} ${JSON.stringify(detail)}`;
    log.append(line);
  });
}

document.querySelector("#dark").onclick = () => mfa.look({ theme: "dark" });
document.querySelector("#sign-out").onclick = () => mfa.forgetToken();
