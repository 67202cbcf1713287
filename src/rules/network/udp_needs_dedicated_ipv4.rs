use crate::fly_toml::Protocol;
use crate::kinds::app::{Access, V4};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app with a UDP service for the internet has an IPv4 address of its own.
    ///
    /// ## Why
    ///
    /// Fly.io sends UDP from the internet to dedicated IPv4 addresses alone. A shared address tells apps apart by the
    /// host name in HTTP or TLS, which a UDP packet does not have, and public IPv6 addresses take no UDP. The app
    /// runs, its checks pass, and no packet ever arrives: people look for the mistake in their own code first. That
    /// addresses should follow from the services was asked of flyctl
    /// (https://github.com/superfly/flyctl/issues/1600).
    ///
    /// Without `v4` flyarch asks for a dedicated address by itself.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.game]
    /// ips = { v4 = "shared" }
    ///
    /// [[app.game.services]]
    /// protocol = "udp"
    /// internal_port = 7777
    /// ports = [{ port = 7777 }]
    /// ```
    ///
    /// ```toml,good
    /// [app.game]
    /// ips = { v4 = "dedicated" }
    ///
    /// [[app.game.services]]
    /// protocol = "udp"
    /// internal_port = 7777
    /// ports = [{ port = 7777 }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/udp-and-tcp
    /// - Fly.io, networking/services
    static RULE = {
        name: "udp-needs-dedicated-ipv4",
        code: "FA620",
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
    let Some(service) = app.services.iter().find(|service| service.protocol == Protocol::Udp) else { return };
    let fix = cx.unsafe_fix("take an address of its own", Some(cx.edits().replace(v4.range(), "\"dedicated\"")));
    let label = if v4.value == V4::Shared { "shared with other apps" } else { "no address" };
    cx.report(v4.origin, format!("no packet from the internet reaches the UDP service of `{}`", app.name.value))
        .label(label)
        .related(Origin::written(service.at), "UDP needs an address of its own")
        .help("write `v4 = \"dedicated\"`, or leave `v4` out: then it is dedicated where it must be")
        .fix(fix);
}
