use crate::fly_toml::Protocol;
use crate::kinds::app::{Access, V4};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that apps with UDP or raw TCP services have an IPv4 address of their own.
    ///
    /// ## Why
    ///
    /// A shared IPv4 address belongs to many apps. The proxy tells them apart by the host name in an HTTP request or a TLS
    /// handshake, and UDP packets and raw TCP connections name no host: they reach nobody. UDP works over a dedicated IPv4
    /// address alone, not over IPv6 either. The first deploy allocates no such address when nobody can answer its question,
    /// and reports success ([flyctl#1600](https://github.com/superfly/flyctl/issues/1600),
    /// [docs#1578](https://github.com/superfly/docs/issues/1578)).
    ///
    /// Which addresses an app has no fly.toml says: this rule looks at specs.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.dns]
    /// ips = { v4 = "shared" }
    ///
    /// [[app.dns.services]]
    /// internal_port = 53
    /// protocol = "udp"
    /// ports = [{ port = 53 }]
    /// ```
    ///
    /// ```toml,good
    /// [app.dns]
    /// ips = { v4 = "dedicated" }
    ///
    /// [[app.dns.services]]
    /// internal_port = 53
    /// protocol = "udp"
    /// ports = [{ port = 53 }]
    /// ```
    ///
    /// ```toml,bad
    /// [app.game]
    /// ips = { v4 = "shared" }
    ///
    /// [[app.game.services]]
    /// internal_port = 7777
    /// protocol = "tcp"
    /// ports = [{ port = 7777 }]
    /// ```
    ///
    /// ```toml,good
    /// [app.game]
    /// ips = { v4 = "dedicated" }
    ///
    /// [[app.game.services]]
    /// internal_port = 7777
    /// protocol = "tcp"
    /// ports = [{ port = 7777 }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/udp-and-tcp
    /// - Fly.io, networking/services
    /// - https://github.com/superfly/docs/issues/1578
    static RULE = {
        name: "dedicated-ipv4",
        code: "FA337",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let v4 = app.ips.v4;
    if app.access.value != Access::Public || v4.value == V4::Dedicated || !v4.origin.is_written() {
        return;
    }
    let udp = app.services.iter().find(|service| service.protocol == Protocol::Udp).and_then(|s| s.ports.first());
    // Who wants no IPv4 at all has IPv6 for TCP.
    let tcp = app.toml.services.iter().filter(|service| {
        v4.value == V4::Shared && service.protocol.is_none_or(|protocol| protocol.value == Protocol::Tcp)
    });
    let raw = tcp.flat_map(|service| service.ports.iter()).find(|port| {
        port.handlers.as_ref().is_none_or(|handlers| handlers.iter().all(|handler| **handler == *"proxy_proto"))
    });
    let raw = raw.and_then(|port| port.port.or(port.start_port));
    let (what, port) = match (udp, raw) {
        (Some(udp), _) => ("UDP packet", udp.port),
        (None, Some(port)) => ("raw TCP connection", port),
        (None, None) => return,
    };
    let edit = cx.edits().replace(v4.range(), "\"dedicated\"");
    let fix = cx.unsafe_fix("pay for a dedicated address", Some(edit));
    cx.report(v4.origin, format!("no {what} over IPv4 reaches `{}`", app.name.value))
        .label(if v4.value == V4::None { "no IPv4 address" } else { "shared with apps that are told apart by name" })
        .related(port.origin, format!("port {}", port.value))
        .help("write `v4 = \"dedicated\"`, or leave it out: the address is then chosen by the services")
        .fix(fix);
}
