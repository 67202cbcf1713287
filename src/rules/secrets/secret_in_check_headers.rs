use crate::facts::{Facts, secret_in};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Scalar, Sourced};

declare_rule! {
    /// Checks that no health check sends a secret in its headers.
    ///
    /// ## Why
    ///
    /// The headers of checks stand in fly.toml, which is committed, and in the configuration of every machine, which
    /// all members of the organisation can read. A check cannot take a header from a secret. A path that checks ask
    /// should answer without one: it says no more than that the program works, and Fly.io asks from within.
    ///
    /// The message never shows the value.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    ///
    /// [app.web.http_service.checks.headers]
    /// Authorization = "Bearer correct-horse-battery"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    ///
    /// [app.web.http_service.checks.headers]
    /// X-Forwarded-Proto = "https"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "secret-in-check-headers",
        code: "FA642",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let toml = &app.toml;
    let of_http = toml.http_service.iter().flat_map(|service| &service.checks).flat_map(|check| &check.headers);
    let of_http = of_http.map(|(name, value)| (name, value.as_str(), value.origin));
    let scalar = |(name, value): &'_ (Sourced<String>, Sourced<Scalar>)| (name.clone(), value.origin);
    for (name, text, at) in of_http {
        judge(app, name, text, at, cx);
    }
    let of_services = toml.services.iter().flat_map(|service| &service.http_checks).flat_map(|check| &check.headers);
    let named = toml.checks.iter().flat_map(|(_, check)| &check.headers);
    for entry in of_services.chain(named) {
        let (name, at) = scalar(entry);
        judge(app, &name, entry.1.as_str(), at, cx);
    }
}

fn judge(app: &App, name: &Sourced<String>, value: &str, at: Origin, cx: &mut Cx<'_>) {
    if is_secret(cx.facts, name, value) {
        cx.report(name.origin, format!("a check of `{}` sends a secret that stands in plain sight", app.name.value))
            .label("everybody who may see the app can read it")
            .redact(at)
            .help("let the path that is checked answer without it; and replace it if this file was ever shared");
    }
}

/// Whether a header holds a secret: credentials, or what a variable of its name would not be allowed.
fn is_secret(facts: &Facts, name: &str, value: &str) -> bool {
    if !name.eq_ignore_ascii_case("authorization") {
        return secret_in(facts, name, value).is_some();
    }
    let credentials = value.split_once(' ').map_or(value, |(_, credentials)| credentials).trim();
    !credentials.is_empty() && !credentials.starts_with(['$', '<', '{'])
}
