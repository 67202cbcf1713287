//! What a compose file says of an architecture: a service that is built is an app, a well-known image is a data service.

use super::{App, Data, Estate, data_of_variable, is_free, key, used, variable};
use crate::facts::{Facts, image_name};
use crate::fly_toml::tree::{Node, Table, Value};
use crate::fly_toml::yaml;
use crate::source::{Source, one_line};
use crate::spec::Kind;

/// Images for work on one's own machine, which nobody deploys.
const AT_HOME: [&str; 6] = ["mailhog", "mailpit", "maildev", "adminer", "pgadmin", "localstack"];

/// Reads the services of a compose file. What is no YAML has none.
pub(super) fn read(source: &Source, facts: &Facts, estate: &mut Estate) {
    let Ok(root) = yaml::parse(source) else { return };
    let Some(services) = root.get("services").and_then(|entry| table(&entry.node)) else { return };
    let mut keys: Vec<(&str, String)> = Vec::new();
    for entry in &services.0 {
        let Some(service) = table(&entry.node) else { continue };
        let image = service.get("image").and_then(|entry| text(&entry.node)).filter(|_| service.get("build").is_none());
        let name = image.as_deref().map(|image| last(image_name(image)));
        let from = format!("the service `{}` of {}", one_line(&entry.key), source.name());
        let kind = name.and_then(|name| match name {
            "postgres" | "postgis" | "pgvector" | "timescaledb" => Some(Kind::Postgres),
            "redis" | "valkey" | "redis-stack" | "redis-stack-server" => Some(Kind::Redis),
            "minio" => Some(Kind::Bucket),
            _ => None,
        });
        let Some(key) = key(&entry.key)
            .filter(|key| !keys.iter().any(|(_, known)| known.split('.').next_back() == Some(key.as_str())))
        else {
            continue;
        };
        if let Some(kind) = kind {
            estate.seen.push(format!("{from}: {kind}.{key}"));
            keys.push((&entry.key, format!("{kind}.{key}")));
            estate.data.push(Data { kind, key, from });
        } else if name.is_some_and(|name| AT_HOME.iter().any(|tool| name.contains(tool))) {
            estate.seen.push(format!("{from}: left out, it is for work at home"));
        } else {
            estate.seen.push(format!("{from}: app.{key}"));
            keys.push((&entry.key, format!("app.{key}")));
            estate.apps.push(app(key, service, image, source));
        }
    }
    // What refers to others is read when all are known.
    for entry in &services.0 {
        let Some((_, reference)) = keys.iter().find(|(name, _)| *name == entry.key) else { continue };
        let Some(at) = estate.apps.iter().position(|app| format!("app.{}", app.key) == *reference) else { continue };
        let mut app = std::mem::take(&mut estate.apps[at]);
        for (name, value) in environment(&entry.node) {
            let target = keys.iter().find(|(name, _)| refers(&value, name)).map(|(_, reference)| reference);
            let target = target.filter(|target| *target != reference);
            let asked =
                target.and_then(|target| estate.apps.iter_mut().find(|app| format!("app.{}", app.key) == **target));
            let serves = asked.is_none_or(|asked| {
                let from = |port| (port, format!("{} in {}", one_line(&name), source.name()));
                asked.port = asked.port.take().or(port(&value).map(from));
                asked.port.is_some()
            });
            match (target, data_of_variable(&name)) {
                (Some(target), _) if !serves => app.notes.push(format!("{name} names {target}, which has no port")),
                (Some(target), _) if value.contains("://") || data_of_variable(&name).is_some() => {
                    used(&mut app, &name, target);
                }
                // The host alone says less than what it takes to be reached.
                (Some(target), None) => app.notes.push(format!("{name} names {target} in the compose file")),
                (_, Some(kind)) => {
                    if is_free(&app, &name) {
                        let known = estate.data(kind, &format!("{name} in {}", source.name()));
                        used(&mut app, &name, &known);
                    }
                }
                _ => variable(&mut app, &name, &value, facts),
            }
        }
        estate.apps[at] = app;
    }
    // An app that only others ask is no public one; with a port that is published, one is.
    if !estate.apps.iter().any(|app| app.public) && estate.apps.len() == 1 {
        estate.apps[0].public = true;
    }
}

/// An app of a service that is built, or of an image that is no data service.
fn app(key: String, service: &Table<'_>, image: Option<String>, file: &Source) -> App {
    let mut app = App { key, image, ..App::default() };
    if let Some(build) = service.get("build") {
        let (context, dockerfile) = if let Some(build) = table(&build.node) {
            let word = |key: &str| build.get(key).and_then(|entry| text(&entry.node));
            (word("context"), word("dockerfile"))
        } else {
            (text(&build.node), None)
        };
        let clean = |path: String| path.trim_start_matches("./").trim_end_matches('/').to_owned();
        let folder = context.map(clean).filter(|folder| !folder.is_empty() && folder != "." && is_below(folder));
        let prefix = folder.as_ref().map(|folder| format!("{folder}/")).unwrap_or_default();
        app.dockerfile = dockerfile.map(clean).filter(|path| is_below(path)).map(|path| format!("{prefix}{path}"));
        app.source = folder;
    }
    let list = |key: &str| service.get(key).map(|entry| items(&entry.node)).unwrap_or_default();
    // "8080:80", "127.0.0.1:8080:80", "80"
    let inside = |port: &String| port.rsplit(':').next().and_then(|port| port.split('/').next()?.parse().ok());
    let published = list("ports");
    app.public = !published.is_empty();
    let exposed = list("expose");
    app.port = published.iter().chain(&exposed).find_map(inside).map(|port: u16| (port, file.name().to_owned()));
    for volume in list("volumes") {
        let Some((name, path)) = volume.split_once(':') else { continue };
        let path = path.split(':').next().unwrap_or_default();
        if let Some(name) = super::key(name).filter(|_| {
            !name.starts_with(['.', '/', '~', '$']) && path.starts_with('/') && !path.contains(char::is_control)
        }) {
            app.mounts.push((name.replace('-', "_"), path.to_owned()));
        }
    }
    if let Some(command) = service.get("command").and_then(|entry| text(&entry.node)) {
        app.processes.push(("app".to_owned(), command));
    }
    let health = service.get("healthcheck").and_then(|entry| table(&entry.node)?.get("test"));
    let words = health.map(|entry| items(&entry.node).join(" ")).unwrap_or_default();
    let path = words.split_whitespace().find_map(|word| {
        let rest = word.trim_matches(['"', '\'']).strip_prefix("http://")?;
        rest.find('/').map(|at| rest[at..].to_owned())
    });
    app.health = path.map(|path| (path, format!("the health check in {}", file.name())));
    app
}

/// The variables of a service, with their values: a table, or a list of `NAME=value`.
fn environment(service: &Node<'_>) -> Vec<(String, String)> {
    let Some(node) = table(service).and_then(|service| service.get("environment")).map(|entry| &entry.node) else {
        return Vec::new();
    };
    if let Some(table) = table(node) {
        let value = |node| text(node).unwrap_or_default();
        return table.0.iter().map(|entry| (entry.key.to_string(), value(&entry.node))).collect();
    }
    let pair = |line: String| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    items(node).into_iter().filter_map(pair).collect()
}

/// Whether a value names a host: `postgres://u:p@db:5432/x`, `http://api:3000`, `db`.
fn refers(value: &str, host: &str) -> bool {
    let authority =
        value.split_once("://").map_or(value, |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    authority.split(':').next() == Some(host)
}

/// The port of an address: `http://api:3000/v1`.
fn port(address: &str) -> Option<u16> {
    let authority = address.split_once("://")?.1.split(['/', '?']).next()?;
    authority.rsplit_once(':')?.1.parse().ok().filter(|port| *port > 0)
}

/// Whether a path leads below the folder of the spec.
fn is_below(path: &str) -> bool {
    !path.starts_with(['/', '~', '$'])
        && !path.split('/').any(|part| part == "..")
        && !path.contains('\\')
        && !path.contains(char::is_control)
}

/// The last part of the name of an image.
fn last(image: &str) -> &str {
    image.rsplit('/').next().unwrap_or(image)
}

fn table<'t, 's>(node: &'t Node<'s>) -> Option<&'t Table<'s>> {
    if let Value::Table(table) = &node.value { Some(table) } else { None }
}

fn text(node: &Node<'_>) -> Option<String> {
    crate::beside::scalar(node).map(|(text, _)| text)
}

/// The texts of a list; of one text itself.
fn items(node: &Node<'_>) -> Vec<String> {
    if let Value::List(items) = &node.value {
        items.iter().filter_map(text).collect()
    } else {
        text(node).into_iter().collect()
    }
}
