use crate::kinds::app::{Access, V4};
use crate::model::{App, fit_shared_ipv4};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a public app has an address.
    ///
    /// ## Why
    ///
    /// A public app is reached by its addresses, and by nothing else: without IPv4 and IPv6 its name `<app>.fly.dev`
    /// stands for nothing, certificates are not issued, and every deploy succeeds all the same.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// ips = { v4 = "none", v6 = false }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// ips = { v4 = "shared", v6 = false }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/services
    /// - Fly.io, networking/app-services
    static RULE = {
        name: "public-app-without-address",
        code: "FA621",
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
    if app.access.value != Access::Public || app.ips.v4.value != V4::None || app.ips.v6.value {
        return;
    }
    let kind = if fit_shared_ipv4(&app.services) { "\"shared\"" } else { "\"dedicated\"" };
    let edit = app.ips.v4.origin.is_written().then(|| cx.edits().replace(app.ips.v4.range(), kind));
    let fix = cx.unsafe_fix("give it an IPv4 address", edit);
    cx.report(app.ips.v4.origin, format!("nothing leads to `{}`: it is public, and has no address", app.name.value))
        .label("no IPv4 address")
        .related(app.ips.v6.origin, "and no IPv6 address")
        .help(format!("write `v4 = {kind}`; or keep it from the internet: `access = \"private\"`"))
        .fix(fix);
}
