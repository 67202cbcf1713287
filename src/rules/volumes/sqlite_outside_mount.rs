use crate::diag::Fix;
use crate::model::App;
use crate::rules::data::DataFile;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that the SQLite file that a variable names lies on a volume.
    ///
    /// ## Why
    ///
    /// The root file system of a machine begins anew with every deploy, and with every machine. A database file on it
    /// works for a day and is empty after the next release, without an error. This is the most common way to lose data
    /// on Fly.io (<https://github.com/simonw/datasette-publish-fly/issues/28>,
    /// <https://github.com/kiwicopple/serverless-postgres/issues/2>).
    ///
    /// A relative path is only judged where the app has no mount at all, or none that ends with its folder: nobody
    /// knows the working directory of the image. Files below `/tmp` are meant to be lost. An app with variables of
    /// Litestream or Turso fetches its file when it starts, and is left alone; one that only reads a file of its image
    /// may waive this.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki]
    /// regions = ["iad"]
    ///
    /// [app.wiki.env]
    /// DATABASE_URL = "file:/app/wiki.db"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki]
    /// regions = ["iad"]
    ///
    /// [app.wiki.env]
    /// DATABASE_URL = "file:/data/wiki.db"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,bad
    /// [app.wiki.env]
    /// DATABASE_URL = "sqlite://db/wiki.sqlite3"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.env]
    /// DATABASE_URL = "sqlite:///data/wiki.sqlite3"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "sqlite-outside-mount",
        code: "FA507",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.toml.env.is_empty() || app.shows_litefs().is_some() {
        return;
    }
    // These fetch the file again when a machine starts.
    if app.has_variable_of(&["LITESTREAM", "TURSO", "LIBSQL"]) {
        return;
    }
    for file in app.sqlite_files().filter(|file| !app.may_be_on_volume(file.path)) {
        let mount = app.toml.mounts.iter().find_map(|mount| mount.destination.as_ref());
        // On several volumes there would be several databases.
        let single = (0..app.groups.len()).all(|at| app.machines_at_least(at) < 2);
        let fix = mount.filter(|_| single).and_then(|to| move_below(&file, to, cx));
        let finding = cx
            .report(file.value.origin, format!("the database of `{}` is empty after each deploy", app.name.value))
            .label("on the root file system, not on a volume");
        match mount {
            Some(to) => finding
                .related(Origin::written(to.range()), "the volume is here")
                .help(format!("let `{}` name a file below {}", file.variable, to.value))
                .fix(fix),
            None => finding.help(format!(
                "add a volume, {} with destination = \"/data\", and let `{}` name a file below it",
                app.list_of_tables("mounts"),
                file.variable
            )),
        };
    }
}

/// The same file below a mount. What is at the old place was lost with the last deploy.
fn move_below(file: &DataFile<'_>, to: &str, cx: &Cx<'_>) -> Option<Fix> {
    let name = file.path.rsplit('/').next().filter(|name| !name.is_empty())?;
    let path = format!("{}/{name}", to.trim_end_matches('/'));
    let range = cx.part_of(file.value.origin, file.path)?;
    cx.unsafe_fix(format!("use {path}"), Some(cx.edits().replace(range, path)))
}
