use crate::fly_toml::AutoStop;
use crate::kinds::app::Access;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::spec::Tier;

declare_rule! {
    /// Checks that nobody waits for a slow start when all machines are stopped.
    ///
    /// ## Why
    ///
    /// The request that finds no machine running waits until one has started. Most clients and proxies give up after ten to
    /// thirty seconds; a start that takes as long means that the first request after a quiet hour fails, each time. A suspended
    /// machine wakes in less than a second, and one machine that is kept running needs no start at all.
    ///
    /// How long a start takes is in no file of Fly.io: this rule listens to `workload.boot_seconds`. In production a public app
    /// that stops all of its machines is reported by `production-scale-to-zero`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.api]
    /// access = "private"
    /// workload = { boot_seconds = 25 }
    ///
    /// [app.api.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.api]
    /// access = "private"
    /// workload = { boot_seconds = 25 }
    ///
    /// [app.api.http_service]
    /// min_machines_running = 1
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/long-running-tasks
    /// - Fly.io, launch/autostop-autostart
    static RULE = {
        name: "slow-start-from-zero",
        code: "FA364",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// What a client waits for without complaint, in seconds (Fly.io, blueprints/long-running-tasks).
const PATIENCE: u32 = 10;

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(boot) = app.workload.boot_seconds.filter(|boot| boot.value > PATIENCE) else { return };
    if app.tier == Tier::Production && app.access.value == Access::Public {
        return;
    }
    let zero = app.services.iter().find(|service| {
        service.auto_stop.value == AutoStop::Stop && service.min_machines_running.value == 0 && app.stops(service)
    });
    let Some(service) = zero else { return };
    let least = service.min_machines_running;
    let edit = if least.origin.is_written() {
        Some(cx.edits().replace(least.range(), "1"))
    } else {
        cx.edits().insert_entry(service.at, "min_machines_running", "1")
    };
    let fix = cx.unsafe_fix("keep one machine running", edit);
    cx.report(
        service.auto_stop.origin,
        format!("a request to an idle `{}` waits {} seconds", app.name.value, boot.value),
    )
    .label("the last machine is stopped too")
    .related(boot.origin, "how long a start takes")
    .help("keep one running, `min_machines_running = 1`, or write `auto_stop_machines = \"suspend\"`")
    .fix(fix);
}
