//! Application state as signals, and the actions that change it. Components read the signals and call the actions.

use std::rc::Rc;

use pingone::clock::Clock;
use pingone::connection::Connection;
use pingone::transport::Transport;
use pingone_mfa_core::config::settings::Settings;
use pingone_mfa_core::diagnosis::probe::NetworkProbe;
use pingone_mfa_core::directory::query::Filters;
use pingone_mfa_core::ports::{Collation, Embedder, Files, Host, Locale, Preferences, SignIn, TokenHolder};
use pingone_mfa_core::run::ports::{Journal, Lease};

#[cfg(feature = "demo")]
pub mod demo;

pub mod title;

pub mod load;

mod taking;

pub mod tasks;

pub mod announcement;
pub mod ceiling;

mod connect_fields;

pub mod exchanges;

pub mod help;

pub mod paste;

pub mod rooms;

pub mod handing;

pub mod session;

pub mod switch;

pub mod table;

pub mod address;

pub mod directory;

pub mod renewing;

pub mod reporting;

mod connecting;

pub mod review;

pub mod run;

pub mod saving;

pub mod signing_in;

mod telling;

pub mod troubleshooting;

pub mod unusable;

use announcement::Announcer;
use directory::Directory;
use exchanges::Exchanges;
use help::Help;
use leptos::prelude::*;
use review::Review;
use rooms::Rest;
use run::Run;
use saving::Saving;
use session::Session;
use table::View;
use troubleshooting::Troubleshooting;

/// The ports that the connect form uses.
pub struct ConnectPortSet {
    pub tokens: Rc<dyn TokenHolder>,
    pub clock: Rc<dyn Clock>,
    /// Formats numbers and times.
    pub locale: Rc<dyn Locale>,
    /// Stores the last region and environment.
    pub preferences: Rc<dyn Preferences>,
    /// The document that contains the element.
    pub host: Rc<dyn Host>,
    pub sign_in: Rc<dyn SignIn>,
    /// The host page.
    pub embedder: Rc<dyn Embedder>,
    /// Issues the demo's tokens.
    #[cfg(feature = "demo")]
    pub mint: Rc<dyn demo::Mint>,
    /// Loads the console.
    pub rest: Rc<dyn Rest>,
}

/// The ports that the console uses.
pub struct PortSet {
    pub transport: Rc<dyn Transport>,
    pub clock: Rc<dyn Clock>,
    /// Formats numbers and times.
    pub locale: Rc<dyn Locale>,
    /// Compares and sorts text.
    pub collation: Rc<dyn Collation>,
    /// Stores the last region and environment.
    pub preferences: Rc<dyn Preferences>,
    /// The document that contains the element.
    pub host: Rc<dyn Host>,
    pub files: Rc<dyn Files>,
    /// Stores what runs do.
    pub journal: Rc<dyn Journal>,
    /// Ensures that only one page at a time runs changes in an environment.
    pub lease: Rc<dyn Lease>,
    /// Checks which addresses the browser can reach.
    pub reaching: Rc<dyn NetworkProbe>,
    /// The host page.
    pub embedder: Rc<dyn Embedder>,
    /// Seed of the retry jitter.
    pub seed: u64,
}

/// Handle to the ports of the connect form.
#[derive(Clone, Copy)]
pub struct ConnectPorts(StoredValue<Rc<ConnectPortSet>, LocalStorage>);

impl ConnectPorts {
    /// Stores the ports under the current reactive owner.
    #[must_use]
    pub fn new(ports: ConnectPortSet) -> Self {
        Self(StoredValue::new_local(Rc::new(ports)))
    }

    #[must_use]
    pub fn get(self) -> Rc<ConnectPortSet> {
        self.0.get_value()
    }
}

/// Handle to the ports of the console.
#[derive(Clone, Copy)]
pub struct Ports(StoredValue<Rc<PortSet>, LocalStorage>);

impl Ports {
    /// Stores the ports under the current reactive owner.
    #[must_use]
    pub fn new(ports: PortSet) -> Self {
        Self(StoredValue::new_local(Rc::new(ports)))
    }

    #[must_use]
    pub fn get(self) -> Rc<PortSet> {
        self.0.get_value()
    }
}

/// The options given at mount, by the page or the host page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    pub settings: Settings,
    /// The `region` attribute.
    pub region: Option<String>,
    /// The `environment-id` attribute.
    pub environment: Option<String>,
    /// The `user-id` attribute.
    pub user: Option<String>,
    /// The build, as named in reports.
    pub build: String,
}

/// The application state of the console. It belongs to the mounted element: removing the element disposes of all of
/// it.
#[derive(Clone, Copy)]
pub struct App {
    pub ports: Ports,
    /// The parts of the page's address that couldn't be read.
    pub address_problems: RwSignal<Vec<String>>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    /// Stored once, so that a closure that captures the state captures one handle.
    parts: StoredValue<Parts, LocalStorage>,
}

#[derive(Clone, Copy)]
struct Parts {
    session: Session,
    directory: Directory,
    exchanges: Exchanges,
    help: Help,
    announcer: Announcer,
    trouble: Troubleshooting,
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
        telling::tell_host(ports, announcer);
        let trouble = Troubleshooting::new(session, ports);
        let directory = Directory::new(ports, announcer, trouble, Rc::clone(&settings));
        let run = Run::new(ports, directory, announcer, &settings);
        let review = Review::new(ports, directory, run, settings.limits.clone());
        directory.when_devices_are_learned(Box::new(move || review.weigh()));
        let state = Parts {
            session,
            directory,
            exchanges: Exchanges::default(),
            help: Help::default(),
            announcer,
            trouble,
            run,
            review,
            saving: Saving::default(),
        };
        let app = Self {
            ports,
            address_problems: RwSignal::default(),
            connection: StoredValue::default(),
            parts: StoredValue::new_local(state),
        };
        provide_context(app);
        app.follow_address();
        app
    }

    pub fn session(self) -> Session {
        self.parts.with_value(|state| state.session)
    }

    pub fn directory(self) -> Directory {
        self.parts.with_value(|state| state.directory)
    }

    pub fn exchanges(self) -> Exchanges {
        self.parts.with_value(|state| state.exchanges)
    }

    pub fn help(self) -> Help {
        self.parts.with_value(|state| state.help)
    }

    pub fn announcer(self) -> Announcer {
        self.parts.with_value(|state| state.announcer)
    }

    pub fn trouble(self) -> Troubleshooting {
        self.parts.with_value(|state| state.trouble)
    }

    pub fn run(self) -> Run {
        self.parts.with_value(|state| state.run)
    }

    pub fn review(self) -> Review {
        self.parts.with_value(|state| state.review)
    }

    pub fn saving(self) -> Saving {
        self.parts.with_value(|state| state.saving)
    }

    /// Applies the view in the address, now and on every back or forward navigation.
    fn follow_address(self) {
        let follow = move |text: String| {
            if text.trim_start_matches('#') == address::write(&self.directory().table.view.get_untracked()) {
                return;
            }
            let (view, problems) = address::read(&text);
            self.address_problems.set(problems);
            self.directory().look(view);
        };
        follow(self.ports.get().host.address());
        self.ports.get().host.on_address(Box::new(follow));
    }

    /// Applies a view to the table and writes it to the address.
    pub fn look(self, view: View) {
        self.ports.get().host.set_address(&address::write(&view));
        self.address_problems.set(Vec::new());
        self.directory().look(view);
    }

    /// Clears search and filters, so that the table shows all listed users.
    pub fn show_everyone(self) {
        let view = self.directory().table.view.get_untracked();
        self.directory().table.search_for(self.directory().users, "");
        self.directory().close_outcomes();
        self.look(View { filters: Filters::default(), ..view });
    }

    /// Clears search and filters, selects exactly the users of the open import, and closes the import.
    pub fn select_sheet(self) {
        self.show_everyone();
        self.directory().select_sheet();
        self.directory().sheet.close();
    }
}
