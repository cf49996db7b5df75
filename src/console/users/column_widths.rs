//! How wide the table's columns are, and which of them a narrow table leaves out. Pure: pixels in, pixels out.

use pingone_mfa_core::directory::order::Column;

/// What a person chose instead of the usual widths.
pub(crate) type ChosenWidths = Vec<(Column, u32)>;

/// How wide the rendered content of columns is.
pub(crate) type ContentWidths = Vec<(Column, u32)>;

/// The width of the column with the checkboxes.
pub(crate) const SELECT: u32 = 38;

/// The width that a column can be given.
const NARROWEST: u32 = 48;
const WIDEST: u32 = 900;

/// Below this width of the table a user has two lines, and only these columns.
const TWO_LINES_BELOW: u32 = 580;
const IN_TWO_LINES: [Column; 4] = [Column::Name, Column::Username, Column::Population, Column::Mfa];

/// Only a table that is narrower than this leaves out columns. A wider one is scrolled, because a person who shows many
/// columns wants to see them.
const COMPLETE_FROM: u32 = 1000;

/// The columns that a narrow table leaves out, the least important first.
const OPTIONAL: [Column; 8] = [
    Column::Email,
    Column::Created,
    Column::ExternalId,
    Column::LastSignOn,
    Column::Account,
    Column::Id,
    Column::Population,
    Column::Devices,
];

/// What the MFA cells have beside the switch and its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BesideSwitch {
    /// Nothing, or that the user has no device.
    Short,
    /// Until when a user is bypassed.
    Bypass,
    /// A user's state in the run.
    RunState,
}

/// What a column needs.
#[derive(Clone, Copy)]
struct Need {
    narrowest: u32,
    /// Fits usual content.
    usual: u32,
    /// Whether it takes a share of what is left over.
    grows: bool,
    /// Fits the content that is there now, where that is known and the column grows.
    content: Option<u32>,
}

const fn fixed(narrowest: u32, usual: u32) -> Need {
    Need { narrowest, usual, grows: false, content: None }
}

const fn growing(narrowest: u32, usual: u32) -> Need {
    Need { narrowest, usual, grows: true, content: None }
}

impl Need {
    /// A column that doesn't grow is as wide as it has to be for what may come.
    fn for_content(self, content: Option<u32>) -> Self {
        Self { content: content.filter(|_| self.grows), ..self }
    }

    /// The width without which a less important column is left out: names are cut only where they are unusually long.
    fn least(&self) -> u32 {
        self.content.map_or(self.narrowest, |content| content.clamp(self.narrowest, self.usual))
    }

    /// Its width where no column that grows is wider than `level`, except for what it needs in any case.
    fn at_level(&self, level: u32) -> u32 {
        if !self.grows {
            return self.narrowest;
        }
        self.content.unwrap_or(self.usual).clamp(self.narrowest, level.max(self.narrowest))
    }
}

const fn need(column: Column, beside: BesideSwitch) -> Need {
    match column {
        Column::Name | Column::Username => growing(112, 160),
        Column::Email => growing(190, 240),
        Column::Population => growing(104, 112),
        Column::Account => fixed(86, 90),
        Column::LastSignOn => fixed(116, 124),
        Column::Created => fixed(116, 116),
        Column::ExternalId => growing(110, 150),
        Column::Id => fixed(160, 304),
        Column::Devices => fixed(80, 90),
        Column::Mfa => match beside {
            BesideSwitch::Short => fixed(162, 168),
            BesideSwitch::Bypass => fixed(232, 236),
            BesideSwitch::RunState => fixed(250, 254),
        },
    }
}

/// Whether each user has two lines in a table of this width.
pub(crate) const fn is_two_line(available: u32) -> bool {
    available < TWO_LINES_BELOW
}

/// The widths of these columns in a table that has `available` pixels for them; `None` for a column that is left out.
pub(crate) fn lay_out(
    columns: &[Column],
    chosen: &ChosenWidths,
    content: &ContentWidths,
    beside: BesideSwitch,
    available: u32,
) -> Vec<Option<u32>> {
    let usual = |column| need(column, beside).for_content(width_of(content, column));
    let needs: Vec<Need> = columns
        .iter()
        .map(|column| width_of(chosen, *column).map_or_else(|| usual(*column), |px| fixed(px, px)))
        .collect();
    let is_shown = shown(columns, &needs, available);
    let kept: Vec<Need> =
        needs.iter().zip(&is_shown).filter(|(_, is_shown)| **is_shown).map(|(need, _)| *need).collect();
    let mut widths = fit(&kept, available).into_iter();
    is_shown.into_iter().map(|is_shown| if is_shown { widths.next() } else { None }).collect()
}

fn width_of(widths: &[(Column, u32)], column: Column) -> Option<u32> {
    widths.iter().find(|(of, _)| *of == column).map(|(_, width)| *width)
}

/// Sets a column's width, or with `None` its usual one.
pub(crate) fn choose(chosen: &mut ChosenWidths, column: Column, width: Option<u32>) {
    chosen.retain(|(of, _)| *of != column);
    chosen.extend(width.map(|width| (column, width.clamp(NARROWEST, WIDEST))));
}

fn shown(columns: &[Column], needs: &[Need], available: u32) -> Vec<bool> {
    if is_two_line(available) {
        return columns.iter().map(|column| IN_TWO_LINES.contains(column)).collect();
    }
    let mut is_shown = vec![true; columns.len()];
    if available >= COMPLETE_FROM {
        return is_shown;
    }
    for column in OPTIONAL {
        let kept = needs.iter().zip(&is_shown).filter(|(_, is_shown)| **is_shown);
        let least: u32 = kept.map(|(need, _)| need.least()).sum();
        if least <= available {
            break;
        }
        for (is_shown, _) in is_shown.iter_mut().zip(columns).filter(|(_, of)| **of == column) {
            *is_shown = false;
        }
    }
    is_shown
}

/// Shrinks the columns as far as they can be, or gives the growing ones what is left over.
fn fit(needs: &[Need], available: u32) -> Vec<u32> {
    let usual: u32 = needs.iter().map(|need| need.usual).sum();
    let is_known = needs.iter().any(|need| need.content.is_some());
    let is_cut = needs.iter().any(|need| need.content.is_some_and(|content| content > need.usual));
    if is_cut || (is_known && usual > available) {
        return fit_content(needs, available);
    }
    if usual > available {
        let slack: u32 = needs.iter().map(|need| need.usual - need.narrowest).sum();
        let missing = (usual - available).min(slack);
        // Rounded up, so that the columns are never wider than the table.
        let less = |need: &Need| share_up(missing, need.usual - need.narrowest, slack);
        return needs.iter().map(|need| need.usual - less(need)).collect();
    }
    let growing: u32 = needs.iter().filter(|need| need.grows).map(|need| need.usual).sum();
    let more = |need: &Need| if need.grows { share(available - usual, need.usual, growing) } else { 0 };
    needs.iter().map(|need| need.usual + more(need)).collect()
}

/// Makes each column that grows as wide as its content. If the columns don't fit, the widest of those that grow are cut. Room that
/// is left goes first to the columns of a fixed width, from the last on, up to their usual width, and then to those that
/// grow.
fn fit_content(needs: &[Need], available: u32) -> Vec<u32> {
    let level = highest_level(needs, available);
    let mut widths: Vec<u32> = needs.iter().map(|need| need.at_level(level)).collect();
    let mut rest = available.saturating_sub(widths.iter().sum());
    for (width, need) in widths.iter_mut().zip(needs).rev().filter(|(_, need)| !need.grows) {
        let more = need.usual.saturating_sub(*width).min(rest);
        *width += more;
        rest -= more;
    }
    let growing: u32 = needs.iter().filter(|need| need.grows).map(|need| need.usual).sum();
    for (width, need) in widths.iter_mut().zip(needs).filter(|(_, need)| need.grows) {
        *width += share(rest, need.usual, growing);
    }
    widths
}

/// The highest level at which the columns fit, or 0.
fn highest_level(needs: &[Need], available: u32) -> u32 {
    let (mut level, mut beyond) = (0, WIDEST + 1);
    while level + 1 < beyond {
        let middle = u32::midpoint(level, beyond);
        let width: u32 = needs.iter().map(|need| need.at_level(middle)).sum();
        if width <= available { level = middle } else { beyond = middle }
    }
    level
}

fn share_up(of: u32, part: u32, whole: u32) -> u32 {
    let share = (u64::from(of) * u64::from(part)).div_ceil(u64::from(whole.max(1)));
    u32::try_from(share).unwrap_or(of)
}

fn share(of: u32, part: u32, whole: u32) -> u32 {
    let share = u64::from(of) * u64::from(part) / u64::from(whole.max(1));
    u32::try_from(share).unwrap_or(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: [Column; 8] = [
        Column::Name,
        Column::Username,
        Column::Email,
        Column::Population,
        Column::Account,
        Column::LastSignOn,
        Column::Devices,
        Column::Mfa,
    ];

    fn widths(columns: &[Column], available: u32) -> Vec<Option<u32>> {
        lay_out(columns, &Vec::new(), &Vec::new(), BesideSwitch::Short, available)
    }

    fn sum(widths: &[Option<u32>]) -> u32 {
        widths.iter().flatten().sum()
    }

    #[test]
    fn a_wide_table_is_filled_and_shows_all_columns() {
        for available in [1200, 1240, 1880] {
            let widths = widths(&USUAL, available);
            assert!(widths.iter().all(Option::is_some), "{available}: {widths:?}");
            assert!((available - 8..=available).contains(&sum(&widths)), "{available}: {widths:?}");
        }
    }

    #[test]
    fn beside_the_drawer_the_email_address_is_left_out_and_mfa_is_as_wide_as_ever() {
        let beside = widths(&USUAL, 810);
        assert_eq!(beside.iter().filter(|width| width.is_none()).count(), 1);
        assert_eq!(beside[2], None);
        assert!(beside[7].is_some_and(|mfa| mfa >= 152));
        assert!(sum(&beside) <= 810, "{beside:?}");
    }

    /// The columns beside the drawer, where name, username and population are this wide.
    fn beside_drawer(content: [u32; 3], beside: BesideSwitch) -> Vec<u32> {
        let widths = lay_out(&USUAL, &Vec::new(), &content_of(content), beside, 810);
        assert!(sum(&widths) <= 810, "{widths:?}");
        widths.into_iter().flatten().collect()
    }

    fn content_of(content: [u32; 3]) -> ContentWidths {
        [Column::Name, Column::Username, Column::Population].into_iter().zip(content).collect()
    }

    #[test]
    fn no_text_is_cut_where_there_is_room() {
        let content = [118, 128, 105];
        let widths = beside_drawer(content, BesideSwitch::Short);
        assert_eq!(widths.len(), 7);
        assert!(widths.iter().zip(content).all(|(width, content)| *width >= content), "{widths:?}");
    }

    #[test]
    fn where_there_is_no_room_a_column_is_left_out_and_only_unusually_long_names_are_cut() {
        let content = [148, 400, 105];
        let widths = beside_drawer(content, BesideSwitch::Short);
        let cut = widths.iter().zip(content).filter(|(width, content)| **width < *content).count();
        assert_eq!((cut, widths[0], widths.len()), (1, 148, 6), "{widths:?}");
        let widths = beside_drawer(content, BesideSwitch::RunState);
        assert!(widths.last().is_some_and(|mfa| *mfa >= 250) && widths[0] >= 148, "{widths:?}");
    }

    #[test]
    fn the_room_for_what_may_come_beside_a_switch_is_kept_whatever_the_content_is() {
        let content: ContentWidths =
            content_of([130, 400, 108]).into_iter().chain([(Column::Mfa, 88)]).collect();
        for available in [620, 810, 1240] {
            let widths = lay_out(&USUAL, &Vec::new(), &content, BesideSwitch::Short, available);
            assert!(matches!(widths.last(), Some(Some(162..=168))), "{available}: {widths:?}");
        }
    }

    #[test]
    fn a_wider_table_shows_each_name_that_a_narrower_one_shows() {
        let columns = [Column::Name, Column::Username, Column::Mfa];
        let content = content_of([330, 120, 110]);
        let mut before = 0;
        for available in 600..1300 {
            let widths = lay_out(&columns, &Vec::new(), &content, BesideSwitch::Short, available);
            let name = widths[0].unwrap_or_default().min(330);
            assert!(name >= before, "{available}: {name} after {before}");
            before = name;
        }
        assert_eq!(before, 330);
    }

    #[test]
    fn a_narrow_table_keeps_the_columns_of_its_two_lines() {
        let narrow = widths(&USUAL, 362);
        let shown: Vec<Column> =
            USUAL.into_iter().zip(narrow).filter(|(_, width)| width.is_some()).map(|(of, _)| of).collect();
        assert_eq!(shown, IN_TWO_LINES);
    }

    #[test]
    fn a_chosen_width_is_kept_in_whatever_table() {
        let mut chosen = ChosenWidths::new();
        choose(&mut chosen, Column::Name, Some(20));
        choose(&mut chosen, Column::Email, Some(333));
        for available in [1100, 1240, 1880] {
            let widths = lay_out(&USUAL, &chosen, &Vec::new(), BesideSwitch::RunState, available);
            assert_eq!((widths[0], widths[2]), (Some(NARROWEST), Some(333)));
        }
        choose(&mut chosen, Column::Email, None);
        assert_eq!(chosen, [(Column::Name, NARROWEST)]);
    }

    #[test]
    fn many_columns_in_a_wide_table_are_scrolled_and_none_is_left_out() {
        let all: Vec<Column> = Column::OPTIONAL.into_iter().chain([Column::Name]).collect();
        assert!(widths(&all, 1240).iter().all(Option::is_some));
    }
}
