//! What a deploy makes of a fly.toml: the configuration of the machines of a process group, and where two of them differ.
//!
//! `tests/drift.rs` compares it with what flyctl itself has made of files. Source: flyctl at ad0172f,
//! `internal/appconfig/machines.go` (`updateMachineConfig`), `service.go`, `processgroups.go` (`Flatten`), and the keys of
//! fly-go `machine_types.go`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::facts::Facts;
use crate::fly_toml::meaning;
use crate::guest::Guest;
use crate::model::{App, Group};
use crate::value::{Duration, Seconds, VolumeSize, go_duration};

/// Leaves of a configuration by their paths: `env.PORT`, `services.0.ports.1.port`.
pub(super) type Leaves = BTreeMap<String, String>;

/// What the machines of an app get, but for their images.
pub(super) struct Expected {
    config: Json,
    /// All groups, and the one that sections are for which name none.
    default: String,
}

impl Expected {
    /// Nothing where a file beside the configuration has a say in it: `machine_config`, and a compose file.
    pub(super) fn of(app: &App) -> Option<Self> {
        let toml = &app.toml;
        let composed = toml.build.as_ref().is_some_and(|build| build.compose.is_some());
        let experimental = toml.experimental.as_ref().is_some_and(|section| section.machine_config.is_some());
        if composed || experimental || toml.machine_config.is_some() {
            return None;
        }
        let config: toml::Table = toml::from_str(&meaning(toml)).ok()?;
        let mut names: Vec<&str> = app.groups.iter().map(|group| group.name.as_str()).collect();
        names.sort_unstable();
        let default = names.iter().find(|name| **name == "app").or(names.first())?;
        Some(Self { default: (*default).to_owned(), config: serde_json::to_value(config).ok()? })
    }

    /// The configuration of a group, with the keys of the Machines API.
    pub(super) fn machine(&self, app: &App, group: &Group, facts: &Facts) -> Leaves {
        let name = group.name.as_str();
        let mut out = Map::new();
        let mut env = self.config.get("env").and_then(Json::as_object).cloned().unwrap_or_default();
        env.insert("FLY_PROCESS_GROUP".to_owned(), json!(name));
        if let Some(region) = self.config.get("primary_region") {
            env.insert("PRIMARY_REGION".to_owned(), region.clone());
        }
        out.insert("env".to_owned(), Json::Object(env));
        out.insert("init".to_owned(), self.init(group));
        if let Some(guest) = Guest::of_group(app, group, facts) {
            let guest = json!({"cpu_kind": guest.kind, "cpus": guest.cpus, "memory_mb": guest.memory_mb});
            out.insert("guest".to_owned(), guest);
        }
        out.insert("services".to_owned(), Json::Array(self.services(name)));
        let checks = self.config.get("checks").and_then(Json::as_object).into_iter().flatten();
        let checks = checks.filter(|(_, check)| self.is_for(check, name)).map(|(key, check)| {
            let mut check = self::check(check, None);
            let port = || self.sections("http_service", name).first()?.get("internal_port").cloned();
            if check.get("port").is_none()
                && let Some(port) = port()
            {
                check["port"] = port;
            }
            (key.clone(), check)
        });
        out.insert("checks".to_owned(), Json::Object(checks.collect()));
        let mounts = self.sections("mounts", name).into_iter().map(mount).collect();
        out.insert("mounts".to_owned(), Json::Array(mounts));
        if let Some(restart) = self.sections("restart", name).last() {
            let policy = restart.get("policy").and_then(Json::as_str).unwrap_or_default();
            let policy = if policy == "never" { "no" } else { policy };
            out.insert("restart".to_owned(), json!({"policy": policy, "max_retries": restart.get("retries")}));
        }
        let stop = json!({"signal": self.config.get("kill_signal"), "timeout": self.config.get("kill_timeout")});
        out.insert("stop_config".to_owned(), stop);
        if let Some(metrics) = self.sections("metrics", name).first() {
            out.insert("metrics".to_owned(), without(metrics, &["processes"]));
        }
        out.insert("statics".to_owned(), self.config.get("statics").cloned().unwrap_or_default());
        // Every group gets every file, whatever `processes` says (flyctl `internal/appconfig/config.go`, MergeFiles).
        let files = list(self.config.get("files")).into_iter().map(|file| {
            let content = file.get("raw_value").and_then(Json::as_str).map(|text| BASE64.encode(text.as_bytes()));
            let mut file = without(file, &["processes"]);
            file["raw_value"] = json!(content);
            file
        });
        out.insert(FILES.to_owned(), files.collect());
        leaves(&Json::Object(out))
    }

    fn init(&self, group: &Group) -> Json {
        let experimental = |key: &str| self.config.get("experimental").and_then(|section| section.get(key)).cloned();
        let command = group.command.as_ref().filter(|command| !command.is_empty());
        let words = command.and_then(|command| crate::fly_toml::command::split(command).ok());
        let command = words.map_or_else(
            || experimental("cmd").unwrap_or_default(),
            |words| words.words.into_iter().map(|word| word.text).collect(),
        );
        json!({"cmd": command, "entrypoint": experimental("entrypoint"), "exec": experimental("exec"),
            "swap_size_mb": self.config.get("swap_size_mb")})
    }

    fn is_for(&self, section: &Json, group: &str) -> bool {
        let names: Vec<&str> =
            section.get("processes").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        if names.is_empty() { group == self.default } else { names.contains(&group) }
    }

    /// The sections of a name that are for a group. One may stand alone, or in a list.
    fn sections(&self, key: &str, group: &str) -> Vec<&Json> {
        let all: Vec<&Json> = match self.config.get(key) {
            Some(Json::Array(items)) => items.iter().collect(),
            Some(section) => vec![section],
            None => Vec::new(),
        };
        all.into_iter().filter(|section| self.is_for(section, group)).collect()
    }

    fn services(&self, group: &str) -> Vec<Json> {
        let http = self.sections("http_service", group).into_iter().map(|http| {
            let mut first = json!({"port": 80, "handlers": ["http"], "http_options": http.get("http_options")});
            first["force_https"] = http.get("force_https").cloned().unwrap_or_default();
            let second = json!({"port": 443, "handlers": ["http", "tls"], "http_options": http.get("http_options"),
                "tls_options": http.get("tls_options")});
            let mut service = service(http);
            service["protocol"] = json!("tcp");
            service["ports"] = json!([first, second]);
            service["checks"] = list(http.get("checks")).into_iter().map(|item| check(item, Some("http"))).collect();
            service
        });
        let others = self.sections("services", group).into_iter().map(|section| {
            let mut service = service(section);
            let tcp = list(section.get("tcp_checks")).into_iter().map(|item| check(item, Some("tcp")));
            let http = list(section.get("http_checks")).into_iter().map(|item| check(item, Some("http")));
            service["checks"] = tcp.chain(http).collect();
            service["protocol"] = section.get("protocol").cloned().unwrap_or_default();
            service["ports"] = section.get("ports").cloned().unwrap_or_default();
            service
        });
        http.chain(others).collect()
    }
}

fn list(value: Option<&Json>) -> Vec<&Json> {
    match value {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(table @ Json::Object(_)) => vec![table],
        _ => Vec::new(),
    }
}

/// What both forms of a service have.
fn service(section: &Json) -> Json {
    json!({"internal_port": section.get("internal_port"), "autostop": section.get("auto_stop_machines"),
        "autostart": section.get("auto_start_machines"), "min_machines_running": section.get("min_machines_running"),
        "concurrency": section.get("concurrency")})
}

fn check(section: &Json, kind: Option<&str>) -> Json {
    let mut check = without(section, &["processes", "headers"]);
    if let Some(kind) = kind {
        check["type"] = json!(kind);
    }
    let headers = section.get("headers").and_then(Json::as_object).into_iter().flatten();
    let headers = headers.map(|(name, value)| json!({"name": name, "values": [value]}));
    check["headers"] = headers.collect();
    check
}

fn mount(section: &Json) -> Json {
    let gigabytes = |key: &str| {
        let text = section.get(key).and_then(Json::as_str)?;
        text.parse::<VolumeSize>().ok().map(|size| size.gigabytes())
    };
    json!({"name": section.get("source"), "path": section.get("destination"),
        "extend_threshold_percent": section.get("auto_extend_size_threshold"),
        "add_size_gb": gigabytes("auto_extend_size_increment"), "size_gb_limit": gigabytes("auto_extend_size_limit")})
}

fn without(section: &Json, keys: &[&str]) -> Json {
    let table = section.as_object().into_iter().flatten();
    table.filter(|(key, _)| !keys.contains(&key.as_str())).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// What of a configuration is compared. The rest is of the platform (`dns`, what of a mount says which volume it is), or
/// of another machine than a deploy makes.
const COMPARED: [&str; 10] =
    ["env", "init", "guest", "services", "checks", "mounts", "restart", "stop_config", "metrics", "statics"];

/// The deepest table that is looked into.
const DEPTH: u32 = 24;

/// The leaves of a configuration, in one spelling each. What says nothing is none: `false`, zero, an empty list.
pub(super) fn leaves(config: &Json) -> Leaves {
    let mut out = Leaves::new();
    for key in COMPARED {
        if let Some(value) = config.get(key) {
            walk(key, key, value, DEPTH, &mut out);
        }
    }
    files(config, &mut out);
    // These are known by one value: a size, and what happens at an end.
    for (key, show) in [("guest", guest as fn(&Leaves) -> String), ("restart", restart)] {
        let below = format!("{key}.");
        let parts: Leaves =
            out.iter().filter(|(path, _)| path.starts_with(&below)).map(|(p, v)| (p.clone(), v.clone())).collect();
        if !parts.is_empty() {
            out.retain(|path, _| !path.starts_with(&below));
            out.insert(key.to_owned(), show(&parts));
        }
    }
    out
}

/// Where files that are written into a machine stand.
const FILES: &str = "files";
/// How it is said that a file has whatever a file beside the spec has: that is not read.
const LOCAL: &str = "the content of ";
/// How it is said that a file has the value of a secret.
const SECRET: &str = "the secret ";
/// How it is said that a dump does not tell.
const UNTOLD: &str = "content that no dump tells";

/// The files that are written into a machine, by their paths. What is in them is not for reports.
fn files(config: &Json, out: &mut Leaves) {
    for file in list(config.get(FILES)) {
        let text = |key: &str| file.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
        let Some(path) = text("guest_path") else { continue };
        let content = match (text("local_path"), text("secret_name"), text("raw_value")) {
            (Some(local), ..) => format!("{LOCAL}{local}"),
            (_, Some(secret), _) => format!("{SECRET}{secret}"),
            (.., Some(raw)) => {
                let bytes = BASE64.decode(raw.as_bytes()).unwrap_or_else(|_| raw.as_bytes().to_vec());
                let digest = HEXLOWER.encode(&Sha256::digest(&bytes)[..6]);
                format!("{} bytes, SHA-256 {digest}…", bytes.len())
            }
            _ => UNTOLD.to_owned(),
        };
        out.insert(format!("{FILES}.{path}"), content);
    }
}

/// Whether nothing can be said of what differs in a file that both have.
fn is_untold(path: &str, want: Option<&String>, have: Option<&String>) -> bool {
    let (Some(want), Some(have)) = (want, have) else { return false };
    let is_secret = have.starts_with(SECRET);
    path.split('.').next() == Some(FILES) && (have == UNTOLD || (want.starts_with(LOCAL) && !is_secret))
}

fn guest(parts: &Leaves) -> String {
    let part = |key: &str| parts.get(key).map_or("?", String::as_str);
    size(part("guest.cpu_kind"), part("guest.cpus"), part("guest.memory_mb"))
}

/// The size of a machine in words: "2 shared CPUs, 512 MB".
pub(super) fn size(kind: &str, cpus: impl Display, memory_mb: impl Display) -> String {
    let cpus = cpus.to_string();
    let plural = if cpus == "1" { "" } else { "s" };
    format!("{cpus} {kind} CPU{plural}, {memory_mb} MB")
}

fn restart(parts: &Leaves) -> String {
    let policy = parts.get("restart.policy").map_or("on-failure", String::as_str);
    match parts.get("restart.max_retries") {
        Some(retries) => format!("{policy}, {retries} retries"),
        None => policy.to_owned(),
    }
}

fn walk(path: &str, key: &str, value: &Json, depth: u32, out: &mut Leaves) {
    if depth == 0 {
        return;
    }
    let mut add = |value: String| drop(out.insert(path.to_owned(), value));
    match value {
        Json::Object(table) => {
            for (key, value) in table {
                walk(&format!("{path}.{key}"), key, value, depth - 1, out);
            }
        }
        Json::Array(items) if key == "headers" => {
            for item in items {
                let name = item.get("name").and_then(Json::as_str).unwrap_or_default();
                let values = item.get("values").and_then(Json::as_array).into_iter().flatten().map(text);
                out.insert(format!("{path}.{name}"), values.collect::<Vec<_>>().join(", "));
            }
        }
        Json::Array(items) if items.iter().any(Json::is_object) => {
            for (at, item) in items.iter().enumerate() {
                walk(&format!("{path}.{at}"), key, item, depth - 1, out);
            }
        }
        Json::Array(items) if items.is_empty() => {}
        Json::Array(items) => {
            let mut items: Vec<String> = items.iter().map(text).collect();
            // In which order they stand means nothing; of a command it does.
            if matches!(key, "handlers" | "alpn" | "versions") {
                items.sort_unstable();
            }
            add(serde_json::to_string(&items).unwrap_or_default());
        }
        Json::Null | Json::Bool(false) => {}
        Json::Bool(true) if key == "autostop" => add("stop".to_owned()),
        Json::String(text) if key == "autostop" && text == "off" => {}
        Json::String(text) if text.is_empty() && !path.starts_with("env.") => {}
        Json::String(text) if matches!(key, "interval" | "timeout" | "grace_period") => {
            let parsed = text.parse::<Duration<Seconds>>();
            add(parsed.map_or_else(|_| text.clone(), |duration| go_duration(duration.nanoseconds())));
        }
        Json::String(text) if key == "method" => add(text.to_uppercase()),
        Json::Number(number) if number.as_f64() == Some(0.0) => {}
        Json::Bool(true) | Json::Number(_) | Json::String(_) => add(text(value)),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Where the leaves of two configurations differ, and what each has: what a deploy would make first, then what runs. A
/// whole entry that only one has, a service or a check, is one place.
pub(super) fn differences(expected: &Leaves, runs: &Leaves) -> Vec<(String, Option<String>, Option<String>)> {
    let mut found: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
    let paths: BTreeSet<&String> = expected.keys().chain(runs.keys()).collect();
    for path in paths {
        let (want, have) = (expected.get(path), runs.get(path));
        if want == have || is_untold(path, want, have) || is_platforms(path, want, have) {
            continue;
        }
        let place = whole(path, expected, runs);
        let (want, have) = if place.len() < path.len() {
            (want.map(|_| "there".to_owned()), have.map(|_| "there".to_owned()))
        } else {
            (want.cloned(), have.cloned())
        };
        found.entry(place).or_insert((want, have));
    }
    found.into_iter().map(|(path, (want, have))| (path, want, have)).collect()
}

/// The entry that a leaf is of, where one side has nothing of it.
fn whole(path: &str, expected: &Leaves, runs: &Leaves) -> String {
    let steps: Vec<&str> = path.split('.').collect();
    let ends = match steps.as_slice() {
        ["services" | "mounts" | "statics", _, ..] => &[2, 4][..],
        ["checks", _, ..] => &[2],
        ["metrics", ..] => &[1],
        _ => &[],
    };
    for &end in ends.iter().filter(|&&end| end < steps.len()) {
        if end == 4 && !matches!(steps[2], "ports" | "checks") {
            continue;
        }
        let below = format!("{}.", steps[..end].join("."));
        let has =
            |leaves: &Leaves| leaves.range(below.clone()..).next().is_some_and(|(path, _)| path.starts_with(&below));
        if has(expected) != has(runs) {
            return below.trim_end_matches('.').to_owned();
        }
    }
    path.to_owned()
}

/// Whether what runs is what the platform fills in where nobody says anything.
fn is_platforms(path: &str, want: Option<&String>, have: Option<&String>) -> bool {
    // What is said in full is what nobody said (Fly.io, reference/configuration).
    let stated = [("stop_config.signal", "SIGINT"), ("stop_config.timeout", "5s"), ("restart", "on-failure")];
    if let (Some(want), None) = (want, have) {
        return stated.contains(&(path, want.as_str()));
    }
    let (None, Some(have)) = (want, have) else {
        // Where only the policy is said, the platform says how often.
        let policy = |text: &str| text.split(',').next().unwrap_or_default().to_owned();
        return path == "restart"
            && matches!((want, have), (Some(want), Some(have)) if !want.contains(',') && policy(have) == *want);
    };
    match path {
        // Fly.io, machines/guides-examples/machine-restart-policy.
        "restart" => have.starts_with("on-failure"),
        "guest" => true,
        _ => path.ends_with(".force_instance_key") || path.ends_with(".encrypted") || is_of_volume(path),
    }
}

/// What a mount says of the volume that it is: that is compared with the volumes.
fn is_of_volume(path: &str) -> bool {
    path.starts_with("mounts.") && [".volume", ".size_gb"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    // What is expected of machines, beside what flyctl itself made of the same files: `flyctl.json` holds files with the
    // result of `appconfig.Config.MergeFiles` and `ToMachineConfig` for each of their groups, of flyctl at ad0172f,
    // without metadata.
    use std::collections::BTreeMap;

    use data_encoding::BASE64;
    use serde::Deserialize;
    use serde_json::{Value as Json, json};

    use super::{Expected, differences, leaves};
    use crate::diag::Diagnostics;
    use crate::facts::FACTS;
    use crate::fly_toml;
    use crate::lower::files::lower;
    use crate::source::{FileId, Source};

    #[derive(Deserialize)]
    struct Made {
        file: String,
        toml: String,
        machines: BTreeMap<String, Json>,
    }

    #[test]
    fn flyctl_makes_the_same_machines() {
        let all: Vec<Made> = serde_json::from_str(include_str!("machine/flyctl.json")).unwrap();
        let mut groups = 0;
        for Made { file, toml, machines } in all {
            let source = Source::new("fly.toml", toml);
            let mut diagnostics = Diagnostics::default();
            let reading = fly_toml::read(&source, FileId(0), &mut diagnostics).unwrap();
            let app = lower(reading.config, &source, FileId(0), None, &FACTS, &mut diagnostics).unwrap();
            let Some(expected) = Expected::of(&app) else { continue };
            for group in &app.groups {
                let made = leaves(&machines[group.name.as_str()]);
                assert_eq!(
                    differences(&expected.machine(&app, group, &FACTS), &made),
                    [],
                    "{file}: {}",
                    group.name.value
                );
                // Nothing is left out that flyctl says.
                assert!(made.len() >= 2, "{file}: {made:?}");
                groups += 1;
            }
        }
        assert!(groups >= 10, "{groups} groups");
    }

    /// What a file beside the spec has in it is not known; that the machine has the file is.
    #[test]
    fn files_are_compared_as_far_as_they_are_known() {
        let of = |file: Json| leaves(&json!({"files": [file]}));
        let raw =
            |content: &str| of(json!({"guest_path": "/etc/a.conf", "raw_value": BASE64.encode(content.as_bytes())}));
        let local = of(json!({"guest_path": "/etc/a.conf", "local_path": "a.conf"}));
        let secret = of(json!({"guest_path": "/etc/a.conf", "secret_name": "A"}));
        let untold = of(json!({"guest_path": "/etc/a.conf"}));
        for (want, have) in [
            (&local, &raw("hunter2")),
            (&raw("hunter2"), &raw("hunter2")),
            (&raw("hunter2"), &untold),
            (&secret, &secret),
        ] {
            assert_eq!(differences(want, have), [], "{want:?} {have:?}");
        }
        let nothing = leaves(&json!({}));
        for (want, have) in [
            (&local, &secret),
            (&raw("hunter2"), &raw("two")),
            (&secret, &raw("hunter2")),
            (&local, &nothing),
            (&nothing, &raw("hunter2")),
        ] {
            let found = differences(want, have);
            assert_eq!(found.iter().map(|(path, ..)| path.as_str()).collect::<Vec<_>>(), ["files./etc/a.conf"]);
            // What is in a file is not for reports.
            assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
        }
    }

    #[test]
    fn every_value_counts() {
        let all: Vec<Made> = serde_json::from_str(include_str!("machine/flyctl.json")).unwrap();
        let made: Vec<_> = all.iter().flat_map(|made| made.machines.values()).map(leaves).collect();
        for runs in &made {
            for path in runs.keys() {
                let mut other = runs.clone();
                other.insert(path.clone(), "something else".to_owned());
                let found = differences(runs, &other);
                assert_eq!(found.len(), 1, "{path}: {found:?}");
            }
        }
    }
}
