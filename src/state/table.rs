//! What is shown of the list: search, filters, order, columns, and who is selected.

use pingone::time::Millis;
use pingone::user::Population;
use pingone_mfa_core::directory::order::{Column, Ranks, Sort, sort};
use pingone_mfa_core::directory::query::{Filters, Search, matching, undecided};
use pingone_mfa_core::directory::status::Status;
use pingone_mfa_core::directory::store::{Coverage, UserIndex, UserSet, UserStore};
use pingone_mfa_core::embedding::frame::note;
use pingone_mfa_core::embedding::host_events::HostEvent;

use super::Ports;
use super::load::Load;
use leptos::prelude::*;

/// How often the counts are shown anew while the list grows.
const COUNT_EVERY: Millis = Millis(500);

/// How the list is looked at. It stands in the address, so that it can be gone back to; nobody's data is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The filters.
    pub filters: Filters,
    /// The order; `None` for PingOne's own.
    pub sort: Option<Sort>,
    /// The columns, besides the name.
    pub columns: Vec<Column>,
}

impl Default for View {
    fn default() -> Self {
        let columns = vec![
            Column::Username,
            Column::Population,
            Column::Account,
            Column::LastSignOn,
            Column::Devices,
            Column::Mfa,
        ];
        Self { filters: Filters::default(), sort: None, columns }
    }
}

/// What is shown of the list.
#[derive(Clone, Copy)]
pub struct Table {
    /// Filters, order and columns.
    pub view: RwSignal<View>,
    /// What was typed to search for.
    pub search: RwSignal<String>,
    /// The rows that search and filters show, in their order.
    pub shown: RwSignal<Vec<UserIndex>>,
    /// How many users were listed.
    pub listed_len: RwSignal<u64>,
    /// The counts of everyone who was listed.
    pub status: RwSignal<Status>,
    /// Who is selected: always among those who are shown.
    pub selected: RwSignal<UserSet>,
    /// Everyone who was listed, in the order that is shown.
    ordered: StoredValue<Vec<UserIndex>, LocalStorage>,
    listed: StoredValue<UserSet, LocalStorage>,
    members: StoredValue<Option<UserSet>, LocalStorage>,
    /// Whom a report names, if the list is filtered by one.
    outcomes: StoredValue<Option<UserSet>, LocalStorage>,
    searched: StoredValue<Search, LocalStorage>,
    ranks: StoredValue<Ranks, LocalStorage>,
    /// When everyone was counted last.
    counted_at: StoredValue<Millis, LocalStorage>,
    /// Where a range of selected rows begins.
    anchor: StoredValue<Option<UserIndex>, LocalStorage>,
    ports: Ports,
}

impl Table {
    pub(super) fn new(ports: Ports) -> Self {
        Self {
            view: RwSignal::new(View::default()),
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

    /// Forgets who was listed; how the list is looked at stays.
    pub(super) fn forget_rows(self) {
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

    /// Forgets everything.
    pub(super) fn clear(self) {
        self.forget_rows();
        self.outcomes.update_value(|value| drop(std::mem::take(value)));
        self.ranks.update_value(|value| drop(std::mem::take(value)));
        self.search.set(String::new());
        self.searched.update_value(|value| drop(std::mem::take(value)));
    }

    /// Adds rows at the end. A user who is there already is not listed again. Once the list `has_ended`, everything is
    /// put in order: while it grows, rows that jump could not be read.
    pub(super) fn extend(self, users: &UserStore, rows: Vec<UserIndex>, has_ended: bool) {
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

    /// Shows and counts everything anew.
    pub(super) fn renew(self, users: &UserStore) {
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

    /// Nobody who isn't shown stays selected.
    fn show(self, shown: Vec<UserIndex>) {
        // During a run everyone is looked at each second, and mostly the same are shown.
        if self.shown.with_untracked(|before| *before == shown) {
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
        if self.status.with_untracked(|old| *old != status) {
            self.status.set(status);
        }
    }

    fn reorder(self, users: &UserStore) {
        let Some(order) = self.view.with_untracked(|view| view.sort) else { return };
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

    /// Takes note of the populations' names, for the order.
    pub(super) fn name_populations(
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
        if self.view.with_untracked(|view| view.sort.is_some_and(|order| order.key == Column::Population)) {
            users.with_untracked(|users| {
                self.reorder(users);
                self.renew(users);
            });
        }
    }

    /// Searches for what was typed.
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

    /// Looks at the list in another way.
    pub fn look(self, users: RwSignal<UserStore>, view: View) {
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

    /// Takes note of who is in the filter's group.
    pub(super) fn set_members(self, users: &UserStore, members: UserSet) {
        self.members.set_value(Some(members));
        self.renew(users);
    }

    /// About how many users the filters can't decide, because their devices or bypasses were not read.
    pub fn undecided(self, users: RwSignal<UserStore>) -> u64 {
        // Whatever is read of devices and bypasses is counted anew.
        self.status.with(|_| ());
        let now = self.ports.get().clock.wall();
        let count =
            |users: &UserStore, filters: &Filters| undecided(users, &self.ordered.read_value(), filters, now);
        self.view.with(|view| users.with_untracked(|users| count(users, &view.filters)))
    }

    /// The listed users whom a text finds, at most so many.
    pub(super) fn find(self, users: &UserStore, text: &str, at_most: usize) -> Vec<UserIndex> {
        let search = Search::new(text, &|text| self.ports.get().collation.fold(text));
        if search.is_empty() {
            return Vec::new();
        }
        let (rows, now) = (self.ordered.read_value(), self.ports.get().clock.wall());
        let mut found = matching(users, &rows, &search, &Filters::default(), None, now);
        found.truncate(at_most);
        found
    }

    /// Whether a user was listed.
    pub(super) fn lists(self, row: UserIndex) -> bool {
        self.listed.read_value().contains(row)
    }

    /// Shows these alone, as far as search and filters show them; `None` for everyone.
    pub(super) fn narrow(self, users: &UserStore, to: Option<UserSet>) {
        self.outcomes.set_value(to);
        self.renew(users);
    }

    /// Selects these and nobody else; the host page is told how many.
    pub(super) fn set_selected(self, selected: UserSet) {
        let count = selected.len() as u64;
        self.selected.set(selected);
        self.ports.get().embedder.tell(&note(&HostEvent::SelectionChanged { selected: count }));
    }

    /// How many of the rows that are shown can be selected.
    pub fn selectable_len(self, users: RwSignal<UserStore>) -> usize {
        self.shown.with(|shown| users.with(|users| users.readable_among(shown)))
    }

    /// How much of what can be selected is selected.
    pub fn coverage(self, users: RwSignal<UserStore>) -> Coverage {
        Coverage::of(self.selected.with(UserSet::len), self.selectable_len(users))
    }

    /// Selects a user or not; with `range` everyone between the one before and this one, as they are shown, who can be
    /// changed.
    pub fn select(self, users: RwSignal<UserStore>, row: UserIndex, to: bool, range: bool) {
        let anchor = self.anchor.get_value().filter(|_| range);
        let rows = anchor.map_or_else(|| vec![row], |anchor| self.between(anchor, row));
        let is_readable = |row: &UserIndex| users.with_untracked(|users| users.is_readable(*row));
        let mut selected = self.selected.get_untracked();
        for row in rows.into_iter().filter(is_readable) {
            if to { selected.insert(row) } else { selected.remove(row) }
        }
        self.set_selected(selected);
        self.anchor.set_value(Some(row));
    }

    fn between(self, one: UserIndex, other: UserIndex) -> Vec<UserIndex> {
        self.shown.with_untracked(|shown| {
            let place = |row| shown.iter().position(|shown| *shown == row);
            let (Some(one), Some(other)) = (place(one), place(other)) else { return vec![other] };
            shown.get(one.min(other)..=one.max(other)).unwrap_or_default().to_vec()
        })
    }

    /// Selects everyone who is shown and can be changed, or nobody if they are selected already.
    pub fn select_all(self, users: RwSignal<UserStore>) {
        let all: UserSet = users.with_untracked(|users| {
            let is_readable = |row: &UserIndex| users.is_readable(*row);
            self.shown.with_untracked(|shown| shown.iter().copied().filter(is_readable).collect())
        });
        let has_all = self.selected.with_untracked(|selected| *selected == all);
        self.set_selected(if has_all { UserSet::default() } else { all });
    }

    /// Selects these and nobody else, as far as they are shown and can be changed.
    pub(super) fn select_only(self, users: RwSignal<UserStore>, rows: Vec<UserIndex>) {
        let meant: UserSet = rows.into_iter().collect();
        let only: UserSet = users.with_untracked(|users| {
            let is_meant = |row: &UserIndex| meant.contains(*row) && users.is_readable(*row);
            self.shown.with_untracked(|shown| shown.iter().copied().filter(is_meant).collect())
        });
        self.anchor.set_value(None);
        self.set_selected(only);
    }

    /// Selects nobody.
    pub fn deselect(self) {
        self.anchor.set_value(None);
        if self.selected.with_untracked(|selected| !selected.is_empty()) {
            self.set_selected(UserSet::default());
        }
    }
}
