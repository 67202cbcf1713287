//! A spec to begin with: what a folder of sources says of its apps, written down with what it was seen from.
//!
//! Reads texts that are given to it, and no file. What no file says is a default with a comment that says what to look
//! for; nothing that looks like a secret's value is carried over.

mod compose;
mod examples;
mod manifest;
mod write;

use std::collections::BTreeSet;

use crate::beside::{Beside, Dockerfile};
use crate::facts::{Facts, is_secret_name, secret_in};
use crate::source::{FileId, Source};
use crate::spec::Kind;
use crate::value::{EnvName, Key};

pub use examples::{example, examples};

/// Files that are looked for in a folder, beside Dockerfiles.
pub const WANTED: [&str; 18] = [
    "Dockerfile",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    "package.json",
    "Gemfile",
    "requirements.txt",
    "pyproject.toml",
    "manage.py",
    "mix.exs",
    "go.mod",
    "Cargo.toml",
    "composer.json",
    "Procfile",
    ".env.example",
    ".env.sample",
    ".env.template",
];

/// What is said, and not seen.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The name of the architecture. Default: that of the folder or of a manifest.
    pub name: Option<Key>,
    /// The slug of the organisation.
    pub org: Option<String>,
    /// The first region.
    pub region: Option<String>,
}

/// A spec to begin with.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// What it was seen from, each a sentence.
    pub seen: Vec<String>,
}

/// One app, as far as it was seen.
#[derive(Clone, Debug, Default)]
struct App {
    key: String,
    /// The folder that it is built in; none for that of the spec.
    source: Option<String>,
    dockerfile: Option<String>,
    image: Option<String>,
    /// The port on which it takes HTTP, and where that stands.
    port: Option<(u16, String)>,
    /// Whether the internet reaches it.
    public: bool,
    /// A path that answers when it is well, and where that stands.
    health: Option<(String, String)>,
    /// What the image runs.
    command: Option<String>,
    /// Process groups and their commands.
    processes: Vec<(String, String)>,
    release: Option<String>,
    env: Vec<(String, String)>,
    uses: Vec<(String, String)>,
    secrets: BTreeSet<String>,
    /// Names and paths of volumes.
    mounts: Vec<(String, String)>,
    /// What a person should know of it.
    notes: Vec<String>,
}

/// A data service.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Data {
    kind: Kind,
    key: String,
    /// Where it was seen.
    from: String,
}

/// All that was seen.
#[derive(Clone, Debug, Default)]
struct Estate {
    name: Option<String>,
    apps: Vec<App>,
    data: Vec<Data>,
    seen: Vec<String>,
}

impl Estate {
    /// The key of a data service of a kind, declared when it is not there yet.
    fn data(&mut self, kind: Kind, from: &str) -> String {
        if let Some(known) = self.data.iter().find(|data| data.kind == kind) {
            return format!("{kind}.{}", known.key);
        }
        let key = match kind {
            Kind::Postgres => "db",
            Kind::Redis => "cache",
            Kind::Bucket => "files",
            Kind::App => "app",
        };
        self.data.push(Data { kind, key: key.to_owned(), from: from.to_owned() });
        format!("{kind}.{key}")
    }
}

/// A spec for what lies in a folder: `name` is the folder's, `files` have names relative to it.
pub fn draft(name: &str, files: &[Source], answers: &Answers, facts: &Facts) -> Draft {
    let mut estate = Estate::default();
    let file = |name: &str| files.iter().find(|file| file.name() == name);
    let named = |at: usize| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), &files[at]);
    let beside = Beside::read((0..files.len()).map(named), Vec::new(), false);
    let dockerfile = |path: &str| beside.dockerfiles.iter().find(|dockerfile| dockerfile.path == path);
    if let Some(compose) = WANTED.iter().filter(|name| name.contains("compose.y")).find_map(|name| file(name)) {
        compose::read(compose, facts, &mut estate);
    }
    if estate.apps.is_empty() {
        estate.apps.push(App { key: "web".to_owned(), public: true, ..App::default() });
        if dockerfile("Dockerfile").is_some() {
            estate.apps[0].dockerfile = Some("Dockerfile".to_owned());
        }
        manifest::read(&file, facts, &mut estate);
    }
    for app in &mut estate.apps {
        let folder = app.source.as_deref().map(|folder| format!("{folder}/")).unwrap_or_default();
        let path = app.dockerfile.clone().unwrap_or_else(|| format!("{folder}Dockerfile"));
        if let Some(found) = dockerfile(&path).filter(|_| app.image.is_none()) {
            built_with(app, found, &mut estate.seen);
        }
    }
    estate.apps.iter_mut().for_each(serve_beside_workers);
    let wanted = [estate.name.as_deref(), Some(name)].into_iter().flatten().map(key);
    let name = answers.name.as_ref().map(ToString::to_string).or_else(|| wanted.into_iter().flatten().next());
    let text = write::spec(&name.unwrap_or_else(|| "app".to_owned()), &estate, answers);
    Draft { text, seen: estate.seen }
}

/// What a Dockerfile says of an app.
fn built_with(app: &mut App, dockerfile: &Dockerfile, seen: &mut Vec<String>) {
    let stage = dockerfile.stage(None);
    let exposed = stage.iter().flat_map(|instruction| instruction.ports()).next();
    let variable = || {
        let variables = stage.iter().filter(|instruction| instruction.name == "ENV");
        let port = variables.flat_map(|instruction| instruction.variables()).rfind(|(name, ..)| *name == "PORT");
        port.and_then(|(_, value, _)| value.parse::<u16>().ok())
    };
    let found = exposed.map(|(port, _)| (port, "EXPOSE")).or_else(|| variable().map(|port| (port, "ENV PORT")));
    if let Some((port, from)) = found.filter(|(port, _)| *port > 0) {
        app.port = Some((port, format!("{from} in {}", dockerfile.path)));
        seen.push(format!("{}: it listens on {port}", dockerfile.path));
    } else {
        seen.push(format!("{}: it is built with it", dockerfile.path));
    }
    app.dockerfile.get_or_insert_with(|| dockerfile.path.clone());
    let command = stage.iter().rev().find(|instruction| instruction.name == "CMD" && instruction.exec_form);
    let words = command.map(|command| command.words.iter().map(|word| word.text.as_str()));
    app.command = words.and_then(|words| shlex::try_join(words).ok());
}

/// With process groups that are workers alone nothing would serve: the image's own command is a group beside them. Where
/// it is not known the workers are left to a person.
fn serve_beside_workers(app: &mut App) {
    let serves = |(name, _): &(String, String)| matches!(name.as_str(), "web" | "app");
    if !app.public || app.processes.is_empty() || app.processes.iter().any(serves) {
        return;
    }
    if let Some(command) = app.command.clone() {
        app.processes.insert(0, ("web".to_owned(), command));
        return;
    }
    for (name, command) in std::mem::take(&mut app.processes) {
        let command = crate::diag::fix::string_literal(&command);
        app.notes.push(format!(
            "A worker was seen: below `processes`, `{name} = {command}` beside the command that serves."
        ));
    }
}

/// A word as a key: none when nothing of it can be in one.
fn key(word: &str) -> Option<String> {
    let word = word.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let mut out = String::new();
    for c in word.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            _ if out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    let out = out.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let out: String = out.chars().take(30).collect();
    let out = out.trim_end_matches('-');
    (out.parse::<Key>().is_ok() && !out.is_empty()).then(|| out.to_owned())
}

/// Whether a variable of this name can be given to an app that has none of it.
fn is_free(app: &App, name: &str) -> bool {
    let listed = app.uses.iter().chain(&app.env).any(|(known, _)| known == name);
    EnvName::accepts(name) && !listed && !app.secrets.contains(name)
}

/// Has an app know by a variable where something is.
fn used(app: &mut App, name: &str, reference: &str) {
    if is_free(app, name) {
        app.uses.push((name.to_owned(), reference.to_owned()));
    }
}

/// Puts a variable where it belongs: a secret by its name alone, anything else with its value.
fn variable(app: &mut App, name: &str, value: &str, facts: &Facts) {
    if !is_free(app, name) || value.contains("${") || value.contains(char::is_control) {
        return;
    }
    if is_secret_name(facts, name) || secret_in(facts, name, value).is_some() {
        app.secrets.insert(name.to_owned());
    } else {
        app.env.push((name.to_owned(), value.to_owned()));
    }
}

/// The kind of data service that a variable of this name usually leads to.
fn data_of_variable(name: &str) -> Option<Kind> {
    match name {
        "DATABASE_URL" | "POSTGRES_URL" | "PG_URL" => Some(Kind::Postgres),
        "REDIS_URL" | "CELERY_BROKER_URL" => Some(Kind::Redis),
        "BUCKET_NAME" | "S3_BUCKET" => Some(Kind::Bucket),
        _ => None,
    }
}
