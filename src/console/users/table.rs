//! State of the user table: search, filters, order, columns and selection.

use pingone::time::{Instant, Millis};
use pingone::user::Population;
use pingone_mfa_core::directory::order::{Column, Ranks, Sort, sort};
use pingone_mfa_core::directory::query::{Filters, Search, matching, undecided};
use pingone_mfa_core::directory::status::Status;
use pingone_mfa_core::directory::store::{Coverage, UserIndex, UserSet, UserStore};
use pingone_mfa_core::embedding::frame::note;
use pingone_mfa_core::embedding::host_events::HostEvent;

use crate::console::load::Load;
use crate::console::users::column_widths::{ChosenWidths, choose};
use crate::ports::Ports;
use leptos::prelude::*;

/// How often the counts are updated while the list grows.
const COUNT_EVERY: Millis = Millis(500);

/// The table's filters, order and columns. The view is written to the page's address, so that it can be navigated; it
/// contains no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub filters: Filters,
    /// `None` for PingOne's own order.
    pub sort: Option<Sort>,
    /// The columns, besides the name.
    pub columns: Vec<Column>,
}

impl Default for View {
    fn default() -> Self {
        let columns = vec![
            Column::Username,
            Column::Email,
            Column::Population,
            Column::Account,
            Column::LastSignOn,
            Column::Devices,
            Column::Mfa,
        ];
        Self { filters: Filters::default(), sort: None, columns }
    }
}

#[derive(Clone, Copy)]
pub struct Table {
    pub view: RwSignal<View>,
    /// The widths that a person gave to columns.
    pub(crate) widths: RwSignal<ChosenWidths>,
    /// The search text, as typed.
    pub search: RwSignal<String>,
    /// The rows that match search and filters, in display order.
    pub shown: RwSignal<Vec<UserIndex>>,
    /// How many users are listed.
    pub listed_len: RwSignal<u64>,
    /// The counts of all listed users.
    pub status: RwSignal<Status>,
    /// The selected rows: always a subset of the rows shown.
    pub selected: RwSignal<UserSet>,
    /// All listed rows, in display order.
    ordered: StoredValue<Vec<UserIndex>, LocalStorage>,
    listed: StoredValue<UserSet, LocalStorage>,
    members: StoredValue<Option<UserSet>, LocalStorage>,
    /// The users of a report, if the table is filtered by one.
    outcomes: StoredValue<Option<UserSet>, LocalStorage>,
    searched: StoredValue<Search, LocalStorage>,
    ranks: StoredValue<Ranks, LocalStorage>,
    /// When all users were last counted.
    counted_at: StoredValue<Instant, LocalStorage>,
    /// The start of a range selection.
    anchor: StoredValue<Option<UserIndex>, LocalStorage>,
    ports: Ports,
}

impl Table {
    pub(crate) fn new(ports: Ports) -> Self {
        Self {
            view: RwSignal::new(View::default()),
            widths: RwSignal::default(),
            search: RwSignal::default(),
            shown: RwSignal::default(),
            listed_len: RwSignal::default(),
            status: RwSignal::default(),
            selected: RwSignal::default(),
            ordered: StoredValue::default(),
            listed: StoredValue::default(),
            members: StoredValue::default(),
            outcomes: StoredValue::default(),
            searched: StoredValue::default(),
            ranks: StoredValue::default(),
            counted_at: StoredValue::default(),
            anchor: StoredValue::default(),
            ports,
        }
    }

    pub(crate) fn choose_width(self, column: Column, width: u32) {
        self.widths.update(|widths| choose(widths, column, Some(width)));
    }

    /// Drops the rows; the view is kept.
    pub(crate) fn forget_rows(self) {
        self.ordered.update_value(|value| drop(std::mem::take(value)));
        self.listed.update_value(|value| drop(std::mem::take(value)));
        self.members.update_value(|value| drop(std::mem::take(value)));
        // They are found again once the new list has ended.
        self.outcomes.write_value().as_mut().map(std::mem::take);
        self.ranks.set_value(Ranks {
            populations: std::mem::take(&mut *self.ranks.write_value()).populations,
            ..Ranks::default()
        });
        self.listed_len.set(0);
        self.shown.set(Vec::new());
        self.status.set(Status::default());
        self.deselect();
    }

    pub(crate) fn clear(self) {
        self.forget_rows();
        self.outcomes.update_value(|value| drop(std::mem::take(value)));
        self.ranks.update_value(|value| drop(std::mem::take(value)));
        self.search.set(String::new());
        self.searched.update_value(|value| drop(std::mem::take(value)));
    }

    /// Appends rows; rows that are already listed are skipped. Everything is sorted only once the list `has_ended`:
    /// rows that jump while the list grows couldn't be read.
    pub(crate) fn extend(self, users: &UserStore, rows: Vec<UserIndex>, has_ended: bool) {
        let fresh: Vec<UserIndex> = {
            let mut listed = self.listed.write_value();
            let mut is_new = |row: &UserIndex| {
                !listed.contains(*row) && {
                    listed.insert(*row);
                    true
                }
            };
            rows.into_iter().filter(|row| is_new(row)).collect()
        };
        self.ordered.write_value().extend(&fresh);
        self.listed_len.set(self.listed.read_value().len() as u64);
        if has_ended {
            self.reorder(users);
            return self.renew(users);
        }
        let matching = self.matching(users, &fresh);
        if !matching.is_empty() {
            self.shown.update(|shown| shown.extend(matching));
        }
        if self.counted_at.get_value().until(self.ports.get().clock.now()) >= COUNT_EVERY {
            self.count(users);
        }
    }

    /// Filters and counts all rows again.
    pub(crate) fn renew(self, users: &UserStore) {
        let shown = self.matching(users, &self.ordered.read_value());
        self.show(shown);
        self.count(users);
    }

    fn matching(self, users: &UserStore, rows: &[UserIndex]) -> Vec<UserIndex> {
        let (members, outcomes) = (self.members.read_value(), self.outcomes.read_value());
        let (search, now) = (self.searched.read_value(), self.ports.get().clock.wall());
        let named: Option<Vec<UserIndex>> = outcomes
            .as_ref()
            .map(|outcomes| rows.iter().copied().filter(|row| outcomes.contains(*row)).collect());
        let rows = named.as_deref().unwrap_or(rows);
        self.view.with_untracked(|view| matching(users, rows, &search, &view.filters, members.as_ref(), now))
    }

    /// Shows these rows. Rows that are no longer shown are deselected.
    fn show(self, shown: Vec<UserIndex>) {
        // During a run all rows are filtered every second, and the result is mostly the same.
        if *self.shown.read_untracked() == shown {
            return;
        }
        let is_selected =
            |selected: &UserSet| shown.iter().copied().filter(|row| selected.contains(*row)).collect();
        let kept: Option<UserSet> = self.selected.with_untracked(|selected| {
            let kept: Option<UserSet> = (!selected.is_empty()).then(|| is_selected(selected));
            kept.filter(|kept| kept.len() < selected.len())
        });
        if let Some(kept) = kept {
            self.set_selected(kept);
        }
        self.shown.set(shown);
    }

    fn count(self, users: &UserStore) {
        let now = self.ports.get().clock.wall();
        self.counted_at.set_value(self.ports.get().clock.now());
        let status = users.status(&self.ordered.read_value(), now);
        if *self.status.read_untracked() != status {
            self.status.set(status);
        }
    }

    fn reorder(self, users: &UserStore) {
        let Some(order) = self.view.read_untracked().sort else { return };
        if order.key == Column::Name {
            self.rank_names(users);
        }
        sort(users, &mut self.ordered.write_value(), order, &self.ranks.read_value());
    }

    fn rank_names(self, users: &UserStore) {
        let mut ranks = self.ranks.write_value();
        if ranks.names.len() != users.names_len() {
            ranks.names = self.ports.get().collation.rank(&users.names());
        }
    }

    /// Ranks the populations by name, for sorting.
    pub(crate) fn name_populations(
        &self,
        users: RwSignal<UserStore>,
        populations: RwSignal<Load<Vec<Population>>>,
    ) {
        let ranked = populations.with_untracked(|populations| {
            let known = populations.ready().map(Vec::as_slice).unwrap_or_default();
            let names: Vec<&str> = known.iter().map(|population| population.name.as_str()).collect();
            let ids = known.iter().map(|population| population.id);
            ids.zip(self.ports.get().collation.rank(&names)).collect()
        });
        self.ranks.write_value().populations = ranked;
        if self.view.read_untracked().sort.is_some_and(|order| order.key == Column::Population) {
            users.with_untracked(|users| {
                self.reorder(users);
                self.renew(users);
            });
        }
    }

    pub fn search_for(self, users: RwSignal<UserStore>, text: &str) {
        let search = Search::new(text, &|text| self.ports.get().collation.fold(text));
        let narrows = search.narrows(&self.searched.read_value());
        self.search.set(text.to_owned());
        self.searched.set_value(search);
        users.with_untracked(|users| {
            let shown = if narrows {
                self.shown.with_untracked(|shown| self.matching(users, shown))
            } else {
                self.matching(users, &self.ordered.read_value())
            };
            self.show(shown);
        });
    }

    /// Applies a view.
    pub fn apply_view(self, users: RwSignal<UserStore>, view: View) {
        let before = self.view.get_untracked();
        let (reorders, filters) = (before.sort != view.sort, before.filters != view.filters);
        if before.filters.group != view.filters.group {
            self.members.update_value(|value| drop(std::mem::take(value)));
        }
        self.view.set(view);
        users.with_untracked(|users| {
            if reorders {
                self.restore_order();
                self.reorder(users);
            }
            if reorders || filters {
                let shown = self.matching(users, &self.ordered.read_value());
                self.show(shown);
            }
        });
    }

    /// PingOne's own order is the one in which users were read.
    fn restore_order(self) {
        self.ordered.write_value().sort_unstable();
    }

    /// Sets the members of the filter's group.
    pub(crate) fn set_members(self, users: &UserStore, members: UserSet) {
        self.members.set_value(Some(members));
        self.renew(users);
    }

    /// About how many users the filters can't decide, because their devices or bypasses were not read.
    pub fn undecided(self, users: RwSignal<UserStore>) -> u64 {
        // Subscribes to the counts: they change whenever devices or bypasses are read.
        self.status.with(|_| ());
        let now = self.ports.get().clock.wall();
        let count =
            |users: &UserStore, filters: &Filters| undecided(users, &self.ordered.read_value(), filters, now);
        count(&users.read_untracked(), &self.view.read().filters)
    }

    /// The listed users that match a text, at most `at_most`.
    pub(crate) fn find(self, users: &UserStore, text: &str, at_most: usize) -> Vec<UserIndex> {
        let search = Search::new(text, &|text| self.ports.get().collation.fold(text));
        if search.is_empty() {
            return Vec::new();
        }
        let (rows, now) = (self.ordered.read_value(), self.ports.get().clock.wall());
        let mut found = matching(users, &rows, &search, &Filters::default(), None, now);
        found.truncate(at_most);
        found
    }

    /// Whether a user is listed.
    pub(crate) fn lists(self, row: UserIndex) -> bool {
        self.listed.read_value().contains(row)
    }

    /// Restricts the table to these rows, in addition to search and filters; `None` lifts the restriction.
    pub(crate) fn narrow(self, users: &UserStore, to: Option<UserSet>) {
        self.outcomes.set_value(to);
        self.renew(users);
    }

    /// Replaces the selection, and tells the host page its size.
    pub(crate) fn set_selected(self, selected: UserSet) {
        let count = selected.len() as u64;
        self.selected.set(selected);
        self.ports.get().embedder.tell(&note(&HostEvent::SelectionChanged { selected: count }));
    }

    /// How many of the rows shown can be selected.
    pub fn selectable_len(self, users: RwSignal<UserStore>) -> usize {
        users.read().readable_among(&self.shown.read())
    }

    /// How much of what can be selected is selected.
    pub fn coverage(self, users: RwSignal<UserStore>) -> Coverage {
        Coverage::of(self.selected.with(UserSet::len), self.selectable_len(users))
    }

    /// Selects or deselects a user. With `range`, this applies to all selectable rows shown between the previous one
    /// and this one.
    pub fn select(self, users: RwSignal<UserStore>, row: UserIndex, to: bool, range: bool) {
        let anchor = self.anchor.get_value().filter(|_| range);
        let rows = anchor.map_or_else(|| vec![row], |anchor| self.between(anchor, row));
        let is_readable = |row: &UserIndex| users.read_untracked().is_readable(*row);
        let mut selected = self.selected.get_untracked();
        for row in rows.into_iter().filter(is_readable) {
            if to { selected.insert(row) } else { selected.remove(row) }
        }
        self.set_selected(selected);
        self.anchor.set_value(Some(row));
    }

    fn between(self, one: UserIndex, other: UserIndex) -> Vec<UserIndex> {
        let shown = self.shown.read_untracked();
        let place = |row| shown.iter().position(|shown| *shown == row);
        let (Some(one), Some(other)) = (place(one), place(other)) else { return vec![other] };
        shown.get(one.min(other)..=one.max(other)).unwrap_or_default().to_vec()
    }

    /// Selects all rows shown that can be selected, or clears the selection if all are selected already.
    pub fn select_all(self, users: RwSignal<UserStore>) {
        let all: UserSet = users.with_untracked(|users| {
            let is_readable = |row: &UserIndex| users.is_readable(*row);
            self.shown.read_untracked().iter().copied().filter(is_readable).collect()
        });
        let has_all = *self.selected.read_untracked() == all;
        self.set_selected(if has_all { UserSet::default() } else { all });
    }

    /// Replaces the selection with these rows, as far as they are shown and can be selected.
    pub(crate) fn select_only(self, users: RwSignal<UserStore>, rows: Vec<UserIndex>) {
        let meant: UserSet = rows.into_iter().collect();
        let only: UserSet = users.with_untracked(|users| {
            let is_meant = |row: &UserIndex| meant.contains(*row) && users.is_readable(*row);
            self.shown.read_untracked().iter().copied().filter(is_meant).collect()
        });
        self.anchor.set_value(None);
        self.set_selected(only);
    }

    /// Clears the selection.
    pub fn deselect(self) {
        self.anchor.set_value(None);
        if !self.selected.read_untracked().is_empty() {
            self.set_selected(UserSet::default());
        }
    }
}
