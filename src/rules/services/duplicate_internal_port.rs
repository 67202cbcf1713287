use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that two services of one process group listen on different ports.
    ///
    /// ## Why
    ///
    /// Fly.io knows a service of a machine by its protocol and its internal port. Of two services with the same ones only one is
    /// kept: the checks, limits and ports of the other are lost, deploys failed with a timeout, and health checks were
    /// reported as failing for no visible reason. A service may have any number of external ports: one is enough.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 8443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [
    ///   { port = 80, handlers = ["http"], force_https = true },
    ///   { port = 443, handlers = ["tls", "http"] },
    ///   { port = 8443, handlers = ["tls", "http"] },
    /// ]
    /// ```
    ///
    /// ## Sources
    ///
    /// - https://github.com/superfly/flyctl/pull/3522
    /// - https://github.com/superfly/flyctl/issues/1635
    static RULE = {
        name: "duplicate-internal-port",
        code: "FA332",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (index, service) in app.services.iter().enumerate() {
        let Some(port) = service.internal_port else { continue };
        let same = |other: &&Service| {
            other.protocol == service.protocol
                && other.internal_port == Some(port)
                && other.groups.iter().any(|group| service.groups.contains(group))
        };
        let Some(first) = app.services[..index].iter().find(same) else { continue };
        let message = format!("two services of `{}` share internal port {}", app.name.value, port.value);
        cx.report(port.origin, message)
            .label("only one of the two is kept")
            .related(first.internal_port.map_or(Origin::written(first.at), |port| port.origin), "the other service")
            .help(format!(
                "make one service of them, with several entries in `{}`",
                app.list_of_tables("services.ports")
            ));
    }
}
