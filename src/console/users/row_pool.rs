//! The row elements of the table and the gaps between them. Elements are reused: each shows one user after another.
//! Changing what an element shows is several times as fast as making one, and a search changes every row at every key.

use leptos::prelude::*;
use pingone_mfa_core::directory::store::UserIndex;

use crate::ui::dom::{Event, stop};
use crate::ui::window::{Assignment, Item};

/// A child of the table's body. It is its own key: the same element is kept as long as it is among the rendered ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rendered {
    Row(PooledRow),
    /// The height in pixels of rows that aren't rendered, as in [`Item::Gap`].
    Gap(RwSignal<u64>),
}

/// A row element and the user it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PooledRow {
    position: RwSignal<usize>,
    user: RwSignal<UserIndex>,
    /// The user it showed when a button or a key went down on it.
    pressed: StoredValue<Option<UserIndex>>,
}

/// All row elements and gaps of a table.
pub(crate) struct RowPool {
    assignment: Assignment,
    rows: Vec<PooledRow>,
    gaps: Vec<RwSignal<u64>>,
    /// Owns the signals of rows and gaps. They are made while the list of rows is rendered, and would otherwise be
    /// disposed of when it is rendered again.
    owner: Owner,
}

impl RowPool {
    /// Creates a pool under the current reactive owner.
    pub(crate) fn new() -> Self {
        Self { assignment: Assignment::default(), rows: Vec::new(), gaps: Vec::new(), owner: Owner::new() }
    }

    /// Shows these items; `users` are the users of all rows of the table.
    pub(crate) fn show(&mut self, items: &[Item], users: &[UserIndex]) -> Vec<Rendered> {
        let row = |item: &Item| match item {
            Item::Row(position) => users.get(*position).map(|user| (*position, *user)),
            Item::Gap { .. } => None,
        };
        let shown: Vec<(usize, UserIndex)> = items.iter().filter_map(row).collect();
        let positions: Vec<usize> = shown.iter().map(|(position, _)| *position).collect();
        let numbers = self.assignment.assign(&positions);
        let rows: Vec<PooledRow> = numbers
            .into_iter()
            .zip(shown)
            .map(|(number, (position, user))| self.row(number, position, user))
            .collect();
        let (mut rows, mut gaps) = (rows.into_iter(), 0..);
        let rendered = |item: &Item| match item {
            Item::Row(position) if *position >= users.len() => None,
            Item::Row(_) => rows.next().map(Rendered::Row),
            Item::Gap { height } => gaps.next().map(|number| Rendered::Gap(self.gap(number, *height))),
        };
        items.iter().filter_map(rendered).collect()
    }

    fn row(&mut self, number: usize, position: usize, user: UserIndex) -> PooledRow {
        if let Some(row) = self.rows.get(number) {
            set_if_changed(row.position, position);
            set_if_changed(row.user, user);
            return *row;
        }
        // Numbers are assigned in order, so this is the next one.
        let row = self.owner.with(|| PooledRow {
            position: RwSignal::new(position),
            user: RwSignal::new(user),
            pressed: StoredValue::new(None),
        });
        self.rows.push(row);
        row
    }

    fn gap(&mut self, number: usize, height: u64) -> RwSignal<u64> {
        if let Some(gap) = self.gaps.get(number) {
            set_if_changed(*gap, height);
            return *gap;
        }
        let gap = self.owner.with(|| RwSignal::new(height));
        self.gaps.push(gap);
        gap
    }
}

fn set_if_changed<T: Copy + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}

impl PooledRow {
    /// The position in the table.
    pub(crate) fn position(self) -> usize {
        self.position.get()
    }

    /// The user it shows.
    pub(crate) fn user(self) -> UserIndex {
        self.user.get()
    }

    /// The user it shows, for an event handler.
    pub(crate) fn user_now(self) -> UserIndex {
        self.user.get_untracked()
    }

    /// Notes that a button or a key went down on it.
    pub(crate) fn press(self) {
        self.pressed.set_value(Some(self.user_now()));
    }

    /// Stops a click that began while the element showed another user, so that it doesn't change or open the wrong one.
    pub(crate) fn guard(self, click: &Event) {
        let pressed = self.pressed.get_value();
        self.pressed.set_value(None);
        if pressed.is_some_and(|user| user != self.user_now()) {
            stop(click);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(numbers: &[u32]) -> Vec<UserIndex> {
        numbers.iter().copied().map(UserIndex).collect()
    }

    fn shown(rendered: &[Rendered]) -> Vec<Option<(usize, UserIndex)>> {
        let of = |rendered: &Rendered| match rendered {
            Rendered::Row(row) => Some((row.position.get_untracked(), row.user_now())),
            Rendered::Gap(_) => None,
        };
        rendered.iter().map(of).collect()
    }

    #[test]
    fn whatever_is_scrolled_or_found_each_position_shows_its_user() {
        let mut pool = RowPool::new();
        let gap = Item::Gap { height: 64 };
        for (items, all) in [
            (vec![Item::Row(0), Item::Row(1), gap], vec![7, 8, 9, 10]),
            (vec![Item::Row(1), Item::Row(2)], vec![7, 8, 9, 10]),
            (vec![Item::Row(1), Item::Row(2)], vec![20, 21, 22]),
            (vec![Item::Row(0), gap, Item::Row(3)], vec![20, 21, 22, 23]),
            (vec![], vec![]),
            (vec![Item::Row(0)], vec![5]),
        ] {
            let all = users(&all);
            let expected: Vec<_> = items
                .iter()
                .map(|item| match item {
                    Item::Row(position) => Some((*position, all[*position])),
                    Item::Gap { .. } => None,
                })
                .collect();
            assert_eq!(shown(&pool.show(&items, &all)), expected);
        }
    }

    #[test]
    fn a_position_beyond_the_rows_is_not_shown() {
        let mut pool = RowPool::new();
        let rendered = pool.show(&[Item::Row(0), Item::Row(5)], &users(&[1]));
        assert_eq!(shown(&rendered), [Some((0, UserIndex(1)))]);
    }

    #[test]
    fn a_scrolled_row_reuses_an_element() {
        let mut pool = RowPool::new();
        let all = users(&[1, 2, 3]);
        let before = pool.show(&[Item::Row(0), Item::Row(1)], &all);
        let after = pool.show(&[Item::Row(1), Item::Row(2)], &all);
        assert_eq!(after, [before[1], before[0]]);
    }

    #[test]
    fn rows_and_gaps_outlive_the_rendering_that_made_them() {
        let mut pool = RowPool::new();
        let rendering = Owner::new();
        let items = [Item::Row(0), Item::Gap { height: 32 }];
        let rendered = rendering.with(|| pool.show(&items, &users(&[1, 2])));
        rendering.cleanup();
        assert_eq!(rendered, pool.show(&items, &users(&[2, 1])));
        assert_eq!(shown(&rendered), [Some((0, UserIndex(2))), None]);
    }

    #[test]
    fn gaps_are_as_high_as_what_is_left_out() {
        let mut pool = RowPool::new();
        let [low, high] = [32, 6400].map(|height| Item::Gap { height });
        for items in [vec![low], vec![high, low], vec![low, Item::Row(0), high]] {
            let rendered = pool.show(&items, &users(&[1]));
            let height = |rendered: &Rendered| match rendered {
                Rendered::Gap(height) => Some(height.get_untracked()),
                Rendered::Row(_) => None,
            };
            let left: Vec<u64> = items
                .iter()
                .filter_map(|item| match item {
                    Item::Gap { height } => Some(*height),
                    Item::Row(_) => None,
                })
                .collect();
            assert_eq!(rendered.iter().filter_map(height).collect::<Vec<_>>(), left);
        }
    }
}
