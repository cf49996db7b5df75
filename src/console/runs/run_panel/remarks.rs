//! Notes about circumstances of the run: the computer slept, someone else changes the same users, the token expires.

use leptos::prelude::*;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::format::{moment, number};
use crate::console::runs::run::Phase;
use crate::console::runs::text;
use pingone_mfa_core::run::engine::{Outdated, PauseReason};

use crate::connect::sign_in::SignInAgainButton;
use crate::console::runs::run_panel::of_run;
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// How long before the token expires the next one may be given, in milliseconds.
const TOKEN_NOTICE: i64 = 10 * 60 * 1000;

#[component]
pub(crate) fn Remarks() -> impl IntoView {
    let app = use_app();
    let session = app.session();
    let offers_sign_in = session.offers_sign_in();
    let expires_in = memo(move || token_expires_in(app));
    let token = move || expires_in.read().as_ref().map(|left| text::run::token_ends(left, offers_sign_in));
    view! {
        <Note sentence=move || slept(app)/>
        <Note sentence=move || another_writer_was_seen(app)/>
        <Note sentence=move || read_again(app)/>
        <Show when=move || of_run(app, |run| run.phase.is_open() && !run.sees_other_pages)>
            <p class="note">{text::run::BLIND}</p>
        </Show>
        <Show when=move || slows_down_hidden(app)>
            <p class="note" role="status">{text::run::SLOW_HIDDEN}</p>
        </Show>
        <Note sentence=token/>
        <Show when=move || offers_sign_in && expires_in.with(Option::is_some)>
            <div class="line"><SignInAgainButton/></div>
        </Show>
    }
}

/// A note that is there while it has a sentence, and rendered again only when the sentence changes.
#[component]
fn Note(sentence: impl Fn() -> Option<String> + Send + Sync + 'static) -> impl IntoView {
    let sentence = memo(sentence);
    view! { {move || sentence.get().map(|sentence| view! { <p class="note">{sentence}</p> })} }
}

fn slept(app: App) -> Option<String> {
    let (from, until) = app.run().slept.get()?;
    Some(text::run::slept(&moment(app, from), &moment(app, until)))
}

fn another_writer_was_seen(app: App) -> Option<String> {
    of_run(app, |run| {
        let since = run.another_writer_at.filter(|_| !is_paused_for_another_writer(&run.phase))?;
        Some(text::run::another_writer_was_seen(&moment(app, since)))
    })
}

fn read_again(app: App) -> Option<String> {
    of_run(app, |run| {
        let (at, already) = run.read_again.filter(|_| !is_paused_for_another_writer(&run.phase))?;
        let sentence = match run.outdated {
            Some(Outdated::LongWait) | None => text::run::read_again,
            Some(Outdated::AnotherWriter | Outdated::HandedOver) => text::run::checked_again,
        };
        Some(sentence(run.plan.to, &moment(app, at), already, &number(app, already)))
    })
}

/// In this phase the card says by itself what was seen of the other writer.
fn is_paused_for_another_writer(phase: &Phase) -> bool {
    *phase == Phase::Paused(PauseReason::AnotherWriter)
}

fn slows_down_hidden(app: App) -> bool {
    // The clock tells it without a signal, so it is asked every second.
    app.session().now.track();
    !app.ports.get().clock.keeps_pace_hidden() && of_run(app, |run| run.phase.is_open())
}

/// In what time the token expires, where that is soon and before the run ends.
fn token_expires_in(app: App) -> Option<String> {
    let is_working = of_run(app, |run| run.phase == Phase::Working);
    let ends = app.session().facts().and_then(|facts| facts.expires_at).filter(|_| is_working)?;
    let now = app.session().now.get();
    let left = ends.since(now);
    let ready = of_run(app, |run| run.ends_at(now));
    let is_short = (0..TOKEN_NOTICE).contains(&left) && ready.is_none_or(|ready| ready > ends);
    is_short.then(|| text::remaining(ends, now))
}
