//! The run: working, waiting, over; and the runs that this browser has stored.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone::time::Millis;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::run::estimate::will_pause_again;
use pingone_mfa_core::run::pilot::PilotReadings;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::reason::Reason;
use pingone_mfa_core::run::row::RowState;

use crate::state::App;
use crate::state::review::Obstacle;
use crate::state::run::{Outdated, PauseReason, Phase, Progress, Stored};
use crate::state::troubleshooting::Location;

use super::ceiling::ceiling;
use super::fault::fault_card;
use super::figures::{moment, number};
use super::markup::{Node, button, group, part_of, says, tag};
use super::saving::radio;
use super::troubleshooting::{looked_into, trouble};
use super::{sign_in, text};

pub(super) fn run(app: App) -> Node {
    let phase = move || {
        app.run().progress.with(|run| {
            let kind = |run: &Progress| match &run.phase {
                Phase::Halted(PauseReason::Failing { fault, .. }) => Some((fault.word(), fault.status())),
                _ => None,
            };
            run.as_ref().map(|run| (look_of(&run.phase), kind(run), run.number))
        })
    };
    let screen = move |shown: Option<_>| {
        let phase = app.run().progress.with_untracked(|run| run.as_ref().map(|run| run.phase.clone()));
        match phase.filter(|_| shown.is_some()) {
            Some(phase) => section(app, &phase),
            None => stored(app),
        }
    };
    part_of(phase, screen)
}

/// A phase without what changes by itself: its figures, and the answers to one question that is asked again and again.
fn look_of(phase: &Phase) -> Phase {
    match phase {
        Phase::ReadingBack(_) => Phase::ReadingBack(0),
        Phase::ReadingAgain(_) => Phase::ReadingAgain(0),
        Phase::Halted(PauseReason::Failing { .. }) => {
            Phase::Halted(PauseReason::Failing { until: Millis(0), fault: Fault::Unreachable })
        }
        other => other.clone(),
    }
}

fn section(app: App, phase: &Phase) -> Node {
    let section = tag("section").class("run").part("run");
    // It was started in a dialog that is closed by now.
    let section = if *phase == Phase::Starting { section.takes_lost_focus() } else { section };
    section
        .set("aria-label", text::run::NAME)
        .with(heading(app))
        .with(is_begun(phase).then(|| figures(app)))
        .with(waiting_for(app, phase))
        .with(
            is_written(phase).then(|| ceiling(app, app.run().ceiling, move |chosen| app.run().limit(chosen))),
        )
        .with(remarks(app))
        .with(tag("footer").with(actions(app, phase)))
}

fn is_begun(phase: &Phase) -> bool {
    !matches!(phase, Phase::Starting | Phase::NotStarted(_) | Phase::Elsewhere)
}

/// Whether users are changed, or are going to be.
fn is_written(phase: &Phase) -> bool {
    matches!(phase, Phase::Working | Phase::Halted(_))
}

/// Something of the run, as it is now.
fn of_run<R: Default>(app: App, read: impl FnOnce(&Progress) -> R) -> R {
    app.run().progress.with(|run| run.as_ref().map(read).unwrap_or_default())
}

fn heading(app: App) -> Node {
    let title = move || {
        of_run(app, |run| {
            let users = number(app, run.tally.all());
            if matches!(run.phase, Phase::Over { .. }) {
                text::run::title_after(run.plan.to, &users)
            } else {
                text::run::title(run.plan.to, &users)
            }
        })
    };
    let facts = move || {
        of_run(app, |run| {
            text::run::facts(&run.number.to_string(), &run.plan.reference, &moment(app, run.started_at))
        })
    };
    tag("header").with(tag("h2").with(says(title))).with(tag("p").class("hint").with(says(facts)))
}

fn figures(app: App) -> Node {
    group().with(bar(app)).with(tag("p").with(says(move || how_far(app)))).with(counts(app))
}

fn per_mille(run: &Progress) -> u64 {
    u64::from(run.tally.ended()) * 1000 / u64::from(run.tally.all().max(1))
}

fn bar(app: App) -> Node {
    let percent = move || of_run(app, per_mille) / 10;
    tag("div")
        .class("run-bar")
        .with(
            tag("progress")
                .set("aria-label", text::run::PROGRESS)
                .set("max", "1000")
                .follow("value", move || Some(of_run(app, per_mille).to_string()))
                .with(says(move || format!("{} %", percent()))),
        )
        .with(
            tag("span")
                .class("run-percent")
                .set("aria-hidden", "true")
                .with(says(move || format!("{} %", percent()))),
        )
}

fn how_far(app: App) -> String {
    of_run(app, |run| {
        let left = run.tally.all() - run.tally.ended();
        let ready =
            (run.phase == Phase::Working && left > 0).then(|| run.ends_at(app.session().now.get())).flatten();
        let ready = ready.map(|at| moment(app, at));
        let waits = will_pause_again(run.plan.stops, run.tally.ended(), run.tally.all());
        text::run::done(&number(app, run.tally.ended()), &number(app, left), ready.as_deref(), waits)
    })
}

/// How many users are in each state; what nobody is in isn't shown.
fn counts(app: App) -> Node {
    let states = move || {
        of_run(app, |run| {
            let is_shown = |state: &RowState| *state == RowState::Changed || run.tally.of(*state) > 0;
            RowState::ALL.into_iter().filter(is_shown).collect::<Vec<_>>()
        })
    };
    let item = move |state: RowState| {
        let count = says(move || of_run(app, |run| number(app, run.tally.of(state))));
        let sentence = text::run::meaning(state);
        tag("div")
            .set("title", sentence)
            .with(tag("dt").with(text::run::state(state)))
            .with(tag("dd").with(count))
    };
    let items = move |states: Vec<RowState>| states.into_iter().map(item).collect::<Vec<_>>();
    tag("dl").class("run-counts").with(part_of(states, items))
}

/// Why nothing is sent, or what is done besides.
fn waiting_for(app: App, phase: &Phase) -> Node {
    let says_so = |sentence: String| tag("p").class("note").with(sentence);
    match phase {
        Phase::Starting => tag("p").class("working").with(text::run::STARTING),
        Phase::NotStarted(fault) => {
            group().with(says_so(text::run::NOT_STARTED.into())).with(explained(app, fault))
        }
        Phase::Elsewhere => says_so(text::run::ELSEWHERE.into()),
        Phase::Working => tag("p").class("hint").with(says(move || pace(app))),
        Phase::Halted(halt) => halted(app, halt),
        Phase::Stopping => tag("p").class("working").with(text::run::STOPPING),
        Phase::ReadingBack(_) => reading(app, text::run::reading_back),
        Phase::ReadingAgain(_) => reading(app, reading_again(app)),
        Phase::ReadBackHalted(fault) | Phase::ReadAgainHalted(fault) => explained(app, fault),
        Phase::Over { unread, is_stopped } => over(app, *unread, *is_stopped),
    }
}

fn reading(app: App, sentence: fn(&str) -> String) -> Node {
    let left = move || {
        of_run(app, |run| match run.phase {
            Phase::ReadingBack(left) | Phase::ReadingAgain(left) => number(app, left as u64),
            _ => String::new(),
        })
    };
    tag("p").class("working").with(says(move || sentence(&left())))
}

fn reading_again(app: App) -> fn(&str) -> String {
    let why = app.run().progress.with_untracked(|run| run.as_ref().and_then(|run| run.outdated));
    match why {
        Some(Outdated::AnotherWriter) => text::run::checking_for_another_writer,
        Some(Outdated::HandedOver) => text::run::checking_after_hand_over,
        Some(Outdated::LongWait) | None => text::run::reading_again,
    }
}

fn halted(app: App, halt: &PauseReason) -> Node {
    let sentence = tag("p").class("note").with(text::run::halt(halt));
    match halt {
        PauseReason::Token => {
            let signs_in = app.session().offers_sign_in();
            let again =
                signs_in.then(|| tag("div").class("line").with(sign_in::from_elsewhere(app.session())));
            group().with(sentence).with(tag("p").with(text::run::needs_token(signs_in))).with(again)
        }
        PauseReason::Refused(fault) => {
            let tried = Operation::ChangeFlag(None);
            group().with(sentence).with(trouble(app, Location::Run, tried, fault.clone(), text::fault(fault)))
        }
        PauseReason::NotStored(fault) | PauseReason::Failing { fault, .. } => {
            group().with(sentence).with(explained(app, fault))
        }
        PauseReason::PilotUser => group().with(sentence).with(part_of(
            move || of_run(app, |run| run.trial.clone()),
            move |trial| trial.map(|trial| tried(app, &trial)),
        )),
        PauseReason::AnotherWriter => {
            group().with(sentence).with(tag("p").with(says(move || another_writer(app))))
        }
        PauseReason::HandedOver => {
            let left = move || of_run(app, |run| number(app, run.tally.all() - run.tally.ended()));
            group().with(sentence).with(tag("p").with(says(move || text::run::handed_over(&left()))))
        }
        PauseReason::ByPerson | PauseReason::Step => sentence,
    }
}

/// What is known of someone else who changes the same users.
fn another_writer(app: App) -> String {
    of_run(app, |run| {
        let seen = run.another_writer_at.map(|at| moment(app, at)).unwrap_or_default();
        let already = run.read_again.map_or(0, |(_, already)| already);
        let left = number(app, run.tally.all() - run.tally.ended());
        text::run::another_writer(&seen, already, &number(app, already), &left, run.plan.to)
    })
}

/// Why something failed, or that it did while nobody has looked yet.
fn explained(app: App, fault: &Fault) -> Node {
    let fault = fault.clone();
    looked_into(app, Location::Run, move || fault_card(&fault))
}

/// What was seen of the test user, for whoever decides whether the run goes on.
fn tried(app: App, trial: &PilotReadings) -> Node {
    let flag = trial.flag.as_ref().map(text::run::tried_flag);
    let devices =
        trial.devices().map(|devices| text::run::tried_devices(app.ports.get().locale.as_ref(), &devices));
    let sentences: Vec<String> = flag.into_iter().chain(devices).collect();
    tag("p").class("run-trial").with(tag("bdi").with(sentences.join(" ")))
}

fn pace(app: App) -> String {
    of_run(app, |run| {
        let Some(pace) = run.users_per_second else { return String::new() };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some users a second")]
        let tenths = (pace * 10.0).round().max(0.0) as u64;
        let pace = text::run::pace(tenths, &number(app, app.run().ceiling.get().whole()));
        match run.slowed {
            Some((times, last)) => format!("{pace} {}", text::run::slowed(times, &moment(app, last))),
            None => pace,
        }
    })
}

/// What a person should know besides.
fn remarks(app: App) -> Node {
    let slept = part_of(
        move || app.run().slept.get(),
        move |slept| {
            slept.map(|(from, until)| {
                tag("p").class("note").with(text::run::slept(&moment(app, from), &moment(app, until)))
            })
        },
    );
    let again = part_of(
        move || {
            of_run(app, |run| {
                // The card of a run that waits for it says the same.
                let is_said = run.phase == Phase::Halted(PauseReason::AnotherWriter);
                let again = run.read_again.filter(|_| !is_said);
                again.map(|(at, already)| (run.plan.to, run.outdated, at, already))
            })
        },
        move |again| {
            again.map(|(to, why, at, already)| {
                let say = match why {
                    Some(Outdated::LongWait) | None => text::run::read_again,
                    Some(Outdated::AnotherWriter | Outdated::HandedOver) => text::run::checked_again,
                };
                let sentence = say(to, &moment(app, at), already, &number(app, already));
                tag("p").class("note").with(sentence)
            })
        },
    );
    let others = part_of(
        move || {
            of_run(app, |run| {
                run.another_writer_at.filter(|_| run.phase != Phase::Halted(PauseReason::AnotherWriter))
            })
        },
        move |since| {
            since.map(|since| {
                let sentence = text::run::another_writer_was_seen(&moment(app, since));
                tag("p").class("note").with(sentence)
            })
        },
    );
    let is_blind = move || of_run(app, |run| run.phase.is_open() && !run.sees_other_pages);
    let blind = part_of(is_blind, |is_blind| is_blind.then(|| tag("p").class("note").with(text::run::BLIND)));
    let slows_hidden = move || {
        // The clock says it without a signal; the page looks every second.
        app.session().now.get();
        !app.ports.get().clock.keeps_pace_hidden() && of_run(app, |run| run.phase.is_open())
    };
    let hidden = part_of(slows_hidden, |slows| {
        slows.then(|| tag("p").class("note").set("role", "status").with(text::run::SLOW_HIDDEN))
    });
    let offers_sign_in = app.session().offers_sign_in();
    let token = part_of(
        move || token_ends(app),
        move |left| {
            left.map(|left| tag("p").class("note").with(text::run::token_ends(&left, offers_sign_in)))
        },
    );
    let again_in_time = part_of(
        move || offers_sign_in && token_ends(app).is_some(),
        move |is_time| is_time.then(|| tag("div").class("line").with(sign_in::from_elsewhere(app.session()))),
    );
    group().with(slept).with(others).with(again).with(blind).with(hidden).with(token).with(again_in_time)
}

/// The next token may be given from so long before the end of the present one.
const TOKEN_NOTICE: i64 = 10 * 60 * 1000;

fn token_ends(app: App) -> Option<String> {
    let is_working = of_run(app, |run| run.phase == Phase::Working);
    let ends = app.session().facts().and_then(|facts| facts.expires_at).filter(|_| is_working)?;
    let now = app.session().now.get();
    let left = ends.since(now);
    let ready = of_run(app, |run| run.ends_at(now));
    let is_short = (0..TOKEN_NOTICE).contains(&left) && ready.is_none_or(|ready| ready > ends);
    is_short.then(|| text::remaining(ends, now))
}

fn actions(app: App, phase: &Phase) -> Node {
    let run = app.run();
    let stop = || {
        group()
            .with(tag("span").class("hint").with(text::run::STAYS))
            .with(button(text::run::STOP, move || run.ask_to_stop()))
    };
    let file = || {
        group()
            .with(tag("span").class("hint").with(text::run::SAVE_FILE_MEANING))
            .with(button(text::run::SAVE_FILE, move || run.save_file()).class("quiet"))
    };
    let resume = |name: &'static str| button(name, move || run.resume()).class("primary");
    let close = || button(text::run::CLOSE, move || run.close());
    match phase {
        Phase::Starting | Phase::Stopping => group(),
        Phase::NotStarted(_) => close(),
        Phase::Elsewhere => group().with(close()).with(button(text::run::TAKE_OVER, move || run.take_over())),
        Phase::Working => group().with(stop()).with(button(text::run::PAUSE, move || run.pause())),
        Phase::Halted(PauseReason::Token) => group().with(file()).with(stop()),
        Phase::Halted(PauseReason::ByPerson) => {
            group().with(file()).with(stop()).with(resume(text::run::RESUME))
        }
        Phase::Halted(PauseReason::AnotherWriter) => group().with(stop()).with(resume(text::run::CONTINUE)),
        Phase::Halted(PauseReason::HandedOver) => {
            let go_on = button(text::run::CONTINUE_HERE, move || run.go_on_here());
            group().with(file()).with(stop()).with(go_on)
        }
        Phase::Halted(PauseReason::PilotUser | PauseReason::Step | PauseReason::Refused(_)) => {
            group().with(stop()).with(resume(text::run::GO_ON))
        }
        Phase::Halted(PauseReason::Failing { .. } | PauseReason::NotStored(_)) => {
            group().with(stop()).with(resume(text::run::TRY_NOW))
        }
        Phase::ReadingBack(_) => button(text::run::LEAVE_UNREAD, move || run.stop()),
        Phase::ReadingAgain(_) => stop(),
        Phase::ReadAgainHalted(_) => group().with(stop()).with(resume(text::run::TRY_NOW)),
        Phase::ReadBackHalted(_) => {
            let leave = button(text::run::LEAVE_UNREAD, move || run.stop());
            group().with(leave).with(resume(text::run::TRY_NOW))
        }
        Phase::Over { unread, .. } => after(app, *unread).with(close()),
    }
}

fn over(app: App, unread: usize, is_stopped: bool) -> Node {
    let sentence = of_run(app, |run| {
        let changed = run.tally.of(RowState::Changed);
        let time = run.ended_at.map(|at| moment(app, at)).unwrap_or_default();
        let read_back = app.read_back();
        let left = number(app, run.tally.of(RowState::Waiting));
        text::run::over(
            run.plan.to,
            &time,
            &number(app, changed),
            &number(app, read_back),
            is_stopped.then_some(left.as_str()),
        )
    });
    let unread = (unread > 0).then(|| text::run::unread(&number(app, unread as u64)));
    group()
        .with(tag("p").class("run-result").with(sentence))
        .with(unread.map(|unread| tag("p").class("note").with(unread)))
        .with(left_out(app).map(|left_out| tag("p").class("note").with(left_out)))
        .with(reasons(app))
        .with(looked_into(app, Location::Run, group))
        .with(report(app))
}

/// Whom the run left out, and why. `None` where it was nobody.
fn left_out(app: App) -> Option<String> {
    of_run(app, |run| {
        let counted = Exclusion::ALL.map(|why| (why, run.plan.left_out_for(why)));
        let counted = counted.into_iter().filter(|(_, users)| *users > 0);
        let said = counted.map(|(why, users)| {
            format!("{} {}", number(app, users as u64), text::review::exclusion(why, run.plan.to))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| text::run::left_out(&said.join(", ")))
    })
}

/// So many reasons are told apart; the report has them all.
const TOLD_APART: usize = 5;

/// Why users were not changed, each with a way to its cause.
fn reasons(app: App) -> Option<Node> {
    let reasons = app.run().reasons();
    let told: Vec<Node> = reasons.iter().take(TOLD_APART).map(|reason| why(app, reason)).collect();
    let others: u32 = reasons.iter().skip(TOLD_APART).map(|reason| reason.users).sum();
    let others = (others > 0).then(|| tag("li").with(text::run::other_reasons(&number(app, others))));
    let list =
        || tag("ul").class("run-reasons").set("aria-label", text::run::REASONS).with(told).with(others);
    (!reasons.is_empty()).then(list)
}

fn why(app: App, reason: &Reason) -> Node {
    let sentence = text::run::reason(reason, &number(app, reason.users));
    let ask = (reason.status >= 400).then(|| {
        let (asked, name) = (reason.clone(), text::run::why(&sentence));
        button(text::run::WHY, move || app.run().ask_why(&asked)).set_to("aria-label", name)
    });
    tag("li").class("line").with(tag("span").with(sentence)).with(ask)
}

fn report(app: App) -> Node {
    let saving = app.saving();
    let is_writing = move || saving.reported.get().is_writing();
    let save = button(text::run::SAVE_REPORT, move || app.save_report())
        .class("primary")
        .follow("disabled", move || is_writing().then(String::new));
    let left_out = of_run(app, |run| run.plan.left_out.len());
    let save_left_out = (left_out > 0).then(|| {
        button(text::review::save_left_out(&number(app, left_out as u64)), move || app.save_left_out())
            .follow("disabled", move || is_writing().then(String::new))
    });
    let progress = move || text::saving::progress(app.ports.get().locale.as_ref(), saving.reported.get());
    tag("fieldset")
        .class("files")
        .with(tag("legend").class("field-name").with(text::run::REPORT))
        .with(radio("report-contents", text::run::IDS_ONLY, saving.report_with_names, false))
        .with(radio("report-contents", text::run::WITH_NAMES, saving.report_with_names, true))
        .with(radio("report-format", text::run::CSV, saving.report_as_json, false))
        .with(radio("report-format", text::run::JSON, saving.report_as_json, true))
        .with(save)
        .with(save_left_out)
        .with(button(text::outcomes::SHOW_IN_LIST, move || app.show_run_in_list()))
        .with(tag("span").set("role", "status").with(says(progress)))
        .with(tag("p").class("hint").with(text::run::AUTHORITY))
}

/// What can be done about what failed, and about what was changed.
fn after(app: App, unread: usize) -> Node {
    let check = (unread > 0).then(|| button(text::run::CHECK, move || app.run().check()));
    let mendable = app.mendable().unwrap_or_default();
    let retry = (mendable.retry > 0)
        .then(|| button(text::run::retry(&number(app, mendable.retry)), move || app.retry(false)));
    let grant = (mendable.grant > 0).then(|| {
        let all = number(app, mendable.retry + mendable.grant);
        group()
            .with(
                tag("span")
                    .class("hint")
                    .with(text::run::needs_role(mendable.grant, &number(app, mendable.grant))),
            )
            .with(button(text::run::retry_granted(mendable.retry, &all), move || app.retry(true)))
    });
    let undo = app.undoable().filter(|_| app.review().may_run(!of_run(app, |run| run.plan.to)));
    let undo = undo.map(|(users, until)| {
        let to = of_run(app, |run| run.plan.to);
        group()
            .with(tag("span").class("hint").with(text::run::undo_until(&moment(app, until))))
            .with(button(text::run::undo(to, &number(app, users)), move || app.undo()))
    });
    group().with(grant).with(retry).with(check).with(undo)
}

/// The runs that this browser has stored.
fn stored(app: App) -> Node {
    let runs = move || (app.run().stored.get(), app.run().not_taken.get());
    part_of(runs, move |(runs, not_taken)| {
        let has_any = !runs.is_empty();
        let problem =
            not_taken.map(|why| tag("p").class("note").set("role", "alert").with(text::run::not_taken(&why)));
        let section = has_any.then(|| {
            tag("section")
                .class("run stored")
                .set("aria-label", text::run::STORED)
                .with(runs.into_iter().map(|run| one_stored(app, run)).collect::<Vec<_>>())
        });
        group().with(problem).with(section)
    })
}

/// The way to a run that was saved as a file.
pub(super) fn open_file(app: App) -> Node {
    let is_permitted = app.review().may_run(true) || app.review().may_run(false);
    let open = button(text::run::OPEN_FILE, move || app.run().open_file()).class("quiet");
    group().with(is_permitted.then(|| open.follow("disabled", move || app.run().is_open().then(String::new))))
}

fn one_stored(app: App, run: Stored) -> Node {
    let is_unfinished = run.is_unfinished();
    let second = run.name.clone();
    let discarded = run.clone();
    let discard =
        button(text::run::DISCARD, move || app.run().ask_to_discard(discarded.clone())).class("quiet");
    let line = |sentence: String| tag("p").with(sentence);
    let contents = match run.contents {
        Ok(contents) => contents,
        Err(damage) => {
            let sentence = line(text::run::damaged(&damage.to_string()));
            return tag("div").class("line").with(sentence).with(discard);
        }
    };
    let when = moment(app, contents.made_at);
    let plan = contents.number.to_string();
    if is_unfinished {
        let (all, done) = (contents.tally.all(), contents.tally.ended());
        let by = contents.actor.as_ref().map(text::actor_short);
        let sentence = text::run::unfinished(
            contents.to,
            &when,
            &plan,
            &number(app, done),
            &number(app, all),
            by.as_deref(),
            &number(app, all - done),
        );
        let handed_over = contents
            .handed_over_at
            .map(|at| text::run::was_handed_over(&moment(app, at)))
            .unwrap_or_default();
        let sentence = sentence + &handed_over;
        let go_on = button(text::run::CONTINUE, move || app.run().go_on(second.clone())).class("primary");
        let obstacle = app.review().limits().run_obstacle(contents.to, u64::from(all));
        let go_on = match obstacle {
            None => go_on,
            Some(obstacle) => {
                let obstacle = Obstacle::Limit(obstacle);
                tag("p").class("hint").with(text::review::obstacle(
                    app.ports.get().locale.as_ref(),
                    &obstacle,
                    None,
                ))
            }
        };
        return tag("div").class("line note").with(line(sentence)).with(go_on).with(discard);
    }
    let changed = number(app, contents.tally.of(RowState::Changed));
    let look = button(text::run::LOOK, move || app.run().look_at(second.clone())).class("quiet");
    let sentence = line(text::run::finished(contents.to, &when, &plan, &changed)).class("hint");
    tag("div").class("line").with(sentence).with(look).with(discard)
}
