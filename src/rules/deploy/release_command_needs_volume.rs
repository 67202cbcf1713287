use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no release command works on a volume.
    ///
    /// ## Why
    ///
    /// The release command runs in a machine of its own that has no volumes. A path below the mount is an empty
    /// folder of the image there: a migration of an SQLite file fails, or makes a new empty database, reports
    /// success, and the machine with the volume starts on the old schema. Users learn it from their first failed
    /// migration (<https://github.com/superfly/docs/issues/1857>).
    ///
    /// What needs the volume belongs in the start of the process: a script that migrates, and then runs the server
    /// with `exec`.
    ///
    /// A command that names a path below a mount is an error. That a migration runs while a variable places the
    /// database below a mount is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// mounts = { source = "data", destination = "/data" }
    ///
    /// [app.web.deploy]
    /// release_command = "sqlite3 /data/app.db .read schema.sql"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// mounts = { source = "data", destination = "/data" }
    ///
    /// [app.web.processes]
    /// web = "bin/migrate-and-serve /data/app.db"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// env = { DATABASE_URL = "sqlite:////data/app.db" }
    /// mounts = { source = "data", destination = "/data" }
    ///
    /// [app.web.deploy]
    /// release_command = "alembic upgrade head"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, launch/volume-storage
    static RULE = {
        name: "release-command-needs-volume",
        code: "FA662",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

/// Words of commands that change the schema of a database.
const MIGRATIONS: [&str; 6] = ["migrat", "alembic upgrade", "prisma db push", "db:prepare", "db:setup", "db push"];

fn check(app: &App, cx: &mut Cx<'_>) {
    let command = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command.as_ref());
    let Some(command) = command.filter(|_| !app.toml.mounts.is_empty()) else { return };
    for mount in &app.toml.mounts {
        let Some(folder) = mount.destination.as_ref().filter(|folder| folder.trim_matches('/').len() > 1) else {
            continue;
        };
        let path = folder.trim_end_matches('/');
        let help = "let the process itself do it when it starts, and then run the server with `exec`";
        if is_below(command, path) {
            cx.report(command.origin, format!("the release command of `{}` has no `{path}`", app.name.value))
                .label("runs without volumes")
                .related(folder.origin, "not there")
                .help(help);
            return;
        }
        let migrates = MIGRATIONS.iter().any(|word| command.contains(word));
        let database = app.toml.env.iter().map(|(_, value)| value);
        let database = database.filter(|value| is_database(value.as_str()) && is_below(value.as_str(), path));
        if let (true, Some(value)) = (migrates, { database }.next()) {
            cx.warn(command.origin, format!("the release command of `{}` cannot reach its database", app.name.value))
                .label("runs without volumes")
                .related(value.origin, "a file on a volume")
                .help(help);
            return;
        }
    }
}

/// Whether a text names a path below a folder.
pub(in crate::rules) fn is_below(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + folder.len()..].chars().next();
        // Schemes such as `sqlite:///` bring slashes of their own.
        let begins = before.is_none_or(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
        begins && behind.is_none_or(|c| matches!(c, '/' | ' ' | '"' | '\'' | ';' | ')' | ':'))
    })
}

/// Whether a value is the place of a file that is a database.
fn is_database(value: &str) -> bool {
    let file = value.split('?').next().unwrap_or(value);
    value.starts_with("sqlite") || [".db", ".sqlite", ".sqlite3"].iter().any(|ending| file.ends_with(ending))
}
