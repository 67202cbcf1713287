use crate::model::{App, is_below};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the release command does not need a volume.
    ///
    /// ## Why
    ///
    /// The release command runs in a machine of its own, before any other is touched, and that machine has no volume. A
    /// migration of a SQLite file creates a new file, migrates that, and succeeds; the machines then start with the old
    /// schema (https://github.com/superfly/docs/issues/1857, https://github.com/superfly/docs/pull/1143). What needs
    /// the volume belongs into the start of the app.
    ///
    /// Found are commands that name a folder of a mount, and migrations of an app whose database is a file on one.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki.deploy]
    /// release_command = "bin/migrate --database /data/wiki.db"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki]
    /// processes = { app = "sh -c 'bin/migrate --database /data/wiki.db && exec bin/wiki'" }
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,bad
    /// [app.wiki.env]
    /// DATABASE_URL = "file:/data/wiki.db"
    ///
    /// [app.wiki.deploy]
    /// release_command = "npx prisma migrate deploy"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, launch/volume-storage
    static RULE = {
        name: "release-command-volume",
        code: "FA509",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(command) = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command.as_ref()) else { return };
    if app.toml.mounts.is_empty() {
        return;
    }
    let words = || command.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '=' | ';' | ':' | '&' | '|'));
    let named = |to: &str| to.len() > 1 && words().any(|word| is_below(word, to));
    let mount = app.toml.mounts.iter().find(|mount| mount.destination.as_ref().is_some_and(|to| named(to)));
    let migrates = command.contains("migrat");
    let file = if migrates && mount.is_none() {
        app.sqlite_files().find_map(|file| Some((file, app.mount_of(file.path)?)))
    } else {
        None
    };
    let (label, related, at) = match (mount, file) {
        (Some(mount), _) => {
            ("this folder is empty there", mount.destination.as_ref().map(|to| to.origin), "a volume of other machines")
        }
        (None, Some((file, _))) => {
            ("it migrates a file that nobody uses", Some(file.value.origin), "the database is a file on a volume")
        }
        (None, None) => return,
    };
    let finding = cx
        .report(command.origin, format!("the release command of `{}` runs without its volume", app.name.value))
        .label(label);
    let finding = match related {
        Some(related) => finding.related(related, at),
        None => finding,
    };
    finding.help("do it when the app starts, before the program itself: `sh -c '… && exec …'` as the command");
}
