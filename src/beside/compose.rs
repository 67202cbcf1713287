//! Compose files, as far as flyctl reads them (`internal/containerconfig`): the services become containers of one
//! machine.

use super::litefs::{At, find, scalar};
use crate::fly_toml::tree::{Node, Table, Value};
use crate::fly_toml::yaml;
use crate::source::{FileId, Source, TextRange};

/// The names that flyctl looks for, the first of them first.
pub(super) const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// A compose file.
#[derive(Debug)]
pub struct Compose {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: String,
    /// Its services, in the order of the file.
    pub services: Vec<ComposeService>,
}

/// A service: a container.
#[derive(Debug)]
pub struct ComposeService {
    /// Its key.
    pub name: At,
    /// The key `build`.
    pub build: Option<TextRange>,
    /// `image`
    pub image: Option<At>,
    /// `command` and `entrypoint`, where they are one text.
    pub commands: Vec<(&'static str, At)>,
    /// The one text that a health check runs: alone, or behind `CMD-SHELL`.
    pub health: Option<At>,
    /// The values of `environment`, with their names.
    pub environment: Vec<(String, At)>,
    /// `volumes` in their short form.
    pub volumes: Vec<At>,
    /// The key `env_file`.
    pub env_file: Option<TextRange>,
    /// A key with a value that flyctl cannot read, and what it has to be.
    pub unreadable: Option<(&'static str, TextRange, &'static str)>,
}

/// Whether a file of this name is one.
pub(super) fn is_compose(name: &str) -> bool {
    let rest = name.strip_prefix("docker-").unwrap_or(name);
    rest.starts_with("compose.") && matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml")))
}

pub(super) fn read(source: &Source, file: FileId) -> Option<Compose> {
    let root = yaml::parse(source).ok()?;
    let (services, _) = find(&root, &["services"])?;
    let services = table(services)?;
    let services = services.0.iter().filter_map(|entry| {
        let name = (entry.key.to_string(), entry.key_range);
        Some(service(name, table(&entry.node)?))
    });
    Some(Compose { file, path: source.name().to_owned(), services: services.collect() })
}

fn service(name: At, service: &Table<'_>) -> ComposeService {
    let key = |key: &str| service.get(key).map(|entry| entry.key_range);
    let text = |key: &str| service.get(key).and_then(|entry| scalar(&entry.node));
    let commands = ["command", "entrypoint"].into_iter().filter_map(|key| Some((key, text(key)?)));
    let environment = service.get("environment").and_then(|entry| table(&entry.node));
    let value = |entry: &crate::fly_toml::tree::Entry<'_>| Some((entry.key.to_string(), scalar(&entry.node)?));
    ComposeService {
        name,
        build: key("build"),
        image: text("image"),
        commands: commands.collect(),
        health: find(service, &["healthcheck", "test"]).and_then(|(node, _)| health(node)),
        environment: environment.map(|table| table.0.iter().filter_map(value).collect()).unwrap_or_default(),
        volumes: service
            .get("volumes")
            .map(|entry| items(&entry.node).filter_map(scalar).collect())
            .unwrap_or_default(),
        env_file: key("env_file"),
        unreadable: unreadable(service),
    }
}

/// The text that a health check hands to a program that takes none.
fn health(test: &Node<'_>) -> Option<At> {
    let Value::List(words) = &test.value else { return scalar(test) };
    let [kind, script] = words.as_slice() else { return None };
    scalar(kind).filter(|(word, _)| word == "CMD-SHELL").and_then(|_| scalar(script))
}

/// The first value of a kind that flyctl has no place for.
fn unreadable(service: &Table<'_>) -> Option<(&'static str, TextRange, &'static str)> {
    if let Some(entry) = service.get("environment").filter(|entry| matches!(entry.node.value, Value::List(_))) {
        return Some(("environment", entry.key_range, "names with values: `NAME: value`"));
    }
    let long = |key: &'static str, form: &'static str| {
        let entry = service.get(key)?;
        let table = items(&entry.node).any(|item| matches!(item.value, Value::Table(_)));
        table.then_some((key, entry.key_range, form))
    };
    long("volumes", "short: `./file:/path`").or_else(|| long("ports", "short: `\"8080:80\"`"))
}

fn items<'t, 's>(node: &'t Node<'s>) -> impl Iterator<Item = &'t Node<'s>> {
    let items: &[Node<'_>] = if let Value::List(items) = &node.value { items } else { &[] };
    items.iter()
}

fn table<'t, 's>(node: &'t Node<'s>) -> Option<&'t Table<'s>> {
    if let Value::Table(table) = &node.value { Some(table) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_flyctl_sees() {
        assert!(is_compose("compose.yml") && is_compose("docker-compose.prod.yaml") && !is_compose("composer.json"));
        let text = "services:\n  web:\n    build: .\n    command: npm start\n    environment:\n      - A=b\n\
                    \x20 db:\n    image: postgres:${TAG}\n    volumes: ['data:/x']\n    healthcheck:\n\
                    \x20     test: [CMD-SHELL, pg_isready -q]\n";
        let compose = read(&Source::new("compose.yml", text), FileId(0)).unwrap();
        let [web, db] = compose.services.as_slice() else { panic!("{compose:#?}") };
        assert!(web.build.is_some() && web.unreadable.is_some_and(|(key, ..)| key == "environment"));
        assert_eq!(web.commands[0].1.0, "npm start");
        assert_eq!(db.health.as_ref().unwrap().0, "pg_isready -q");
        assert_eq!(db.volumes[0].0, "data:/x");
    }
}
