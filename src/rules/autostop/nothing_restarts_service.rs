use crate::fly_toml::RestartPolicy;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that something starts a machine again whose process has ended.
    ///
    /// ## Why
    ///
    /// A machine with a service is started by the next request, if `auto_start_machines` is true. When it is false, the restart
    /// policy alone decides: by default a process that fails is started again ten times, and one that ends without an error is
    /// not. The machine stays stopped, the others take its requests, and when the last one has ended the app is down
    /// ([cratesio-mcp#131](https://github.com/joshrotenberg/cratesio-mcp/pull/131),
    /// [neotoma#2279](https://github.com/markmhendrickson/neotoma/issues/2279)).
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_start_machines = false
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_start_machines = true
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// restart = [{ policy = "on-failure" }]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_start_machines = false
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// restart = [{ policy = "always" }]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_start_machines = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-restart-policy
    /// - Fly.io, reference/fly-proxy-autostop-autostart
    /// - https://github.com/markmhendrickson/neotoma/issues/2279
    static RULE = {
        name: "nothing-restarts-service",
        code: "FA367",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (index, group) in app.groups.iter().enumerate() {
        let services = || app.services.iter().filter(|service| service.groups.contains(&index));
        let Some(first) = services().next() else { continue };
        // What stops machines as well has a rule of its own.
        if services().any(|service| service.auto_start.value || app.stops(service)) {
            continue;
        }
        let policy = group.restart.map(|at| app.toml.restart[at].policy);
        if policy.is_some_and(|policy| policy.value == RestartPolicy::Always) {
            continue;
        }
        let start = first.auto_start;
        let alone = services().count() == 1 && !first.groups.iter().any(|other| *other != index);
        let message = match policy {
            Some(policy) if policy.value == RestartPolicy::Never => "a machine of `{}` that ends stays stopped",
            _ => "a machine of `{}` that ends without an error stays stopped",
        };
        let message = message.replace("{}", &app.name.value);
        if let Some(policy) = policy {
            let edit = cx.edits().replace(policy.range(), "\"always\"");
            let fix = cx.unsafe_fix("start it again whenever it ends", Some(edit));
            cx.report(policy.origin, message)
                .label("not after a clean end")
                .related(start.origin, "and no request starts it")
                .help("write `policy = \"always\"`, or `auto_start_machines = true`")
                .fix(fix);
        } else {
            let edit = Some(cx.edits().replace(start.range(), "true")).filter(|_| alone);
            let fix = cx.unsafe_fix("let the proxy start it", edit);
            let restart = app.list_of_tables("restart");
            cx.report(start.origin, message)
                .label("no request starts it")
                .help(format!("write `auto_start_machines = true`, or add `{restart}` with `policy = \"always\"`"))
                .fix(fix);
        }
        return;
    }
}
