//! What differs in the fly.toml of an app, key by key, but for what other files here know better: names, groups,
//! sizes and mounts.

use std::collections::BTreeMap;

use super::release::Release;
use super::{Change, Class, Cx};
use crate::fly_toml::{Difference, FlyToml, differences};
use crate::model::App;
use crate::value::Entries;

/// Lists of tables, in which a number says nothing to a reader when another entry was added before it.
const LISTS: [&str; 6] = ["services", "files", "machine_checks", "restart", "statics", "metrics"];

pub(super) fn compare(cx: &mut Cx<'_>, old: &App, new: &App, release: &Release) {
    let of = new.reference();
    let mut lists: BTreeMap<&str, Vec<Difference>> = BTreeMap::new();
    let found = differences(&rest(&old.toml), &rest(&new.toml));
    for difference in found {
        // A table that is there or not is told by what stands in it.
        if [&difference.left, &difference.right].into_iter().flatten().any(|value| value == "{}") {
            continue;
        }
        if difference.path == "deploy.max_unavailable" && [old, new].iter().all(|app| !says_max_unavailable(app)) {
            continue;
        }
        let list = LISTS.iter().find(|list| difference.path.strip_prefix(**list).is_some_and(|r| r.starts_with('.')));
        if let Some(list) = list.filter(|list| length(&old.toml, list) != length(&new.toml, list)) {
            lists.entry(list).or_default().push(difference);
            continue;
        }
        let change = change(cx, &of, new, &difference, release);
        let at = match difference.right {
            Some(_) => cx.here(cx.new_places.of_app(new.key.as_str(), &difference.path, new.header)),
            None => cx.there(cx.old_places.of_app(old.key.as_str(), &difference.path, old.header)),
        };
        cx.add(change.at(at));
    }
    for (list, _) in lists {
        let (before, after) = (length(&old.toml, list), length(&new.toml, list));
        let at = if after > 0 {
            cx.here(cx.new_places.of_app(new.key.as_str(), list, new.header))
        } else {
            cx.there(cx.old_places.of_app(old.key.as_str(), list, old.header))
        };
        let what = format!("`[[{list}]]`: {before} → {after}");
        let change = Change::new(&[release.class], of.clone(), what).effect(&release.text).at(at);
        cx.add(change);
    }
}

/// What is compared key by key.
fn rest(toml: &FlyToml) -> FlyToml {
    let mut rest = toml.clone();
    rest.app = None;
    rest.primary_region = None;
    rest.mounts = crate::value::Many::default();
    rest.vm = crate::value::Many::default();
    rest.processes = Entries::default();
    rest
}

/// Whether somebody wrote it: what is filled in comes and goes with the strategy.
fn says_max_unavailable(app: &App) -> bool {
    let share = app.toml.deploy.as_ref().and_then(|deploy| deploy.max_unavailable.as_ref());
    share.is_some_and(|share| share.origin.is_written())
}

fn length(toml: &FlyToml, list: &str) -> usize {
    match list {
        "services" => toml.services.len(),
        "files" => toml.files.len(),
        "machine_checks" => toml.machine_checks.len(),
        "restart" => toml.restart.len(),
        "statics" => toml.statics.len(),
        _ => toml.metrics.len(),
    }
}

fn change(cx: &Cx<'_>, of: &str, app: &App, difference: &Difference, release: &Release) -> Change {
    let Difference { path, left, right } = difference;
    let last = path.rsplit('.').next().unwrap_or(path);
    let value = |value: &Option<String>, other: &Option<String>| match (value, other.as_deref()) {
        (Some(value), _) => short(&cx.shown(last, value)),
        // What is compared leaves out a `false`, as flyctl does.
        (None, Some("true")) => "false".to_owned(),
        (None, _) => "nothing".to_owned(),
    };
    let what = format!("`{path}`: {} → {}", value(left, right), value(right, left));
    let mut classes = vec![release.class];
    let mut notes: Vec<String> = Vec::new();
    match last {
        // Plain HTTP is then answered in plain text (Fly.io, networking/services).
        "force_https" => {
            classes.push(Class::Security);
            notes.push(if right.as_deref() == Some("true") {
                "Plain HTTP is sent to HTTPS.".to_owned()
            } else {
                "Plain HTTP is answered as it is, unencrypted.".to_owned()
            });
        }
        // Fly.io, launch/autostop-autostart.
        "auto_stop_machines" => {
            classes.push(Class::Cost);
            notes.push(if right.as_deref().is_some_and(|value| value != "\"off\"") {
                "Machines that nobody asks stop; a request waits until one has started.".to_owned()
            } else {
                "Machines that nobody asks run on.".to_owned()
            });
        }
        "min_machines_running" => {
            classes.push(Class::Cost);
            notes.push("So many stay awake in the primary region; it makes and destroys none.".to_owned());
        }
        "auto_start_machines" if right.as_deref() == Some("false") => {
            notes.push("A request starts no machine that is stopped.".to_owned());
        }
        "strategy" => notes.push("This deploy and all later ones go this way.".to_owned()),
        "release_command" => {
            notes.push("It runs once per deploy, before any machine is updated; if it fails, none is.".to_owned());
        }
        "internal_port" => notes.push(
            "Machines that are updated are asked on the new port: what listens must have moved with it.".to_owned(),
        ),
        "port" | "start_port" | "end_port" if path.contains(".ports.") => {
            classes.push(Class::Address);
            notes.push("Clients reach the proxy on the new port, and no longer on the old one.".to_owned());
        }
        "handlers" | "versions" if path.contains(".ports.") || path.contains("tls_options") => {
            classes.push(Class::Security);
        }
        _ if path.starts_with("build.") && app.image_from.is_none() => {
            notes.push("Machines get another image.".to_owned());
        }
        _ => {}
    }
    let change = Change::new(&classes, of, what);
    notes.into_iter().fold(change, Change::effect).effect(&release.text)
}

/// A value that fits a line.
fn short(text: &str) -> String {
    const LONG: usize = 60;
    if text.chars().count() <= LONG { text.to_owned() } else { text.chars().take(LONG - 1).chain(['…']).collect() }
}
