//! The pages that are measured, and the servers they are served by.

use std::path::PathBuf;

use pingone_mfa_e2e::{Nginx, World};
use pingone_sandbox::page::config_json;

use crate::hand::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contender {
    /// The release build of this project.
    Page,
    /// One field, built with the same framework and profile.
    Empty,
    /// Ping's own widget for other pages.
    Widget,
}

impl Contender {
    pub(super) const ALL: [Self; 3] = [Self::Page, Self::Empty, Self::Widget];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Page => "pingone-mfa",
            Self::Empty => "an empty Leptos page",
            Self::Widget => "pf-authn-js-widget 1.11.0",
        }
    }

    /// The field the user waits for, as an expression in which `root` contains the page's elements.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Page => "root.querySelector('input[type=password]')",
            Self::Empty => "root.querySelector('input')",
            Self::Widget => "root.querySelector('input[name=username]')",
        }
    }
}

/// One server per page, with the same configuration: nginx, which serves gzip-compressed files.
pub(super) struct Servers {
    page: Nginx,
    empty: Nginx,
    widget: Nginx,
}

impl Servers {
    pub(super) async fn prepare(world: &World) -> Outcome<Self> {
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
            // The widget only starts with the ID of a flow, which PingFederate adds when it redirects a user.
            Contender::Widget => format!("{}?flowId=bench", self.widget.url()),
        }
    }
}

fn folder(variable: &str) -> Outcome<PathBuf> {
    let named = std::env::var_os(variable).ok_or("cargo xtask bench start builds what is measured")?;
    Ok(std::fs::canonicalize(PathBuf::from(named))?)
}
