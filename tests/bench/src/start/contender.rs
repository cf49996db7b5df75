//! Who is measured, and where each is served.

use std::path::PathBuf;

use pingone_mfa_e2e::{Nginx, World};
use pingone_sandbox::page::config_json;

use crate::hand::Outcome;

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contender {
    /// The built page.
    Page,
    /// One field, by the same framework and profile.
    Empty,
    /// What Ping itself puts into other pages.
    Widget,
}

impl Contender {
    pub(super) const ALL: [Self; 3] = [Self::Page, Self::Empty, Self::Widget];

    /// As the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Page => "pingone-mfa",
            Self::Empty => "an empty Leptos page",
            Self::Widget => "pf-authn-js-widget 1.11.0",
        }
    }

    /// The field that somebody waits for, as an expression in which `root` is where the page's elements stand.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Page => "root.querySelector('input[type=password]')",
            Self::Empty => "root.querySelector('input')",
            Self::Widget => "root.querySelector('input[name=username]')",
        }
    }
}

/// A server for each, all alike: nginx, which sends what is compressed with gzip.
pub(super) struct Grounds {
    page: Nginx,
    empty: Nginx,
    widget: Nginx,
}

impl Grounds {
    pub(super) async fn lay(world: &World) -> Outcome<Self> {
        world.release.add("config.json", &config_json(&world.api_origin));
        let scratch = |name: &str| world.folder().join(name);
        Ok(Self {
            page: Nginx::serve(&world.release, "/", &world.api_origin).await,
            empty: Nginx::serve_folder(&folder("PINGONE_MFA_EMPTY")?, &scratch("empty")).await,
            widget: Nginx::serve_folder(&folder("PINGONE_MFA_WIDGET")?, &scratch("widget")).await,
        })
    }

    pub(super) fn url(&self, contender: Contender) -> String {
        match contender {
            Contender::Page => self.page.url(),
            Contender::Empty => self.empty.url(),
            // It begins only where PingFederate has sent somebody with a flow.
            Contender::Widget => format!("{}?flowId=bench", self.widget.url()),
        }
    }
}

fn folder(variable: &str) -> Outcome<PathBuf> {
    let named = std::env::var_os(variable).ok_or("cargo xtask bench start builds what is measured")?;
    Ok(std::fs::canonicalize(PathBuf::from(named))?)
}
