use crate::fly_toml::Protocol;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a UDP service does not have its machines stopped.
    ///
    /// ## Why
    ///
    /// The proxy counts connections, and UDP has none: a machine that is busy with packets looks idle, and is stopped. No packet
    /// starts it again either, because Fly.io does not start machines for UDP
    /// ([flyctl#3583](https://github.com/superfly/flyctl/issues/3583)). A TCP service of the same machines can keep them awake
    /// and wake them; where there is none, the app is gone after the first quiet minutes.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.dns.services]]
    /// internal_port = 53
    /// protocol = "udp"
    /// auto_stop_machines = "stop"
    /// ports = [{ port = 53 }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.dns.services]]
    /// internal_port = 53
    /// protocol = "udp"
    /// auto_stop_machines = "off"
    /// ports = [{ port = 53 }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - https://github.com/superfly/flyctl/issues/3583
    /// - Fly.io, reference/fly-proxy-autostop-autostart
    static RULE = {
        name: "udp-autostop",
        code: "FA359",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in app.services.iter().filter(|service| service.protocol == Protocol::Udp && app.stops(service)) {
        let stop = service.auto_stop;
        let fix = cx.unsafe_fix("let the machines run", Some(cx.edits().replace(stop.range(), "\"off\"")));
        cx.report(
            stop.origin,
            format!("UDP packets neither keep machines of `{}` running nor start them", app.name.value),
        )
        .label("sees connections, and no packets")
        .help("write `auto_stop_machines = \"off\"`")
        .fix(fix);
    }
}
