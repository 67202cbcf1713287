//! A stand-in for `fly`: an account on Fly.io in a folder, for tests of the set-up script and for `flyarch sim`.
//!
//! It takes the words behind `fly`, refuses what `catalogue` refuses, and does to the state what flyctl and the
//! platform would do: also on repetition, where most commands make a second thing. Each behaviour names its source in
//! flyctl (superfly/flyctl at ad0172f) or the section of the facts that were read from it ("flyctl-commands").
//! One file holds one family of commands.
//!
//! It is no part of the compiler: nothing but `cli` may use it, and it uses nothing of the compiler but `facts`. It
//! has no clock and draws nothing, so that equal calls make equal states. It holds no value of a secret, and what it
//! prints in place of credentials begins with `s3cr3t-`, for tests to look for.
#![expect(clippy::disallowed_methods, reason = "the state is a folder, and outlives each call")]

pub mod catalogue;
pub mod state;

mod apps;
mod certs;
mod config;
mod deploy;
mod destroy;
mod ips;
mod machine;
mod managed;
mod output;
mod redis;
mod scale;
mod secrets;
mod storage;
mod unmanaged;
mod volumes;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{Read, Write};
use std::path::Path;

use serde::Serialize;

use crate::facts::FACTS;
use catalogue::Call;
use state::{App, Record, State};

/// Why a command ends with exit code 1: what flyctl prints behind `Error: `.
type Outcome = Result<(), String>;

/// The longest standard input that is read, in bytes.
const MAX_STDIN: u64 = 64 * 1024 * 1024;

/// What goes wrong in a call, as the environment says. The numbers are those of the records.
#[derive(Debug, Default)]
struct Faults {
    /// `FLY_SIM_STOP_AFTER`: this call fails before it has an effect.
    stop: Option<u64>,
    /// `FLY_SIM_LOSE_REPLY`: this call has its effect, prints nothing and fails.
    lose: Option<u64>,
    /// `FLY_SIM_FAIL`: these commands fail, separated by commas: `ips list,apps list`.
    fail: Vec<String>,
    /// `FLY_SIM_GARBLE`: these commands print something else than they should, and exit with 0.
    garble: Vec<String>,
    /// `FLY_SIM_GARBLE_WITH`: what they print.
    garble_with: Vec<u8>,
}

impl Faults {
    fn of(environment: &BTreeMap<String, Vec<u8>>) -> Self {
        let text = |name: &str| environment.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
        let list = |name: &str| -> Vec<String> {
            let text = text(name).unwrap_or_default();
            text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        };
        Self {
            stop: text("FLY_SIM_STOP_AFTER").and_then(|text| text.parse().ok()),
            lose: text("FLY_SIM_LOSE_REPLY").and_then(|text| text.parse().ok()),
            fail: list("FLY_SIM_FAIL"),
            garble: list("FLY_SIM_GARBLE"),
            garble_with: environment.get("FLY_SIM_GARBLE_WITH").cloned().unwrap_or_default(),
        }
    }
}

/// Runs one command on the state in a folder, and returns its exit code. `argv` are the words behind `fly`.
pub fn main(
    folder: &Path,
    argv: &[String],
    environment: impl Iterator<Item = (OsString, OsString)>,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> i32 {
    let environment: BTreeMap<String, Vec<u8>> =
        environment.map(|(name, value)| (name.to_string_lossy().into_owned(), value.into_encoded_bytes())).collect();
    let mut state = match State::load(folder) {
        Ok(state) => state,
        Err(error) => {
            let _ = writeln!(stderr, "the state in {}: {error}", folder.display());
            return 1;
        }
    };
    state.calls += 1;
    let before = state.clone();
    let done = run(&mut state, argv, &environment, stdin);
    let record = Record {
        number: state.calls,
        argv: argv.to_vec(),
        command: done.command,
        refused: done.refused,
        stdin: done.stdin,
        environment: environment.iter().map(|(name, value)| (name.clone(), state::digest(value))).collect(),
        exit: done.exit,
        changed: !state.same_things(&before),
    };
    let written = stdout.write_all(&done.stdout).and_then(|()| stdout.flush());
    let written = written.and_then(|()| stderr.write_all(&done.stderr));
    // A reader that has gone is no failure of the platform; a state that cannot be kept is one of the stand-in.
    drop(written);
    if let Err(error) = state.save(folder).and_then(|()| record.append(folder)) {
        let _ = writeln!(stderr, "the state in {}: {error}", folder.display());
        return 1;
    }
    done.exit
}

#[derive(Default)]
struct Done {
    command: String,
    refused: Option<String>,
    stdin: Option<Vec<u8>>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    exit: i32,
}

fn run(state: &mut State, argv: &[String], environment: &BTreeMap<String, Vec<u8>>, stdin: &mut dyn Read) -> Done {
    let faults = Faults::of(environment);
    let number = state.calls;
    let error = |text: &str| format!("Error: {text}\n").into_bytes();
    let call = match catalogue::check(argv) {
        Ok(call) => call,
        Err(why) => return Done { stderr: error(&why), refused: Some(why), exit: 1, ..Done::default() },
    };
    let command = call.command.clone();
    if faults.stop == Some(number) || faults.fail.contains(&command) {
        return Done { command, stderr: error("the server is unavailable (503)"), exit: 1, ..Done::default() };
    }
    let mut cx = Cx {
        call: &call,
        state,
        stdin,
        read: None,
        out: Vec::new(),
        err: Vec::new(),
        token: token(environment),
        refused: None,
    };
    let outcome = cx.dispatch();
    let (read, mut stdout, mut stderr, refused) = (cx.read, cx.out, cx.err, cx.refused);
    let mut exit = 0;
    if let Err(why) = outcome {
        stderr.extend(error(&why));
        exit = 1;
    }
    if faults.lose == Some(number) {
        stdout.clear();
        stderr.clear();
        exit = 1;
    }
    if faults.garble.contains(&command) {
        stdout = faults.garble_with;
    }
    Done { command, refused, stdin: read, stdout, stderr, exit }
}

/// The token that flyctl would use: the first variable that is set counts, even when it is empty (flyctl-commands 0.4).
fn token(environment: &BTreeMap<String, Vec<u8>>) -> String {
    let found = ["FLY_ACCESS_TOKEN", "FLY_API_TOKEN"].iter().find_map(|name| environment.get(*name));
    found.map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
}

/// What a command has at hand.
struct Cx<'a> {
    call: &'a Call,
    state: &'a mut State,
    stdin: &'a mut dyn Read,
    /// What was read from standard input.
    read: Option<Vec<u8>>,
    out: Vec<u8>,
    err: Vec<u8>,
    token: String,
    refused: Option<String>,
}

impl Cx<'_> {
    fn dispatch(&mut self) -> Outcome {
        if self.call.command == "version" {
            apps::version(self);
            return Ok(());
        }
        if self.token.is_empty() {
            return Err("no access token available. Please login with 'flyctl auth login'".to_owned());
        }
        match self.call.command.as_str() {
            "orgs show" => apps::show_org(self),
            "apps list" => apps::list(self),
            "apps create" => apps::create(self),
            "ips list" => ips::list(self),
            "ips allocate-v4" => ips::allocate_v4(self),
            "ips allocate-v6" => ips::allocate_v6(self),
            "ips allocate-egress" => ips::allocate_egress(self),
            "volumes list" => volumes::list(self),
            "volumes create" => volumes::create(self),
            "volumes update" => volumes::update(self),
            "volumes extend" => volumes::extend(self),
            "secrets list" => secrets::list(self),
            "secrets import" => secrets::import(self),
            "secrets set" => secrets::set(self),
            "mpg list" => managed::list(self),
            "mpg create" => managed::create(self),
            "mpg attach" => managed::attach(self),
            "postgres create" => unmanaged::create(self),
            "postgres attach" => unmanaged::attach(self),
            "machine list" => machine::list(self),
            "machine clone" => machine::clone(self),
            "redis list" => redis::list(self),
            "redis create" => redis::create(self),
            "redis status" => redis::status(self),
            "storage list" => storage::list(self),
            "storage create" => storage::create(self),
            "storage status" => storage::status(self),
            "storage update" => storage::update(self),
            "releases" => config::releases(self),
            "config show" => config::show(self),
            "deploy" => deploy::deploy(self),
            "scale show" => scale::show(self),
            "scale count" => scale::count(self),
            "certs list" => certs::list(self),
            "certs add" => certs::add(self),
            "certs check" => certs::check(self),
            "platform status" => {
                apps::platform_status(self);
                Ok(())
            }
            "apps destroy" => destroy::apps(self),
            "machine destroy" => destroy::machines(self),
            "ips release" => destroy::address(self),
            "ips release-egress" => destroy::egress(self),
            "mpg destroy" => destroy::cluster(self),
            "redis destroy" => destroy::database(self),
            "storage destroy" => destroy::bucket(self),
            other => {
                let why = format!("the stand-in does not know how to do `{other}`");
                self.refused = Some(why.clone());
                Err(why)
            }
        }
    }

    fn print(&mut self, text: impl Display) {
        self.out.extend(text.to_string().into_bytes());
    }

    fn print_json(&mut self, value: &impl Serialize) {
        self.out.extend(output::json(value));
    }

    /// All of standard input.
    fn read_stdin(&mut self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        self.stdin.take(MAX_STDIN).read_to_end(&mut bytes).map_err(|error| format!("reading stdin: {error}"))?;
        self.read = Some(bytes.clone());
        Ok(bytes)
    }

    /// The name behind `--app`, of an app that the token sees.
    fn app_name(&self) -> Result<String, String> {
        let name = self.call.text("app").unwrap_or_default();
        self.app(name).map(|_| name.to_owned())
    }

    /// An app that the token sees. Of others not even the existence is told.
    fn app(&self, name: &str) -> Result<&App, String> {
        let seen = self.state.apps.get(name).filter(|app| self.state.organizations.contains_key(&app.org));
        seen.ok_or_else(|| format!("Could not find App \"{name}\""))
    }

    /// An app whose existence [`Cx::app_name`] has told.
    fn app_mut(&mut self, name: &str) -> &mut App {
        self.state.apps.entry(name.to_owned()).or_default()
    }

    /// The organisation behind `--org`, which the token must see.
    fn org(&self) -> Result<String, String> {
        let slug = self.call.text("org").unwrap_or_default();
        if self.state.organizations.contains_key(slug) {
            return Ok(slug.to_owned());
        }
        Err(format!("Could not find Organization with slug \"{slug}\""))
    }

    /// The region behind `--region`, which must be one of today's (flyctl internal/prompt/prompt.go).
    fn region(&self) -> Result<String, String> {
        region(self.call.text("region").unwrap_or_default())
    }
}

fn region(code: &str) -> Result<String, String> {
    FACTS.region(code).map(|region| region.code.to_owned()).ok_or_else(|| format!("region {code} not found"))
}

/// A moment as flyctl prints it. All of them lie in January 2026.
fn moment(tick: u64) -> String {
    let (seconds, minutes, hours, day) = (tick % 60, tick / 60 % 60, tick / 3600 % 24, 1 + tick / 86_400 % 31);
    format!("2026-01-{day:02}T{hours:02}:{minutes:02}:{seconds:02}Z")
}

/// What stands in the place of credentials: recognisable, and different for every use.
fn fake_secret(what: &str, id: &str) -> String {
    format!("s3cr3t-{what}-{id}")
}
