use crate::model::{App, Service, ServiceForm, is_called_worker};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;
use crate::value::{Name, Sourced};

declare_rule! {
    /// Checks that a service does not send requests to a process group that works in the background.
    ///
    /// ## Why
    ///
    /// The proxy sends requests to all groups that a service names, one after the other. A worker listens on no port: requests
    /// that reach it are refused, and visitors see every second page. With `auto_stop_machines` the proxy also takes a worker
    /// without requests for idle and stops it in the middle of its work
    /// ([wikimind#616](https://github.com/manavgup/wikimind/issues/616), [docs#2416](https://github.com/superfly/docs/pull/2416)).
    ///
    /// A group counts as a worker by its name, such as `worker`, `jobs` or `cron`, when the service names another group too.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web", "worker"]
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    /// - Fly.io, blueprints/long-running-tasks
    /// - https://github.com/manavgup/wikimind/issues/616
    static RULE = {
        name: "worker-in-service",
        code: "FA386",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in app.services.iter().filter(|service| service.names_groups) {
        let names = match service.form {
            ServiceForm::Http => app.toml.http_service.as_ref().and_then(|section| section.processes.as_ref()),
            ServiceForm::General(index) => app.toml.services[index].processes.as_ref(),
        };
        let Some(names) = names.filter(|names| names.len() > 1) else { continue };
        let is_worker = |name: &&Sourced<Name>| is_called_worker(name);
        let others: Vec<&str> = names.iter().filter(|name| !is_worker(name)).map(|name| name.as_str()).collect();
        if let Some(worker) = names.iter().find(is_worker).filter(|_| !others.is_empty()) {
            let edit = cx.edits().replace_words(names.range(), &others);
            report(app, service, worker, (&others, edit), cx);
        }
    }
}

fn report(
    app: &App,
    service: &Service,
    worker: &Sourced<Name>,
    (others, edit): (&[&str], Option<crate::diag::Edit>),
    cx: &mut Cx<'_>,
) {
    let stops = app.stops(service);
    let fix = cx.unsafe_fix(format!("serve it by {} alone", list(others, "and")), edit);
    let message = format!("requests for `{}` reach its group `{}` too", app.name.value, worker.value);
    let finding = cx.report(worker.origin, message).label("does it listen?");
    let finding = if stops {
        finding.related(service.auto_stop.origin, "idle machines are stopped").help(format!(
            "leave it to {}, and the proxy leaves `{}` alone",
            list(others, "and"),
            worker.value
        ))
    } else {
        finding.help(format!("name the groups that listen: {}", list(others, "and")))
    };
    finding.fix(fix);
}
