//! The ports of the connect form and of the console, as sets with `Copy` handles.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::clock::Clock;
use pingone::transport::Transport;
use pingone_mfa_core::diagnosis::probe::NetworkProbe;
use pingone_mfa_core::ports::{Collation, Embedder, Files, Host, Locale, Preferences, SignIn, TokenHolder};
use pingone_mfa_core::run::ports::{Journal, Lease};

use crate::connect::session::console_loader::ConsoleLoader;
#[cfg(feature = "demo")]
use crate::connect::session::mint::Mint;

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
    pub mint: Rc<dyn Mint>,
    /// Loads the console.
    pub console_loader: Rc<dyn ConsoleLoader>,
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
