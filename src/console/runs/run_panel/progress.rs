//! How far the run is: the bar, and the numbers. Each number has a fixed place, so that nothing moves while they grow.

use leptos::prelude::*;
use pingone_mfa_core::run::estimate::will_pause_again;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::{App, use_app};
use crate::console::format::{moment, number};
use crate::console::runs::run::{Phase, Progress};
use crate::console::runs::text;

use crate::console::runs::run_panel::of_run;
use crate::console::runs::run_panel::reasons::{SaveSkipped, WhyNotChanged};
use crate::ui::list::For;
use crate::ui::memo::memo;

#[component]
pub(crate) fn ProgressBar() -> impl IntoView {
    let app = use_app();
    view! {
        <progress
            class="run-bar"
            aria-label=text::run::PROGRESS
            max="1000"
            value=move || of_run(app, per_mille).to_string()
        >
            {move || format!("{} %", of_run(app, per_mille) / 10)}
        </progress>
    }
}

fn per_mille(run: &Progress) -> u64 {
    u64::from(run.tally.ended()) * 1000 / u64::from(run.tally.all().max(1))
}

/// A number of users, with what it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Tile {
    In(RowState),
    /// Refused or failed.
    NotChanged,
    BeingChecked,
    ToGo,
    /// Left by a stop.
    NotTouched,
    Skipped,
}

/// The numbers of a run that works, in their order. The last ones are there only if they count users, and come after
/// those whose places are fixed.
const WORKING: [Tile; 7] = [
    Tile::In(RowState::Changed),
    Tile::In(RowState::AlreadySet),
    Tile::NotChanged,
    Tile::BeingChecked,
    Tile::ToGo,
    Tile::In(RowState::Gone),
    Tile::In(RowState::ChangedBySomeoneElse),
];

const FIXED: usize = 5;

const OVER: [Tile; 9] = [
    Tile::In(RowState::Changed),
    Tile::In(RowState::AlreadySet),
    Tile::In(RowState::Gone),
    Tile::In(RowState::Failed),
    Tile::In(RowState::Refused),
    Tile::In(RowState::Unconfirmed),
    Tile::In(RowState::ChangedBySomeoneElse),
    Tile::NotTouched,
    Tile::Skipped,
];

fn tiles(run: &Progress) -> Vec<Tile> {
    let is_over = matches!(run.phase, Phase::Over { .. });
    let (tiles, fixed): (&[Tile], usize) = if is_over { (&OVER, 1) } else { (&WORKING, FIXED) };
    let tiles = tiles.iter().enumerate();
    tiles.filter(|(place, tile)| *place < fixed || count(**tile, run) > 0).map(|(_, tile)| *tile).collect()
}

fn count(tile: Tile, run: &Progress) -> u32 {
    let of = |state| run.tally.of(state);
    match tile {
        // A stop may leave users whose answer was lost and wasn't looked for any more.
        Tile::In(RowState::Unconfirmed) => of(RowState::Unconfirmed) + of(RowState::Sending),
        Tile::In(state) => of(state),
        Tile::NotChanged => of(RowState::Refused) + of(RowState::Failed),
        Tile::BeingChecked => of(RowState::Unconfirmed) + run.being_checked,
        Tile::ToGo => run.left(),
        Tile::NotTouched => of(RowState::Waiting),
        Tile::Skipped => u32::try_from(run.plan.left_out.len()).unwrap_or(u32::MAX),
    }
}

#[component]
pub(crate) fn Tiles() -> impl IntoView {
    let app = use_app();
    let tiles = memo(move || of_run(app, tiles));
    view! {
        <dl class="run-counts">
            <For each=move || tiles.get() key=|tile| *tile children=move |tile| view! { <TileView tile/> }/>
        </dl>
    }
}

#[component]
fn TileView(tile: Tile) -> impl IntoView {
    let app = use_app();
    let label = memo(move || of_run(app, |run| label(app, tile, run)));
    let meaning = match tile {
        Tile::In(state) => Some(text::run::meaning(state)),
        _ => None,
    };
    let more = match tile {
        Tile::In(state @ (RowState::Failed | RowState::Refused | RowState::Unconfirmed)) => {
            Some(view! { <WhyNotChanged state/> }.into_any())
        }
        Tile::Skipped => Some(view! { <SaveSkipped/> }.into_any()),
        _ => None,
    };
    view! {
        <div title=meaning>
            <dt>{move || label.get()} " " {more}</dt>
            <dd>{move || of_run(app, |run| number(app, count(tile, run)))}</dd>
        </div>
    }
}

fn label(app: App, tile: Tile, run: &Progress) -> String {
    let is_over = matches!(run.phase, Phase::Over { .. });
    match tile {
        Tile::In(RowState::Changed) if is_over => {
            let verified = app.read_back();
            text::run::verified(run.tally.of(RowState::Changed), verified, &number(app, verified))
        }
        Tile::In(state) => text::mfa_change::state(state, run.plan.to).to_owned(),
        Tile::NotChanged => text::run::NOT_CHANGED.to_owned(),
        Tile::BeingChecked => text::run::BEING_CHECKED.to_owned(),
        Tile::ToGo => to_go(app, run),
        Tile::NotTouched => text::run::NOT_TOUCHED.to_owned(),
        Tile::Skipped => text::run::skipped_for(only_exclusion(run)),
    }
}

fn to_go(app: App, run: &Progress) -> String {
    let is_estimated = run.phase == Phase::Working && run.left() > 0;
    let ready = is_estimated.then(|| run.ends_at(app.session().now.get())).flatten();
    let ready = ready.map(|at| moment(app, at));
    let waits = will_pause_again(run.plan.stops, run.tally.ended(), run.tally.all());
    text::run::to_go(ready.as_deref(), waits)
}

/// Why users were skipped, if all for the same reason.
fn only_exclusion(run: &Progress) -> Option<&'static str> {
    let mut reasons = Exclusion::ALL.into_iter().filter(|why| run.plan.left_out_for(*why) > 0);
    let only = reasons.next().filter(|_| reasons.next().is_none())?;
    Some(text::review::exclusion(only, run.plan.to))
}
