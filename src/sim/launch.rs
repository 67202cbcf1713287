//! What a deploy makes of fly.toml for the machines of a group (flyctl internal/appconfig/machines.go, updateMachineConfig,
//! and service.go). Sizes and durations stay as canonical TOML has them.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde_json::{Map, Value as Json, json};

use super::config::{groups, guest, primary_region, sections, table};
use crate::sim::state::{Init, MachineConfig, Mount};

/// The configuration of a machine, without its mounts.
pub(super) fn machine(config: &Json, group: &str, image: &str, version: u64) -> Result<MachineConfig, String> {
    let mut env: BTreeMap<String, String> = table(config, "env")
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    env.insert("FLY_PROCESS_GROUP".to_owned(), group.to_owned());
    env.insert("PRIMARY_REGION".to_owned(), primary_region(config).to_owned());
    let metadata = [
        ("fly_platform_version", "v2".to_owned()),
        ("fly_process_group", group.to_owned()),
        ("fly_release_version", version.to_string()),
    ];
    let restart = sections(config, "restart", group).last().map(|restart| {
        let policy = restart.get("policy").and_then(Json::as_str).unwrap_or_default();
        let mut made = json!({"policy": if policy == "never" { "no" } else { policy }});
        if let Some(retries) = restart.get("retries").filter(|retries| **retries != json!(0)) {
            made["max_retries"] = retries.clone();
        }
        made
    });
    let stop = some(&json!({"timeout": config.get("kill_timeout"), "signal": config.get("kill_signal")}));
    Ok(MachineConfig {
        image: image.to_owned(),
        env,
        guest: guest(config, group)?,
        metadata: metadata.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        init: init(config, group),
        services: services(config, group),
        checks: checks(config, group),
        restart: restart.unwrap_or_default(),
        stop_config: if stop.as_object().is_some_and(Map::is_empty) { Json::Null } else { stop },
        metrics: sections(config, "metrics", group)
            .first()
            .map(|section| without(section, &["processes"]))
            .unwrap_or_default(),
        statics: config.get("statics").cloned().unwrap_or_default(),
        mounts: mounts(config, group),
        files: files(config),
        ..MachineConfig::default()
    })
}

/// What every group gets (flyctl internal/appconfig/config.go, MergeFiles). Local files stand for what would be in them.
fn files(config: &Json) -> Vec<Json> {
    let made = list(config, "files").into_iter().map(|file| {
        let text = |key: &str| file.get(key).and_then(Json::as_str);
        let content = text("raw_value").or(text("local_path")).map(|content| BASE64.encode(content.as_bytes()));
        some(&json!({"guest_path": text("guest_path"), "secret_name": text("secret_name"), "raw_value": content}))
    });
    made.collect()
}

/// The mount of a group, of which the volume is not known yet.
fn mounts(config: &Json, group: &str) -> Vec<Mount> {
    let mut mount = Mount::default();
    growing(config, group, &mut mount);
    if sections(config, "mounts", group).is_empty() { Vec::new() } else { vec![mount] }
}

/// What a mount says of how its volume grows.
pub(super) fn growing(config: &Json, group: &str, mount: &mut Mount) {
    let sections = sections(config, "mounts", group);
    let Some(section) = sections.first() else { return };
    let gigabytes = |key: &str| {
        let digits = section.get(key)?.as_str()?.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        Some(json!(digits.parse::<i64>().ok()?))
    };
    mount.extend_threshold_percent = section.get("auto_extend_size_threshold").cloned().unwrap_or_default();
    mount.add_size_gb = gigabytes("auto_extend_size_increment").unwrap_or_default();
    mount.size_gb_limit = gigabytes("auto_extend_size_limit").unwrap_or_default();
}

fn init(config: &Json, group: &str) -> Init {
    let experimental = |key: &str| config.get("experimental").and_then(|section| section.get(key)).cloned();
    let own = table(config, "processes").find(|(name, _)| *name == group && groups(config).contains(name));
    let words = own.and_then(|(_, line)| line.as_str()).map(split).filter(|words| !words.is_empty());
    let words = words.or_else(|| serde_json::from_value(experimental("cmd")?).ok());
    Init {
        cmd: words.unwrap_or_default(),
        entrypoint: experimental("entrypoint").unwrap_or_default(),
        exec: experimental("exec").unwrap_or_default(),
        swap_size_mb: config.get("swap_size_mb").cloned().unwrap_or_default(),
    }
}

/// The words of a command line, as google/shlex finds them.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(chars.next()),
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ' | '\t' | '\r' | '\n', None) => words.extend(word.take()),
            ('#', None) if word.is_none() => drop(chars.by_ref().find(|c| *c == '\n')),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn list<'a>(section: &'a Json, key: &str) -> Vec<&'a Json> {
    match section.get(key) {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(one @ Json::Object(_)) => vec![one],
        _ => Vec::new(),
    }
}

fn without(section: &Json, keys: &[&str]) -> Json {
    let entries = section.as_object().into_iter().flatten();
    entries.filter(|(key, _)| !keys.contains(&key.as_str())).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// What is there of a table: fly-go leaves out what is nothing.
fn some(table: &Json) -> Json {
    let entries = table.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    entries.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn services(config: &Json, group: &str) -> Vec<Json> {
    let made = |section: &Json, ports: Json, protocol: Option<&Json>, checks: Vec<Json>| {
        let get = |key: &str| section.get(key);
        let mut service = some(&json!({"protocol": protocol, "internal_port": get("internal_port"),
            "autostop": get("auto_stop_machines"), "autostart": get("auto_start_machines"),
            "min_machines_running": get("min_machines_running"), "ports": ports, "concurrency": get("concurrency")}));
        if !checks.is_empty() {
            service["checks"] = Json::Array(checks);
        }
        service["force_instance_key"] = Json::Null;
        service
    };
    let http = sections(config, "http_service", group).into_iter().map(|http| {
        let get = |key: &str| http.get(key);
        let ports = [
            some(&json!({"port": 80, "handlers": ["http"], "force_https": get("force_https"), "http_options": get("http_options")})),
            some(&json!({"port": 443, "handlers": ["http", "tls"], "http_options": get("http_options"), "tls_options": get("tls_options")})),
        ];
        let checks = list(http, "checks").into_iter().map(|section| check(section, Some("http"))).collect();
        made(http, json!(ports), Some(&json!("tcp")), checks)
    });
    let others = sections(config, "services", group).into_iter().map(|section| {
        let tcp = list(section, "tcp_checks").into_iter().map(|item| check(item, Some("tcp")));
        let http = list(section, "http_checks").into_iter().map(|item| check(item, Some("http")));
        let ports = section.get("ports").cloned().unwrap_or_default();
        made(section, ports, section.get("protocol"), tcp.chain(http).collect())
    });
    http.chain(others).collect()
}

fn check(section: &Json, kind: Option<&str>) -> Json {
    let mut made = without(section, &["processes", "headers"]);
    if let Some(kind) = kind {
        made["type"] = json!(kind);
    }
    let headers: Vec<Json> =
        table(section, "headers").map(|(name, value)| json!({"name": name, "values": [value]})).collect();
    if !headers.is_empty() {
        made["headers"] = Json::Array(headers);
    }
    made
}

fn checks(config: &Json, group: &str) -> BTreeMap<String, Json> {
    let port = sections(config, "http_service", group).first().and_then(|http| http.get("internal_port")).cloned();
    // Which of them are for the group, as of sections in a list.
    let ours = |section: &Json| {
        !sections(&json!({"processes": config.get("processes"), "checks": [section]}), "checks", group).is_empty()
    };
    table(config, "checks")
        .filter(|(_, section)| ours(section))
        .map(|(name, section)| {
            let mut made = check(section, None);
            if made.get("port").is_none()
                && let Some(port) = &port
            {
                made["port"] = port.clone();
            }
            (name.clone(), made)
        })
        .collect()
}
