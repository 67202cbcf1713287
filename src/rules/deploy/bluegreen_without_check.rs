use crate::fly_toml::Strategy;
use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a blue-green deploy has health checks to decide by.
    ///
    /// ## Why
    ///
    /// A blue-green deploy starts a second set of machines, waits until their checks pass, and then lets traffic go
    /// there. Without any check of a service or in `[checks]` flyctl refuses to begin. That shows only while it
    /// deploys: `fly config validate` does not look. `machine_checks` do not count: only rolling deploys and canaries
    /// run them.
    ///
    /// A group that serves requests and has no check of its own, in an app where another group has one, is switched
    /// over as soon as its machines have started, working or not. That is a warning here, as it is in flyctl.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// strategy = "bluegreen"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// strategy = "bluegreen"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/healthz", interval = "15s", timeout = "5s" }]
    /// ```
    ///
    /// ```toml,bad
    /// [app.shop]
    /// deploy = { strategy = "bluegreen" }
    /// processes = { web = "bin/web", api = "bin/api" }
    ///
    /// [app.shop.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    /// checks = [{ path = "/healthz" }]
    ///
    /// [[app.shop.services]]
    /// internal_port = 4000
    /// processes = ["api"]
    /// ports = [{ port = 4000 }]
    /// ```
    ///
    /// ```toml,good
    /// [app.shop]
    /// deploy = { strategy = "bluegreen" }
    /// processes = { web = "bin/web", worker = "bin/worker" }
    ///
    /// [app.shop.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [app.shop.checks.alive]
    /// type = "tcp"
    /// processes = ["web"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/command/deploy/strategy_bluegreen.go
    static RULE = {
        name: "bluegreen-without-check",
        code: "FA313",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(strategy) = app.toml.deploy.as_ref().and_then(|deploy| deploy.strategy) else { return };
    if strategy.value != Strategy::BlueGreen {
        return;
    }
    if !(0..app.groups.len()).any(|group| is_checked(app, group)) {
        let mut finding = cx
            .report(strategy.origin, "`bluegreen` needs a health check")
            .label("flyctl refuses to deploy without one");
        if let Some(service) = app.services.first() {
            finding = finding.related(Origin::written(service.at), "a service without checks");
        }
        finding.help(format!(
            "add {}; or leave `strategy` out: machines are then replaced one after another",
            suggestion(app, app.services.first().map(|service| service.form))
        ));
        return;
    }
    let unchecked = |group: &usize| app.groups[*group].serves && !is_checked(app, *group);
    let groups: Vec<usize> = (0..app.groups.len()).filter(unchecked).collect();
    let Some(&first) = groups.first() else { return };
    let service = app.services.iter().find(|service| service.groups.contains(&first));
    let names: Vec<&str> = groups.iter().map(|&group| app.groups[group].name.as_str()).collect();
    let mut finding = cx
        .warn(strategy.origin, format!("traffic goes to new machines of {} unchecked", list(&names, "and")))
        .label("waits for checks, where there are any");
    if let Some(service) = service {
        finding = finding.related(Origin::written(service.at), "a service without checks");
    }
    finding.help(format!("add {}", suggestion(app, service.map(|service| service.form))));
}

/// Whether flyctl finds a check in the machines of a group.
fn is_checked(app: &App, group: usize) -> bool {
    let name = &app.groups[group].name;
    app.services.iter().any(|service| !service.checks.is_empty() && service.groups.contains(&group))
        || app.toml.checks.iter().any(|(_, check)| {
            check.processes.as_ref().is_some_and(|names| names.iter().any(|other| other.value == name.value))
        })
}

/// Where a check belongs.
fn suggestion(app: &App, form: Option<ServiceForm>) -> String {
    match form {
        Some(ServiceForm::Http) => {
            format!("`{}` with a `path` that answers 2xx", app.list_of_tables("http_service.checks"))
        }
        Some(ServiceForm::General(_)) => {
            format!("`{}` or `http_checks` to the service", app.list_of_tables("services.tcp_checks"))
        }
        None => format!("`{}` with a `type` and a `port`", app.table("checks.alive")),
    }
}
