//! `pingone-sandbox`: serves the sandbox, and optionally the page, on this computer.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks on these")]

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use pingone_sandbox::control::{read_rules, serve_control};
use pingone_sandbox::page::{config_json, serve_page};
use pingone_sandbox::server::{Record, Shared, now, serve_api, serve_api_recorded};
use pingone_sandbox::{
    Behavior, CLIENT_SECRET, EnvironmentKind, PUBLIC_CLIENT_ID, Populations, Role, RsaKeys, Rule, Sandbox,
    Seed, TokenSpec,
};
use tokio::net::TcpListener;

const HELP: &str = r#"pingone-sandbox: a PingOne look-alike for users and MFA, on this computer only

USAGE
    pingone-sandbox [OPTIONS]        (--name VALUE or --name=VALUE)

OPTIONS
    --users N           how many users there are (default 250)
    --seed N            varies the people (default 1)
    --kind WORD         what the environment is for: production, sandbox (default sandbox)
    --api-port N        port of the API and the authorization server (default 4001; 0: any)
    --page DIR          serve the built page in DIR too, on an origin of its own
    --page-port N       port of the page (default 4000; 0: any)
    --role WORD         what the printed token may do: admin, read-only, environment-admin, organization-admin,
                        client-application-developer, configuration-read-only (default admin)
    --lifetime SECONDS  how long the printed token lasts (default 3600)
    --fault RULE        something goes wrong, as JSON; may be given again
    --faults FILE       a list of such rules
    --behavior JSON    limits, page sizes, delays: what differs from the default
    --expose-correlation-id
                        pages may read the Correlation-Id of an answer; PingOne's recorded answers don't permit it
    --record FILE       write every exchange with the API into FILE, as HAR, without tokens
    --control-port N    port of the control API (none without it; 0: any); its / says what it can
    --help              this text

RULES
    {"on":{"method":"PUT","endpoint":"mfaEnabled"},"share":0.1,"skip":0,"times":5,"fault":{"kind":"lost"}}
    on      method, endpoint (users, user, mfaEnabled, environment, populations, token, ...), user, page; all
            optional
    fault   delay {millis}, drip {portion,everyMillis}, lost {reset}, dropped {reset}, cut {after,reset},
            black-hole {applied}, applied-late {millis}, never-applied, other-value,
            status {status,retryAfter,withoutCors}, content-type {value}, html, oversized {bytes},
            license-exceeded, quota-exceeded {retryAfter}, gzip-bomb {bytes}, truncated {after},
            nested {depth}, duplicate-key, odd-flag {values}, next-loops, next-elsewhere {href},
            gateway {status}, echo, text {status,text,encoding,times,contentType}

BEHAVIOR
    rate, addressShare, others, preflightsCount, retryHints, largestPage, smallerPages, listLagMillis,
    churnEvery, corsOnRefusals, exposeCorrelationId, filterById, deviceListEmbedsMore. For example, half of a
    license of 50 requests a second used by others:
    --behavior '{"rate":50,"others":25,"retryHints":true}'

Another token, at any time, with client credentials as at PingOne:
    curl -u CLIENT_ID:sandbox-secret -d grant_type=client_credentials AUTH_BASE/ENVIRONMENT_ID/as/token
"#;

struct Options {
    users: u32,
    seed: u64,
    kind: EnvironmentKind,
    api_port: u16,
    page: Option<PathBuf>,
    page_port: u16,
    token: TokenSpec,
    faults: Vec<Rule>,
    behavior: Behavior,
    exposes_correlation_id: bool,
    record: Option<PathBuf>,
    control_port: Option<u16>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            users: 250,
            seed: 1,
            kind: EnvironmentKind::Sandbox,
            api_port: 4001,
            page: None,
            page_port: 4000,
            token: TokenSpec::default(),
            faults: Vec::new(),
            behavior: Behavior::default(),
            exposes_correlation_id: false,
            record: None,
            control_port: None,
        }
    }
}

impl Options {
    fn read(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            if name == "--help" || name == "-h" {
                return Ok(None);
            }
            if name == "--expose-correlation-id" {
                options.exposes_correlation_id = true;
                continue;
            }
            let (name, joined) = match name.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (name, None),
            };
            let mut value = || {
                let value = joined.clone().or_else(|| arguments.next());
                value.ok_or_else(|| format!("{name}: a value is missing"))
            };
            match name.as_str() {
                "--users" => options.users = number(&name, &value()?)?,
                "--seed" => options.seed = number(&name, &value()?)?,
                "--api-port" => options.api_port = number(&name, &value()?)?,
                "--page-port" => options.page_port = number(&name, &value()?)?,
                "--lifetime" => options.token.lifetime_seconds = number(&name, &value()?)?,
                "--page" => options.page = Some(value()?.into()),
                "--kind" => options.kind = kind(&value()?)?,
                "--role" => options.token.role = role(&value()?)?,
                "--fault" => options.faults.extend(rules(&name, value()?.as_bytes())?),
                "--faults" => options.faults.extend(rules_in(&value()?)?),
                "--behavior" => options.behavior = behavior(&value()?)?,
                "--record" => options.record = Some(value()?.into()),
                "--control-port" => options.control_port = Some(number(&name, &value()?)?),
                _ => return Err(format!("{name}: no such option")),
            }
        }
        // The flag applies whatever the order of the options; `--behavior` can't turn it off.
        options.behavior.expose_correlation_id |= options.exposes_correlation_id;
        Ok(Some(options))
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name}: '{value}' isn't a number in range"))
}

fn kind(word: &str) -> Result<EnvironmentKind, String> {
    match word {
        "production" => Ok(EnvironmentKind::Production),
        "sandbox" => Ok(EnvironmentKind::Sandbox),
        _ => Err(format!("--kind: '{word}' is neither production nor sandbox")),
    }
}

fn role(word: &str) -> Result<Role, String> {
    match word {
        "admin" => Ok(Role::IdentityDataAdmin),
        "read-only" => Ok(Role::IdentityDataReadOnly),
        "environment-admin" => Ok(Role::EnvironmentAdmin),
        "organization-admin" => Ok(Role::OrganizationAdmin),
        "client-application-developer" => Ok(Role::ClientApplicationDeveloper),
        "configuration-read-only" => Ok(Role::ConfigurationReadOnly),
        _ => Err(format!("--role: '{word}' isn't a role")),
    }
}

fn rules(name: &str, text: &[u8]) -> Result<Vec<Rule>, String> {
    read_rules(text).map_err(|problem| format!("{name}: {problem}"))
}

fn rules_in(file: &str) -> Result<Vec<Rule>, String> {
    let text = std::fs::read(file).map_err(|error| format!("--faults: '{file}' can't be read ({error})"))?;
    rules(&format!("--faults {file}"), &text)
}

fn behavior(text: &str) -> Result<Behavior, String> {
    let behavior: Behavior = serde_json::from_str(text).map_err(|error| format!("--behavior: {error}"))?;
    behavior.check().map_err(|problem| format!("--behavior: {problem}"))?;
    Ok(behavior)
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("pingone-sandbox: {problem}. See --help.");
            return ExitCode::from(2);
        }
    };
    tokio::select! {
        result = run(options) => {
            if let Err(problem) = result {
                eprintln!("pingone-sandbox: {problem}");
                return ExitCode::FAILURE;
            }
            ExitCode::SUCCESS
        }
        _ = tokio::signal::ctrl_c() => ExitCode::SUCCESS,
    }
}

async fn run(options: Options) -> Result<(), String> {
    let page = page(&options)?;
    let record = record(options.record.as_deref())?;
    let (api, origin) = listen("--api-port", options.api_port).await?;
    let page = match page {
        Some(dist) => Some((dist, listen("--page-port", options.page_port).await?)),
        None => None,
    };
    let seed = Seed {
        users: options.users,
        seed: options.seed,
        api_base: format!("{origin}/v1"),
        auth_base: origin.clone(),
        kind: options.kind,
        populations: Populations::Usual,
    };
    let keys = RsaKeys::make().map_err(|error| format!("no key for tokens: {error}"))?;
    let mut sandbox = Sandbox::with_keys(seed, Box::new(keys));
    let page_origin = page.as_ref().map(|(_, (_, origin))| origin.as_str());
    print_welcome(&options, &mut sandbox, &origin, page_origin);
    sandbox.set_behavior(options.behavior)?;
    options.faults.into_iter().try_for_each(|rule| sandbox.add_fault(rule))?;
    let sandbox = Arc::new(Mutex::new(sandbox));
    let controlling = control(options.control_port, Arc::clone(&sandbox)).await?;
    tokio::select! {
        () = serve(api, sandbox, record) => Ok(()),
        result = controlling => result,
        result = serve_page_if_any(page, origin) => result,
    }
}

async fn serve(listener: TcpListener, sandbox: Shared, record: Option<Record>) {
    match record {
        Some(record) => serve_api_recorded(listener, sandbox, record).await,
        None => serve_api(listener, sandbox).await,
    }
}

/// Creates the recording's file if `--record` is given.
fn record(path: Option<&Path>) -> Result<Option<Record>, String> {
    let create = |path: &Path| {
        Record::create(path)
            .map_err(|error| format!("--record: '{}' can't be written ({error})", path.display()))
    };
    path.map(create).transpose()
}

/// Serves the page if `--page` is given; otherwise waits forever.
async fn serve_page_if_any(
    page: Option<(PathBuf, (TcpListener, String))>,
    origin: String,
) -> Result<(), String> {
    let Some((dist, (listener, _))) = page else { return std::future::pending().await };
    let config = config_json(&origin);
    serve_page(listener, dist, origin, config).await.map_err(|error| error.to_string())
}

/// Opens the control API's port if `--control-port` is given, and prints its address.
async fn control(
    port: Option<u16>,
    sandbox: Shared,
) -> Result<impl Future<Output = Result<(), String>>, String> {
    let listener = match port {
        Some(port) => {
            let (listener, origin) = listen("--control-port", port).await?;
            println!("Control API   {origin}/\n");
            Some(listener)
        }
        None => None,
    };
    Ok(async move {
        let Some(listener) = listener else { return std::future::pending().await };
        serve_control(listener, sandbox).await.map_err(|error| error.to_string())
    })
}

/// The folder of the page, if one is given. A folder without a page is reported at startup,
/// where the mistake is easiest to fix.
fn page(options: &Options) -> Result<Option<PathBuf>, String> {
    let Some(dist) = &options.page else { return Ok(None) };
    if !dist.join("index.html").is_file() {
        return Err(format!("--page: '{}' has no index.html. Build the page first.", dist.display()));
    }
    Ok(Some(dist.clone()))
}

/// Prints what a user needs to get started: addresses, IDs and a token.
fn print_welcome(options: &Options, sandbox: &mut Sandbox, origin: &str, page_origin: Option<&str>) {
    let issued = now();
    let token = sandbox.issue_token(&options.token, issued);
    let expires_at = issued.after_seconds(options.token.lifetime_seconds);
    if let Some(page_origin) = page_origin {
        println!("Page          {page_origin}/");
    }
    println!("API           {origin}/v1");
    let (kind, users) = (options.kind, options.users);
    println!("Environment   {} (Workforce, {kind}, {users} users)", sandbox.environment_id());
    println!("Client        {}, secret {CLIENT_SECRET}", options.token.role.client_id());
    println!("Sign-on       client {PUBLIC_CLIENT_ID}, no secret, PKCE");
    println!("Token ends    {expires_at}");
    let people = ["adaeze.okonkwo", "jonas.brandt", "test.user07"];
    let people: Vec<&str> =
        people.into_iter().filter(|name| sandbox.user_by_username(name).is_some()).collect();
    println!("People to try {}", people.join(", "));
    println!("Token\n\n{token}\n");
    let ending = if page_origin.is_some() { "Paste the token into the page. " } else { "" };
    println!("{ending}Ctrl-C ends the sandbox.");
}

/// Binds to loopback only: although the users are invented, other computers have no need for access.
async fn listen(option: &str, port: u16) -> Result<(TcpListener, String), String> {
    let taken = |error: std::io::Error| match error.kind() {
        ErrorKind::AddrInUse => format!("port {port} is in use. Choose another with {option}."),
        _ => format!("port {port} can't be used ({error}). Choose another with {option}."),
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(taken)?;
    let address = listener.local_addr().map_err(taken)?;
    Ok((listener, format!("http://{address}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(arguments: &[&str]) -> Option<String> {
        Options::read(arguments.iter().map(|argument| (*argument).to_owned())).err()
    }

    #[test]
    fn a_wrong_option_is_reported_by_its_name() {
        assert_eq!(problem(&["--user", "5"]).as_deref(), Some("--user: no such option"));
        assert_eq!(problem(&["--users"]).as_deref(), Some("--users: a value is missing"));
        assert_eq!(problem(&["--users", "-1"]).as_deref(), Some("--users: '-1' isn't a number in range"));
        assert!(problem(&["--kind", "test"]).is_some_and(|text| text.starts_with("--kind")));
    }

    #[test]
    fn options_are_read_in_any_order() {
        let words = ["--lifetime", "-5", "--users=7", "--role", "read-only"].map(str::to_owned);
        let options = Options::read(words).unwrap().unwrap();
        assert_eq!((options.users, options.token.lifetime_seconds), (7, -5));
        assert_eq!(options.token.role, Role::IdentityDataReadOnly);
    }

    #[test]
    fn the_correlation_id_is_hidden_by_default() {
        let exposes = |arguments: &[&str]| {
            let options = Options::read(arguments.iter().map(|argument| (*argument).to_owned()));
            options.unwrap().unwrap().behavior.expose_correlation_id
        };
        assert!(!exposes(&[]));
        assert!(exposes(&["--expose-correlation-id", "--behavior", "{\"rate\":50}"]));
        assert!(exposes(&["--behavior", "{\"exposeCorrelationId\":true}"]));
    }
}
