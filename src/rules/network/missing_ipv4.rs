use crate::kinds::app::{Access, V4};
use crate::model::{App, fit_shared_ipv4};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that a public app can be reached by those who have no IPv6.
    ///
    /// ## Why
    ///
    /// A large part of the internet, many offices and most build servers have IPv4 alone. To them an app with nothing
    /// but an IPv6 address does not exist. A shared IPv4 address is free.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// ips = { v4 = "none" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// ips = { v4 = "shared" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/app-services
    /// - Fly.io, about/pricing
    static RULE = {
        name: "missing-ipv4",
        code: "FA622",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let v4 = app.ips.v4;
    if app.access.value != Access::Public || v4.value != V4::None || !app.ips.v6.value {
        return;
    }
    let kind = if fit_shared_ipv4(&app.services) { "\"shared\"" } else { "\"dedicated\"" };
    let edit = v4.origin.is_written().then(|| cx.edits().replace(v4.range(), kind));
    let fix = cx.unsafe_fix("give it an IPv4 address", edit);
    cx.report(v4.origin, format!("whoever has no IPv6 cannot reach `{}`", app.name.value))
        .label("IPv6 alone")
        .help(format!("write `v4 = {kind}`"))
        .fix(fix);
}
