//! What several parts of the review follow: the preview, what is missing, and where its field is.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use pingone::redaction::secrets::has_token;
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::proposal::Preview;
use pingone_mfa_core::run::reference::Pattern;

use crate::console::app::App;
use crate::console::runs::review::{Obstacle, Pilot, Review};
use crate::console::runs::review_dialog::local_memo;
use crate::console::runs::text;
use crate::ui::dom::{focus_field_in, focus_first_in};
use crate::ui::memo::memo;

/// A field that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Pilot,
    Step,
    Reference,
    Reason,
    Number,
}

impl Field {
    const ALL: [Self; 5] = [Self::Pilot, Self::Step, Self::Reference, Self::Reason, Self::Number];

    /// The id of the line that says what is missing in the field. The number's stands in the footer.
    pub(super) const fn hint_id(self) -> &'static str {
        match self {
            Self::Pilot => "review-pilot-hint",
            Self::Step => "review-then-hint",
            Self::Reference => "review-reference-hint",
            Self::Reason => "review-reason-hint",
            Self::Number => "review-obstacle",
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct ReviewForm {
    review: Review,
    pub(super) preview: Signal<Option<Rc<Preview>>, LocalStorage>,
    /// Why the plan can't leave the page yet.
    pub(super) obstacle: Memo<Option<Obstacle>>,
    /// What is entered as the pilot user.
    pub(super) pilot: Memo<Pilot>,
    pub(super) who: NodeRef<html::Div>,
    pub(super) how: NodeRef<html::Div>,
    fields: [NodeRef<html::Div>; 5],
    /// The fields that a person has left. Pressing the button counts as having left all.
    left: RwSignal<Vec<Field>>,
}

impl ReviewForm {
    pub(super) fn new(app: App) -> Self {
        let review = app.review();
        let preview = local_memo(move || review.preview());
        let of_preview = move || preview.get();
        Self {
            review,
            preview,
            obstacle: memo(move || of_preview().and_then(|preview| review.obstacle(&preview))),
            pilot: memo(move || of_preview().map_or(Pilot::NotNamed, |preview| review.pilot_in(&preview))),
            who: NodeRef::new(),
            how: NodeRef::new(),
            fields: [(); 5].map(|()| NodeRef::new()),
            left: RwSignal::default(),
        }
    }

    /// The element around a field.
    pub(super) fn around(self, field: Field) -> NodeRef<html::Div> {
        let [pilot, step, reference, reason, number] = self.fields;
        match field {
            Field::Pilot => pilot,
            Field::Step => step,
            Field::Reference => reference,
            Field::Reason => reason,
            Field::Number => number,
        }
    }

    /// The first field with something missing or wrong.
    pub(super) fn missing(self) -> Option<Field> {
        match self.obstacle.get()? {
            Obstacle::PilotUserMissing | Obstacle::PilotUserUnknown => Some(Field::Pilot),
            Obstacle::PauseStepInvalid => Some(Field::Step),
            Obstacle::TokenEntered if self.has_token_in_reason() => Some(Field::Reason),
            Obstacle::TokenEntered | Obstacle::Reference => Some(Field::Reference),
            Obstacle::ReasonMissing => Some(Field::Reason),
            Obstacle::NumberMissing => Some(Field::Number),
            Obstacle::Limit(_) | Obstacle::Administrators | Obstacle::NothingToDo => None,
        }
    }

    /// A field was left: from now on it says what is missing.
    pub(super) fn leave(self, field: Field) {
        if !self.left.read_untracked().contains(&field) {
            self.left.update(|left| left.push(field));
        }
    }

    /// No field was left yet.
    pub(super) fn forget_left(self) {
        self.left.update(Vec::clear);
    }

    /// Whether this field says that something is missing or wrong. A field that a person hasn't come to yet doesn't.
    pub(super) fn shows_missing(self, field: Field) -> bool {
        let is_untouched = match self.obstacle.get() {
            Some(Obstacle::PilotUserMissing) => true,
            Some(Obstacle::ReasonMissing) => self.review.reason.read().is_empty(),
            Some(Obstacle::Reference) => self.review.reference.read().is_empty(),
            _ => false,
        };
        self.missing() == Some(field) && (!is_untouched || self.left.read().contains(&field))
    }

    fn has_token_in_reason(self) -> bool {
        has_token(&self.review.reason.read())
    }

    /// Moves the focus to the first field with something missing or, if users have to be included, to those.
    pub(super) fn focus_missing(self) {
        self.left.set(Field::ALL.to_vec());
        match untrack(|| self.missing()) {
            Some(field) => focus_first_in(self.around(field)),
            None if self.obstacle.get_untracked() == Some(Obstacle::NothingToDo) => focus_field_in(self.who),
            None => {}
        }
    }
}

/// Why the plan can't leave the page yet; empty if it can.
pub(super) fn why_not_yet(app: App, form: ReviewForm) -> String {
    let review = app.review();
    let Some(obstacle) = form.obstacle.get() else { return String::new() };
    let exact = match obstacle {
        Obstacle::NothingToDo => why_nothing(form, review.to()).map(str::to_owned),
        Obstacle::PilotUserUnknown => why_no_pilot(app, form),
        _ => None,
    };
    exact.unwrap_or_else(|| {
        let limits = review.limits();
        let pattern = limits.change_reference.pattern.as_ref().map(Pattern::as_str);
        text::review::obstacle(app.ports.get().locale.as_ref(), &obstacle, pattern)
    })
}

/// Why no user would change, if it is the same for all.
fn why_nothing(form: ReviewForm, to: bool) -> Option<&'static str> {
    let preview = form.preview.read();
    let preview = preview.as_ref()?;
    if preview.has_skipped() {
        Some(text::review::ALL_SKIPPED)
    } else if preview.left_out(Exclusion::AlreadySet) < preview.chosen {
        None
    } else if to {
        Some(text::review::ALL_ON)
    } else {
        Some(text::review::ALL_OFF)
    }
}

fn why_no_pilot(app: App, form: ReviewForm) -> Option<String> {
    match form.pilot.get() {
        Pilot::NotNamed | Pilot::InPlan(_) => None,
        Pilot::Incomplete => Some(text::review::PILOT_INCOMPLETE.to_owned()),
        Pilot::Skipped(user, why) => Some(text::review::pilot_skipped(&user.value, why, app.review().to())),
        Pilot::NotSelected(user) => Some(text::review::pilot_not_selected(&user.value)),
        Pilot::NotListed(text) => Some(text::review::pilot_not_listed(&text)),
    }
}
