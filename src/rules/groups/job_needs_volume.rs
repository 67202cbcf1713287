use crate::model::App;
use crate::rules::deploy::release_command_needs_volume::is_below;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no job works on a volume.
    ///
    /// ## Why
    ///
    /// A job runs on a machine of its own, and a volume is in one machine: that of a job has none. A path below the
    /// mount is an empty folder of the image there. A backup of `/data/app.db` saves nothing, a clean-up of `/data`
    /// cleans nothing, and both report success.
    ///
    /// What needs the volume must run where the volume is: in the process of that machine, started by a clock of its
    /// own, or asked for by the job over the private network.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.shop]
    /// mounts = { source = "data", destination = "/data" }
    ///
    /// [app.shop.schedule.backup]
    /// command = "sqlite3 /data/app.db .dump"
    /// every = "daily"
    /// ```
    ///
    /// ```toml,good
    /// [app.shop]
    /// mounts = { source = "data", destination = "/data" }
    ///
    /// [app.shop.schedule.backup]
    /// command = "curl -fsS -X POST http://shop.internal:8080/backup"
    /// every = "daily"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, machines/flyctl/fly-machine-run
    static RULE = {
        name: "job-needs-volume",
        code: "FA748",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for job in &app.jobs {
        let folders = app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref());
        let below = |folder: &str| job.words.iter().any(|word| is_below(word, folder));
        let mut folders = folders.filter(|folder| folder.trim_matches('/').len() > 1);
        let Some(folder) = folders.find(|folder| below(folder.trim_end_matches('/'))) else { continue };
        cx.report(
            job.command.origin,
            format!("the job `{}` of `{}` has no `{}`", job.key.value, app.name.value, folder.value),
        )
        .label("runs without volumes")
        .related(folder.origin, "not there")
        .help("do it where the volume is: let the job ask the app for it over the private network");
    }
}
