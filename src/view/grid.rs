//! The table of users, as a grid: only the rows in sight are in the document, and the keyboard goes everywhere.

use std::rc::Rc;

use leptos::prelude::Effect;
use pingone_mfa_core::directory::order::{Column, Sort};
use pingone_mfa_core::directory::store::Coverage;

use crate::state::App;
use crate::state::directory::Source;
use leptos::prelude::*;

use super::cells::{Facts, cells, class_of, kept_facts};
use super::markup::{
    Event, Handle, Kept, Node, button, cell_of, group, held, is_checked, key_of, once_shown, part_of, rows,
    says, tag,
};
use super::seat::{Element, Gap, Seat, Seated};
use super::text;
use super::window::{self, Window};

/// Where the keyboard is in the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    /// The row's `aria-rowindex`: 1 is the head.
    row: usize,
    /// The cell's place in its row.
    column: usize,
}

/// A grid and where its keyboard is.
#[derive(Clone)]
struct Grid {
    app: App,
    scroller: Handle,
    /// How far it is scrolled, and how high it is.
    in_sight: Rc<RwSignal<(i32, i32)>>,
    /// The cell that has the focus or had it last.
    focused: Rc<RwSignal<Option<Cell>>>,
    /// How many rows may be rendered by now.
    ready: Rc<RwSignal<usize>>,
}

/// So many rows are made for a frame. The first ones come together with the first pages: all at once would hold up the
/// browser for longer than a person wouldn't feel.
const ROWS_A_FRAME: usize = 6;

pub(super) fn grid(app: App) -> Node {
    let grid = Grid {
        app,
        scroller: Handle::new(),
        // Until the table has been laid out, a screenful is assumed.
        in_sight: Rc::new(RwSignal::new((0, 800))),
        focused: Rc::default(),
        ready: Rc::default(),
    };
    let columns =
        move || (app.directory().table.view.with(|view| view.columns.clone()), app.directory().source());
    let (scrolled, pressed, focused) = (grid.clone(), grid.clone(), grid.clone());
    grid.clone().mend();
    tag("div")
        .class("grid-scroll")
        .part("grid")
        .known_as(grid.scroller)
        .on("scroll", move |_| scrolled.follow_scroll())
        .on("keydown", move |event| pressed.press(&event))
        .on("focusin", move |event| focused.take_focus(&event))
        .with(part_of(columns, move |(columns, source)| grid.table(columns, source)))
}

/// All columns that are shown.
fn with_name(columns: Vec<Column>) -> Vec<Column> {
    std::iter::once(Column::Name).chain(columns).collect()
}

impl Grid {
    fn table(&self, columns: Vec<Column>, source: Source) -> Node {
        let app = self.app;
        let columns = Rc::new(with_name(columns));
        let head = head(app, &columns, source);
        let grid = self.clone();
        let seats = Rc::new(Seated::default());
        let seating = Rc::clone(&seats);
        let items = move || {
            let (top, height) = grid.in_sight.get();
            let len = app.directory().shown_len();
            let place = grid.focused.get().and_then(|cell| cell.row.checked_sub(2));
            let window = Window::at(len, top, height);
            let items = grid.ready_of(window).items(len, place);
            app.directory().with_rows(|rows| seating.seat(&items, rows))
        };
        let colcount = columns.len() + usize::from(source == Source::List);
        let body = tag("tbody").with(rows(items, move |element| match element {
            Element::Seat(number) => {
                seats.get(number).map_or_else(group, |seat| shown(app, &seat, &columns, source))
            }
            Element::Gap(number) => seats.gap(number).map_or_else(group, |gap| spacer(&gap)),
        }));
        tag("table")
            .class("grid")
            .set("role", "grid")
            .set("aria-label", text::directory::USERS)
            .set("aria-multiselectable", "true")
            .set_to("aria-colcount", colcount.to_string())
            .follow("aria-rowcount", move || Some((app.directory().shown_len() + 1).to_string()))
            .with(head)
            .with(body)
    }

    /// What of a window may be rendered. The rest follows, some rows a frame.
    fn ready_of(&self, window: Window) -> Window {
        let ready = self.ready.get();
        let cut = window.at_most(ready);
        if cut != window {
            let (all, scroller) = (Rc::clone(&self.ready), self.scroller);
            once_shown(move || {
                if all.get_untracked() == ready {
                    all.set(ready + ROWS_A_FRAME);
                }
                // What PingOne found has a head without buttons: its first row is what Tab reaches, once it is there.
                once_shown(move || {
                    scroller.keep_tab_stop();
                });
            });
        }
        cut
    }

    fn measure(&self) {
        let view = self.scroller.view();
        if let Some(view) = view.filter(|view| *view != self.in_sight.get_untracked()) {
            self.in_sight.set(view);
        }
    }

    /// The row with the focus may be moved in the document by a scroll, and loses the focus then.
    fn follow_scroll(&self) {
        self.measure();
        if self.focused.with_untracked(Option::is_some) {
            let grid = self.clone();
            once_shown(move || grid.keep_focus());
        }
    }

    /// Other rows change what is in sight without a scroll, and may take the focused one away.
    fn mend(self) {
        Effect::new(move |before: Option<(usize, Source)>| {
            let now = (self.app.directory().shown_len(), self.app.directory().source());
            // A table that grows moves nothing that is in sight, and measuring makes the browser lay it out at once.
            let grows = before.is_some_and(|(len, source)| source == now.1 && (1..=now.0).contains(&len));
            if !grows {
                let grid = self.clone();
                once_shown(move || {
                    grid.measure();
                    grid.keep_focus();
                });
            }
            now
        });
    }

    fn keep_focus(&self) {
        let is_nowhere = self.scroller.keep_tab_stop();
        let Some(cell) = self.focused.get_untracked().filter(|_| is_nowhere) else { return };
        let last = self.app.directory().shown_len() + 1;
        let cell = Cell { row: cell.row.clamp(1, last), ..cell };
        self.focused.set(Some(cell));
        let scroller = self.scroller;
        once_shown(move || scroller.focus_cell(cell.row, cell.column));
    }

    fn take_focus(&self, event: &Event) {
        if let Some((row, column)) = cell_of(event) {
            let cell = Some(Cell { row, column });
            if self.focused.get_untracked() != cell {
                self.focused.set(cell);
            }
        }
        self.scroller.keep_tab_stop();
    }

    /// Moves to a cell, as near to it as the table has one.
    fn focus(&self, cell: Cell) {
        let last = self.app.directory().shown_len() + 1;
        let cell = Cell { row: cell.row.clamp(1, last), ..cell };
        self.focused.set(Some(cell));
        if let (Some(place), Some((top, height))) = (cell.row.checked_sub(2), self.scroller.view()) {
            self.scroller.scroll_to(window::top_for(place, top, height));
            self.measure();
        }
        let scroller = self.scroller;
        once_shown(move || scroller.focus_cell(cell.row, cell.column));
    }

    /// The keys of a grid: <https://www.w3.org/WAI/ARIA/apg/patterns/grid/>.
    fn press(&self, event: &Event) {
        let Some((row, column)) = cell_of(event) else { return };
        let columns = self.app.directory().table.view.with_untracked(|view| view.columns.len());
        let last_column = columns + usize::from(self.app.directory().source() == Source::List);
        let last_row = self.app.directory().shown_len() + 1;
        let page = window::page(self.scroller.view().map_or(0, |(_, height)| height));
        let (row, column) = match key_of(event).as_str() {
            "ArrowDown" => (row + 1, column),
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowRight" => (row, column + 1),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "PageDown" => (row + page, column),
            "PageUp" => (row.saturating_sub(page).max(row.min(2)), column),
            "Control+Home" => (1, 0),
            "Control+End" => (last_row, last_column),
            "Home" => (row, 0),
            "End" => (row, last_column),
            _ => return,
        };
        event.prevent_default();
        self.focus(Cell { row, column: column.min(last_column) });
    }
}

fn head(app: App, columns: &[Column], source: Source) -> Node {
    let select = (source == Source::List).then(|| select_all(app));
    let heads: Vec<Node> = columns.iter().map(|column| head_cell(app, *column, source)).collect();
    let row = tag("tr").set("role", "row").set("aria-rowindex", "1").with(select).with(heads);
    tag("thead").with(row)
}

fn select_all(app: App) -> Node {
    let (table, users) = (app.directory().table, app.directory().users);
    let number = move || app.ports.get().locale.number(table.selectable_len(users) as u64);
    let select = tag("input")
        .set("type", "checkbox")
        .set("tabindex", "-1")
        .follow("aria-label", move || Some(text::table::select_all(&number())))
        .follow("disabled", move || (table.selectable_len(users) == 0).then(String::new))
        .checked(move || table.coverage(users) == Coverage::All)
        .mixed(move || table.coverage(users) == Coverage::Some)
        .on("change", move |_| table.select_all(users));
    tag("th").class("select").set("role", "columnheader").set("scope", "col").with(select)
}

fn head_cell(app: App, column: Column, source: Source) -> Node {
    let table = app.directory().table;
    let name = text::table::column(column);
    let cell = tag("th").class(class_of(column)).set("role", "columnheader").set("scope", "col");
    // What PingOne found stays in PingOne's order.
    if source == Source::Found {
        return cell.set("tabindex", "-1").with(name);
    }
    let order = move || table.view.with(|view| view.sort.filter(|sort| sort.key == column));
    let direction = move || {
        let order = order()?;
        Some(if order.is_descending { "descending" } else { "ascending" }.to_owned())
    };
    let arrow = move || match order() {
        None => "",
        Some(Sort { is_descending: false, .. }) => " ↑",
        Some(Sort { is_descending: true, .. }) => " ↓",
    };
    let press = button(group().with(name).with(arrow_part(arrow)), move || sort_by(app, column))
        .class("sort")
        .set("tabindex", "-1");
    cell.follow("aria-sort", direction).with(press)
}

fn arrow_part(arrow: impl Fn() -> &'static str + 'static) -> Node {
    tag("span").set("aria-hidden", "true").with(says(move || arrow().to_owned()))
}

/// Upwards, downwards, and then PingOne's own order again.
fn sort_by(app: App, column: Column) {
    let directory = app.directory();
    let mut view = directory.table.view.get_untracked();
    view.sort = match view.sort.filter(|sort| sort.key == column) {
        None => Some(Sort { key: column, is_descending: false }),
        Some(sort) if !sort.is_descending => Some(Sort { is_descending: true, ..sort }),
        Some(_) => None,
    };
    app.look(view);
}

fn shown(app: App, seat: &Rc<Seat>, columns: &[Column], source: Source) -> Node {
    let [placed, pressed, guarded, held, selected] = [(); 5].map(|()| Rc::clone(seat));
    let facts = kept_facts(app, move || held.row());
    let select = (source == Source::List).then(|| select_cell(app, seat, &facts));
    let is_selected = move || app.directory().table.selected.with(|all| all.contains(selected.row()));
    let press = Rc::clone(&pressed);
    tag("tr")
        .set("role", "row")
        .follow("aria-rowindex", move || Some((placed.place() + 2).to_string()))
        .follow("aria-selected", move || Some(is_selected().to_string()))
        .on("pointerdown", move |_| pressed.press())
        .on("keydown", move |_| press.press())
        .first_on("click", move |event| guarded.guard(&event))
        .with(select)
        .with(cells(app, facts, columns))
}

fn spacer(gap: &Rc<Gap>) -> Node {
    let gap = Rc::clone(gap);
    let cell = tag("td").follow("height", move || Some(gap.height().to_string()));
    tag("tr").class("spacer").set("aria-hidden", "true").with(cell)
}

fn select_cell(app: App, seat: &Rc<Seat>, facts: &Kept<Facts>) -> Node {
    let table = app.directory().table;
    let (readable, facts, seat) = (facts.clone(), facts.clone(), Rc::clone(seat));
    let select = move || {
        let (named, checked, seat) = (facts.clone(), Rc::clone(&seat), Rc::clone(&seat));
        let name = |facts: &Facts| facts.user().map(|user| text::table::select(&user.username));
        tag("input")
            .set("type", "checkbox")
            .set("tabindex", "-1")
            .follow("aria-label", move || named.with(name).flatten())
            .checked(move || table.selected.with(|selected| selected.contains(checked.row())))
            .on("click", move |event| {
                table.select(app.directory().users, seat.row(), is_checked(&event), held(&event).shift);
            })
    };
    part_of(
        move || readable.with(Facts::is_readable),
        move |is_readable| {
            let cell = tag("td").class("select").set("role", "gridcell");
            if is_readable == Some(false) { cell.set("tabindex", "-1") } else { cell.with(select()) }
        },
    )
}
