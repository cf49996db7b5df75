//! Application state as signals, and the actions that change it. Components read the signals and call the actions.

mod connecting;
mod saving;

use std::rc::Rc;

use pingone::connection::Connection;
use pingone_mfa_core::directory::query::Filters;

use crate::announcement::Announcer;
use crate::connect::session::Session;
use crate::console::help::state::Help;
use crate::console::host_events;
use crate::console::import::state::Import;
use crate::console::requests::state::Exchanges;
use crate::console::runs::review::Review;
use crate::console::runs::run::Run;
use crate::console::saving::Saving;
use crate::console::tabs::Tab;
use crate::console::users::address;
use crate::console::users::directory::Directory;
use crate::console::users::table::View;
use crate::ports::Ports;
use leptos::prelude::*;

use crate::console::troubleshooting::state::Troubleshooting;

/// The application state of the console. It belongs to the mounted element: removing the element disposes of all of
/// it.
#[derive(Clone, Copy)]
pub struct App {
    pub ports: Ports,
    /// The parts of the page's address that couldn't be read.
    pub address_problems: RwSignal<Vec<String>>,
    /// The selected tab.
    tab: RwSignal<Tab>,
    pub(crate) connection: StoredValue<Option<Connection>, LocalStorage>,
    /// Stored once, so that a closure that captures the state captures one handle.
    parts: StoredValue<Parts, LocalStorage>,
}

#[derive(Clone, Copy)]
struct Parts {
    session: Session,
    directory: Directory,
    import: Import,
    exchanges: Exchanges,
    help: Help,
    announcer: Announcer,
    troubleshooting: Troubleshooting,
    run: Run,
    review: Review,
    saving: Saving,
}

/// The state of the element that contains the calling component.
#[must_use]
pub fn use_app() -> App {
    expect_context()
}

impl App {
    /// Creates the state under the current reactive owner, before a connection exists.
    #[must_use]
    pub fn open(session: Session, ports: Ports) -> Self {
        let (settings, announcer) = (session.settings(), session.announcer);
        host_events::tell_host(ports, announcer);
        let troubleshooting = Troubleshooting::new(session, ports);
        let directory = Directory::new(ports, announcer, troubleshooting, Rc::clone(&settings));
        let run = Run::new(ports, directory, announcer, &settings);
        let review = Review::new(ports, directory, run, settings.limits.clone());
        directory.when_devices_are_learned(Box::new(move || review.weigh()));
        let state = Parts {
            session,
            directory,
            import: Import::new(directory, ports, announcer, troubleshooting),
            exchanges: Exchanges::default(),
            help: Help::default(),
            announcer,
            troubleshooting,
            run,
            review,
            saving: Saving::default(),
        };
        let app = Self {
            ports,
            address_problems: RwSignal::default(),
            tab: RwSignal::default(),
            connection: StoredValue::default(),
            parts: StoredValue::new_local(state),
        };
        provide_context(app);
        app.follow_address();
        app
    }

    /// The selected tab. Reactive.
    pub(crate) fn tab(self) -> Tab {
        self.tab.get()
    }

    pub(crate) fn show_tab(self, tab: Tab) {
        self.tab.set(tab);
    }

    /// The tabs that are shown, in display order.
    pub fn tabs(self) -> Vec<Tab> {
        let shown = self.session().settings().shown;
        let is_shown = |tab: &Tab| match tab {
            Tab::Users => true,
            Tab::Runs => shown.runs,
            Tab::Requests => shown.requests,
        };
        Tab::ALL.into_iter().filter(is_shown).collect()
    }

    pub fn session(self) -> Session {
        self.parts.read_value().session
    }

    pub fn directory(self) -> Directory {
        self.parts.read_value().directory
    }

    pub fn import(self) -> Import {
        self.parts.read_value().import
    }

    pub fn exchanges(self) -> Exchanges {
        self.parts.read_value().exchanges
    }

    pub fn help(self) -> Help {
        self.parts.read_value().help
    }

    pub fn announcer(self) -> Announcer {
        self.parts.read_value().announcer
    }

    pub fn troubleshooting(self) -> Troubleshooting {
        self.parts.read_value().troubleshooting
    }

    pub fn run(self) -> Run {
        self.parts.read_value().run
    }

    pub fn review(self) -> Review {
        self.parts.read_value().review
    }

    pub fn saving(self) -> Saving {
        self.parts.read_value().saving
    }

    /// Applies the view in the address, now and on every back or forward navigation.
    fn follow_address(self) {
        let follow = move |text: String| {
            if text.trim_start_matches('#') == address::write(&self.directory().table.view.get_untracked()) {
                return;
            }
            let (view, problems) = address::read(&text);
            self.address_problems.set(problems);
            self.directory().apply_view(view);
        };
        follow(self.ports.get().host.address());
        self.ports.get().host.on_address(Box::new(follow));
    }

    /// Applies a view to the table and writes it to the address.
    pub fn apply_view(self, view: View) {
        self.ports.get().host.set_address(&address::write(&view));
        self.address_problems.set(Vec::new());
        self.directory().apply_view(view);
    }

    /// Clears search and filters, so that the table shows all listed users.
    pub fn show_everyone(self) {
        let view = self.directory().table.view.get_untracked();
        self.directory().table.search_for(self.directory().users, "");
        self.directory().close_outcomes();
        self.apply_view(View { filters: Filters::default(), ..view });
    }

    /// Clears search and filters, selects exactly the users of the open import, and closes the import.
    pub fn select_import(self) {
        self.show_everyone();
        self.import().select();
        self.import().close();
    }
}
