use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that what stops machines starts them again.
    ///
    /// ## Why
    ///
    /// The proxy stops idle machines because it can start them when the next request comes. With
    /// `auto_start_machines = false` it only does the first half: in the first quiet hour the machines stop, one after
    /// the other, and stay down until somebody starts them by hand. `min_machines_running` does not help, because it
    /// only holds back stopping: a machine that ends on its own is not replaced. A release with all three keys took a
    /// service down for its users: both machines stopped after the deploy, and nothing started them
    /// ([cratesio-mcp#131](https://github.com/joshrotenberg/cratesio-mcp/pull/131)).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// auto_start_machines = false
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// auto_start_machines = true
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/autostop-autostart
    /// - Fly.io, reference/fly-proxy-autostop-autostart
    /// - https://github.com/joshrotenberg/cratesio-mcp/pull/131
    static RULE = {
        name: "autostop-without-autostart",
        code: "FA306",
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
    for service in &app.services {
        let (stop, start) = (service.auto_stop, service.auto_start);
        if start.value || !app.stops(service) {
            continue;
        }
        let verb = if stop.value.as_str() == "suspend" { "suspended" } else { "stopped" };
        let fix = cx.unsafe_fix("let the proxy start them", Some(cx.edits().replace(start.range(), "true")));
        cx.report(start.origin, format!("idle machines of `{}` are {verb} and never started again", app.name.value))
            .label("no request starts one")
            .related(stop.origin, format!("idle machines are {verb}"))
            .help("write `auto_start_machines = true`, or `auto_stop_machines = \"off\"` to let them run")
            .fix(fix);
    }
}
