//! fly.toml as flyctl reads it, as JSON: process groups and what is theirs; `config show` and `releases`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::{Cx, Outcome, moment};
use crate::facts::FACTS;
use crate::sim::output;
use crate::sim::state::Guest;

/// The longest configuration that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// How many releases flyctl asks for (internal/command/apps/releases.go).
const RELEASES: usize = 25;

/// The path behind `--config`, which may be that of the folder (flyctl internal/command/command.go).
pub(super) fn path(cx: &Cx<'_>) -> Result<PathBuf, String> {
    let given = Path::new(cx.call.text("config").unwrap_or("fly.toml"));
    let path = if given.is_dir() { given.join("fly.toml") } else { given.to_owned() };
    if path.is_file() { Ok(path) } else { Err(format!("config file not found at specified path: {}", path.display())) }
}

/// The configuration in a file, as the JSON that flyctl makes of canonical TOML.
pub(super) fn read(path: &Path) -> Result<Json, String> {
    let failed = |why: String| format!("failed loading app config from {}: {why}", path.display());
    let mut text = String::new();
    let file = fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| failed(error.to_string()))?;
    let mut config = serde_json::to_value(table).map_err(|error| failed(error.to_string()))?;
    normalize(&mut config);
    Ok(config)
}

/// What flyctl writes differently from what it reads: `off` and `stop` are the truth values of old, and a switch that is
/// off is left out (flyctl internal/appconfig/service.go, fly-go machine_types.go).
fn normalize(value: &mut Json) {
    match value {
        Json::Object(table) => {
            table.retain(|key, value| key != "force_https" || *value != Json::Bool(false));
            for (key, value) in table.iter_mut() {
                match value.as_str() {
                    Some("off") if key == "auto_stop_machines" => *value = Json::Bool(false),
                    Some("stop") if key == "auto_stop_machines" => *value = Json::Bool(true),
                    _ => normalize(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(normalize),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// flyctl internal/command/config/show.go: the configuration of the last release, whatever became of it, or of a file.
pub(super) fn show(cx: &mut Cx<'_>) -> Outcome {
    if cx.call.on("local") {
        let config = read(&path(cx)?)?;
        cx.print_json(&config);
        return Ok(());
    }
    let name = cx.app_name()?;
    let config = remote(cx, &name)?;
    cx.print_json(&config);
    Ok(())
}

/// flyctl internal/appconfig/remote.go.
pub(super) fn remote(cx: &Cx<'_>, app: &str) -> Result<Json, String> {
    let last = cx.app(app)?.releases.last();
    last.map(|release| release.config.clone()).ok_or_else(|| {
        "failed to grab app config from existing machines, error: could not create a fly.toml from any machines"
            .to_owned()
    })
}

/// flyctl internal/command/apps/releases.go: PascalCase, the newest first.
pub(super) fn releases(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let app = cx.app(&name)?;
    let shown: Vec<Json> = app
        .releases
        .iter()
        .rev()
        .take(RELEASES)
        .map(|release| {
            json!({"ID": format!("{name}-{}", release.version), "Version": release.version, "Stable": true,
                "InProgress": false, "Reason": "", "Description": "Release", "Status": release.status,
                "DeploymentStrategy": "", "Metadata": null, "User": {"Email": "somebody@example.com"},
                "EvaluationID": "", "CreatedAt": moment(release.created), "ImageRef": release.image_ref})
        })
        .collect();
    if cx.call.on("json") {
        cx.print_json(&shown);
    } else {
        let rows: Vec<_> =
            app.releases.iter().rev().map(|r| vec![format!("v{}", r.version), r.status.clone()]).collect();
        cx.print(output::table(&["Version", "Status"], &rows));
    }
    Ok(())
}

/// The process groups (flyctl internal/appconfig/processgroups.go).
pub(super) fn groups(config: &Json) -> Vec<String> {
    let names: Vec<String> = table(config, "processes").map(|(name, _)| name.clone()).collect();
    if names.is_empty() { vec!["app".to_owned()] } else { names }
}

pub(super) fn table<'a>(config: &'a Json, key: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    config.get(key).and_then(Json::as_object).into_iter().flatten()
}

/// The sections of a name that are for a group. A section may stand once, or in an array.
pub(super) fn sections<'a>(config: &'a Json, key: &str, group: &str) -> Vec<&'a Json> {
    let all: Vec<&Json> = match config.get(key) {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(section @ Json::Object(_)) => vec![section],
        _ => Vec::new(),
    };
    let names = groups(config);
    let default = names.iter().find(|name| *name == "app").or(names.first());
    all.into_iter()
        .filter(|section| match names_of(section) {
            names if names.is_empty() => default.is_some_and(|default| default == group),
            names => names.contains(&group),
        })
        .collect()
}

fn names_of(section: &Json) -> Vec<&str> {
    section.get("processes").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

/// Whether anything is served, by a group or by any.
pub(super) fn serves(config: &Json, group: &str) -> bool {
    !sections(config, "http_service", group).is_empty() || !sections(config, "services", group).is_empty()
}

/// The mounts of a group: name and path.
pub(super) fn mounts<'a>(config: &'a Json, group: &str) -> Vec<(&'a str, &'a str)> {
    let text = |section: &'a Json, key: &str| section.get(key).and_then(Json::as_str).unwrap_or_default();
    sections(config, "mounts", group).into_iter().map(|m| (text(m, "source"), text(m, "destination"))).collect()
}

pub(super) fn primary_region(config: &Json) -> &str {
    config.get("primary_region").and_then(Json::as_str).unwrap_or_default()
}

/// The most specific size: one that names the group, or one for all.
pub(super) fn guest(config: &Json, group: &str) -> Result<Guest, String> {
    let all: Vec<&Json> = config.get("vm").and_then(Json::as_array).into_iter().flatten().collect();
    let own = all.iter().find(|vm| names_of(vm).contains(&group));
    let vm = own.or_else(|| all.iter().find(|vm| names_of(vm).is_empty()));
    let text = |key: &str| vm.and_then(|vm| vm.get(key)).and_then(Json::as_str);
    let size = text("size").unwrap_or(FACTS.machine_size);
    let preset = FACTS.machine_size(size).ok_or_else(|| format!("'{size}' is an invalid machine size"))?;
    let cpus = vm.and_then(|vm| vm.get("cpus")).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok());
    let memory = vm.and_then(|vm| vm.get("memory"));
    let memory_mb = match memory {
        Some(Json::String(text)) => megabytes(text)?,
        Some(other) => megabytes(&other.to_string())?,
        None => preset.memory_mb,
    };
    let cpu_kind = text("cpu_kind").unwrap_or(preset.kind).to_owned();
    Ok(Guest { cpu_kind, cpus: cpus.unwrap_or(preset.cpus), memory_mb })
}

/// Memory: a number of MiB, or one with a unit (flyctl helpers/size.go).
pub(super) fn megabytes(text: &str) -> Result<u32, String> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end();
    let factor = match lower.get(digits.len()..).unwrap_or_default().trim_start() {
        "" | "m" | "mb" | "mib" => 1,
        "g" | "gb" | "gib" => 1024,
        _ => 0,
    };
    let number = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(factor)).filter(|number| *number > 0);
    number.ok_or_else(|| format!("invalid size: '{text}'"))
}
