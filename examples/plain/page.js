// A page with the element. Every script on this page can use the token.
import "pingone-mfa";

// The page's backend knows who is signed in and gets a PingOne token for that person.
async function tokenProvider({ reason }) {
  const answer = await fetch(`token.json?reason=${reason}`, { cache: "no-store" });
  if (!answer.ok) throw new Error("no token");
  return answer.json();
}

// The deployment's settings, if there are any.
async function settings() {
  const answer = await fetch("config.json", { cache: "no-store" });
  return answer.ok ? answer.text() : undefined;
}

const mfa = document.createElement("pingone-mfa");
mfa.setAttribute("theme", "light");
mfa.config = await settings();
mfa.tokenProvider = tokenProvider;
document.querySelector("#mfa").append(mfa);

const log = document.querySelector("#told");
for (const name of ["ready", "token-needed", "connected", "users-loaded", "changed", "run-finished", "fault"]) {
  mfa.addEventListener(`pingone-mfa:${name}`, ({ detail }) => {
    const line = document.createElement("li");
    line.textContent = `${name} ${JSON.stringify(detail)}`;
    log.append(line);
  });
}

document.querySelector("#dark").onclick = () => mfa.setAttribute("theme", "dark");
document.querySelector("#refresh").onclick = () => mfa.refresh();
document.querySelector("#sign-out").onclick = () => mfa.forgetToken();
