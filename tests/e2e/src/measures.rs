//! Measures of the page's layout: visible rows, layout shifts, lost focus.

use serde_json::Value;

use crate::page::Page;

/// Script that records layout shifts from the page's start. A shift that follows a press or a key counts, too, if
/// something moved up or down that wasn't what was pressed: the browser counts as caused by a person whatever happens
/// within half a second. Rows of the table and content that scrolls with them don't count then: other users are shown.
const RECORD_SHIFTS: &str = "window.layoutShifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.layoutShifts.push(window.describeShift(entry));
}).observe({ type: 'layout-shift', buffered: true });
window.describeShift = (entry) => ({
  value: entry.value, byPerson: entry.hadRecentInput,
  sources: entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
    const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    return { isRow: Boolean(element?.closest?.('[role=row], [role=grid]')), isGone: !from.width || !to.width,
      what: element ? `${element.localName}.${element.className} ${(element.textContent ?? '').slice(0, 30)}` : 'something',
      from: [from.x, from.y, from.width, from.height].map(Math.round), to: [to.x, to.y, to.width, to.height].map(Math.round) };
  }) });";

/// Script expression for the number of rows. A row counts if it is wholly inside the window and inside what its grid
/// shows, and nothing covers it: nine points of it are its own.
const ROWS_VISIBLE: &str = "(() => {
  const grid = root.querySelector('[role=grid]');
  if (!grid) return 0;
  let box = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  for (let around = grid; around; around = around.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(around);
    if (overflowX === 'visible' && overflowY === 'visible') continue;
    const shown = around.getBoundingClientRect();
    box = { left: Math.max(box.left, shown.left), top: Math.max(box.top, shown.top),
      right: Math.min(box.right, shown.right), bottom: Math.min(box.bottom, shown.bottom) };
  }
  const isVisible = (row) => {
    const { left, top, right, bottom } = row.getBoundingClientRect();
    if (bottom - top < 1 || top < box.top - 0.5 || bottom > box.bottom + 0.5) return false;
    const [from, to] = [Math.max(left, box.left) + 3, Math.min(right, box.right) - 3];
    return from < to && [from, (from + to) / 2, to].every((x) => [top + 3, (top + bottom) / 2, bottom - 3].every((y) =>
      root.elementFromPoint(x, y)?.closest('[role=row]') === row));
  };
  const rows = [...grid.querySelectorAll('[role=row][aria-rowindex]')];
  return rows.filter((row) => !row.querySelector('[role=columnheader], th') && isVisible(row)).length;
})()";

/// Script expression for whether nothing has the focus.
const IS_FOCUS_LOST: &str = "(() => {
  let active = document.activeElement;
  while (active?.shadowRoot) active = active.shadowRoot.activeElement;
  return !active || active === document.body || active === document.documentElement;
})()";

impl Page {
    /// The number of users' rows that are wholly visible and not covered.
    pub async fn rows_visible(&self) -> usize {
        let rows = self.ask_shadow(ROWS_VISIBLE).await;
        rows.as_u64().and_then(|rows| rows.try_into().ok()).expect("a number of rows")
    }

    /// Records layout shifts of every page that is opened from now on, for `layout_shift`.
    pub async fn record_layout_shifts(&self) {
        self.precede(RECORD_SHIFTS).await;
    }

    /// The sum of all layout shifts since the page was opened, and one line for each. Needs `record_layout_shifts`.
    pub async fn layout_shift(&self) -> (f64, Vec<String>) {
        // The browser reports a shift after the next frame is drawn.
        self.run("requestAnimationFrame(() => setTimeout(arguments[0], 100));").await;
        let recorded = self.value("window.layoutShifts").await;
        let recorded = recorded.as_array().expect("`record_layout_shifts` comes before the page is opened");
        let counted: Vec<&Value> = recorded.iter().filter(|shift| is_counted(shift)).collect();
        let sum = counted.iter().filter_map(|shift| shift["value"].as_f64()).sum();
        (sum, counted.into_iter().map(ToString::to_string).collect())
    }

    /// Whether nothing on the page has the focus.
    pub async fn focus_is_lost(&self) -> bool {
        self.value(IS_FOCUS_LOST).await == Value::Bool(true)
    }
}

/// Whether no press caused the shift, or something moved up or down that wasn't pressed and isn't a row.
fn is_counted(shift: &Value) -> bool {
    let moved = |source: &Value| {
        source["isRow"] == false && source["isGone"] == false && source["from"][1] != source["to"][1]
    };
    shift["byPerson"] == false || shift["sources"].as_array().into_iter().flatten().any(moved)
}
