//! Connects to an environment, and continues with another token for it.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::connection::{Connection, Recorder};
use pingone::environment::Environment;
use pingone::exchange::Exchange;
use pingone::policy::Policy;
use pingone::request::ReadEnvironment;
use pingone::tenant::Tenant;
use pingone::time::Timestamp;
use pingone::token::TokenFacts;
use pingone::token::claims::find_token;
use pingone::token::paste::{PasteFault, Remark};
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::embedding::frame::note;
use pingone_mfa_core::embedding::host_events::HostEvent;
use zeroize::Zeroizing;

use crate::announcement::Announcement;
use crate::connect::session::console_loader::{ConsoleActions, ReportFile};
use crate::connect::session::{Obstacle, Plan};
use crate::connect::title::Title;
use crate::console::app::App;
use crate::console::troubleshooting::state::Location;

impl ConsoleActions for App {
    fn connect(&self, plan: Plan) {
        let app = *self;
        let session = self.session();
        session.show_connecting();
        self.troubleshooting().close();
        let connection = self.connection_to(plan.tenant).with_token_expiry(plan.facts.expires_at);
        self.troubleshooting().use_connection(self.for_probes(&connection));
        session.connecting.spawn(async move {
            match connection.call(ReadEnvironment).await {
                Ok(environment) => app.connected(connection, environment, plan.user),
                Err(fault) => {
                    session.announcer.tell(Announcement::Failed(fault.clone()));
                    let again = move || session.connect();
                    app.troubleshooting().meet(Location::Form, Operation::Connect, &fault, None, again);
                    session.go_no_further(Obstacle::Fault(fault));
                }
            }
        });
    }

    fn find_token(&self, text: &str) -> Result<(Zeroizing<String>, Option<Remark>), PasteFault> {
        find_token(text)
    }

    fn continue_with(&self, facts: &TokenFacts) {
        let renewed = self
            .connection
            .read_value()
            .clone()
            .map(|connection| connection.with_token_expiry(facts.expires_at));
        if let Some(renewed) = renewed {
            self.connection.set_value(Some(renewed.clone()));
            self.troubleshooting().use_connection(self.for_probes(&renewed));
            self.troubleshooting().forget_what_worked();
            self.directory().continue_with(renewed.clone());
            self.import().continue_with_token();
            self.run().continue_with(renewed, facts);
            self.review().continue_with_token();
            self.troubleshooting().go_on_with_token();
        }
    }

    fn is_working(&self) -> bool {
        self.directory().is_working() || self.import().is_looking_up() || self.run().is_open_untracked()
    }

    fn look_at_clock(&self, last: Timestamp) {
        self.run().look_at_clock(last);
    }

    fn has_open_run(&self) -> bool {
        self.run().is_open_untracked()
    }

    fn refresh(&self) {
        self.directory().refresh();
    }

    fn report(&self) -> Option<ReportFile> {
        self.report_file()
    }

    fn open_help(&self) {
        self.help().open_all();
    }

    fn clear(&self) {
        self.troubleshooting().clear();
        self.import().clear();
        self.directory().clear();
        self.review().close();
        self.run().clear();
        self.exchanges().clear();
        self.connection.set_value(None);
    }

    fn end(&self) {
        self.saving().clear();
    }
}

impl App {
    fn connection_to(self, tenant: Tenant) -> Connection {
        let (session, exchanges, ports) = (self.session(), self.exchanges(), self.ports);
        let recorder: Recorder = Rc::new(move |exchange: Exchange| {
            session.see_answer(&exchange);
            exchanges.record(exchange, false, &ports.get().clock);
        });
        let (transport, clock) = (Rc::clone(&ports.get().transport), Rc::clone(&ports.get().clock));
        let policy = Policy::with_rate(session.settings().rate);
        Connection::new(tenant, transport, clock, policy, recorder, ports.get().seed)
    }

    /// The same connection for the reads of a diagnosis. Their exchanges are recorded as probes, separate from those
    /// of the person's own reads.
    fn for_probes(self, connection: &Connection) -> Connection {
        let (exchanges, ports) = (self.exchanges(), self.ports);
        let recorder: Recorder =
            Rc::new(move |exchange: Exchange| exchanges.record(exchange, true, &ports.get().clock));
        connection.recorded_by(recorder)
    }

    fn connected(self, connection: Connection, environment: Environment, user: Option<UserId>) {
        let (session, ports) = (self.session(), self.ports);
        let region = connection.tenant().region.clone();
        ports.get().preferences.remember(&region.code, environment.id);
        ports.get().host.set_title(&Title::Place.text(&environment.name));
        self.connection.set_value(Some(connection.clone()));
        self.troubleshooting().note_entry();
        let told = HostEvent::Connected { environment: environment.id, region: region.code.clone() };
        ports.get().embedder.tell(&note(&told));
        let name = environment.name.clone();
        session.announcer.tell(Announcement::Connected(name.clone()));
        session.show_console(environment, region);
        if let Some(facts) = session.pasted.with_untracked(|pasted| pasted.facts().cloned()) {
            self.run().begin(connection.clone(), &facts, &name);
        }
        self.directory().begin(connection, session.list_on_connect());
        if let Some(user) = user {
            self.directory().open(user);
        }
    }
}
