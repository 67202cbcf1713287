use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app with static files has a service that speaks HTTP.
    ///
    /// ## Why
    ///
    /// The proxy serves `[[statics]]` on the way to a service: it looks at the path of an HTTP request. Without a service, or
    /// with one that passes on connections, no request gets that far.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// statics = [{ guest_path = "/app/public", url_prefix = "/public" }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// statics = [{ guest_path = "/app/public", url_prefix = "/public" }]
    /// http_service = { internal_port = 3000 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "statics-without-service",
        code: "FA354",
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
    let Some(first) = app.toml.statics.first() else { return };
    if app.services.iter().flat_map(|service| &service.ports).any(|port| port.http) {
        return;
    }
    cx.report(Origin::written(first.range()), format!("nobody can ask `{}` for its static files", app.name.value))
        .label("served to HTTP requests")
        .help(format!("add `{}`, or remove the mapping", app.table("http_service")));
}
