use crate::fly_toml::Protocol;
use crate::kinds::app::Access;
use crate::model::{App, Service, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that the proxy asks every service whether it works.
    ///
    /// ## Why
    ///
    /// A check of a service decides about routing: a machine that fails it gets no requests. Without one the proxy
    /// sends requests to whatever accepts connections, and a deploy takes a new version that answers every request with
    /// an error for a good one, and goes on to replace the other machines
    /// ([cratesio-mcp#137](https://github.com/joshrotenberg/cratesio-mcp/pull/137)). The entries of `[checks]` are for
    /// monitoring alone.
    ///
    /// The path should answer 200 when the machine can do its work, and quickly: no redirect, no login. What all
    /// machines share, such as the database, does not belong into it, or all of them fail at once.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// interval = "15s"
    /// timeout = "5s"
    /// grace_period = "10s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    /// - Fly.io, apps/going-to-production
    /// - https://github.com/joshrotenberg/cratesio-mcp/pull/137
    static RULE = {
        name: "missing-health-check",
        code: "FA106",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.access.value == Access::Internal {
        return;
    }
    for service in &app.services {
        if service.protocol == Protocol::Tcp && service.checks.is_empty() {
            missing(app, service, cx);
        }
    }
}

fn missing(app: &App, service: &Service, cx: &mut Cx<'_>) {
    let http = service.form == ServiceForm::Http || service.ports.iter().any(|port| port.http);
    let table = match (service.form, http) {
        (ServiceForm::Http, _) => "checks",
        (ServiceForm::General(_), true) => "http_checks",
        (ServiceForm::General(_), false) => "tcp_checks",
    };
    let boot = app.workload.boot_seconds.map_or(0, |seconds| i64::from(seconds.value));
    let grace = (boot + 5).clamp(10, cx.facts.checks.service_seconds_max);
    let path = ("path", "\"/healthz\"".to_owned());
    let times = [
        ("interval", "\"15s\"".to_owned()),
        ("timeout", "\"5s\"".to_owned()),
        ("grace_period", format!("\"{grace}s\"")),
    ];
    let entries: Vec<_> = http.then_some(path).into_iter().chain(times).collect();
    let title = if http { "ask for /healthz every 15 seconds" } else { "connect every 15 seconds" };
    let fix = cx.unsafe_fix(title, cx.edits().insert_list_of_tables(service.at, table, &entries));
    let path = if http { "`path = \"/healthz\"` (or whatever answers 200), " } else { "" };
    let name = &app.name.value;
    let mut finding = cx
        .report(Origin::written(service.at), format!("a broken machine of `{name}` keeps getting requests"))
        .label("no check: the proxy cannot tell")
        .help(format!(
            "add `{}` with {path}`interval = \"15s\"`, `timeout = \"5s\"` and `grace_period = \"{grace}s\"`",
            app.list_of_tables(&format!("{}.{table}", service.form))
        ))
        .fix(fix);
    // The entries of `[checks]` do not decide about routing, but a deploy waits for them.
    if app.toml.checks.is_empty() {
        finding = finding.note("a deploy would not notice either that the new version answers nothing");
    }
    drop(finding);
}
