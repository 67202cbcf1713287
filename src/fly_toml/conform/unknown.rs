//! What is said of a key that flyctl does not know.

use crate::diag::form::{UNKNOWN_KEY, list, nearest};
use crate::fly_toml::cx::{Cx, Path, shorten};
use crate::fly_toml::surface::{FLY_TOML, Kind, Section};
use crate::fly_toml::tree::Entry;

/// Says what becomes of a key that flyctl does not know: nothing.
pub(super) fn unknown_key(cx: &mut Cx<'_>, path: Option<&Path<'_>>, section: &'static Section, entry: &mut Entry<'_>) {
    entry.node.live = false;
    if cx.is_full() {
        return;
    }
    let key = shorten(&entry.key);
    let home = path.map_or_else(|| "at the top level".to_owned(), |path| format!("in `{path}`"));
    let mut known = section.fields.iter().map(|field| field.name);
    let near = nearest(&entry.key, section.fields.iter().map(|field| field.name)).map(str::to_owned);
    let report = cx.warn(UNKNOWN_KEY, entry.key_range, format!("unknown key `{key}` {home}: flyctl drops it"));
    let old = match (&*entry.key, path.is_some()) {
        ("max_retries", true) => Some("the key is `retries`"),
        ("size_gb" | "size", true) if known.clone().any(|name| name == "initial_size") => {
            Some("the size of a new volume is `initial_size`, such as \"10gb\"")
        }
        ("allowed_public_ports" | "enable_6pn" | "private_network" | "nomad_deploy", true) => {
            Some("a setting of the platform that machines have replaced: remove it")
        }
        ("encrypted", true) => Some("volumes are encrypted unless a command says otherwise"),
        ("script_checks" | "restart_limit" | "max_machines_running", true) => {
            Some("flyctl has no such key any more: remove it")
        }
        ("mpg" | "secrets" | "regions" | "network" | "scale", false) => {
            Some("fly.toml has no such section: it is said by commands of flyctl alone")
        }
        _ => None,
    };
    let _ = match (old, near) {
        (Some(old), _) => report.help(old),
        (None, Some(near)) => report.help(format!("did you mean `{near}`?")),
        (None, None) => match homes(&entry.key) {
            homes if !homes.is_empty() => report.help(format!("`{key}` is a key of {}", homes.join(" and of "))),
            _ if section.fields.len() <= 12 => {
                let known: Vec<&str> = known.by_ref().collect();
                report.help(format!("known keys are {}", list(&known, "and")))
            }
            _ => report,
        },
    };
}

/// The sections that have a key of this name.
fn homes(key: &str) -> Vec<String> {
    let mut homes = Vec::new();
    if FLY_TOML.fields.iter().any(|field| field.name == key) {
        homes.push("the top level".to_owned());
    }
    for field in FLY_TOML.fields {
        if field.kind.section().is_some_and(|section| section.fields.iter().any(|field| field.name == key)) {
            let list = matches!(field.kind, Kind::Tables(_));
            homes.push(if list { format!("[[{}]]", field.name) } else { format!("[{}]", field.name) });
        }
    }
    homes.truncate(3);
    homes
}
