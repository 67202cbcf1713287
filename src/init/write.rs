//! Writes the spec: what was seen as values, what nobody can see as comments.

use std::fmt::Write as _;

use super::{Answers, App, Data, Estate};
use crate::diag::fix::string_literal;
use crate::source::one_line;
use crate::spec::Kind;

/// Where the language is described, and where editors find its schema.
const LANGUAGE: &str = "https://github.com/flyarch/flyarch/blob/main/docs/language.md";
/// The schema for editors.
pub(super) const SCHEMA: &str = "https://raw.githubusercontent.com/flyarch/flyarch/main/schema/flyarch.schema.json";

/// A region for those who have not said one.
const SOMEWHERE: &str = "iad";

/// A port for apps of which no file says one: what Fly.io's own examples listen on.
const SOME_PORT: u16 = 8080;

/// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($arguments:tt)+) => {{ let _ = write!($out, $($arguments)+); }};
}

/// The text of a spec.
pub(super) fn spec(name: &str, estate: &Estate, answers: &Answers) -> String {
    let mut out = String::with_capacity(2048);
    put!(out, "#:schema {SCHEMA}\n# Begun by `flyarch init`. What it could not see is said in comments.\n");
    put!(out, "# The language: {LANGUAGE}\nversion = 1\n\n[project]\n");
    entry(&mut out, "name", &string_literal(name), "apps are called <name>-<key>, which all of Fly.io shares");
    match &answers.org {
        Some(org) => put!(out, "org = {}\n", string_literal(org)),
        None => entry(&mut out, "org", "\"personal\"", "the slug of your organisation: `fly orgs list`"),
    }
    entry(&mut out, "tier", "\"staging\"", "\"production\" is stricter: write that when users depend on it");
    let region = answers.region.as_deref().unwrap_or(SOMEWHERE);
    let list = format!("[{}]", string_literal(region));
    entry(&mut out, "regions", &list, "near your users; `flyarch facts` lists all regions");
    for app in &estate.apps {
        self::app(app, estate, &mut out);
    }
    for data in &estate.data {
        self::data(data, region, estate, &mut out);
    }
    out
}

/// An entry with a comment behind it.
fn entry(out: &mut String, key: &str, value: &str, comment: &str) {
    put!(out, "{:<34} # {}\n", format!("{key} = {value}"), one_line(comment));
}

/// A key as it must be written.
fn bare(key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if plain { key.to_owned() } else { string_literal(key) }
}

fn app(app: &App, estate: &Estate, out: &mut String) {
    let reference = format!("app.{}", app.key);
    let is_asked = estate.apps.iter().any(|other| other.uses.iter().any(|(_, target)| *target == reference));
    let serves = app.public || app.port.is_some() && is_asked;
    put!(out, "\n[app.{}]\n", app.key);
    for note in &app.notes {
        put!(out, "# {}\n", note.replace(['\n', '\r'], " "));
    }
    if let Some(source) = &app.source {
        put!(out, "source = {}\n", string_literal(source));
    }
    if serves && !app.public {
        entry(out, "access", "\"private\"", "only your other apps reach it");
    }
    if !app.uses.is_empty() {
        let uses: Vec<String> =
            app.uses.iter().map(|(name, target)| format!("{name} = {}", string_literal(target))).collect();
        put!(out, "uses = {{ {} }}\n", uses.join(", "));
    }
    if !app.secrets.is_empty() {
        let names: Vec<String> = app.secrets.iter().map(|name| string_literal(name)).collect();
        let list = format!("[{}]", names.join(", "));
        entry(out, "secrets", &list, "setup.sh takes their values from its environment");
    }
    put!(out, "kill_signal = \"SIGTERM\"\nkill_timeout = \"30s\"\n");
    put!(out, "vm = {{ size = \"shared-cpu-1x\", memory = \"512mb\" }}\n");
    build(app, out);
    processes(app, serves, out);
    if let Some(command) = &app.release {
        put!(out, "\n[app.{}.deploy]\nrelease_command = {}\n", app.key, string_literal(command));
    }
    if serves {
        service(app, out);
    }
    for (name, path) in &app.mounts {
        put!(out, "\n[[app.{}.mounts]]\nsource = {}\n", app.key, string_literal(name));
        put!(out, "destination = {}\ninitial_size = \"1gb\"\n", string_literal(path));
        put!(out, "snapshot_retention = 14\n");
    }
    if !app.env.is_empty() {
        put!(out, "\n[app.{}.env]\n", app.key);
        for (name, value) in &app.env {
            put!(out, "{} = {}\n", bare(name), string_literal(value));
        }
    }
}

/// Where its image comes from.
fn build(app: &App, out: &mut String) {
    if let Some(image) = &app.image {
        put!(out, "\n[app.{}.build]\nimage = {}\n", app.key, string_literal(image));
    } else if let Some(dockerfile) = &app.dockerfile {
        put!(out, "\n[app.{}.build]\ndockerfile = {}\n", app.key, string_literal(dockerfile));
    } else {
        let folder = app.source.as_ref().map(|folder| format!(" in {folder}")).unwrap_or_default();
        put!(out, "\n# No Dockerfile was seen{folder}. `fly deploy` looks for one there; or name an image:\n");
        put!(out, "# [app.{}.build]\n# image = \"registry.example.com/{}:1.0.0\"\n", app.key, app.key);
    }
}

/// Process groups, and what becomes of those that serve nobody.
fn processes(app: &App, serves: bool, out: &mut String) {
    let groups: Vec<&str> = app.processes.iter().map(|(name, _)| name.as_str()).collect();
    if !groups.is_empty() {
        put!(out, "\n[app.{}.processes]\n", app.key);
        for (name, command) in &app.processes {
            put!(out, "{} = {}\n", bare(name), string_literal(command));
        }
    }
    let workers: Vec<String> =
        groups.iter().filter(|name| !serves || **name != served(app)).map(|name| string_literal(name)).collect();
    if !workers.is_empty() || !serves {
        put!(out, "\n[[app.{}.restart]]\npolicy = \"always\"\n", app.key);
        if !workers.is_empty() {
            put!(out, "processes = [{}]\n", workers.join(", "));
        }
    }
}

/// The process group that takes requests.
fn served(app: &App) -> &str {
    let groups = || app.processes.iter().map(|(name, _)| name.as_str());
    groups().find(|name| matches!(*name, "web" | "app")).or_else(|| groups().next()).unwrap_or("app")
}

fn service(app: &App, out: &mut String) {
    put!(out, "\n[app.{}.http_service]\n", app.key);
    let (port, from) = match &app.port {
        Some((port, from)) => (*port, format!("{from}; it must listen on 0.0.0.0 or [::]")),
        None => (SOME_PORT, "no file says where it listens: look, and mend this".to_owned()),
    };
    entry(out, "internal_port", &port.to_string(), &from);
    if app.processes.len() > 1 {
        put!(out, "processes = [{}]\n", string_literal(served(app)));
    }
    put!(out, "force_https = {}\n", app.public);
    entry(out, "auto_stop_machines", "\"stop\"", "they stop when nobody asks, and the next request starts one");
    put!(out, "auto_start_machines = true\nmin_machines_running = 0\n");
    put!(out, "concurrency = {{ type = \"requests\", soft_limit = 200, hard_limit = 250 }}\n");
    let check = |path: &str, lead: &str, out: &mut String| {
        put!(out, "\n{lead}[[app.{}.http_service.checks]]\n", app.key);
        for line in [
            "method = \"GET\"",
            &format!("path = {}", string_literal(path)),
            "interval = \"15s\"",
            "timeout = \"5s\"",
            "grace_period = \"10s\"",
        ] {
            put!(out, "{lead}{line}\n");
        }
    };
    if let Some((path, from)) = &app.health {
        put!(out, "\n# From {from}: the path answers with 200 when the app is well.");
        check(path, "", out);
    } else {
        put!(out, "\n# A path that answers with 200 when the app is well. A deploy waits for it.");
        check("/healthz", "# ", out);
    }
}

fn data(data: &Data, region: &str, estate: &Estate, out: &mut String) {
    put!(out, "\n# For {}.\n[{}.{}]\n", one_line(&data.from), data.kind, data.key);
    let region = string_literal(region);
    match data.kind {
        Kind::Postgres => {
            put!(out, "engine = \"managed\"\nregion = {region}\n");
            entry(out, "plan", "\"basic\"", "`flyarch cost` shows what it costs");
            put!(out, "storage_gb = 10\nversion = 17\n");
        }
        Kind::Redis => {
            put!(out, "region = {region}\n");
            entry(out, "eviction", "false", "true for a cache, false for a queue");
        }
        Kind::Bucket | Kind::App => {
            let reference = format!("{}.{}", data.kind, data.key);
            let uses = |app: &&App| app.uses.iter().any(|(_, target)| *target == reference);
            let owner = estate.apps.iter().find(uses).or_else(|| estate.apps.first());
            put!(out, "owner = {}\n", string_literal(&format!("app.{}", owner.map_or("web", |app| app.key.as_str()))));
        }
    }
}
