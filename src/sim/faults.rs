//! What may go wrong in a call of the stand-in, and what flyctl and the platform do then.
//!
//! A fault happens to one call, which is known by its number. It is asked for by variables of the environment, because
//! the program between the caller and the stand-in is a shell script.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value as Json;

use super::config;
use super::state::{App, Bucket, Database, Record, State, Volume};

/// Whom the names belong to that were taken away.
pub const STRANGER: &str = "somebody-else";
/// What is said to have made volumes that nobody asked for.
const ELSEWHERE: &str = "somebody else";

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The caller and the command are killed before anything happened.
    Killed,
    /// They are killed when all has happened.
    KilledAfter,
    /// They are killed after the first of several things that the command does.
    KilledHalfway,
    /// All has happened, and the connection breaks before the answer.
    ReplyLost,
    /// The connection breaks after the first of several things that the command does.
    HalfDone,
    /// An error of the server, before anything happened.
    ServerError,
    /// Too many requests (flyctl-commands 6: only some of them are repeated by flyctl itself).
    TooManyRequests,
    /// No answer in time, though all has happened (flyctl-commands 5.2: exit code 126).
    Timeout,
    /// Nothing is printed, and the exit code is 0.
    EmptyReply,
    /// Something else than the answer is printed, and the exit code is 0.
    NotJson,
    /// The region has no room for what the command would start.
    NoCapacity,
    /// The region has room for one machine.
    RoomForOne,
    /// The name belongs to another organisation.
    NameTaken,
    /// There is a volume of the name in a region where nobody wants one.
    VolumeElsewhere,
    /// From this call on the token sees neither apps nor data services, and may change nothing.
    SeesLess,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Killed,
        Self::KilledAfter,
        Self::KilledHalfway,
        Self::ReplyLost,
        Self::HalfDone,
        Self::ServerError,
        Self::TooManyRequests,
        Self::Timeout,
        Self::EmptyReply,
        Self::NotJson,
        Self::NoCapacity,
        Self::RoomForOne,
        Self::NameTaken,
        Self::VolumeElsewhere,
        Self::SeesLess,
    ];

    /// Its name in the environment.
    pub fn name(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::KilledAfter => "killed-after",
            Self::KilledHalfway => "killed-halfway",
            Self::ReplyLost => "reply-lost",
            Self::HalfDone => "half-done",
            Self::ServerError => "server-error",
            Self::TooManyRequests => "too-many-requests",
            Self::Timeout => "timeout",
            Self::EmptyReply => "empty-reply",
            Self::NotJson => "not-json",
            Self::NoCapacity => "no-capacity",
            Self::RoomForOne => "room-for-one",
            Self::NameTaken => "name-taken",
            Self::VolumeElsewhere => "volume-elsewhere",
            Self::SeesLess => "sees-less",
        }
    }

    /// What it is, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Killed => "killed before the effect",
            Self::KilledAfter => "killed after the effect",
            Self::KilledHalfway => "killed halfway through the effect",
            Self::ReplyLost => "effect done, reply lost",
            Self::HalfDone => "effect half done, reply lost",
            Self::ServerError => "error of the server (500)",
            Self::TooManyRequests => "too many requests (429)",
            Self::Timeout => "timeout, effect done",
            Self::EmptyReply => "empty reply",
            Self::NotJson => "reply that is no JSON",
            Self::NoCapacity => "region without capacity",
            Self::RoomForOne => "region with room for one machine",
            Self::NameTaken => "name taken by another organisation",
            Self::VolumeElsewhere => "volume that exists elsewhere",
            Self::SeesLess => "token that sees less",
        }
    }

    /// The fault of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// Whether it makes a difference to a call that went as this record says.
    pub fn concerns(self, call: &Record) -> bool {
        let command = call.command.as_str();
        match self {
            Self::Killed | Self::ServerError | Self::TooManyRequests | Self::Timeout => true,
            // What nobody reads may be anything.
            Self::EmptyReply | Self::NotJson => !call.discarded,
            // Without an effect, a lost reply is an error like any other.
            Self::KilledAfter | Self::ReplyLost => call.changed,
            Self::KilledHalfway | Self::HalfDone => {
                call.changed && (call.made.len() > 1 || ["storage create", "postgres attach"].contains(&command))
            }
            Self::NoCapacity => call.changed && STARTS.contains(&command),
            Self::RoomForOne => call.made.iter().filter(|id| is_machine(id)).count() > 1,
            Self::NameTaken => call.changed && NAMES.contains(&command),
            Self::VolumeElsewhere => ["volumes create", "deploy", "scale count"].contains(&command),
            // Version and organisation need no rights of their own.
            Self::SeesLess => !["version", "orgs show"].contains(&command),
        }
    }
}

/// Commands that give out names of one namespace for everybody.
const NAMES: [&str; 4] = ["apps create", "postgres create", "redis create", "storage create"];
/// Commands that need room on a host.
const STARTS: [&str; 6] =
    ["deploy", "scale count", "machine clone", "machine run", "postgres create", "volumes create"];

/// Whether an id is that of a machine: fourteen hexadecimal digits.
fn is_machine(id: &str) -> bool {
    id.len() == 14 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What goes wrong in a call, as the environment says. The numbers are those of the records.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// `FLY_SIM_FAULT`: `7:timeout` is what happens to the seventh call.
    one: Option<(u64, Fault)>,
    /// `FLY_SIM_ELSEWHERE`: the region of [`Fault::VolumeElsewhere`], which nothing else uses.
    pub(super) elsewhere: String,
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
    pub(super) fn of(environment: &BTreeMap<String, Vec<u8>>) -> Self {
        let text = |name: &str| environment.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
        let list = |name: &str| -> Vec<String> {
            let text = text(name).unwrap_or_default();
            text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        };
        let number = |name: &str| text(name).and_then(|text| text.parse().ok());
        let one = text("FLY_SIM_FAULT");
        let one = one.as_deref().and_then(|text| text.split_once(':'));
        Self {
            one: one.and_then(|(number, fault)| Some((number.parse().ok()?, Fault::named(fault)?))),
            elsewhere: text("FLY_SIM_ELSEWHERE").unwrap_or_default(),
            stop: number("FLY_SIM_STOP_AFTER"),
            lose: number("FLY_SIM_LOSE_REPLY"),
            fail: list("FLY_SIM_FAIL"),
            garble: list("FLY_SIM_GARBLE"),
            garble_with: environment.get("FLY_SIM_GARBLE_WITH").cloned().unwrap_or_default(),
        }
    }

    /// What happens to a call.
    pub(super) fn at(&self, number: u64, command: &str) -> Option<Fault> {
        let has = |list: &[String]| list.iter().any(|listed| listed == command);
        if self.stop == Some(number) || has(&self.fail) {
            return Some(Fault::ServerError);
        }
        if self.lose == Some(number) {
            return Some(Fault::ReplyLost);
        }
        match self.one {
            Some((at, fault)) if at == number || fault == Fault::SeesLess && at < number => Some(fault),
            _ => has(&self.garble).then_some(Fault::NotJson),
        }
    }

    /// What is printed in place of an answer.
    pub(super) fn nonsense(&self) -> Vec<u8> {
        match self.one {
            Some(_) => b"<html><title>502 Bad Gateway</title></html>\n".to_vec(),
            None => self.garble_with.clone(),
        }
    }
}

/// Kills the group of processes that the command runs in: the shell script, its subshells and itself.
pub(super) fn kill() {
    // The standard library cannot send signals; every shell has a `kill` of its own.
    let _ = Command::new("/bin/sh").args(["-c", "kill -9 0"]).status();
}

/// Gives what a command is about to make to a stranger.
pub(super) fn take_name(state: &mut State, command: &str, name: &str) {
    let (name, org) = (name.to_owned(), STRANGER.to_owned());
    match command {
        "apps create" | "postgres create" => {
            state.apps.entry(name).or_insert(App { org, ..App::default() });
        }
        "redis create" => {
            state.databases.entry(name).or_insert(Database { org, ..Database::default() });
        }
        "storage create" => {
            state.buckets.entry(name).or_insert(Bucket { org, ..Bucket::default() });
        }
        _ => {}
    }
}

/// Makes a volume in a region, for each name that a command or a configuration says.
pub(super) fn volume_elsewhere(state: &mut State, app: &str, region: &str, name: Option<&str>, config: Option<&Json>) {
    if !state.apps.contains_key(app) {
        return;
    }
    let of_config = config.into_iter().flat_map(|config| {
        config::groups(config).into_iter().flat_map(move |group| {
            config::mounts(config, &group).into_iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
        })
    });
    let names: std::collections::BTreeSet<String> = name.map(str::to_owned).into_iter().chain(of_config).collect();
    for name in names {
        let id = state.id("vol_");
        let (region, made_by) = (region.to_owned(), ELSEWHERE.to_owned());
        let volume = Volume { id, name, region, made_by, size_gb: 1, ..Volume::default() };
        state.apps.entry(app.to_owned()).or_default().volumes.push(volume);
    }
}

/// Whether a volume was made by [`Fault::VolumeElsewhere`].
pub fn is_elsewhere(volume: &Volume) -> bool {
    volume.made_by == ELSEWHERE
}

/// Takes back what strangers have: the names are free again.
pub fn free_names(state: &mut State) {
    state.apps.retain(|_, app| app.org != STRANGER);
    state.databases.retain(|_, database| database.org != STRANGER);
    state.buckets.retain(|_, bucket| bucket.org != STRANGER);
}
