//! The field for the pilot user: an editable combobox with a list, after
//! <https://www.w3.org/WAI/ARIA/apg/patterns/combobox/>. The list offers users of the plan only.

use leptos::ev;
use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::runs::review::{Offer, Pilot};
use crate::console::runs::review_dialog::field_hint::FieldHint;
use crate::console::runs::review_dialog::form::{Field, ReviewForm};
use crate::console::runs::text;
use crate::ui::dom::{handler, key_of, leaves, stop};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::memo::memo;

/// How many users are offered.
const MOST: usize = 6;

const ID: &str = "review-pilot";
const LIST: &str = "review-pilot-users";

/// The list of offered users.
#[derive(Clone, Copy)]
struct Offers {
    form: ReviewForm,
    is_open: RwSignal<bool>,
    /// The position of the user that Enter chooses.
    active: RwSignal<Option<usize>>,
    users: Memo<Vec<Offer>>,
}

impl Offers {
    fn new(form: ReviewForm) -> Self {
        let review = use_app().review();
        let is_open = RwSignal::new(false);
        let users = memo(move || {
            let preview = form.preview.get().filter(|_| is_open.get());
            preview.map(|preview| review.pilot_offers(&preview, MOST)).unwrap_or_default()
        });
        Self { form, is_open, active: RwSignal::new(None), users }
    }

    fn is_shown(self) -> bool {
        !self.users.read().is_empty()
    }

    fn open(self) {
        self.active.set(None);
        self.is_open.set(true);
    }

    fn close(self) {
        self.active.set(None);
        self.is_open.set(false);
    }

    fn choose(self, place: usize, pilot: RwSignal<String>) {
        if let Some(offer) = self.users.with_untracked(|offers| offers.get(place).cloned()) {
            pilot.set(offer.value);
            self.close();
        }
    }

    /// Moves to the next or the previous user; the first follows the last.
    fn step(self, forward: bool) {
        if !self.is_open.get_untracked() {
            self.open();
        }
        let Some(last) = self.users.with_untracked(Vec::len).checked_sub(1) else { return };
        self.active.update(|active| {
            *active = Some(match (*active, forward) {
                (None, true) => 0,
                (Some(now), true) => {
                    if now == last {
                        0
                    } else {
                        now + 1
                    }
                }
                (None | Some(0), false) => last,
                (Some(now), false) => now - 1,
            });
        });
    }

    fn press(self, event: &ev::KeyboardEvent, pilot: RwSignal<String>) {
        match key_of(event).as_str() {
            "ArrowDown" => {
                event.prevent_default();
                self.step(true);
            }
            "ArrowUp" => {
                event.prevent_default();
                self.step(false);
            }
            "Enter" => {
                if let Some(active) = self.active.get_untracked() {
                    event.prevent_default();
                    self.choose(active, pilot);
                }
            }
            "Escape" if untrack(|| self.is_shown()) => {
                stop(event);
                self.close();
            }
            _ => {}
        }
    }
}

#[component]
pub(super) fn PilotField(form: ReviewForm) -> impl IntoView {
    let pilot = use_app().review().pilot;
    let offers = Offers::new(form);
    let around = form.around(Field::Pilot);
    let leave = move |event: ev::FocusEvent| {
        if leaves(&event, around) {
            offers.close();
            form.leave(Field::Pilot);
        }
    };
    let write = move |event| {
        pilot.set(event_target_value(&event));
        offers.open();
    };
    let detail = move || match form.pilot.get() {
        Pilot::InPlan(user) => user.detail,
        _ => String::new(),
    };
    view! {
        <div class="review-field" node_ref=around on:focusout=handler(leave)>
            <label class="field-name" for=ID>{text::review::PILOT}</label>
            <div class="review-pilot">
                <input
                    type="text"
                    id=ID
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=text::review::PILOT
                    aria-autocomplete="list"
                    aria-controls=LIST
                    aria-expanded=move || offers.is_shown().to_string()
                    aria-activedescendant=move || offers.active.get().map(option_id)
                    aria-describedby=Field::Pilot.hint_id()
                    prop:value=pilot
                    on:input=handler(write)
                    on:click=handler(move |_| offers.open())
                    on:keydown=handler(move |event| offers.press(&event, pilot))
                />
                <span class="review-pilot-detail">{detail}</span>
                <Symbol icon=Icon::ChevronDown/>
                <OfferList offers/>
            </div>
            <FieldHint form=offers.form field=Field::Pilot meaning=text::review::PILOT_MEANING.to_owned()/>
        </div>
    }
}

fn option_id(place: usize) -> String {
    format!("{LIST}-{place}")
}

#[component]
fn OfferList(offers: Offers) -> impl IntoView {
    let pilot = use_app().review().pilot;
    let option = move |(place, offer): (usize, Offer)| {
        view! {
            <li
                role="option"
                id=option_id(place)
                aria-selected=move || (offers.active.get() == Some(place)).to_string()
                // The field keeps the focus.
                on:mousedown=handler(|event: ev::MouseEvent| event.prevent_default())
                on:click=handler(move |_| offers.choose(place, pilot))
            >
                <bdi>{offer.value}</bdi>
                <span class="hint">{offer.detail}</span>
            </li>
        }
    };
    view! {
        <ul
            class="review-offers"
            id=LIST
            role="listbox"
            aria-label=text::review::PILOT
            hidden=move || !offers.is_shown()
        >
            {move || offers.users.get().into_iter().enumerate().map(option).collect_view()}
        </ul>
    }
}
