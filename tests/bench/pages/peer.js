// AG Grid Community, set up as its manual recommends for many rows: transactions in batches, row IDs, a cached
// quick filter. Columns and row height are the same as in our page.
import { pages } from "./listing.js";
import { counted, folded, slim } from "./user.js";

const { compare } = new Intl.Collator("en");
const text = { getQuickFilterText: ({ value }) => folded(value ?? "") };
const line = document.querySelector("#count");
let all = 0;

const grid = agGrid.createGrid(document.querySelector("#users"), {
  columnDefs: [
    {
      ...text, colId: "name", headerName: "Name",
      valueGetter: ({ data }) => `${data.given} ${data.family}`,
      comparator: (_, __, one, other) => compare(one.data.family, other.data.family),
    },
    { ...text, field: "username", headerName: "Username" },
    { ...text, field: "email", headerName: "E-mail" },
    { field: "population", headerName: "Population", getQuickFilterText: () => "" },
    { field: "mfaEnabled", headerName: "MFA", cellDataType: false, getQuickFilterText: () => "" },
    { ...text, field: "id", hide: true },
    { ...text, field: "externalId", hide: true },
  ],
  getRowId: ({ data }) => data.id,
  rowHeight: 32,
  animateRows: false,
  cacheQuickFilter: true,
  includeHiddenColumnsInQuickFilter: true,
  quickFilterParser: (wanted) => [folded(wanted).toUpperCase()],
  onModelUpdated: ({ api }) => { line.textContent = counted(api.getDisplayedRowCount(), all); },
});

document.querySelector("input").addEventListener("input", ({ target }) => {
  grid.setGridOption("quickFilterText", target.value);
});

globalThis.contender = {
  async list(access) {
    for await (const page of pages(access)) {
      all += page.length;
      grid.applyTransactionAsync({ add: page.map(slim) });
    }
    grid.flushAsyncTransactions();
  },
};
