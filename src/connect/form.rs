//! The connect form. The token comes first; then the form shows what was read from it, and asks only for what it
//! doesn't say. What is read has its place before there is a token, and what is said of it stands at the end, so that
//! nothing moves.

use leptos::ev;
use leptos::prelude::*;
use pingone::environment::EnvironmentId;
use pingone::region::{Region, RegionCode};
use pingone::token::{Actor, TokenFacts};

use crate::connect::paste::{Forgetting, Pasted};
use crate::connect::session::{Obstacle, Phase, Session, use_session};

use crate::connect::console_views::LoadedConsole;
use crate::connect::sign_in::SignIn;
use crate::connect::text;
use crate::connect::token_field::{HostToken, OBSTACLE_ID, TokenField, connect_on_enter};
use crate::ui::dom::{focus_successor, handler};
use crate::ui::show::Show;

#[component]
pub(crate) fn Connect(console_views: LoadedConsole) -> impl IntoView {
    let session = use_session();
    // Another page has its own main part.
    let form = if session.ports().host.owns_page() {
        view! { <main class="connect" part="connect"><ConnectForm console_views/></main> }.into_any()
    } else {
        view! { <div class="connect" part="connect"><ConnectForm console_views/></div> }.into_any()
    };
    view! {
        {form}
        <About/>
    }
}

#[component]
fn About() -> impl IntoView {
    let session = use_session();
    let version = format!("{} {}, build {}", text::PRODUCT, env!("CARGO_PKG_VERSION"), session.build());
    view! {
        <footer class="about">
            <span>{version}</span>
            <button class="link" on:click=handler(move |_| session.help())>{text::HELP}</button>
        </footer>
    }
}

#[component]
fn ConnectForm(console_views: LoadedConsole) -> impl IntoView {
    let session = use_session();
    let offers_paste = session.offers_paste();
    view! {
        <div>
            <h1>{text::TITLE}</h1>
            <p class="hint">{text::PURPOSE}</p>
        </div>
        <DeploymentNotice/>
        <TokenForgotten/>
        {session.offers_host().then(|| view! { <HostToken/> })}
        <SignIn/>
        {offers_paste.then(|| view! { <TokenField/> })}
        <Show when=move || offers_paste || session.has_token()>
            <Facts/>
            <ConnectLine/>
        </Show>
        <ObstacleNotice console_views/>
        <Remarks/>
    }
}

/// The deployment's own notice, and where its users get support.
#[component]
fn DeploymentNotice() -> impl IntoView {
    let settings = use_session().settings();
    let support = settings.support.as_deref().map(text::support);
    view! {
        {settings.notice.clone().map(|notice| view! { <p class="note">{notice}</p> })}
        {support.map(|support| view! { <p class="hint">{support}</p> })}
    }
}

#[component]
fn ConnectLine() -> impl IntoView {
    let session = use_session();
    // It can be pressed without a token, and then says what is missing. While connecting a press does nothing.
    view! {
        <div class="connect-go">
            <button
                class:primary=move || session.has_token()
                aria-disabled=move || (!session.has_token()).then_some("true")
                on:click=handler(move |_| session.connect())
            >
                {move || session.phase.with(connect_name)}
            </button>
            <p class="hint">{connect_hint(session)}</p>
        </div>
    }
}

fn connect_name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Form | Phase::Connected { .. } => text::CONNECT,
        Phase::Loading => text::LOADING,
        Phase::Connecting => text::CONNECTING,
    }
}

fn connect_hint(session: Session) -> String {
    let limit = session.list_on_connect();
    if limit == 0 {
        return text::CONNECT_HINT_NONE.to_owned();
    }
    text::connect_hint_list(&session.ports().locale.number(limit))
}

#[component]
fn TokenForgotten() -> impl IntoView {
    let session = use_session();
    view! { {move || forgotten(session).map(|sentence| view! { <p class="note">{sentence}</p> })} }
}

fn forgotten(session: Session) -> Option<String> {
    let Pasted::Forgotten { until, why } = session.pasted.get() else { return None };
    let idle_minutes = match why {
        Forgetting::Asked => None,
        Forgetting::Idle(minutes) => Some(minutes),
    };
    Some(text::forgotten(session.ports().locale.as_ref(), until, idle_minutes))
}

/// What was read from the token. Region and environment can be changed. Without a token the style hides the values.
#[component]
fn Facts() -> impl IntoView {
    let session = use_session();
    let class = move || if session.has_token() { "facts" } else { "facts unknown" };
    let facts = move || session.facts().unwrap_or_default();
    let expiry =
        move || text::expires(session.ports().locale.as_ref(), facts().expires_at, session.now.get());
    view! {
        <section class=class aria-label=text::FACTS>
            <dl>
                <Fact name=text::REGION>
                    <RegionFact/>
                </Fact>
                <Fact name=text::ENVIRONMENT_FACT>
                    <EnvironmentFact/>
                </Fact>
                <Fact name=text::ACTS_AS>
                    <span class="fact-value">{move || text::actor(&facts().actor)}</span>
                </Fact>
                <Fact name=text::EXPIRES>
                    <span class="fact-value">{move || expiry()}</span>
                </Fact>
                <Fact name=text::USER>
                    <IdInput
                        id=session.user
                        label=text::USER
                        placeholder=text::USER_HINT
                        on_input=move |text| session.type_user(text)
                        is_about=|obstacle| matches!(obstacle, Obstacle::UserUnreadable)
                    />
                </Fact>
            </dl>
        </section>
    }
}

#[component]
fn Fact(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="fact">
            <dt>{name}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// A fact's value with a button that shows it as a field.
#[component]
fn FactValue(
    name: &'static str,
    class: &'static str,
    value: impl Fn() -> String + Send + 'static,
    /// What is shown less strongly behind the value.
    #[prop(into, optional)]
    detail: Signal<String>,
    is_open: RwSignal<bool>,
) -> impl IntoView {
    let change = format!("{} {name}", text::CHANGE);
    let open = move |event: ev::MouseEvent| {
        focus_successor(&event);
        is_open.set(true);
    };
    view! {
        <span class=class>
            {value} " " <span class="hint">{move || detail.get()}</span>
        </span>
        <button class="link" aria-label=change on:click=handler(open)>
            {text::CHANGE}
        </button>
    }
}

#[component]
fn RegionFact() -> impl IntoView {
    let session = use_session();
    let region = move || session.region.get().and_then(|code| session.region_of(&code));
    let label = move || region().map(|region| region.label).unwrap_or_default();
    let host = Signal::derive(move || {
        region().map(|region| text::host(&region.api_base).to_owned()).unwrap_or_default()
    });
    let fact = move || {
        let (name, is_open) = (text::REGION, session.region_open);
        view! { <FactValue name class="fact-value" value=label detail=host is_open/> }
    };
    view! {
        <Show when=move || session.region_open.get() fallback=fact>
            <RegionChoice/>
        </Show>
    }
}

#[component]
fn RegionChoice() -> impl IntoView {
    let session = use_session();
    let option = move |region: Region| {
        let code = region.code.clone();
        let is_chosen = move || session.region.read().as_ref() == Some(&code);
        view! { <option value=region.code.0 selected=is_chosen>{region.label}</option> }
    };
    let is_missing =
        move || session.obstacle.with(|obstacle| matches!(obstacle, Some(Obstacle::RegionMissing)));
    let on_change = move |event| {
        let code = event_target_value(&event);
        session.choose_region((!code.is_empty()).then_some(RegionCode(code)));
    };
    view! {
        <select
            aria-label=text::REGION
            aria-invalid=move || is_missing().then_some("true")
            aria-describedby=move || is_missing().then_some(OBSTACLE_ID)
            on:change=handler(on_change)
        >
            <option value="" selected=move || session.region.with(Option::is_none)>
                {text::CHOOSE_REGION}
            </option>
            {session.regions().into_iter().map(option).collect_view()}
        </select>
    }
}

#[component]
fn EnvironmentFact() -> impl IntoView {
    let session = use_session();
    let fact = move || {
        let (name, is_open) = (text::ENVIRONMENT_FACT, session.environment_open);
        view! { <FactValue name class="fact-value id" value=move || session.environment.get() is_open/> }
    };
    view! {
        <Show when=move || session.environment_open.get() fallback=fact>
            <IdInput
                id=session.environment
                label=text::ENVIRONMENT
                on_input=move |text| session.type_environment(text)
                is_about=|obstacle| {
                    matches!(obstacle, Obstacle::EnvironmentMissing | Obstacle::EnvironmentUnreadable)
                }
            />
        </Show>
        <EnvironmentSource/>
    }
}

/// Whether the environment is the token's own.
#[component]
fn EnvironmentSource() -> impl IntoView {
    let session = use_session();
    let source = move || {
        let own = session.facts().and_then(|facts| facts.environment);
        (own, session.other_environment(&session.environment.read()))
    };
    view! {
        {move || match source() {
            (_, Some(other)) => {
                view! { <p class="note">{text::other_environment(other)}</p> }.into_any()
            }
            (Some(_), None) => view! { <p class="hint">{text::ENVIRONMENT_HINT}</p> }.into_any(),
            (None, None) => ().into_any(),
        }}
    }
}

#[component]
fn IdInput(
    id: RwSignal<String>,
    label: &'static str,
    #[prop(optional)] placeholder: Option<&'static str>,
    on_input: impl Fn(String) + 'static,
    /// Whether an obstacle is about this field.
    is_about: fn(&Obstacle) -> bool,
) -> impl IntoView {
    let session = use_session();
    let is_wrong = move || session.obstacle.with(|obstacle| obstacle.as_ref().is_some_and(is_about));
    view! {
        <input
            class="id-input"
            type="text"
            autocomplete="off"
            spellcheck="false"
            aria-label=label
            aria-invalid=move || is_wrong().then_some("true")
            aria-describedby=move || is_wrong().then_some(OBSTACLE_ID)
            placeholder=placeholder
            prop:value=move || id.get()
            on:input=handler(move |event| on_input(event_target_value(&event)))
            on:keydown=connect_on_enter(session, || true)
        />
    }
}

/// What a reader should know about the token.
#[component]
fn Remarks() -> impl IntoView {
    let session = use_session();
    let item = |sentence| view! { <li>{sentence}</li> };
    let list = move |sentences: Vec<String>| {
        (!sentences.is_empty())
            .then(|| view! { <ul class="notes">{sentences.into_iter().map(item).collect_view()}</ul> })
    };
    view! { {move || list(remarks(session))} }
}

fn remarks(session: Session) -> Vec<String> {
    let Pasted::Taken { facts, notes } = session.pasted.get() else { return Vec::new() };
    let audit = is_application(&facts).then(|| text::AUDIT_APPLICATION.to_owned());
    let now = session.now.get_untracked();
    let remark = |remark| text::note(session.ports().locale.as_ref(), remark, now);
    notes.into_iter().map(remark).chain(audit).collect()
}

fn is_application(facts: &TokenFacts) -> bool {
    matches!(facts.actor, Actor::Application(_))
}

/// Why Connect, or another token, was stopped. Without `console_views` what PingOne answered isn't shown.
#[component]
pub(crate) fn ObstacleNotice(#[prop(optional)] console_views: Option<LoadedConsole>) -> impl IntoView {
    let session = use_session();
    view! { {move || session.obstacle.get().map(|obstacle| obstacle_view(session, console_views, obstacle))} }
}

fn obstacle_view(session: Session, console_views: Option<LoadedConsole>, obstacle: Obstacle) -> AnyView {
    let sentence = match obstacle {
        Obstacle::TokenMissing => text::NO_TOKEN.to_owned(),
        Obstacle::RegionMissing => text::NO_REGION.to_owned(),
        Obstacle::EnvironmentMissing => text::NO_ENVIRONMENT.to_owned(),
        Obstacle::EnvironmentUnreadable => text::BAD_ENVIRONMENT.to_owned(),
        Obstacle::UserUnreadable => text::BAD_USER.to_owned(),
        Obstacle::ReplacementElsewhere { issued } => {
            text::replacement_elsewhere(&region_label(session, &issued))
        }
        Obstacle::ReplacementOfOtherEnvironment(own) => {
            return view! { <ReplacementOfOtherEnvironment own/> }.into_any();
        }
        Obstacle::RegionConflict { issued, chosen } => {
            return view! { <RegionConflict issued chosen/> }.into_any();
        }
        Obstacle::NotLoaded(reason) => return view! { <NotLoaded reason/> }.into_any(),
        // Connecting needs the screens, so they are loaded by now.
        Obstacle::Fault(fault) => {
            let card = console_views.and_then(|console_views| {
                console_views.with(|console_views| (console_views.not_connected)(fault))
            });
            return card.into_any();
        }
    };
    // A closure, so that the same obstacle is announced again.
    view! { <p class="problem" id=OBSTACLE_ID role="alert">{move || sentence.clone()}</p> }.into_any()
}

fn region_label(session: Session, code: &RegionCode) -> String {
    session.region_of(code).map_or_else(|| code.0.clone(), |region| region.label)
}

#[component]
fn ReplacementOfOtherEnvironment(own: EnvironmentId) -> impl IntoView {
    let session = use_session();
    view! {
        <div class="problem" role="alert">
            <p>{text::replacement_of_other_environment(own)}</p>
            <button on:click=handler(move |_| session.use_replacement())>{text::USE_HERE}</button>
        </div>
    }
}

#[component]
fn RegionConflict(issued: RegionCode, chosen: RegionCode) -> impl IntoView {
    let session = use_session();
    let name = region_label(session, &issued);
    let conflict = text::region_conflict(&name, &region_label(session, &chosen));
    view! {
        <div class="problem" role="alert">
            <p>{conflict}</p>
            <button on:click=handler(move |_| session.take_issuing_region(issued.clone()))>
                {text::take_region(&name)}
            </button>
        </div>
    }
}

/// The second file is missing. Nothing was sent, so trying again is always safe.
#[component]
fn NotLoaded(reason: String) -> impl IntoView {
    let session = use_session();
    view! {
        <div class="problem" role="alert">
            <p>{text::NOT_LOADED}</p>
            <p>{reason}</p>
            <button on:click=handler(move |_| session.connect())>{text::TRY_AGAIN}</button>
        </div>
    }
}
