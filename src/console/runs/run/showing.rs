//! Shows how a run is going: in its panel, in the table, in the tab's title, to screen readers and to the host page.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::time::{Millis, Timestamp};
use pingone::user::Mfa;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::embedding::frame::note;
use pingone_mfa_core::embedding::host_events::{HostEvent, RunCounts};
use pingone_mfa_core::run::engine::readback::ReadBack;
use pingone_mfa_core::run::engine::{self, PauseReason, RunStatus};
use pingone_mfa_core::run::plan::Plan;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use crate::announcement::Announcement;
use crate::connect::title::Title;
use crate::console::runs::run::{Phase, Progress, Run};
use crate::console::troubleshooting::state::Location;

/// How often the table shows what the run has changed.
const SHOW_EVERY: Millis = Millis::seconds(1);

impl Run {
    pub(super) fn show_plan(self, plan: &Plan) {
        self.places.set_value(plan.rows.iter().zip(0..).map(|(row, index)| (row.user, index)).collect());
        self.states.set(vec![RowState::Waiting; plan.rows.len()]);
    }

    pub(super) fn first_progress(self, plan: &Rc<Plan>) -> Progress {
        Progress {
            plan: Rc::clone(plan),
            number: plan.number(),
            phase: Phase::Starting,
            tally: RowCounts::waiting(length(plan.rows.len())),
            started_at: self.ports.get().clock.wall(),
            ended_at: None,
            users_per_second: None,
            highest_ceiling: Some(self.ceiling.get_untracked()),
            read_again: None,
            outdated: None,
            another_writer_at: None,
            pilot: None,
            until_step: None,
            being_checked: 0,
            slowed: None,
            sees_other_pages: true,
        }
    }

    pub(super) fn observe(self, run: &mut engine::Run) {
        self.write_file_when_stored(run);
        let phase = match run.status() {
            RunStatus::Running | RunStatus::Outdated | RunStatus::Finished => Phase::Working,
            RunStatus::Paused(reason) => Phase::Paused(reason),
            RunStatus::Stopping | RunStatus::Stopped => Phase::Stopping,
        };
        self.take(run, phase);
    }

    /// Shows what a read-back has read.
    pub(super) fn take_read(self, back: &mut ReadBack<'_>, phase: Phase) {
        let read = back.take_users();
        self.unshown.write_value().extend(read.iter().flatten().map(|user| (user.id, user.mfa)));
        self.take(back.run(), phase);
    }

    /// Shows what has changed since the last call.
    fn take(self, run: &mut engine::Run, phase: Phase) {
        let fresh = run.take_fresh();
        let (tally, to, now) = (run.counts(), run.plan().to, self.ports.get().clock.now());
        self.states.update(|states| {
            for index in &fresh {
                if let (Some(state), Some(row)) =
                    (states.get_mut(*index as usize), run.rows().get(*index as usize))
                {
                    *state = row.state;
                }
            }
        });
        let changed = fresh.iter().filter_map(|index| {
            let (row, planned) = (run.rows().get(*index as usize)?, run.plan().rows.get(*index as usize)?);
            match row.state {
                RowState::Changed | RowState::AlreadySet => Some((planned.user, to.into())),
                RowState::ChangedBySomeoneElse => Some((planned.user, (!to).into())),
                RowState::Unconfirmed => Some((planned.user, Mfa::Unknown)),
                _ => None,
            }
        });
        self.unshown.write_value().extend(changed);
        // While nothing moves, the counts of the run and of the table must agree.
        if !phase.is_working() || self.shown_at.get_value().until(now) >= SHOW_EVERY {
            self.show_changes();
        }
        if phase == Phase::Working {
            self.speed.write_value().see(now, tally.ended());
        } else {
            self.speed.write_value().pause();
        }
        self.tell(&phase, run);
        self.title(&phase, tally);
        self.tell_host(run.plan(), tally);
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                if let Some(pace) = self.speed.read_value().users_per_second() {
                    progress.users_per_second = Some(pace);
                }
                progress.slowed = self.slowed();
                progress.pilot = run.pilot().cloned();
                progress.until_step = run.until_step();
                progress.being_checked = length(run.being_checked());
                progress.another_writer_at = run.another_writer_at();
                (progress.tally, progress.phase) = (tally, phase);
            }
        });
    }

    /// How often the run was throttled, and when last.
    fn slowed(self) -> Option<(u32, Timestamp)> {
        let (times, last) = self.connection()?.slowed();
        let times = times.saturating_sub(self.slowed_before.get_value());
        last.filter(|_| times > 0).map(|last| (times, last))
    }

    pub(super) fn show_changes(self) {
        self.shown_at.set_value(self.ports.get().clock.now());
        let changed = std::mem::take(&mut *self.unshown.write_value());
        if !changed.is_empty() {
            self.directory().learn_flags(&changed);
        }
    }

    /// Shows the run's progress, or what it is waiting for, in the tab's title.
    pub(super) fn title(self, phase: &Phase, tally: RowCounts) {
        let environment = self.environment_name.read_value();
        let title = match phase {
            Phase::Paused(PauseReason::Token) => Title::TokenNeeded { done: tally.ended(), of: tally.all() },
            Phase::Paused(_) | Phase::RefreshPaused(_) | Phase::VerificationPaused(_) => {
                Title::Waiting { done: tally.ended(), of: tally.all() }
            }
            Phase::Over { .. } | Phase::NotStarted(_) | Phase::Elsewhere => Title::Place,
            Phase::Starting
            | Phase::Working
            | Phase::Refreshing(_)
            | Phase::Stopping
            | Phase::Verifying(_) => {
                let percent = u64::from(tally.ended()) * 100 / u64::from(tally.all().max(1));
                Title::Running { percent }
            }
        };
        let title = title.text(&environment);
        if *self.title.read_value() != title {
            self.ports.get().host.set_title(&title);
            self.title.set_value(title);
        }
    }

    /// Sends the counts to the host page if they have changed.
    fn tell_host(self, plan: &Plan, tally: RowCounts) {
        let is_new = |progress: &Option<Progress>| progress.as_ref().is_some_and(|was| was.tally != tally);
        if self.progress.with_untracked(is_new) {
            self.ports.get().embedder.tell(&note(&HostEvent::RunProgress(counts(plan, tally))));
        }
    }

    /// Announces every tenth of the progress, and every pause once.
    fn tell(self, phase: &Phase, run: &engine::Run) {
        let tally = run.counts();
        let was = self.progress.read_untracked().as_ref().map(|progress| progress.phase.clone());
        let was_paused =
            matches!(was, Some(Phase::Paused(_) | Phase::VerificationPaused(_) | Phase::RefreshPaused(_)));
        if was_paused && matches!(phase, Phase::Working | Phase::Verifying(_) | Phase::Refreshing(_)) {
            self.directory().forget_why_of_run();
        }
        if let Phase::VerificationPaused(fault) | Phase::RefreshPaused(fault) = phase
            && was.as_ref() != Some(phase)
        {
            self.directory().explain(Location::Run, Operation::ReadUsers, fault);
        }
        if was.as_ref() == Some(phase) || !matches!(phase, Phase::Paused(_)) {
            let tenths = tally.ended().saturating_mul(10) / tally.all().max(1);
            if tenths > self.told_tenths.get_value() && tenths < 10 {
                self.told_tenths.set_value(tenths);
                self.announcer
                    .tell(Announcement::RunAt { percent: tenths * 10, done: u64::from(tally.ended()) });
            }
            return;
        }
        if let Phase::Paused(reason) = phase
            && was.is_none_or(|was| !is_same_reason(&was, reason))
        {
            self.announcer.tell(Announcement::RunPaused(reason.clone()));
            self.explain_pause(reason, run);
        }
    }

    /// Records that the run started at `at`, under rates that were not recorded.
    pub(super) fn set_begun_before(self, at: Timestamp) {
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                (progress.started_at, progress.highest_ceiling) = (at, None);
            }
        });
    }
}

pub(super) fn counts(plan: &Plan, tally: RowCounts) -> RunCounts {
    let failed = [RowState::Refused, RowState::Failed, RowState::Unconfirmed].map(|state| tally.of(state));
    RunCounts {
        number: plan.number(),
        total: tally.all(),
        done: tally.ended(),
        changed: tally.of(RowState::Changed),
        failed: failed.into_iter().sum(),
    }
}

/// Whether it pauses for the same fault again: a further failed probe isn't announced.
fn is_same_reason(was: &Phase, reason: &PauseReason) -> bool {
    let (Phase::Paused(PauseReason::Failing { fault: was, .. }), PauseReason::Failing { fault, .. }) =
        (was, reason)
    else {
        return false;
    };
    (was.word(), was.status()) == (fault.word(), fault.status())
}

pub(super) fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
