//! The two editions of the page: the product, and the demo, which contains its own simulated PingOne.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::workspace::Workspace;

/// Tells the sealing step, which Trunk starts, which edition it seals.
const VARIABLE: &str = "PINGONE_MFA_EDITION";

const PRODUCT: &str = "product";

const DEMO: &str = "demo";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edition {
    /// The page that talks to PingOne.
    Product,
    /// The page that sends no requests: a simulation of PingOne is built in.
    Demo,
}

impl Edition {
    /// The edition set by the command that started Trunk. `None` if Trunk was started by hand; nothing is sealed then.
    pub(crate) fn from_environment() -> Option<Self> {
        match env::var(VARIABLE).ok()?.as_str() {
            PRODUCT => Some(Self::Product),
            DEMO => Some(Self::Demo),
            _ => None,
        }
    }

    /// Sets the environment variable that makes a command build this edition.
    pub(crate) fn set_variable(self, command: &mut Command) {
        command.env(
            VARIABLE,
            match self {
                Self::Product => PRODUCT,
                Self::Demo => DEMO,
            },
        );
    }

    /// The feature flags for cargo and Trunk.
    pub(crate) fn features(self) -> &'static [&'static str] {
        match self {
            Self::Product => &["--features", "split"],
            Self::Demo => &["--features", "split,demo"],
        }
    }

    /// The output folder. The demo has a separate one, so that the two can't be published by mistake for each other.
    pub(crate) fn folder(self, workspace: &Workspace) -> PathBuf {
        match self {
            Self::Product => workspace.dist(),
            Self::Demo => workspace.path("dist-demo"),
        }
    }
}
