use crate::fly_toml::command::programs;
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Sourced};

declare_rule! {
    /// Checks that the groups of a service run the same program.
    ///
    /// ## Why
    ///
    /// The proxy does not know process groups: it sends each request to any machine that has the service. When a service names
    /// two groups, and one runs the website and the other the API, half of the requests for each reach the wrong one. Every
    /// program needs a port of its own, and so a service of its own.
    ///
    /// Groups whose commands begin with the same two words, such as one server with different options, are left alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node web.js", api = "node api.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web", "api"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "node web.js", api = "node api.js" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// processes = ["web"]
    ///
    /// [[app.web.services]]
    /// internal_port = 4000
    /// protocol = "tcp"
    /// processes = ["api"]
    /// ports = [{ port = 4443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    static RULE = {
        name: "service-of-two-programs",
        code: "FA400",
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
    for service in app.services.iter().filter(|service| service.names_groups && service.groups.len() > 1) {
        of_service(app, service, cx);
    }
}

fn of_service(app: &App, service: &Service, cx: &mut Cx<'_>) {
    let mut first: Option<(&str, &Sourced<String>, Vec<String>)> = None;
    for &index in &service.groups {
        let group = &app.groups[index];
        // `worker-in-service` says more of those.
        if group.is_called_worker() {
            return;
        }
        let Some(command) = &group.command else { continue };
        let [program] = &mut *programs(command) else { continue };
        program.truncate(2);
        let Some((other, at, earlier)) = &first else {
            first = Some((&group.name, command, std::mem::take(program)));
            continue;
        };
        if earlier != program {
            let message = format!("requests for `{}` reach `{other}` and `{}` alike", app.name.value, group.name.value);
            cx.report(command.origin, message)
                .label("another program")
                .related(at.origin, "one program")
                .related(Origin::written(service.at), "one service for both")
                .help("give each program a service of its own, on another port");
            return;
        }
    }
}
