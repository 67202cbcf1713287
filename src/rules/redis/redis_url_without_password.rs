use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::addresses;

declare_rule! {
    /// Checks that addresses of Upstash Redis databases have a password.
    ///
    /// ## Why
    ///
    /// A Redis database of Upstash answers every command without a password with `NOAUTH`, on the private network as
    /// well. The URL that `fly redis status` shows has the password in it. Taken out of it the URL may be shown to
    /// everybody, and opens nothing: as a whole it is a secret.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// REDIS_URL = "redis://fly-quiet-river-1234.upstash.io:6379"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// secrets = ["REDIS_URL"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, upstash/redis
    static RULE = {
        name: "redis-url-without-password",
        code: "FA558",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const ENDING: &str = ".upstash.io";

fn check(app: &App, cx: &mut Cx<'_>) {
    for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
        let text = value.as_str();
        if !text.contains(ENDING) || text.contains('@') {
            continue;
        }
        let redis = |scheme: &str| matches!(scheme, "redis" | "rediss");
        if !addresses(text, ENDING).any(|address| address.scheme.is_some_and(redis)) {
            continue;
        }
        // The password may be in a variable of its own.
        let password = |name: &str| name.contains("REDIS") && name.contains("PASS");
        let variable = app.toml.env.iter().any(|(name, _)| password(name));
        if variable || app.secrets.iter().any(|secret| password(&secret.name)) {
            continue;
        }
        cx.report(value.origin, format!("`{}` lacks the password that Redis asks for", name.value))
            .label("a URL without its password")
            .help(format!("let the whole URL be a secret: {}; `fly redis status` shows it", app.secret(&name.value)));
    }
}
