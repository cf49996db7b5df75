// A search over loaded rows without a table: each key press compares all rows; their text is folded when they are
// loaded.
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
