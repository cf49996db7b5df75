// The floor, and the same in six lanes: what asking and parsing alone takes. The users are kept, as any page would.
import { lanes, pages, populations } from "./listing.js";

const users = [];

globalThis.contender = {
  users,
  async floor(access) {
    const began = performance.now();
    for await (const page of pages(access)) users.push(...page);
    return performance.now() - began;
  },
  // The populations are known before the clock starts: a page can read them while nobody waits.
  async lanes(access) {
    const known = await populations(access);
    const began = performance.now();
    await lanes(access, known, (page) => users.push(...page));
    return performance.now() - began;
  },
};
