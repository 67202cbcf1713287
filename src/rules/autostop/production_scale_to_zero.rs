use crate::kinds::app::Access;
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that a public app in production keeps a machine running for the next visitor.
    ///
    /// ## Why
    ///
    /// With `auto_stop_machines` the proxy stops machines that have nothing to do, and without `min_machines_running` it
    /// stops the last one too. The visitor who comes next waits until a machine has started, and sees an error when that
    /// takes too long or the host has no room at that moment. One machine that stays up in the primary region costs
    /// little; the others may still stop.
    ///
    /// Whether an app is public, a plain fly.toml does not say: there it is taken for public when it sends visitors to
    /// HTTPS.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// min_machines_running = 1
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// force_https = true
    /// auto_stop_machines = "stop"
    /// min_machines_running = 0
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// force_https = true
    /// auto_stop_machines = "stop"
    /// min_machines_running = 1
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/autostop-autostart
    /// - Fly.io, apps/going-to-production
    static RULE = {
        name: "production-scale-to-zero",
        code: "FA116",
        group: Group::Reliability,
        levels: Levels::PRODUCTION,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    // Who may reach it, no plain file says; but no private app sends its callers to HTTPS.
    let forces_https = |service: &Service| {
        let flags = service.ports.iter().filter_map(|port| port.force_https);
        flags.into_iter().any(|force| force.value)
    };
    if app.access.value != Access::Public || app.is_plain() && !app.services.iter().any(forces_https) {
        return;
    }
    for service in &app.services {
        if service.min_machines_running.value == 0 && app.stops(service) {
            to_zero(app, service, cx);
        }
    }
}

fn to_zero(app: &App, service: &Service, cx: &mut Cx<'_>) {
    let least = service.min_machines_running;
    let message = format!("the first visitor of an idle `{}` waits for a machine to start", app.name.value);
    let keep = "keep one machine running: `min_machines_running = 1`";
    if least.origin.is_written() {
        let fix = cx.unsafe_fix("keep one machine running", Some(cx.edits().replace(least.range(), "1")));
        cx.report(least.origin, message)
            .label("the last machine is stopped too")
            .related(service.auto_stop.origin, "idle machines are stopped here")
            .help(keep)
            .fix(fix);
    } else {
        let edit = cx.edits().insert_entry(service.at, "min_machines_running", "1");
        let fix = cx.unsafe_fix("keep one machine running", edit);
        cx.report(service.auto_stop.origin, message).label("the last machine is stopped too").help(keep).fix(fix);
    }
}
