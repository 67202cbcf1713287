use crate::fly_toml::HttpScheme;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a health check of an app which sends everybody to HTTPS says that it came by HTTPS.
    ///
    /// ## Why
    ///
    /// A check asks in plain HTTP and follows no redirect: anything but 2xx is a failure. An app that sends plain requests to
    /// HTTPS itself, as Rails with `force_ssl` and Django with `SECURE_SSL_REDIRECT` do, answers it with 301, and the machine
    /// gets no traffic. The header `X-Forwarded-Proto: https`, which the proxy adds to the requests of visitors, tells the app
    /// that all is well.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// RAILS_FORCE_SSL = "true"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/up", grace_period = "10s" }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// RAILS_FORCE_SSL = "true"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ headers = { X-Forwarded-Proto = "https" }, path = "/up", grace_period = "10s" }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, reference/health-checks
    static RULE = {
        name: "check-behind-redirect",
        code: "FA380",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// Variables with which frameworks are told to redirect.
const REDIRECTS: [&str; 5] = ["FORCE_HTTPS", "FORCE_SSL", "RAILS_FORCE_SSL", "SECURE_SSL_REDIRECT", "SSL_REDIRECT"];

fn check(app: &App, cx: &mut Cx<'_>) {
    let on = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on");
    let mut env = app.toml.env.iter();
    let Some((name, value)) = env.find(|(name, value)| REDIRECTS.contains(&name.as_str()) && on(value.as_str())) else {
        return;
    };
    for check in app.http_checks() {
        let https = check.protocol.is_some_and(|protocol| protocol.value == HttpScheme::Https);
        let tells = check.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-forwarded-proto"));
        // The monitoring of `[checks]` decides about no traffic.
        if https || tells || check.service.is_none() {
            continue;
        }
        let literal = "{ X-Forwarded-Proto = \"https\" }";
        let edit = cx.edits().insert_entry(check.at, "headers", literal).filter(|_| check.headers.is_empty());
        let fix = cx.unsafe_fix("say that it came by HTTPS", edit);
        let at = check.path.map_or(Origin::written(check.at), |path| path.origin);
        cx.report(at, format!("a check of `{}` is likely to be answered with a redirect", app.name.value))
            .label("asked in plain HTTP")
            .related(value.origin, format!("`{}` sends plain requests to HTTPS", name.value))
            .help(format!("add `headers = {literal}`, unless this path is exempt"))
            .fix(fix);
    }
}
