use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `experimental.exec` does not take the place of the commands of process groups.
    ///
    /// ## Why
    ///
    /// `exec` replaces the image's ENTRYPOINT and its CMD, and with CMD the command of every process group. With two groups both
    /// run the same program: there are two servers and no worker, or the other way round, and jobs pile up.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [app.web.experimental]
    /// exec = ["node", "server.js"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/machines.go
    /// - Fly.io, machines/api
    static RULE = {
        name: "exec-hides-processes",
        code: "FA393",
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
    let Some(exec) = app.toml.experimental.as_ref().and_then(|experimental| experimental.exec.as_ref()) else { return };
    let commands = app.groups.iter().filter_map(|group| group.command.as_ref());
    let Some(command) = commands.into_iter().find(|command| !command.trim().is_empty()) else { return };
    cx.report(exec.origin, format!("every machine of `{}` runs this, whatever its group", app.name.value))
        .label("takes the place of all commands")
        .related(command.origin, "not run")
        .help("remove `exec`; `entrypoint` leaves the commands of groups as they are");
}
