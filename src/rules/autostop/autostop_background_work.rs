use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that machines which work in the background are not stopped for having no requests.
    ///
    /// ## Why
    ///
    /// The proxy knows a machine by its connections. A machine that works through a queue, runs a cron job or holds a
    /// websocket to another server has none, looks idle, and is stopped in the middle of its work; and while it is
    /// stopped no job wakes it. There is no way to tell the proxy to wait.
    ///
    /// Whether machines work in the background is in no file of Fly.io: this rule listens to
    /// `workload.background_work`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// workload = { background_work = true }
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// workload = { background_work = true }
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/long-running-tasks
    /// - Fly.io, launch/autostop-autostart
    /// - https://github.com/manavgup/wikimind/issues/616
    /// - https://github.com/superfly/docs/pull/2416
    static RULE = {
        name: "autostop-background-work",
        code: "FA307",
        group: Group::Correctness,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(work) = app.workload.background_work.filter(|work| work.value) else { return };
    // One service with "off" keeps its machines running: one finding is enough.
    let Some(service) = app.services.iter().find(|service| app.stops(service)) else { return };
    let stop = service.auto_stop;
    let fix = cx.unsafe_fix("let the machines run", Some(cx.edits().replace(stop.range(), "\"off\"")));
    cx.report(stop.origin, format!("machines of `{}` are stopped in the middle of background work", app.name.value))
        .label("sees requests, and no other work")
        .related(work.origin, "work that no request shows")
        .help("write `auto_stop_machines = \"off\"`, or move the work to a process group without a service")
        .fix(fix);
}
