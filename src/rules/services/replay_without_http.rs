use crate::kinds::app::WriteRouting;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app which answers with `fly-replay` speaks HTTP with the proxy.
    ///
    /// ## Why
    ///
    /// `fly-replay` is a header of a response, and only the handler `http` reads responses. Over raw TCP, or TLS that is passed
    /// on, the header reaches the client: writes stay in the wrong region, and fail there.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.api]
    /// write_routing = "fly-replay"
    ///
    /// [[app.api.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 8443, handlers = ["tls"] }]
    /// ```
    ///
    /// ```toml,good
    /// [app.api]
    /// write_routing = "fly-replay"
    ///
    /// [[app.api.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/dynamic-request-routing
    /// - Fly.io, blueprints/multi-region-fly-replay
    static RULE = {
        name: "replay-without-http",
        code: "FA349",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(routing) = app.write_routing.filter(|routing| routing.value == WriteRouting::FlyReplay) else { return };
    if app.services.iter().flat_map(|service| &service.ports).any(|port| port.http) {
        return;
    }
    let finding = cx
        .report(routing.origin, format!("nobody replays the writes of `{}`", app.name.value))
        .label("a header of HTTP responses");
    match app.services.first() {
        Some(service) => finding
            .related(Origin::written(service.at), "no port with the handler `http`")
            .help("use `http_service`, or the handler `http`; or write `write_routing = \"direct\"`"),
        None => finding.help("give it an `http_service`; an app without one writes `write_routing = \"direct\"`"),
    };
}
