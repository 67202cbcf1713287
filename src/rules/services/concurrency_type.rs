use crate::fly_toml::ConcurrencyType;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that the limits of a website say what they count.
    ///
    /// ## Why
    ///
    /// Without `type` limits count connections, and then the proxy opens a new connection to the machine for each request:
    /// every page waits for its handshakes, and a server that keeps connections open collects idle ones. Counted in
    /// requests, connections are pooled and used again. Fly.io recommends that for HTTP. Websockets and streams are better
    /// counted as connections: who says so is left alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { soft_limit = 200, hard_limit = 250 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 200, hard_limit = 250 }
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// workload = { long_lived_connections = false }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "connections", soft_limit = 200, hard_limit = 250 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// workload = { long_lived_connections = false }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 200, hard_limit = 250 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/concurrency
    /// - Fly.io, blueprints/setting-concurrency-limits
    static RULE = {
        name: "concurrency-type",
        code: "FA368",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let long_lived = app.workload.long_lived_connections;
    if long_lived.is_some_and(|flag| flag.value) {
        return;
    }
    for service in app.services.iter().filter(|service| service.ports.iter().any(|port| port.http)) {
        let Some(limits) = &service.concurrency else { continue };
        if limits.kind.value != ConcurrencyType::Connections {
            continue;
        }
        let name = &app.name.value;
        let help = "write `type = \"requests\"`; or \"connections\" for websockets and streams";
        if !limits.kind.origin.is_written() {
            let edit = cx.edits().insert_entry(limits.at, "type", "\"requests\"");
            let fix = cx.unsafe_fix("count requests", edit);
            cx.report(Origin::written(limits.at), format!("the limits of `{name}` count connections"))
                .label("no `type`")
                .help(help)
                .fix(fix);
        } else if let Some(long_lived) = long_lived {
            let edit = cx.edits().replace(limits.kind.range(), "\"requests\"");
            let fix = cx.unsafe_fix("count requests", Some(edit));
            cx.report(limits.kind.origin, format!("the limits of `{name}` count connections"))
                .label("a new one for each request")
                .related(long_lived.origin, "no connection stays open")
                .help(help)
                .fix(fix);
        }
    }
}
