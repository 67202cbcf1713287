use crate::fly_toml::Protocol;
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Port, Sourced};

declare_rule! {
    /// Checks that a service leads to the port on which the app listens.
    ///
    /// ## Why
    ///
    /// The proxy connects to `internal_port`. When the app listens elsewhere, connections are refused, every check fails and
    /// the deploy ends with a time-out. Three files have the port, and they drift apart: fly.toml, the Dockerfile, and the
    /// variable `PORT` that most frameworks read ([findajob#1008](https://github.com/brockamer/findajob/issues/1008),
    /// [remix#6459](https://github.com/remix-run/remix/issues/6459),
    /// [flyctl#4732](https://github.com/superfly/flyctl/issues/4732)).
    ///
    /// When `workload.listen_port` of a spec says something else than every service, this is an error. When the variable `PORT`
    /// does, it is a warning: a program in front of the app, such as nginx, may listen on a port of its own.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// workload = { listen_port = 4000 }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// workload = { listen_port = 4000 }
    ///
    /// [app.web.http_service]
    /// internal_port = 4000
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// PORT = "8080"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// PORT = "8080"
    ///
    /// [app.web.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/app-services
    /// - <https://github.com/brockamer/findajob/issues/1008>
    /// - <https://github.com/superfly/flyctl/issues/4732>
    static RULE = {
        name: "listen-port",
        code: "FA346",
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
    let tcp = || app.services.iter().filter(|service| service.protocol == Protocol::Tcp);
    let internal = |service: &Service| service.internal_port;
    // One service without a port may be the one that is meant.
    if tcp().next().is_none() || tcp().any(|service| service.internal_port.is_none()) {
        return;
    }
    // Behind LiteFS its proxy knows the port of the app.
    let behind = app.litefs.as_ref().map(|litefs| litefs.target_port);
    let known =
        |port: u16| behind.map_or_else(|| tcp().filter_map(internal).any(|i| i.get() == port), |i| i.get() == port);
    let Some(internal) = behind.or_else(|| tcp().find_map(internal)) else { return };
    let said = app.workload.listen_port.map(|port| (port.get(), port.origin));
    let of_env = || {
        let (_, value) = app.toml.env.get("PORT")?;
        Some((value.as_str().parse::<u16>().ok()?, value.origin))
    };
    let Some((port, at)) = said.or_else(of_env).filter(|&(port, _)| port > 0 && !known(port)) else { return };
    report(app, internal, (port, at, said.is_some()), behind.is_some() || tcp().count() == 1, cx);
}

fn report(app: &App, internal: Sourced<Port>, (port, at, said): (u16, Origin, bool), alone: bool, cx: &mut Cx<'_>) {
    let edit = cx.edits().replace(internal.range(), port.to_string());
    let fix = cx.unsafe_fix(format!("connect to {port}"), Some(edit).filter(|_| alone));
    let name = &app.name.value;
    let key = if app.litefs.is_some() { "target_port" } else { "internal_port" };
    let finding = if said {
        cx.report(internal.origin, format!("requests for `{name}` go to a port on which it does not listen"))
            .related(at, "where it listens")
            .help(format!("write the port on which it listens: `{key} = {port}`"))
    } else {
        cx.warn(internal.origin, format!("`{name}` is told to listen on {port}, and asked on {}", internal.value))
            .related(at, "most frameworks listen on this port")
            .help(format!("write `{key} = {port}`, unless a program in front listens on {}", internal.value))
    };
    finding.label("the proxy connects here").fix(fix);
}
