use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that an app with a SQLite file on a volume runs on one machine.
    ///
    /// ## Why
    ///
    /// A volume belongs to one machine, and Fly.io does not copy volumes to each other. With two machines there are two
    /// databases: a user signs up on the one, and the next request, on the other, does not know him. Nothing fails, and
    /// after a week nobody can put the two back together.
    ///
    /// LiteFS and the like copy the file between machines; LiteFS and Turso are recognised, of anything else a waiver can
    /// tell. In a plain fly.toml, which does not say how many machines there are, `min_machines_running` above one is
    /// taken for it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki.env]
    /// DATABASE_PATH = "/data/wiki.db"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 2
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki]
    /// regions = ["iad"]
    ///
    /// [app.wiki.env]
    /// DATABASE_PATH = "/data/wiki.db"
    ///
    /// [[app.wiki.mounts]]
    /// source = "data"
    /// destination = "/data"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 1
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, launch/volume-storage
    static RULE = {
        name: "sqlite-on-several-machines",
        code: "FA508",
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
    if app.toml.mounts.is_empty() || app.toml.env.is_empty() || app.shows_litefs().is_some() {
        return;
    }
    // Copies of a database of Turso are made for every machine.
    if app.has_variable_of(&["TURSO", "LIBSQL"]) {
        return;
    }
    for file in app.sqlite_files() {
        let Some(mount) = app.mount_of(file.path) else { continue };
        let on_it = |at: &usize| {
            app.groups[*at].mount.and_then(|at| app.toml.mounts.get(at)).is_some_and(|of| of.range() == mount.range())
        };
        let machines = (0..app.groups.len()).filter(on_it).map(|at| app.machines_at_least(at)).max().unwrap_or(0);
        if machines < 2 {
            continue;
        }
        cx.report(file.value.origin, format!("each of {machines} machines has a database of its own"))
            .label("one file on each volume, and no copying")
            .related(Origin::written(mount.range()), "a volume for each machine")
            .help("run one machine, or move to a database that all of them reach, such as Managed Postgres");
        return;
    }
}
