use crate::model::{App, Call, Model, Zone};
use crate::rules::variables::each_call;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Address, Origin, Scalar, Sourced};

declare_rule! {
    /// Checks that variables with a `.internal` address name a port on which the called app is known to listen.
    ///
    /// ## Why
    ///
    /// A `.internal` name leads to a machine itself, past the proxy. The ports of services, such as 80 and 443 of an
    /// `http_service`, are the proxy's: on the machine nothing answers there, and the connection is refused. What the
    /// machine listens on is `internal_port`.
    ///
    /// An app may listen on ports that no section mentions, so this is a warning. It says nothing of apps of which no
    /// port is known; `workload.listen_port` in a spec tells one. An app may look for its own machines, as clusters do.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_URL = "http://my-api.internal/v1"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080/v1"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// METRICS_OF_API = "http://my-api.internal:9090"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    ///
    /// [app.api.metrics]
    /// port = 9091
    /// path = "/metrics"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - Fly.io, networking/app-services
    static RULE = {
        name: "internal-port",
        code: "FA325",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_call(cx, |Call { caller, value, address, zone, called, .. }, cx| {
        // Machines of a cluster talk to each other on ports of their own.
        let called = called.filter(|called| *zone == Zone::Internal && called != caller);
        if let Some(app) = called.map(|called| &model.apps[called]) {
            judge(app, value, address, cx);
        }
    });
}

/// Looks at one address.
fn judge(app: &App, value: &Sourced<Scalar>, address: &Address<'_>, cx: &mut Cx<'_>) {
    let port = match (address.port, address.scheme) {
        (Some(port), _) => port,
        (None, Some("http" | "ws")) => 80,
        (None, Some("https" | "wss")) => 443,
        _ => return,
    };
    let known = listens_on(app);
    if known.is_empty() || known.contains(&port) {
        return;
    }
    let name = &app.name.value;
    let list: Vec<String> = known.iter().map(u16::to_string).collect();
    let of_proxy = app.services.iter().flat_map(|s| &s.ports).any(|p| (p.port.get()..=p.end.get()).contains(&port));
    let label =
        if of_proxy { format!("{port} is the proxy's port") } else { "a .internal name leads to machines".to_owned() };
    cx.report(value.origin, format!("nothing is known to listen on port {port} of a machine of `{name}`"))
        .label(label)
        .related_in(app.file, Origin::written(app.header), "the app")
        .help(format!("write the port that it listens on: {}", list.join(", ")));
}

/// Ports on which machines of an app are known to listen, each once.
fn listens_on(app: &App) -> Vec<u16> {
    let services = app.services.iter().filter_map(|service| service.internal_port.map(|port| port.get()));
    let checks = app.toml.checks.iter().filter_map(|(_, check)| check.port.map(|port| port.get()));
    let metrics = app.toml.metrics.iter().filter_map(|metrics| metrics.port.map(|port| port.get()));
    let said = app.workload.listen_port.iter().map(|port| port.get());
    let of_env = app.toml.env.get("PORT").and_then(|(_, port)| port.as_str().parse().ok());
    let mut ports: Vec<u16> = services.chain(checks).chain(metrics).chain(said).chain(of_env).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}
