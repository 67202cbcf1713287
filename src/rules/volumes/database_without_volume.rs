use crate::model::App;
use crate::rules::data::is_below;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that a database that an app runs keeps its data on a volume.
    ///
    /// ## Why
    ///
    /// An image of Postgres, MySQL or MongoDB starts without a volume, and takes everything that is written to it. With
    /// the next deploy, or when the machine moves, the root file system begins anew and the database is empty. A volume
    /// that is mounted somewhere else does not help: the folder that counts is the one that the image writes to.
    ///
    /// Known are official images, by `build.image`, and what `PGDATA`, `--datadir` and `--dbpath` say. An image that is
    /// built from a Dockerfile is not judged.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.db]
    /// build = { image = "postgres:16" }
    /// ```
    ///
    /// ```toml,good
    /// [app.db]
    /// build = { image = "postgres:16" }
    /// env = { PGDATA = "/data/pgdata" }
    /// mounts = { source = "pgdata", destination = "/data" }
    /// ```
    ///
    /// ```toml,bad
    /// [app.db]
    /// build = { image = "mongo:7" }
    /// mounts = { source = "mongodata", destination = "/data" }
    /// processes = { app = "mongod --dbpath /srv/mongo" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, app-guides/mysql-on-fly
    static RULE = {
        name: "database-without-volume",
        code: "FA511",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some((image, written)) = app.database_image(cx.facts) else { return };
    let data = app.data_directory(image);
    // Below the mount, or around it: newer images of Postgres have a folder for each version above the usual one.
    let around = data.rsplit_once('/').map_or(data, |(above, _)| above);
    let holds = |to: &str| is_below(data, to) || (around.len() > 1 && is_below(to, around));
    let mut mounts = app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref());
    if mounts.clone().any(|to| holds(to)) {
        return;
    }
    let finding = cx
        .report(written.origin, format!("{} of `{}` is empty after each deploy", image.name, app.name.value))
        .label(format!("it writes to {data}"));
    match mounts.next() {
        Some(to) => finding.related(Origin::written(to.range()), "the volume is somewhere else").help(format!(
            "let {} write below {} (`{}`), or mount the volume where it writes",
            image.name, to.value, image.option
        )),
        None => finding
            .help(format!("add a volume: {} with its folder below the destination", app.list_of_tables("mounts"))),
    };
}
