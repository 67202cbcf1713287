use crate::fly_toml::CheckType;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a TCP check is not expected to ask for a page.
    ///
    /// ## Why
    ///
    /// A check with `type = "tcp"` connects and hangs up. `path`, `method` and `headers` beside it are read and never sent:
    /// whoever wrote them believes that a page is asked for, and learns from visitors that it is broken.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.checks.alive]
    /// type = "tcp"
    /// port = 3000
    /// path = "/healthz"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.checks.alive]
    /// type = "http"
    /// port = 3000
    /// path = "/healthz"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    /// - flyctl, internal/appconfig/toplevelcheck.go
    static RULE = {
        name: "http-keys-of-tcp-check",
        code: "FA381",
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
    for (name, check) in app.toml.checks.iter().filter(|(_, check)| check.kind.value == CheckType::Tcp) {
        let headers = check.headers.first().map(|(name, _)| ("headers", name.origin));
        let method = check.method.as_ref().map(|method| ("method", method.origin));
        let path = check.path.as_ref().map(|path| ("path", path.origin));
        let Some((key, at)): Option<(&str, Origin)> = path.or(method).or(headers) else { continue };
        let fix = cx.unsafe_fix("ask by HTTP", Some(cx.edits().replace(check.kind.range(), "\"http\"")));
        cx.report(at, format!("check `{}` of `{}` only connects: `{key}` has no effect", name.value, app.name.value))
            .label("for HTTP checks")
            .related(check.kind.origin, "connects and hangs up")
            .help(format!("write `type = \"http\"`, or remove `{key}`"))
            .fix(fix);
    }
}
