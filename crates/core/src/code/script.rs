//! A plan as a script: it reads the saved plan, has every user's flag set, and writes a line of a result file after each,
//! so that it can be ended and started again.
//!
//! What a failure means for a PUT is what it means in the page (see [`crate::engine::change`]): 408, 429 and 503 with a
//! readable body are followed by the same PUT; without a readable answer a GET tells what the flag is; other refusals are
//! final; nothing is called changed unless a body says so. Unlike a page a script may read `Retry-After`, and waits so
//! long. One user after the other, so that at most one is between PUT and result.
//!
//! What the review asked for is carried along and asked for again when the script is started: the change reference, the
//! reason, the pilot user and the number of users. The pilot user is changed first, and the script waits for a person then.

use crate::api::endpoint::Endpoint;
use crate::domain::plan::Plan;
use crate::domain::tenant::Tenant;
use crate::domain::user::{Mfa, UserId};

mod bash;
mod powershell;
mod python;

/// What a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shell {
    /// bash with cURL and jq.
    #[default]
    Bash,
    /// Python with its standard library.
    Python,
    /// `PowerShell` 7.4 or newer.
    PowerShell,
}

impl Shell {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bash, Self::Python, Self::PowerShell];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Python => "Python",
            Self::PowerShell => "PowerShell",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shell| shell.name() == name)
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Bash => "sh",
            Self::Python => "py",
            Self::PowerShell => "ps1",
        }
    }
}

/// What a script has to know of a plan. Who is in it stands in the saved plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanScript {
    /// The list of the environment's users.
    users_url: String,
    environment: String,
    number: String,
    to: bool,
    users: usize,
    /// The change reference; empty for none.
    reference: String,
    /// The reason; empty for none.
    reason: String,
    /// The user ID of the pilot user; empty for none.
    pilot: String,
}

impl PlanScript {
    /// Of a plan, for the place that it was made for.
    #[must_use]
    pub fn new(tenant: &Tenant, plan: &Plan) -> Self {
        let place = Tenant { region: tenant.region.clone(), environment: plan.environment };
        let users_url = format!("{}/users", Endpoint::environment(&place).as_str());
        Self {
            users_url: super::percent_encoded(&users_url),
            environment: plan.environment.to_string(),
            number: plan.number().to_string(),
            to: plan.to,
            users: plan.rows.len(),
            reference: one_line(&plan.reference),
            reason: one_line(&plan.reason),
            pilot: pilot(plan).map(|user| user.to_string()).unwrap_or_default(),
        }
    }

    /// What the file is called, for example `mfa-plan-7F3A-91C2.sh`.
    #[must_use]
    pub fn file_name(&self, shell: Shell) -> String {
        format!("mfa-plan-{}.{}", self.number, shell.ending())
    }

    /// The script.
    #[must_use]
    pub fn text(&self, shell: Shell) -> String {
        match shell {
            Shell::Bash => bash::text(self),
            Shell::Python => python::text(self),
            Shell::PowerShell => powershell::text(self),
        }
    }

    /// The word that the saved plan has for the value.
    fn word(&self) -> &'static str {
        Mfa::from(self.to).word()
    }

    /// What it does, as the heading of its comment.
    fn heading(&self) -> String {
        let verb = if self.to { "Enables" } else { "Disables" };
        let users = if self.users == 1 { "user" } else { "users" };
        format!("{verb} MFA for the {} {users} of plan {}.", self.users, self.number)
    }
}

/// Who is changed first for a person to look at.
fn pilot(plan: &Plan) -> Option<UserId> {
    plan.rows.first().filter(|_| plan.stops.after_test_user).map(|row| row.user)
}

/// What a person can read and type in one line.
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ")
}
