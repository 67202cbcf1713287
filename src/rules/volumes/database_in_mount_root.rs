use crate::diag::Fix;
use crate::diag::fix::string_literal;
use crate::facts::DatabaseImage;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;

declare_rule! {
    /// Checks that Postgres and MySQL keep their data in a folder of a volume, and not in its root.
    ///
    /// ## Why
    ///
    /// A fresh volume is not empty: it has a folder `lost+found`. Postgres and MySQL create a database in an empty
    /// folder alone, and end with "directory exists but is not empty" or "data directory has files in it". The machine
    /// starts again, ten times, and gives up. A folder of the volume is empty: `PGDATA` says it to Postgres,
    /// `--datadir` to MySQL.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.db.build]
    /// image = "postgres:16"
    ///
    /// [[app.db.mounts]]
    /// source = "pgdata"
    /// destination = "/var/lib/postgresql/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.db.build]
    /// image = "postgres:16"
    ///
    /// [[app.db.mounts]]
    /// source = "pgdata"
    /// destination = "/var/lib/postgresql/data"
    ///
    /// [app.db.env]
    /// PGDATA = "/var/lib/postgresql/data/pgdata"
    /// ```
    ///
    /// ```toml,bad
    /// [app.db]
    /// processes = { app = "--datadir /data" }
    ///
    /// [app.db.build]
    /// image = "mysql:8"
    ///
    /// [[app.db.mounts]]
    /// source = "mysqldata"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.db]
    /// processes = { app = "--datadir /data/mysql" }
    ///
    /// [app.db.build]
    /// image = "mysql:8"
    ///
    /// [[app.db.mounts]]
    /// source = "mysqldata"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, app-guides/mysql-on-fly
    /// - Docker Hub, postgres
    static RULE = {
        name: "database-in-mount-root",
        code: "FA510",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some((image, written)) = app.database_image(cx.facts).filter(|(image, _)| image.empty) else { return };
    let data = app.data_directory(image);
    let path = data.trim_end_matches('/');
    let at_root = |to: &str| to.trim_end_matches('/') == path;
    let mounts = app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref());
    let Some(to) = { mounts }.find(|to| at_root(to)) else { return };
    let folder =
        if image.option.starts_with("--") { format!("{path}/{}", image.image) } else { format!("{path}/pgdata") };
    let fix = fix(app, image, &folder, cx);
    let way = if image.option.starts_with("--") {
        format!("`{} {folder}` in the command", image.option)
    } else {
        format!("`{} = \"{folder}\"` in {}", image.option, app.table("env"))
    };
    cx.report(to.origin, format!("{} refuses to start: its folder is not empty", image.name))
        .label("a new volume has a folder lost+found")
        .related(written.origin, format!("this is {}", image.name))
        .help(format!("let the data lie in a folder of the volume: {way}"))
        .fix(fix);
}

fn fix(app: &App, image: &DatabaseImage, folder: &str, cx: &Cx<'_>) -> Option<Fix> {
    let title = format!("use {folder}");
    let data = app.data_directory(image);
    if image.option.starts_with("--") {
        // The folder stands behind the flag, on its own.
        let command = app
            .groups
            .iter()
            .filter_map(|group| group.command.as_ref())
            .find(|command| command.contains(image.option))?;
        let whole = cx.part_of(command.origin, command)?;
        let start = command.find(image.option)? + image.option.len();
        let start = start + command[start..].find(data)?;
        let range = TextRange::new(start, start + data.len());
        let range = TextRange { start: whole.start + range.start, end: whole.start + range.end };
        return cx.unsafe_fix(title, Some(cx.edits().replace(range, folder)));
    }
    if let Some((_, value)) = app.toml.env.get(image.option) {
        return cx.unsafe_fix(title, Some(cx.edits().replace(value.range(), string_literal(folder))));
    }
    // A table behind everything else: only where there is none yet, and where tables have headers.
    let tables = app.toml.env.is_empty() && app.toml.mounts.iter().all(|mount| cx.text(mount.origin).starts_with('['));
    let edit =
        tables.then(|| cx.edits().append_table(&app.table("env"), &[(image.option, string_literal(folder))])).flatten();
    cx.unsafe_fix(title, edit)
}
