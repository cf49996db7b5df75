// Added to every measured page after it has loaded. Elements are found by role and name, like a user finds them.
(() => {
  const root = document.querySelector("pingone-mfa")?.shadowRoot ?? document;
  const all = (selector) => [...root.querySelectorAll(selector)];
  const grid = () => root.querySelector("[role=grid], [role=treegrid]");
  const row = (index) => grid()?.querySelector(`[role=row][aria-rowindex="${index}"]`)?.textContent;
  const search = () => all("input[type=search]").find((field) => field.getAttribute("aria-label") === "Search users");
  const isAsked = (name) => all("button").some((button) => button.textContent.trim() === name);
  const header = () => all("[role=columnheader]").find((cell) => cell.textContent.trim().startsWith("Name"));

  // The count above the table, as in "15,266 of 40,112 users · read 13:36"; the text after it changes over
  // time.
  const count = () => all("p").map((line) => /^[\d,]+ (of [\d,]+ )?users\b/.exec(line.textContent.trim())?.[0])
    .find((line) => line !== undefined);

  // Resolves after the next frame was drawn: an animation callback, and then a task.
  const afterFrame = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(undefined);
  });
  const frame = () => new Promise(requestAnimationFrame);

  // The element that scrolls the rows; a grid may contain other scrollable elements.
  const scroller = () => {
    const scrolls = (box) => box.scrollHeight > box.clientHeight + 1
      && ["auto", "scroll"].includes(getComputedStyle(box).overflowY) && box.querySelector("[role=row]");
    return all("*").filter(scrolls).sort((one, other) => other.scrollHeight - one.scrollHeight)[0];
  };

  const watched = { rows: 0, tasks: [] };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.tasks.push(duration);
  }).observe({ type: "longtask" });
  const look = () => {
    watched.rows = Math.max(watched.rows, all("[role=row]").length);
    if (watched.looking) requestAnimationFrame(look);
  };

  // Time stamp of the next event of a kind, trusted or scripted.
  const began = (kind) => new Promise((hear) => {
    addEventListener(kind, (event) => hear(event.timeStamp), { capture: true, once: true });
  });

  // Time limits in milliseconds: for loading the list, and then for its last row to appear.
  const PATIENCE = 100_000;
  const ROW_PATIENCE = 10_000;

  // Milliseconds from `start` until the table's last row is visible after the list was loaded completely.
  const listed = async (start, users) => {
    watched.looking = true;
    look();
    const isRead = () => grid()?.getAttribute("aria-rowcount") === String(users + 1) && !isAsked("Stop");
    while (!isRead()) {
      await frame();
      if (performance.now() - start > PATIENCE) throw new Error(`the list doesn't end: ${grid()?.ariaRowCount} rows`);
    }
    const read = performance.now();
    while (!row(users + 1)) {
      const box = scroller();
      if (box) box.scrollTop = box.scrollHeight;
      await frame();
      if (performance.now() - read > ROW_PATIENCE) throw new Error("the last row can't be scrolled to");
    }
    const end = await new Promise(afterFrame);
    watched.looking = false;
    return end - start;
  };

  // Milliseconds from an event to the frame after `state` changed; null if it doesn't change in time.
  const reacted = (kind, state, patience) => new Promise((done) => {
    const before = state();
    let start;
    began(kind).then((at) => { start = at; });
    const seen = new MutationObserver(() => {
      if (start === undefined || state() === before) return;
      seen.disconnect();
      afterFrame((end) => done(end - start));
    });
    seen.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    setTimeout(() => { seen.disconnect(); done(null); }, patience);
  });

  globalThis.bench = {
    search, count,
    // Arms a timer that the next event starts; `result` resolves to the measured time.
    armListing(users) { this.result = began("click").then((start) => listed(start, users)); },
    armKey() { this.result = reacted("keydown", count, 1_000); },
    armSort() { this.result = reacted("click", () => row(2), 10_000); },
    list: (access, users) => {
      const start = performance.now();
      return Promise.all([listed(start, users), contender.list(access)]).then(([millis]) => millis);
    },
    clear() {
      search().value = "";
      search().dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    },
    async toTop() {
      const box = scroller();
      if (box) box.scrollTop = 0;
      await frame();
      await frame();
    },
    // The coordinates for a click on an element.
    middle(thing) {
      const box = thing.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    },
    header: () => header()?.querySelector("button, .ag-header-cell-label"),
    scroller,
    // Jumps to twenty positions of the table, two frames apart.
    async leap() {
      const box = scroller();
      for (let place = 0; place < 20; place++) {
        box.scrollTop = ((place * 7) % 20) / 20 * box.scrollHeight;
        await frame();
        await frame();
      }
    },
    watch() { watched.looking = true; look(); },
    watched() { watched.looking = false; return watched; },
  };
})();
