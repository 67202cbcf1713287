use crate::fly_toml::Protocol;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a UDP service has no check that connects.
    ///
    /// ## Why
    ///
    /// There are checks for TCP and for HTTP, which is TCP as well. On the port of a UDP service nothing accepts connections,
    /// unless the app listens for TCP there too: the check fails, and the machine gets no packets. `[checks]` with a port of
    /// its own can ask something that answers.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.dns.services]]
    /// internal_port = 53
    /// protocol = "udp"
    /// ports = [{ port = 53 }]
    /// tcp_checks = [{ interval = "15s", timeout = "2s", grace_period = "5s" }]
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
    /// - Fly.io, networking/udp-and-tcp
    /// - Fly.io, reference/health-checks
    static RULE = {
        name: "check-of-udp-service",
        code: "FA397",
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
    for service in app.services.iter().filter(|service| service.protocol == Protocol::Udp) {
        let Some(check) = service.checks.first() else { continue };
        // With a TCP service on the same port there is something to connect to.
        let tcp = |port| app.services.iter().any(|s| s.protocol == Protocol::Tcp && s.internal_port == Some(port));
        if service.internal_port.is_some_and(tcp) {
            continue;
        }
        cx.report(
            Origin::written(check.at),
            format!("a check of `{}` connects where nothing may listen", app.name.value),
        )
        .label("connects by TCP")
        .related(Origin::written(service.at), "a UDP service")
        .help(format!("remove it, or ask a port that answers: `{}` with `port`", app.table("checks.alive")));
    }
}
