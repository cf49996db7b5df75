//! Writes a plan as a script.
//!
//! The script reads the saved plan, sets the flag of every user, and appends a line to a result file
//! after each one, so that it can be ended and started again. It changes one user after another, so at
//! most one user is between PUT and result.
//!
//! A failure means for a PUT what it means in the page (see [`crate::run::change`]): 408, 429 and 503 with a
//! readable body are followed by the same PUT; without a readable answer a GET reads the flag; other refusals
//! are final; a user counts as changed only if a body says so. Unlike a page, a script can read
//! `Retry-After`, and waits as long as it says.
//!
//! What the review asked for is included and asked for again when the script starts: the change reference, the reason,
//! the pilot user and the number of users. The pilot user is changed first, and the script then waits for a person.

use pingone::endpoint::Endpoint;
use pingone::tenant::Tenant;
use pingone::user::{Mfa, UserId};

use crate::run::plan::Plan;

mod bash;
mod powershell;
mod python;

/// A language for scripts that carry out a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shell {
    /// bash 3.2 or newer, with cURL and jq.
    #[default]
    Bash,
    /// Python 3.9 or newer, with its standard library.
    Python,
    /// `PowerShell` 7.4 or newer, on any system.
    PowerShell,
}

impl Shell {
    /// All script languages, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Bash, Self::Python, Self::PowerShell];

    /// The language's name, as the page shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Python => "Python",
            Self::PowerShell => "PowerShell",
        }
    }

    /// Finds the script language with this name.
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

/// The facts about a plan that a script contains. The users themselves are in the saved plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanScript {
    /// The URL of the environment's list of users.
    users_url: String,
    environment: String,
    number: String,
    to: bool,
    users: usize,
    /// The change reference; empty for none.
    reference: String,
    /// The reason for the change; empty for none.
    reason: String,
    /// The user ID of the pilot user; empty for none.
    pilot: String,
}

impl PlanScript {
    /// Creates the script of a plan, for the plan's environment in this tenant's region.
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

    /// The file name of the script, for example `mfa-plan-7F3A-91C2.sh`.
    #[must_use]
    pub fn file_name(&self, shell: Shell) -> String {
        format!("mfa-plan-{}.{}", self.number, shell.ending())
    }

    /// Writes the whole script in this language.
    #[must_use]
    pub fn text(&self, shell: Shell) -> String {
        match shell {
            Shell::Bash => bash::text(self),
            Shell::Python => python::text(self),
            Shell::PowerShell => powershell::text(self),
        }
    }

    /// The word for the target value in the saved plan.
    fn word(&self) -> &'static str {
        Mfa::from(self.to).word()
    }

    /// The first line of the script's comment: what the script does.
    fn heading(&self) -> String {
        let verb = if self.to { "Enables" } else { "Disables" };
        let users = if self.users == 1 { "user" } else { "users" };
        format!("{verb} MFA for the {} {users} of plan {}.", self.users, self.number)
    }
}

/// The user who is changed first, for a person to check.
fn pilot(plan: &Plan) -> Option<UserId> {
    plan.rows.first().filter(|_| plan.stops.after_pilot).map(|row| row.user)
}

/// The text without control characters, so that a person can read and type it in one line.
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ")
}
