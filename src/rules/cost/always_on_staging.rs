use crate::fly_toml::AutoStop;
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::{Level, Tier};
use crate::value::Origin;

declare_rule! {
    /// Checks that machines of staging and development stop when nobody uses them.
    ///
    /// ## Why
    ///
    /// Between two looks at a preview nobody asks it anything, and its machines run day and night, each month, in every
    /// preview. Stopped machines cost only what their disks hold. The proxy stops idle machines, and starts one for the
    /// next request: the first page takes a second longer.
    ///
    /// Apps with volumes, with work that no request shows, and with services that are not HTTP are left alone. The tier
    /// of a plain file is in its name, `fly.staging.toml`, or that of its app.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 1
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 0
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- fly.staging.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.staging.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// auto_stop_machines = "stop"
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, about/cost-management
    /// - Fly.io, launch/autostop-autostart
    static RULE = {
        name: "always-on-staging",
        code: "FA590",
        group: Group::Cost,
        levels: Levels { production: Level::Allow, staging: Level::Warn, development: Level::Warn },
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let background = app.workload.background_work.is_some_and(|work| work.value);
    let open = app.workload.long_lived_connections.is_some_and(|open| open.value);
    if app.tier == Tier::Production || !app.toml.mounts.is_empty() || background || open {
        return;
    }
    let only_http = |service: &Service| !service.ports.is_empty() && service.ports.iter().all(|port| port.http);
    if app.services.is_empty() || !app.services.iter().all(only_http) {
        return;
    }
    for service in &app.services {
        let (stop, least) = (service.auto_stop, service.min_machines_running);
        let name = &app.name.value;
        if stop.value == AutoStop::Off {
            let edits = cx.edits();
            let edit = if stop.origin.is_written() {
                Some(edits.replace(stop.range(), "\"stop\""))
            } else {
                edits.insert_entry(service.at, "auto_stop_machines", "\"stop\"")
            };
            let fix = cx.unsafe_fix("stop idle machines", edit);
            let at = if stop.origin.is_written() { stop.origin } else { Origin::written(service.at) };
            cx.report(at, format!("`{name}` runs day and night, and is for {}", app.tier.as_str()))
                .label("idle machines are not stopped")
                .help("stop idle machines: `auto_stop_machines = \"stop\"`, with `min_machines_running = 0`")
                .fix(fix);
        } else if least.value > 0 && least.origin.is_written() {
            let fix = cx.unsafe_fix("let all of them stop", Some(cx.edits().replace(least.range(), "0")));
            cx.report(least.origin, format!("`{name}` runs day and night, and is for {}", app.tier.as_str()))
                .label("so many machines are never stopped")
                .help("write `min_machines_running = 0`: the next request starts a machine")
                .fix(fix);
        }
    }
}
