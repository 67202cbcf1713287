use crate::fly_toml::Protocol;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the ports of a UDP service have no handlers.
    ///
    /// ## Why
    ///
    /// Handlers work on connections: they end TLS, or read HTTP. UDP has no connections, and Fly.io wants `handlers` left
    /// unset for it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.dns.services]]
    /// internal_port = 53
    /// protocol = "udp"
    /// ports = [{ port = 53, handlers = ["tls"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.dns.services]]
    /// internal_port = 53
    /// protocol = "udp"
    /// ports = [{ port = 53 }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, networking/udp-and-tcp
    static RULE = {
        name: "udp-handlers",
        code: "FA336",
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
    for service in &app.toml.services {
        if service.protocol.is_none_or(|protocol| protocol.value != Protocol::Udp) {
            continue;
        }
        let handlers = service.ports.iter().filter_map(|port| port.handlers.as_ref());
        for handlers in handlers.filter(|handlers| !handlers.is_empty()) {
            let fix = cx.safe_fix("remove the handlers", cx.edits().remove(handlers.range()));
            cx.report(handlers.origin, format!("a UDP port of `{}` has handlers", app.name.value))
                .label("for connections, which UDP has not")
                .help("remove `handlers`: packets are passed on as they are")
                .fix(fix);
        }
    }
}
