//! What manifests of languages and a Procfile say of an app.

use super::{App, Estate, data_of_variable, is_free, used, variable};
use crate::facts::{Facts, is_secret_name, secret_in};
use crate::source::Source;
use crate::spec::Kind;

/// A framework, by a word of a manifest: the first that fits is taken.
struct Framework {
    manifest: &'static str,
    word: &'static str,
    name: &'static str,
    port: u16,
    /// A path that answers when the app is well, as its generator makes it.
    health: Option<&'static str>,
    /// What a release runs before it goes out.
    release: Option<&'static str>,
}

const fn of(manifest: &'static str, word: &'static str, name: &'static str, port: u16) -> Framework {
    Framework { manifest, word, name, port, health: None, release: None }
}

const FRAMEWORKS: [Framework; 21] = [
    // config/routes.rb of `rails new` since 7.1 has /up; Thruster or Puma listens on 80 or 3000, which EXPOSE says.
    Framework { health: Some("/up"), release: Some("bin/rails db:prepare"), ..of("Gemfile", "rails", "Rails", 3000) },
    of("Gemfile", "sinatra", "Sinatra", 4567),
    of("package.json", "next", "Next.js", 3000),
    of("package.json", "nuxt", "Nuxt", 3000),
    of("package.json", "@remix-run/node", "Remix", 3000),
    of("package.json", "@sveltejs/adapter-node", "SvelteKit", 3000),
    of("package.json", "astro", "Astro", 4321),
    of("package.json", "@nestjs/core", "NestJS", 3000),
    of("package.json", "fastify", "Fastify", 3000),
    of("package.json", "express", "Express", 3000),
    Framework {
        release: Some("python manage.py migrate --noinput"),
        ..of("requirements.txt", "django", "Django", 8000)
    },
    Framework { release: Some("python manage.py migrate --noinput"), ..of("pyproject.toml", "django", "Django", 8000) },
    of("requirements.txt", "fastapi", "FastAPI", 8000),
    of("pyproject.toml", "fastapi", "FastAPI", 8000),
    of("requirements.txt", "flask", "Flask", 8080),
    of("pyproject.toml", "flask", "Flask", 8080),
    // `fly launch` and `mix phx.gen.release` have it listen on PORT.
    of("mix.exs", "phoenix", "Phoenix", 8080),
    of("Cargo.toml", "axum", "Axum", 8080),
    of("Cargo.toml", "actix-web", "Actix", 8080),
    of("Cargo.toml", "rocket", "Rocket", 8000),
    of("composer.json", "laravel/framework", "Laravel", 8080),
];

/// Words of manifests that name a client of a data service.
const CLIENTS: [(&str, Kind); 24] = [
    ("pg", Kind::Postgres),
    ("postgres", Kind::Postgres),
    ("@prisma/client", Kind::Postgres),
    ("drizzle-orm", Kind::Postgres),
    ("psycopg", Kind::Postgres),
    ("psycopg2", Kind::Postgres),
    ("psycopg2-binary", Kind::Postgres),
    ("asyncpg", Kind::Postgres),
    ("postgrex", Kind::Postgres),
    ("tokio-postgres", Kind::Postgres),
    ("github.com/jackc/pgx/v5", Kind::Postgres),
    ("github.com/lib/pq", Kind::Postgres),
    ("ext-pgsql", Kind::Postgres),
    ("redis", Kind::Redis),
    ("ioredis", Kind::Redis),
    ("bullmq", Kind::Redis),
    ("sidekiq", Kind::Redis),
    ("celery", Kind::Redis),
    ("redix", Kind::Redis),
    ("github.com/redis/go-redis/v9", Kind::Redis),
    ("predis/predis", Kind::Redis),
    ("@aws-sdk/client-s3", Kind::Bucket),
    ("aws-sdk-s3", Kind::Bucket),
    ("boto3", Kind::Bucket),
];

/// Finds the names of dependencies in a manifest.
type Dependencies = fn(&str) -> Vec<String>;

/// Manifests, each with how the names of its dependencies are found.
const MANIFESTS: [(&str, Dependencies); 8] = [
    ("package.json", json),
    ("composer.json", json),
    ("Gemfile", gems),
    ("requirements.txt", requirements),
    ("pyproject.toml", pyproject),
    ("mix.exs", atoms),
    ("go.mod", modules),
    ("Cargo.toml", crates),
];

/// What the manifests of the folder say of its only app.
pub(super) fn read<'s>(file: &dyn Fn(&str) -> Option<&'s Source>, facts: &Facts, estate: &mut Estate) {
    let mut app = std::mem::take(&mut estate.apps[0]);
    let manifests: Vec<(&str, Vec<String>)> =
        MANIFESTS.iter().filter_map(|(name, read)| Some((*name, read(file(name)?.text())))).collect();
    let has = |manifest: &str, word: &str| {
        manifests.iter().any(|(name, words)| *name == manifest && words.iter().any(|known| known == word))
    };
    if let Some(framework) = FRAMEWORKS.iter().find(|framework| has(framework.manifest, framework.word)) {
        let Framework { manifest, name, port, health, release, .. } = framework;
        estate.seen.push(format!("{manifest}: {name}"));
        app.port = Some((*port, format!("what {name} listens on unless it is told otherwise")));
        app.health = health.map(|path| (path.to_owned(), format!("the generator of {name}")));
        app.release = release.map(str::to_owned);
    } else if let Some((name, _)) = manifests.first() {
        estate.seen.push(format!("{name}: it is an app of its language"));
    }
    for (word, kind) in CLIENTS {
        let Some((manifest, _)) = manifests.iter().find(|(name, _)| has(name, word)) else { continue };
        if estate.data.iter().any(|data| data.kind == kind) {
            continue;
        }
        let from = format!("`{word}` in {manifest}");
        let reference = estate.data(kind, &from);
        let variable = match kind {
            Kind::Postgres => "DATABASE_URL",
            Kind::Redis => "REDIS_URL",
            Kind::Bucket | Kind::App => "BUCKET_NAME",
        };
        estate.seen.push(format!("{from}: {reference}"));
        used(&mut app, variable, &reference);
    }
    if has("Gemfile", "sidekiq") && file("Procfile").is_none() {
        app.processes.push(("worker".to_owned(), "bundle exec sidekiq".to_owned()));
    }
    if let Some(procfile) = file("Procfile") {
        processes(procfile, facts, &mut app);
        estate.seen.push("Procfile: process groups".to_owned());
    }
    for example in [".env.example", ".env.sample", ".env.template"] {
        if let Some(found) = file(example) {
            estate.seen.push(format!("{example}: names of variables"));
            environment(found, facts, &mut app, estate);
        }
    }
    let package = file("package.json").and_then(|file| serde_json::from_str::<serde_json::Value>(file.text()).ok());
    estate.name = package.and_then(|package| Some(package.get("name")?.as_str()?.to_owned()));
    estate.apps[0] = app;
}

/// `web: bin/server`, a group in each line. `release` is what runs before a release.
fn processes(procfile: &Source, facts: &Facts, app: &mut App) {
    let lines = procfile.text().lines().filter_map(|line| line.split_once(':'));
    let groups: Vec<(&str, &str)> = lines.map(|(name, command)| (name.trim(), command.trim())).collect();
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    for (name, command) in groups {
        if is_secret_name(facts, name) || secret_in(facts, name, command).is_some() {
            continue;
        }
        // A variable with a default is the shell's, which no process group has.
        let wrapped = command.contains('$') || command.contains("&&");
        let command =
            if wrapped { format!("/bin/sh -c '{}'", command.replace('\'', "'\\''")) } else { command.to_owned() };
        if name == "release" {
            app.release = Some(command);
        } else if is_name(name) && !command.is_empty() && !app.processes.iter().any(|(known, _)| known == name) {
            app.processes.push((name.to_owned(), command));
        }
    }
}

/// Names of variables: those of data services, of secrets, and others, whose values are examples.
fn environment(file: &Source, facts: &Facts, app: &mut App, estate: &mut Estate) {
    let lines = file.text().lines().map(|line| line.trim().trim_start_matches("export ").trim_start());
    for (name, value) in lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('=')) {
        let name = name.trim();
        if name == "PORT" || !is_free(app, name) {
            continue;
        }
        if let Some(kind) = data_of_variable(name) {
            let reference = estate.data(kind, &format!("{name} in {}", file.name()));
            used(app, name, &reference);
        } else {
            variable(app, name, value.trim().trim_matches(['"', '\'']), facts);
        }
    }
}

/// Dependencies in package.json or composer.json.
fn json(text: &str) -> Vec<String> {
    let Ok(root) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let tables = ["dependencies", "require"].into_iter().filter_map(|key| root.get(key)?.as_object());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

/// `gem "pg"`, one in each line.
fn gems(text: &str) -> Vec<String> {
    let quoted = |line: &str| line.trim().strip_prefix("gem ")?.split(['"', '\'']).nth(1).map(str::to_owned);
    text.lines().filter_map(quoted).collect()
}

/// The name in front of a version: `Django>=5.0`.
fn requirement(line: &str) -> Option<String> {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')).unwrap_or(line.len());
    let name = line[..end].to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}

fn requirements(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '-'])).filter_map(requirement).collect()
}

fn pyproject(text: &str) -> Vec<String> {
    let Ok(root) = text.parse::<toml::Table>() else { return Vec::new() };
    let project = root.get("project").and_then(|project| project.get("dependencies")).and_then(toml::Value::as_array);
    let listed = project.into_iter().flatten().filter_map(toml::Value::as_str).filter_map(requirement);
    let poetry = root.get("tool").and_then(|tool| tool.get("poetry")?.get("dependencies")?.as_table());
    listed.chain(poetry.into_iter().flatten().map(|(name, _)| name.to_ascii_lowercase())).collect()
}

/// `{:postgrex, ">= 0.0.0"}`
fn atoms(text: &str) -> Vec<String> {
    let name = |rest: &str| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().map(str::to_owned);
    text.split("{:").skip(1).filter_map(name).collect()
}

fn modules(text: &str) -> Vec<String> {
    let words = text.lines().map(|line| line.trim().trim_start_matches("require "));
    words.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

fn crates(text: &str) -> Vec<String> {
    let Ok(root) = text.parse::<toml::Table>() else { return Vec::new() };
    let table = root.get("dependencies").and_then(toml::Value::as_table);
    table.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}
