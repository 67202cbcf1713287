use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that websockets do not go through the proxy of LiteFS.
    ///
    /// ## Why
    ///
    /// The proxy of LiteFS carries requests and answers, and no connection that is upgraded: websockets are closed. Streams of
    /// events get through. A service of its own that leads to the app carries them; what is written there has to be written on
    /// the primary by the app itself.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki.workload]
    /// long_lived_connections = true
    ///
    /// [app.wiki.litefs]
    /// target_port = 3000
    /// database = "wiki.db"
    /// exec = "node server.js"
    ///
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.litefs]
    /// target_port = 3000
    /// database = "wiki.db"
    /// exec = "node server.js"
    ///
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/proxy
    static RULE = {
        name: "litefs-websockets",
        code: "FA885",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(litefs) = &app.litefs else { return };
    let Some(open) = app.workload.long_lived_connections.filter(|open| open.value) else { return };
    let mut ports = app.services.iter().filter_map(|service| service.internal_port);
    if ports.any(|port| port.value == litefs.target_port.value) {
        return;
    }
    cx.report(open.origin, format!("websockets do not get through to `{}`", app.name.value))
        .label("connections stay open")
        .related(Origin::written(litefs.at), "the proxy of LiteFS carries none")
        .help(
            "give them a service of their own that leads to `target_port`, or waive this if they are streams of events",
        );
}
