//! What is built: the product, or the demo, which answers itself and needs no PingOne.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::workspace::Workspace;

/// Tells the sealing step, which Trunk starts, what it seals.
const VARIABLE: &str = "PINGONE_MFA_EDITION";

const PRODUCT: &str = "product";

const DEMO: &str = "demo";

/// What is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edition {
    /// The page that talks to PingOne.
    Product,
    /// The page that talks to nobody: a PingOne look-alike is in it.
    Demo,
}

impl Edition {
    /// What the command says that started this program. Nothing is sealed where Trunk was started by hand.
    pub(crate) fn of_environment() -> Option<Self> {
        match env::var(VARIABLE).ok()?.as_str() {
            PRODUCT => Some(Self::Product),
            DEMO => Some(Self::Demo),
            _ => None,
        }
    }

    /// Has a command build this one.
    pub(crate) fn announce(self, command: &mut Command) {
        command.env(
            VARIABLE,
            match self {
                Self::Product => PRODUCT,
                Self::Demo => DEMO,
            },
        );
    }

    /// What cargo and Trunk are told.
    pub(crate) fn features(self) -> &'static [&'static str] {
        match self {
            Self::Product => &["--features", "split"],
            Self::Demo => &["--features", "split,demo"],
        }
    }

    /// Where it goes. The demo has a folder of its own, so that nobody publishes one for the other.
    pub(crate) fn folder(self, workspace: &Workspace) -> PathBuf {
        match self {
            Self::Product => workspace.dist(),
            Self::Demo => workspace.path("dist-demo"),
        }
    }
}
