//! What is so, as signals, and the verbs that change it. Components read the one and call the other.

use std::cell::RefCell;
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

pub mod watched;

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
use review::Review;
use rooms::Rest;
use run::Run;
use saving::Saving;
use session::Session;
use table::View;
use troubleshooting::Troubleshooting;
use watched::Watched;

/// What the page's surroundings offer to the form.
pub struct Entrance {
    /// Holds the token.
    pub tokens: Rc<dyn TokenHolder>,
    /// Tells the time and waits.
    pub clock: Rc<dyn Clock>,
    /// Writes numbers and times.
    pub locale: Rc<dyn Locale>,
    /// Remembers region and environment.
    pub preferences: Rc<dyn Preferences>,
    /// The document around the widget.
    pub host: Rc<dyn Host>,
    /// Signs people in.
    pub sign_in: Rc<dyn SignIn>,
    /// The page that this one is a part of.
    pub embedder: Rc<dyn Embedder>,
    /// Makes the demo's tokens.
    #[cfg(feature = "demo")]
    pub mint: Rc<dyn demo::Mint>,
    /// Loads what stands behind the form.
    pub rest: Rc<dyn Rest>,
}

/// What the page's surroundings offer to somebody who is connected.
pub struct Ports {
    /// Sends requests.
    pub transport: Rc<dyn Transport>,
    /// Tells the time and waits.
    pub clock: Rc<dyn Clock>,
    /// Writes numbers and times.
    pub locale: Rc<dyn Locale>,
    /// Compares texts.
    pub collation: Rc<dyn Collation>,
    /// Remembers region and environment.
    pub preferences: Rc<dyn Preferences>,
    /// The document around the widget.
    pub host: Rc<dyn Host>,
    /// Saves files and opens them.
    pub files: Rc<dyn Files>,
    /// Stores what runs do.
    pub journal: Rc<dyn Journal>,
    /// Sees to it that only one page runs something.
    pub lease: Rc<dyn Lease>,
    /// Finds out what the browser can reach.
    pub reaching: Rc<dyn NetworkProbe>,
    /// The page that this one is a part of.
    pub embedder: Rc<dyn Embedder>,
    /// Where the jitter of retries starts.
    pub seed: u64,
}

/// What the page or the host page wishes before anyone has typed anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    /// The deployment's settings.
    pub settings: Settings,
    /// The `region` attribute.
    pub region: Option<String>,
    /// The `environment-id` attribute.
    pub environment: Option<String>,
    /// The `user-id` attribute.
    pub user: Option<String>,
    /// The build, to be named in a report.
    pub build: String,
}

/// Everything that one element shows. It is made once for each mounted element and lives as long as the page, so
/// that every closure of the view holds one word of it. What it held is emptied when the element goes: the token,
/// the people, the exchanges.
pub struct App {
    /// What the page's surroundings offer.
    pub ports: &'static Ports,
    /// Who is connected to what.
    pub session: &'static Session,
    /// The people of the environment.
    pub directory: &'static Directory,
    /// What was sent and answered.
    pub exchanges: &'static Exchanges,
    /// The help.
    pub help: &'static Help,
    /// What screen readers are told.
    pub announcer: &'static Announcer,
    /// Why something doesn't work.
    pub trouble: &'static Troubleshooting,
    /// The run that is going on, and those that are stored.
    pub run: &'static Run,
    /// What is looked at before a run begins.
    pub review: &'static Review,
    /// What is saved as files.
    pub saving: Saving,
    /// What the page's address named that isn't known.
    pub address_problems: Watched<Vec<String>>,
    connection: RefCell<Option<Connection>>,
}

/// The state as the view and its verbs hold it.
pub type AppHandle = &'static App;

impl App {
    /// What stands behind the form of this session, before anybody is connected.
    #[must_use]
    pub fn open(session: &'static Session, ports: Ports) -> AppHandle {
        let settings = session.settings();
        let ports: &'static Ports = Box::leak(Box::new(ports));
        let announcer = session.announcer;
        telling::tell_host(ports, announcer);
        let trouble: &'static Troubleshooting = Box::leak(Box::new(Troubleshooting::new(session, ports)));
        let directory: &'static Directory =
            Box::leak(Box::new(Directory::new(ports, announcer, trouble, settings.clone())));
        let run: &'static Run = Box::leak(Box::new(Run::new(ports, directory, announcer, settings)));
        let review: &'static Review =
            Box::leak(Box::new(Review::new(ports, directory, run, settings.limits.clone())));
        directory.when_devices_are_learned(Box::new(|| review.weigh()));
        let app: AppHandle = Box::leak(Box::new(Self {
            ports,
            session,
            directory,
            exchanges: Box::leak(Box::default()),
            help: Box::leak(Box::default()),
            announcer,
            trouble,
            run,
            review,
            saving: Saving::default(),
            address_problems: Watched::default(),
            connection: RefCell::default(),
        }));
        app.follow_address();
        app
    }

    /// Looks at the list as the address says, now and whenever somebody goes back or forward.
    fn follow_address(&'static self) {
        let follow = move |text: String| {
            if text.trim_start_matches('#') == address::write(&self.directory.table.view.get_untracked()) {
                return;
            }
            let (view, problems) = address::read(&text);
            self.address_problems.set(problems);
            self.directory.look(view);
        };
        follow(self.ports.host.address());
        self.ports.host.on_address(Box::new(follow));
    }

    /// Looks at the list in another way, and says so in the address.
    pub fn look(&'static self, view: View) {
        self.ports.host.set_address(&address::write(&view));
        self.address_problems.set(Vec::new());
        self.directory.look(view);
    }

    /// Shows everyone who was listed.
    pub fn show_everyone(&'static self) {
        let view = self.directory.table.view.get_untracked();
        self.directory.table.search_for(&self.directory.users, "");
        self.directory.close_outcomes();
        self.look(View { filters: Filters::default(), ..view });
    }

    /// Shows everyone, and selects exactly the people of the list that is open. The list is closed.
    pub fn select_sheet(&'static self) {
        self.show_everyone();
        self.directory.select_sheet();
        self.directory.sheet.close();
    }
}
