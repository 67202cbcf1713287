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
pub mod faults;
pub mod state;

mod apps;
mod certs;
mod config;
mod consul;
mod deploy;
mod destroy;
mod ips;
mod launch;
mod machine;
mod managed;
mod output;
mod redis;
mod scale;
mod secrets;
mod storage;
mod tokens;
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
use faults::{Fault, Faults};
use state::{App, Record, State};

/// Why a command ends with exit code 1: what flyctl prints behind `Error: `.
type Outcome = Result<(), String>;

/// The longest standard input that is read, in bytes.
const MAX_STDIN: u64 = 64 * 1024 * 1024;

/// What a command reads from and prints to.
pub struct Streams<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// Standard error.
    pub stderr: &'a mut dyn Write,
    /// Whether standard output is the null device.
    pub discarded: bool,
}

/// Runs one command on the state in a folder, and returns its exit code. `argv` are the words behind `fly`.
pub fn main(
    folder: &Path,
    argv: &[String],
    environment: impl Iterator<Item = (OsString, OsString)>,
    streams: Streams<'_>,
) -> i32 {
    let Streams { stdin, stdout, stderr, discarded } = streams;
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
    let changed = !state.same_things(&before);
    let (made, gone) = if changed { state.difference(&before) } else { Default::default() };
    let record = Record {
        number: state.calls,
        argv: argv.to_vec(),
        command: done.command,
        refused: done.refused,
        stdin: done.stdin,
        environment: environment.iter().map(|(name, value)| (name.clone(), state::short_digest(value))).collect(),
        discarded,
        exit: done.exit,
        changed,
        made,
        gone,
    };
    let keep =
        || if changed { state.save(folder) } else { state.save_calls(folder) }.and_then(|()| record.append(folder));
    if done.killed {
        if let Err(error) = keep() {
            let _ = writeln!(stderr, "the state in {}: {error}", folder.display());
        }
        faults::kill();
        return 137;
    }
    let written = stdout.write_all(&done.stdout).and_then(|()| stdout.flush());
    let written = written.and_then(|()| stderr.write_all(&done.stderr));
    // A reader that has gone is no failure of the platform; a state that cannot be kept is one of the stand-in.
    drop(written);
    if let Err(error) = keep() {
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
    /// Whether the command and its caller are to be killed.
    killed: bool,
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
    let fault = faults.at(number, &command);
    let failed =
        |text: &str, exit: i32| Done { command: command.clone(), stderr: error(text), exit, ..Done::default() };
    match fault {
        Some(Fault::ServerError | Fault::TooManyRequests) if consul::swallows(&command) => {
            return Done { command, ..Done::default() };
        }
        Some(Fault::Killed) => return Done { killed: true, ..failed("killed", 137) },
        Some(Fault::ServerError) => return failed("server returned a non-200 status code: 500", 1),
        Some(Fault::TooManyRequests) => return failed("server returned a non-200 status code: 429", 1),
        _ => {}
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
        effects: match fault {
            Some(Fault::HalfDone | Fault::KilledHalfway) => Some(1),
            _ => None,
        },
        room: match fault {
            Some(Fault::NoCapacity) => Some(0),
            Some(Fault::RoomForOne) => Some(1),
            _ => None,
        },
        sees_less: fault == Some(Fault::SeesLess),
    };
    cx.meet(fault, &faults.elsewhere);
    let outcome = cx.dispatch();
    let (read, mut stdout, mut stderr, refused) = (cx.read, cx.out, cx.err, cx.refused);
    let mut exit = 0;
    if let Err(why) = outcome {
        stderr.extend(error(&why));
        exit = 1;
    }
    match fault {
        Some(Fault::ReplyLost | Fault::HalfDone) => {
            (stdout, stderr, exit) = (Vec::new(), error("read: connection reset by peer"), 1);
        }
        Some(Fault::Timeout) => (stdout, stderr, exit) = (Vec::new(), error("context deadline exceeded"), 126),
        Some(Fault::EmptyReply) => stdout.clear(),
        Some(Fault::NotJson) => stdout = faults.nonsense(),
        _ => {}
    }
    let killed = matches!(fault, Some(Fault::KilledAfter | Fault::KilledHalfway));
    Done { command, refused, stdin: read, stdout, stderr, exit, killed }
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
    /// How many more of the things that the command does may happen, when a fault stops it halfway.
    effects: Option<u32>,
    /// For how many machines or volumes there is room, when a fault says so.
    room: Option<u32>,
    /// Whether the token sees neither apps nor data services.
    sees_less: bool,
}

impl Cx<'_> {
    /// Lets others do what a fault says, before the command runs.
    fn meet(&mut self, fault: Option<Fault>, elsewhere: &str) {
        let first = self.call.words.first().map(String::as_str);
        match fault {
            Some(Fault::NameTaken) => {
                let name = first.or(self.call.text("name")).unwrap_or_default();
                faults::take_name(self.state, &self.call.command, name);
            }
            Some(Fault::VolumeElsewhere) => {
                let app = self.call.text("app").unwrap_or_default();
                let name = first.filter(|_| self.call.command == "volumes create");
                let config = match self.call.command.as_str() {
                    "deploy" => config::path(self).and_then(|path| config::read(&path)).ok(),
                    "scale count" => config::remote(self, app).ok(),
                    _ => None,
                };
                faults::volume_elsewhere(self.state, app, elsewhere, name, config.as_ref());
            }
            _ => {}
        }
    }

    /// Begins one of several things that a command does, unless a fault stops it there.
    fn effect(&mut self) -> Outcome {
        match &mut self.effects {
            Some(0) => Err("read: connection reset by peer".to_owned()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Takes room for one machine or volume (flyctl passes the words of the Machines API on).
    fn take_room(&mut self, what: &str) -> Outcome {
        match &mut self.room {
            Some(0) => Err(format!(
                "{what}: insufficient resources available to fulfill request: could not reserve resource for machine: insufficient CPUs available to fulfill request"
            )),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn dispatch(&mut self) -> Outcome {
        if self.call.command == "version" {
            apps::version(self);
            return Ok(());
        }
        if self.token.is_empty() {
            return Err("no access token available. Please login with 'flyctl auth login'".to_owned());
        }
        if self.sees_less {
            return self.dispatch_blind();
        }
        self.dispatch_seeing()
    }

    /// What a token that may not see apps and data services gets: lists of the organisation without them, and errors.
    fn dispatch_blind(&mut self) -> Outcome {
        let hidden = (
            std::mem::take(&mut self.state.apps),
            std::mem::take(&mut self.state.clusters),
            std::mem::take(&mut self.state.databases),
            std::mem::take(&mut self.state.buckets),
        );
        let changes = ["create", "attach", "update", "destroy"];
        let outcome = if self.call.command.split(' ').any(|word| changes.contains(&word)) {
            let taken = self.call.words.first().is_some_and(|name| hidden.0.contains_key(name));
            let why = if taken {
                "Validation failed: Name has already been taken"
            } else {
                "You are not authorized to do that"
            };
            Err(why.to_owned())
        } else {
            self.dispatch_seeing()
        };
        (self.state.apps, self.state.clusters, self.state.databases, self.state.buckets) = hidden;
        outcome
    }

    fn dispatch_seeing(&mut self) -> Outcome {
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
            "volumes fork" => volumes::fork(self),
            "secrets list" => secrets::list(self),
            "secrets import" => secrets::import(self),
            "secrets set" => secrets::set(self),
            "mpg list" => managed::list(self),
            "mpg create" => managed::create(self),
            "mpg attach" => managed::attach(self),
            "mpg status" => managed::status(self),
            "mpg databases list" => managed::databases(self),
            "mpg databases create" => managed::create_database(self),
            "mpg users list" => managed::users(self),
            "mpg users create" | "mpg users set-role" => managed::set_user(self),
            "mpg databases extensions list" => managed::extensions(self),
            "mpg databases extensions enable" => managed::enable_extension(self),
            "postgres create" => unmanaged::create(self),
            "postgres attach" => unmanaged::attach(self),
            "machine list" => machine::list(self),
            "machine clone" => machine::clone(self),
            "machine run" | "machine create" => machine::run(self),
            "machine update" => machine::update(self),
            "consul attach" => consul::attach(self),
            "consul detach" => consul::detach(self),
            "tokens list" => tokens::list(self),
            "tokens revoke" => {
                tokens::revoke(self);
                Ok(())
            }
            "tokens create deploy" | "tokens create org" | "tokens create readonly" => tokens::create(self),
            "auth whoami" => {
                tokens::whoami(self);
                Ok(())
            }
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
