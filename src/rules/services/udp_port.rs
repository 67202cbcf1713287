use crate::fly_toml::Protocol;
use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a UDP service has the same port inside and outside.
    ///
    /// ## Why
    ///
    /// For TCP the proxy makes a connection of its own to `internal_port`. Of a UDP packet it changes the addresses alone: a
    /// packet for port 53 arrives at port 53 of the machine, whatever `internal_port` says. An app that listens elsewhere gets
    /// nothing.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.dns.services]]
    /// internal_port = 5353
    /// protocol = "udp"
    /// ports = [{ port = 53 }]
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
    /// - https://github.com/superfly/docs/pull/183
    static RULE = {
        name: "udp-port",
        code: "FA335",
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
    for service in app.services.iter().filter(|service| service.protocol == Protocol::Udp) {
        let (Some(internal), ServiceForm::General(index)) = (service.internal_port, service.form) else { continue };
        let inside = |low: u16, high: u16| (low..=high).contains(&internal.get());
        // One port of several may be for packets that the app handles elsewhere: it is enough that one fits.
        if service.ports.is_empty() || service.ports.iter().any(|port| inside(port.port.get(), port.end.get())) {
            continue;
        }
        let port = service.ports[0].port;
        let alone = app.toml.services[index].ports.len() == 1 && service.ports[0].end == port.value;
        let edit = cx.edits().replace(internal.range(), port.value.to_string());
        let fix = cx.unsafe_fix(format!("listen on {}", port.value), Some(edit).filter(|_| alone));
        cx.report(internal.origin, format!("packets for `{}` arrive on port {}", app.name.value, port.value))
            .label("no packet arrives here")
            .related(port.origin, "UDP keeps this port")
            .help(format!("let the app listen on {}, and write `internal_port = {0}`", port.value))
            .fix(fix);
    }
}
