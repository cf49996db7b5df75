//! The command line: the commands and how their arguments are parsed.
//!
//! Arguments are parsed by hand: the commands must build quickly on a fresh machine, and an argument parser would
//! take most of the build.

use crate::edition::Edition;
use crate::engines::Engines;
use crate::failure::Failure;
use crate::screens::Screens;

/// What `cargo xtask` and `cargo xtask --help` print.
pub(crate) const HELP: &str = "\
The commands of pingone-mfa.

Usage: cargo xtask <command> [options]

Run it:
  demo      Builds the page and serves it next to a sandbox that answers like PingOne.
              --users N   how many users the sandbox invents (default 250)
              --open      opens the page in the browser once it answers
              -- ...      what follows goes to the sandbox (see below)
  sandbox   Runs only the sandbox; what follows `--` goes to it:
              --users N  --seed N  --api-port N (4001)  --page-port N (4000)
              --page DIR  --kind production|sandbox, and many more: see its own --help

Work on it:
  dev       Serves the page and the sandbox, and shows every change of the code within seconds.
              --users N, --open, -- ...   as for the demo
  check     The quick loop: format, spelling, lints, rustdoc, native tests but the slowest.
  test      Everything: format, spelling, lints, rustdoc, native tests, tests in a headless
            browser, the release build, and the end-to-end tests against it.
            The last line is the sum: `N passed, N failed`.
              --engines   all journeys in Firefox and WebKit, too, and a table of them
              --timings   instead prints what compiling each package takes, and the 20
                          slowest tests, of what `test` has built before
  screens   Builds the page, takes a picture of each of its states in a headless browser, and compares
            it with its reference in tests/e2e/references. target/screens/index.html shows them all.
              --accept    stores the pictures that differ as references: look at them first
  snippets  Installs every language that the page writes code in, as far as Debian has it, runs
            the code against the sandbox, and prints a table: which was run, which was read
            by a grammar. Fails if one did not do what it should.
  bench     Measures the sandbox in a release build against its goals.
  bench directory
            Measures the page's list of 100,000 users in a headless browser, beside plain
            loops and a grid that many use: a table, and target/bench/directory.md.
              --rounds N  how often each is measured (default 5; about two minutes each)
              --quick     one round with few users, to see that everything works
  soak      Plays 1,000 runs of 200 users under faults of all kinds, on a virtual clock, and
            compares their reports with what really happened. Fails if anything differs.
              --runs N    how many seeds (default 1000)
              --users N   how many users each run has (default 200)
              --seed N    the first seed (default 1)
  soak --browser
            Plays runs in a headless browser, over real sockets, and kills the browser
            during others (kill -9). Fails if a report differs from what really happened.
              --runs N    how many seeds (default 50; about a minute each)
              --kills N   how many kills (default 100; about 16 seconds each)
              --seed N    the first seed (default 1)
  soak --properties
            Runs the native tests with 5,000 values for each property instead of 256.
  soak --mutants
            Mutates the modules that decide which users are changed, and lists the mutants that
            no test detects. Fails if there are any.
              guard proposal plan limits confirmation import change run
                          only these modules (all of them take hours)
              --since C   only what has changed since the commit C
  bench runs
            Measures the page's runs in a headless browser, beside a plain pool of requests
            and a script, and under limits: a table, and target/bench/runs.md.
              --rounds N  how often each is measured without a limit (default 3)
              --quick     one round with few users, to see that everything works
              pace far limit hidden counted drop neighbor
                          only these; everything takes about 15 minutes
              background crowd
                          a tab that is hidden for ten minutes, and the page during a run of
                          100,000: only where they are named, 12 and 6 minutes

  bench start
            Measures what a first visit loads and when its form can be used, over a slow line in
            a headless browser, beside an empty Leptos page and Ping's own widget: a table, and
            target/bench/start.md.
              --rounds N  how often each is measured (default 5)
              --quick     one round, to see that everything works

Ship it:
  dist      Builds the page for production into dist/ and prints its size.
              --npm       packs the element as an npm package, too: target/npm/pingone-mfa.tgz
              --demo      builds the demo into dist-demo/ instead: it needs no PingOne, for any static host

  update    Moves pinned crates and tools to their newest compatible versions, and Cargo.lock, and
            prints a table: what moved, and what didn't and why. Commits nothing.
  audit     Checks the dependencies with cargo-deny, by the rules in deny.toml: licenses, bans,
            sources, and security advisories. Installs cargo-deny first (minutes, once). Fails
            for the advisories if their database, on github.com, can't be downloaded.

Behind the scenes:
  setup     Installs what the build needs and is missing: the wasm32 target, Trunk, and
            wasm-bindgen's command line. The commands above call it themselves.
  seal      Names, joins and signs the built files. Trunk's post_build hook calls it.

  help      Prints this text.
";

/// Users in the demo when `--users` isn't given.
const DEMO_USERS: &str = "250";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shipment {
    Page(Edition),
    /// The page, plus the element as an npm package.
    Package,
}

/// One command with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Setup,
    Demo(Demo),
    /// Takes the same options as the demo.
    Dev(Demo),
    Sandbox(Vec<String>),
    Dist(Shipment),
    Test(Engines),
    /// Prints where the time of the tests goes.
    Timings,
    Check,
    /// Checks the dependencies.
    Audit,
    /// Moves pinned versions.
    Update,
    Bench(Bench),
    /// The options are parsed by the soak program.
    Soak(Vec<String>),
    Screens(Screens),
    Snippets,
    Seal,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bench {
    Sandbox,
    /// The options are parsed by the measurement program.
    Directory(Vec<String>),
    Runs(Vec<String>),
    Start(Vec<String>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Demo {
    /// Value of `--users`, passed on unchecked: the sandbox validates it.
    pub(crate) users: String,
    pub(crate) open: bool,
    /// Arguments after `--`, passed to the sandbox unchanged.
    pub(crate) rest: Vec<String>,
}

impl Command {
    /// Parses the arguments that follow `cargo xtask`.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, Failure> {
        let mut arguments = arguments.into_iter();
        let Some(name) = arguments.next() else { return Ok(Self::Help) };
        let rest: Vec<String> = arguments.collect();
        if name != "sandbox" && asks_for_help(&rest) {
            return Ok(Self::Help);
        }
        match name.as_str() {
            "help" | "--help" | "-h" => Ok(Self::Help),
            "demo" => Demo::parse(rest).map(Self::Demo),
            "dev" => Demo::parse(rest).map(Self::Dev),
            "sandbox" => Ok(Self::Sandbox(without_separator(rest))),
            "setup" => without_arguments(Self::Setup, &name, &rest),
            "dist" => shipment(&rest).map(Self::Dist),
            "test" if rest == ["--timings"] => Ok(Self::Timings),
            "test" if rest == ["--engines"] => Ok(Self::Test(Engines::All)),
            "test" => without_arguments(Self::Test(Engines::Sample), &name, &rest),
            "check" => without_arguments(Self::Check, &name, &rest),
            "audit" => without_arguments(Self::Audit, &name, &rest),
            "update" => without_arguments(Self::Update, &name, &rest),
            "bench" => Bench::parse(rest).map(Self::Bench),
            "soak" => Ok(Self::Soak(rest)),
            "screens" if rest == ["--accept"] => Ok(Self::Screens(Screens::Accept)),
            "screens" => without_arguments(Self::Screens(Screens::Compare), &name, &rest),
            "snippets" => without_arguments(Self::Snippets, &name, &rest),
            "seal" => without_arguments(Self::Seal, &name, &rest),
            _ => Err(Failure::Usage(format!("there is no command `{name}`"))),
        }
    }
}

impl Bench {
    fn parse(mut arguments: Vec<String>) -> Result<Self, Failure> {
        match arguments.first().map(String::as_str) {
            None => Ok(Self::Sandbox),
            Some("directory") => Ok(Self::Directory(arguments.split_off(1))),
            Some("runs") => Ok(Self::Runs(arguments.split_off(1))),
            Some("start") => Ok(Self::Start(arguments.split_off(1))),
            Some(other) => Err(Failure::Usage(format!("`bench` measures no `{other}`"))),
        }
    }
}

impl Demo {
    fn parse(arguments: Vec<String>) -> Result<Self, Failure> {
        let mut demo = Self { users: DEMO_USERS.to_owned(), open: false, rest: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--open" => demo.open = true,
                "--users" => demo.users = value(&argument, arguments.next())?,
                "--" => {
                    demo.rest = arguments.collect();
                    break;
                }
                _ => {
                    return Err(Failure::Usage(format!(
                        "`demo` has no option `{argument}` (the sandbox's options follow `--`)"
                    )));
                }
            }
        }
        Ok(demo)
    }
}

fn shipment(arguments: &[String]) -> Result<Shipment, Failure> {
    match arguments {
        [] => Ok(Shipment::Page(Edition::Product)),
        [only] if only == "--demo" => Ok(Shipment::Page(Edition::Demo)),
        [only] if only == "--npm" => Ok(Shipment::Package),
        [first, ..] => {
            Err(Failure::Usage(format!("`dist` takes `--npm`, `--demo` or nothing, but got `{first}`")))
        }
    }
}

fn value(option: &str, value: Option<String>) -> Result<String, Failure> {
    value.ok_or_else(|| Failure::Usage(format!("`{option}` needs a value")))
}

fn without_arguments(command: Command, name: &str, rest: &[String]) -> Result<Command, Failure> {
    match rest.first() {
        None => Ok(command),
        Some(argument) => Err(Failure::Usage(format!("`{name}` takes no arguments, but got `{argument}`"))),
    }
}

fn asks_for_help(arguments: &[String]) -> bool {
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| argument == "--help" || argument == "-h")
}

fn without_separator(mut arguments: Vec<String>) -> Vec<String> {
    if arguments.first().is_some_and(|first| first == "--") {
        arguments.remove(0);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, Failure> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn no_command_prints_the_help() {
        assert_eq!(parse("").unwrap(), Command::Help);
        assert_eq!(parse("--help").unwrap(), Command::Help);
        assert_eq!(parse("dist --help").unwrap(), Command::Help);
    }

    #[test]
    fn an_unknown_command_is_named_in_the_message() {
        let failure = parse("deploy").unwrap_err();
        assert!(matches!(failure, Failure::Usage(_)));
        assert!(failure.to_string().contains("`deploy`"), "{failure}");
    }

    #[test]
    fn a_demo_without_options_shows_250_users_and_opens_nothing() {
        let expected = Demo { users: "250".to_owned(), open: false, rest: Vec::new() };
        assert_eq!(parse("demo").unwrap(), Command::Demo(expected));
    }

    #[test]
    fn arguments_after_two_dashes_reach_the_sandbox_unchanged() {
        let Command::Demo(demo) = parse("demo --users 9 --open -- --seed 3 --help").unwrap() else {
            panic!("should parse as a demo");
        };
        assert_eq!((demo.users.as_str(), demo.open), ("9", true));
        assert_eq!(demo.rest, ["--seed", "3", "--help"]);
    }

    #[test]
    fn an_option_of_the_sandbox_before_the_dashes_is_refused() {
        let failure = parse("demo --seed 3").unwrap_err();
        assert!(failure.to_string().contains("`--seed`"), "{failure}");
    }

    #[test]
    fn an_option_without_its_value_is_refused() {
        assert!(parse("demo --users").unwrap_err().to_string().contains("`--users` needs a value"));
    }

    #[test]
    fn the_sandbox_takes_options_with_or_without_the_dashes() {
        let expected = Command::Sandbox(vec!["--seed".to_owned(), "1".to_owned()]);
        assert_eq!(parse("sandbox -- --seed 1").unwrap(), expected);
        assert_eq!(parse("sandbox --seed 1").unwrap(), expected);
    }

    #[test]
    fn a_measurement_gets_its_options_unparsed() {
        assert_eq!(parse("bench").unwrap(), Command::Bench(Bench::Sandbox));
        let expected = Bench::Directory(vec!["--rounds".to_owned(), "3".to_owned()]);
        assert_eq!(parse("bench directory --rounds 3").unwrap(), Command::Bench(expected));
        let expected = Bench::Runs(vec!["--quick".to_owned(), "pace".to_owned()]);
        assert_eq!(parse("bench runs --quick pace").unwrap(), Command::Bench(expected));
        let expected = Bench::Start(vec!["--quick".to_owned()]);
        assert_eq!(parse("bench start --quick").unwrap(), Command::Bench(expected));
        assert!(parse("bench --quick").unwrap_err().to_string().contains("`--quick`"));
    }

    #[test]
    fn dist_builds_the_page_unless_the_demo_or_the_package_is_requested() {
        assert_eq!(parse("dist").unwrap(), Command::Dist(Shipment::Page(Edition::Product)));
        assert_eq!(parse("dist --demo").unwrap(), Command::Dist(Shipment::Page(Edition::Demo)));
        assert_eq!(parse("dist --npm").unwrap(), Command::Dist(Shipment::Package));
        assert!(parse("dist --fast").unwrap_err().to_string().contains("`--fast`"));
    }

    #[test]
    fn references_are_stored_only_when_that_is_requested() {
        assert_eq!(parse("screens").unwrap(), Command::Screens(Screens::Compare));
        assert_eq!(parse("screens --accept").unwrap(), Command::Screens(Screens::Accept));
        assert!(parse("screens --all").unwrap_err().to_string().contains("`--all`"));
    }

    #[test]
    fn a_command_without_options_refuses_them() {
        assert!(parse("test --fast").unwrap_err().to_string().contains("`--fast`"));
    }

    #[test]
    fn every_command_is_listed_in_the_help() {
        for name in [
            "audit", "demo", "dev", "sandbox", "check", "test", "screens", "snippets", "bench", "soak",
            "dist", "setup", "seal", "update", "help",
        ] {
            assert!(HELP.contains(&format!("\n  {name} ")), "{name}");
        }
    }
}
