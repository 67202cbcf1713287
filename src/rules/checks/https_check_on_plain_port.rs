use crate::fly_toml::HttpScheme;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a health check speaks with the app as the proxy does.
    ///
    /// ## Why
    ///
    /// The proxy ends TLS itself and speaks plain HTTP with the app. A check with `protocol = "https"` asks the same port for a
    /// TLS handshake: if requests are answered there, checks fail, and the machine gets no traffic.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/healthz", protocol = "https", tls_skip_verify = true }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/healthz", protocol = "http", tls_skip_verify = true }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, networking/services
    static RULE = {
        name: "https-check-on-plain-port",
        code: "FA373",
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
    for check in app.http_checks() {
        let Some(protocol) = check.protocol.filter(|protocol| protocol.value == HttpScheme::Https) else { continue };
        let Some(service) = app.plain_service_behind(&check) else { continue };
        let fix = cx.unsafe_fix("ask in plain HTTP", Some(cx.edits().replace(protocol.range(), "\"http\"")));
        let at = service.internal_port.map_or(Origin::written(service.at), |port| port.origin);
        cx.report(
            protocol.origin,
            format!("a check of `{}` speaks TLS with a port that gets plain HTTP", app.name.value),
        )
        .label("the proxy has ended TLS")
        .related(at, "plain HTTP goes here")
        .help("write `protocol = \"http\"`, or leave it out")
        .fix(fix);
    }
}
