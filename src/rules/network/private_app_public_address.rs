use crate::kinds::app::{Access, V4};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app which is not public has no public address.
    ///
    /// ## Why
    ///
    /// On Fly.io nothing but its addresses makes an app public: with a public address every service of it answers the
    /// whole internet, whatever the app is meant for. `access = "private"` or `"internal"` says that it should not, and
    /// `ips` asks for an address that would. One of the two is a mistake, and the one that can be undone later is to
    /// leave the address out.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.api]
    /// access = "private"
    /// ips = { v4 = "shared", v6 = false }
    ///
    /// [app.api.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.api]
    /// access = "private"
    /// ips = { v4 = "none", v6 = false }
    ///
    /// [app.api.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/flycast
    /// - Fly.io, apps/going-to-production
    static RULE = {
        name: "private-app-public-address",
        code: "FA203",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.access.value == Access::Public {
        return;
    }
    if app.ips.v4.value != V4::None {
        public(app, app.ips.v4.origin, ("v4", "\"none\""), cx);
    }
    if app.ips.v6.value {
        public(app, app.ips.v6.origin, ("v6", "false"), cx);
    }
}

fn public(app: &App, at: Origin, (key, none): (&str, &str), cx: &mut Cx<'_>) {
    let access = app.access.value.as_str();
    let fix = cx.unsafe_fix("leave the address out", Some(cx.edits().replace(at.range, none)));
    let finding = cx
        .report(at, format!("the internet would reach `{}`, which is {access}", app.name.value))
        .label("a public address");
    let finding = if app.access.origin.is_written() {
        finding.related(app.access.origin, "says who should reach it")
    } else {
        finding.note("an app without a service is internal")
    };
    finding
        .help(format!("remove `{key}` or write `{key} = {none}`; or make the app public: `access = \"public\"`"))
        .fix(fix);
}
