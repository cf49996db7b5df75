//! From a plan to a connected environment, and to another token for it.

use std::rc::Rc;

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

use super::App;
use super::announcement::Announcement;
use super::rooms::{ReportFile, Rooms};
use super::session::{Obstacle, Phase, Plan};
use super::title::Title;
use super::troubleshooting::Location;

impl Rooms for App {
    fn connect(&'static self, plan: Plan) {
        let session = self.session;
        session.phase.set(Phase::Connecting);
        self.trouble.close();
        let connection = self.connection_to(plan.tenant).with_token_expiry(plan.facts.expires_at);
        self.trouble.use_connection(self.for_probes(&connection));
        session.connecting.spawn(async move {
            match connection.call(ReadEnvironment).await {
                Ok(environment) => self.connected(connection, environment, plan.user),
                Err(fault) => {
                    session.announcer.tell(Announcement::Failed(fault.clone()));
                    let again = move || session.connect();
                    self.trouble.meet(Location::Form, Operation::Connect, &fault, None, again);
                    session.go_no_further(Obstacle::Fault(fault));
                }
            }
        });
    }

    fn find_token(&self, text: &str) -> Result<(Zeroizing<String>, Option<Remark>), PasteFault> {
        find_token(text)
    }

    fn continue_with(&'static self, facts: &TokenFacts) {
        let renewed =
            self.connection.borrow().clone().map(|connection| connection.with_token_expiry(facts.expires_at));
        if let Some(renewed) = renewed {
            self.connection.replace(Some(renewed.clone()));
            self.trouble.use_connection(self.for_probes(&renewed));
            self.trouble.forget_what_worked();
            self.directory.continue_with(renewed.clone());
            self.run.continue_with(renewed, facts);
            self.review.continue_with_token();
            self.trouble.go_on_with_token();
        }
    }

    fn is_working(&self) -> bool {
        self.directory.is_working() || self.run.is_open_untracked()
    }

    fn look_at_clock(&'static self, last: Timestamp) {
        self.run.look_at_clock(last);
    }

    fn has_open_run(&self) -> bool {
        self.run.is_open_untracked()
    }

    fn refresh(&'static self) {
        self.directory.refresh();
    }

    fn report(&'static self) -> Option<ReportFile> {
        self.report_file()
    }

    fn help(&'static self) {
        self.help.open_all();
    }

    fn clear(&'static self) {
        self.trouble.clear();
        self.directory.clear();
        self.review.close();
        self.run.clear();
        self.exchanges.clear();
        self.connection.replace(None);
    }

    fn end(&'static self) {
        self.saving.clear();
    }
}

impl App {
    fn connection_to(&'static self, tenant: Tenant) -> Connection {
        let (session, exchanges, ports) = (self.session, self.exchanges, self.ports);
        let recorder: Recorder = Rc::new(move |exchange: Exchange| {
            session.see_answer(&exchange);
            exchanges.record(exchange, false, &ports.clock);
        });
        let (transport, clock) = (Rc::clone(&ports.transport), Rc::clone(&ports.clock));
        let policy = Policy::with_rate(session.settings().rate);
        Connection::new(tenant, transport, clock, policy, recorder, ports.seed)
    }

    /// The same connection for reads that look for a cause: they are kept apart from what somebody wanted to know.
    fn for_probes(&'static self, connection: &Connection) -> Connection {
        let (exchanges, ports) = (self.exchanges, self.ports);
        let recorder: Recorder =
            Rc::new(move |exchange: Exchange| exchanges.record(exchange, true, &ports.clock));
        connection.recorded_by(recorder)
    }

    fn connected(&'static self, connection: Connection, environment: Environment, user: Option<UserId>) {
        let (session, ports) = (self.session, self.ports);
        let region = connection.tenant().region.clone();
        ports.preferences.remember(&region.code, environment.id);
        ports.host.set_title(&Title::Place.text(&environment.name));
        self.connection.replace(Some(connection.clone()));
        self.trouble.note_entry();
        let told = HostEvent::Connected { environment: environment.id, region: region.code.clone() };
        ports.embedder.tell(&note(&told));
        let name = environment.name.clone();
        session.announcer.tell(Announcement::Connected(name.clone()));
        session.phase.set(Phase::Connected { environment, region });
        if let Some(facts) = session.pasted.with_untracked(|pasted| pasted.facts().cloned()) {
            self.run.begin(connection.clone(), &facts, &name);
        }
        self.directory.begin(connection, session.list_on_connect());
        if let Some(user) = user {
            self.directory.open(user);
        }
    }
}
