// The time that requests and parsing take, with one cursor and with six. The users are kept in memory, as in any
// page.
import { lanes, pages, populations } from "./listing.js";

const users = [];

globalThis.contender = {
  users,
  async floor(access) {
    const began = performance.now();
    for await (const page of pages(access)) users.push(...page);
    return performance.now() - began;
  },
  // The populations are loaded before the clock starts: a page can load them before the user presses the button.
  async lanes(access) {
    const known = await populations(access);
    const began = performance.now();
    await lanes(access, known, (page) => users.push(...page));
    return performance.now() - began;
  },
};
