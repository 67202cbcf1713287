use crate::facts::secret_in;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the headers of a health check hold no credentials.
    ///
    /// ## Why
    ///
    /// fly.toml is committed, copied into tickets and read by everybody who may see the code. A check that logs in shows the key
    /// to all of them, and cannot take it from a secret: headers are sent as they are written. A route that answers without a
    /// login, on a port or path that tells nothing worth hiding, needs no key.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.http_service.checks]]
    /// path = "/admin/health"
    /// headers = { Authorization = "Basic b3BzOmh1bnRlcjI=" }
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "credential-in-check",
        code: "FA376",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

/// Headers that hold nothing else.
const CREDENTIALS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-api-key"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for check in app.http_checks() {
        for (name, value) in &check.headers {
            let known = CREDENTIALS.iter().any(|known| name.eq_ignore_ascii_case(known));
            let as_variable = || name.replace('-', "_").to_ascii_uppercase();
            if value.is_empty() || !(known || secret_in(cx.facts, &as_variable(), value.value).is_some()) {
                continue;
            }
            cx.report(name.origin, format!("a check of `{}` shows a credential to whoever reads this", app.name.value))
                .label("sent as it is written")
                .redact(value.origin)
                .help("ask a route that needs no login, and replace the credential if this file was ever shared");
        }
    }
}
