//! The filters that are a choice among words: their options, and how they are read from and written to the view.

use leptos::prelude::*;
use pingone::user::{GroupId, PopulationId};
use pingone_mfa_core::directory::query::{Filters, GroupFilter, SignOnFilter};
use uuid::Uuid;

use crate::console::app::App;
use crate::console::users::address;
use crate::console::users::address::{value_of, word_of};
use crate::console::users::text;

/// A filter as a choice among words.
#[derive(Clone, Copy)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    /// The style sheet's name for how much room it needs to have a menu of its own.
    pub(crate) class: &'static str,
    /// Whether the labels are words, which aren't capitalized within a sentence.
    is_words: bool,
    /// The words and their labels.
    options: fn(App) -> Vec<(String, String)>,
    pub(crate) chosen: fn(&Filters) -> String,
    pub(crate) choose: fn(&mut Filters, &str),
}

impl Filter {
    /// The words and their labels; the first removes the filter.
    pub(crate) fn choices(self, app: App) -> Vec<(String, String)> {
        let any = (String::new(), text::table::ANY.to_owned());
        std::iter::once(any).chain((self.options)(app)).collect()
    }

    /// The label of the chosen value as it is written after the filter's name; `None` without one.
    pub(crate) fn value(self, app: App) -> Option<String> {
        let chosen = (self.chosen)(&app.directory().table.view.read().filters);
        if chosen.is_empty() {
            return None;
        }
        let label = (self.options)(app).into_iter().find(|(word, _)| *word == chosen);
        // The address may name a population or a group before its name is known.
        let label = label.map_or_else(|| chosen.chars().take(8).collect(), |(_, label)| label);
        Some(if self.is_words { label.to_lowercase() } else { label })
    }
}

/// The filters that are set, in words.
pub(crate) fn described(app: App) -> Vec<String> {
    let filters = app.directory().table.view.read().filters;
    let named = |filter: Filter| Some(text::table::described(filter.name, &filter.value(app)?));
    let created = filters.created_since.map(|at| text::table::created_since(&address::date_of(at)));
    let sign_on = filters.sign_on.map(|filter| match filter {
        SignOnFilter::Never => text::table::NEVER_SIGNED_ON.to_owned(),
        SignOnFilter::NotForDays(days) => text::table::inactive_for(days),
    });
    let chosen = FILTERS.into_iter().chain([GROUP]).map(named);
    chosen.chain([created, sign_on]).flatten().collect()
}

pub(crate) const FILTERS: [Filter; 4] = [MFA, DEVICES, ACCOUNT, POPULATION];

const MFA: Filter = Filter {
    name: text::table::MFA,
    class: "filter-menu",
    is_words: true,
    options: |_| labels(address::MFA, text::table::mfa_filter),
    chosen: |filters| filters.mfa.map_or("", |filter| word_of(address::MFA, &filter)).to_owned(),
    choose: |filters, word| filters.mfa = value_of(address::MFA, word),
};

const DEVICES: Filter = Filter {
    name: text::table::DEVICES,
    class: "filter-menu less",
    is_words: true,
    options: |_| labels(address::DEVICES, text::table::devices_filter),
    chosen: |filters| filters.devices.map_or("", |filter| word_of(address::DEVICES, &filter)).to_owned(),
    choose: |filters, word| filters.devices = value_of(address::DEVICES, word),
};

const ACCOUNT: Filter = Filter {
    name: text::table::ACCOUNT,
    class: "filter-menu less",
    is_words: true,
    options: |_| labels(address::ACCOUNT, text::table::account_filter),
    chosen: |filters| filters.account.map_or("", |account| word_of(address::ACCOUNT, &account)).to_owned(),
    choose: |filters, word| filters.account = value_of(address::ACCOUNT, word),
};

const POPULATION: Filter = Filter {
    name: text::table::POPULATION,
    class: "filter-menu less",
    is_words: false,
    options: |app| {
        let populations = app.directory().populations.read();
        let known = populations.ready().map(Vec::as_slice).unwrap_or_default();
        known.iter().map(|population| (population.id.0.to_string(), population.name.clone())).collect()
    },
    chosen: |filters| filters.population.map(|id| id.0.to_string()).unwrap_or_default(),
    choose: |filters, word| filters.population = Uuid::try_parse(word).ok().map(PopulationId),
};

pub(crate) const GROUP: Filter = Filter {
    name: text::table::GROUP,
    class: "group",
    is_words: false,
    options: |app| {
        let chosen = app.directory().table.view.read_untracked().filters.group;
        let groups = app.directory().groups.read();
        let known = groups.ready().map(Vec::as_slice).unwrap_or_default();
        let named = |id| known.iter().any(|group| group.id == id);
        // The address may name a group before any name is known.
        let unnamed = chosen.map(|filter| filter.group).filter(|id| !named(*id));
        let unnamed = unnamed.map(|id| (id.0.to_string(), id.0.to_string().chars().take(8).collect()));
        known.iter().map(|group| (group.id.0.to_string(), group.name.clone())).chain(unnamed).collect()
    },
    chosen: |filters| filters.group.map(|filter| filter.group.0.to_string()).unwrap_or_default(),
    choose: |filters, word| {
        let group = Uuid::try_parse(word).ok().map(GroupId);
        let is_direct = filters.group.is_some_and(|filter| filter.is_direct);
        filters.group = group.map(|group| GroupFilter { group, is_direct });
    },
};

fn labels<T>(words: &[(T, &'static str)], label: impl Fn(&T) -> &'static str) -> Vec<(String, String)> {
    words.iter().map(|(value, word)| ((*word).to_owned(), label(value).to_owned())).collect()
}
