// A search over loaded rows and nothing else: every row is looked at at every key press, its text folded beforehand.
import { pages } from "./listing.js";
import { counted, folded, searched, slim } from "./user.js";

const rows = [];
const line = document.querySelector("#count");

document.querySelector("input").addEventListener("input", ({ target }) => {
  const wanted = folded(target.value);
  const found = rows.filter((row) => row.searched.includes(wanted));
  line.textContent = counted(found.length, rows.length);
});

globalThis.contender = {
  async list(access) {
    for await (const page of pages(access)) {
      for (const user of page.map(slim)) rows.push({ ...user, searched: searched(user) });
    }
    line.textContent = counted(rows.length, rows.length);
  },
};
