use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the path of a health check begins with a slash.
    ///
    /// ## Why
    ///
    /// The path goes into the first line of an HTTP request, as `GET /healthz HTTP/1.1`. Without the slash that line is no
    /// request: a strict server answers 400, the check fails, and the machine gets no traffic. A whole URL does not belong there
    /// either: a check asks the machine itself.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.http_service.checks]]
    /// path = "healthz"
    /// grace_period = "10s"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// grace_period = "10s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, reference/health-checks
    static RULE = {
        name: "check-path",
        code: "FA372",
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
        let Some(path) = check.path.filter(|path| !path.is_empty() && !path.starts_with('/')) else { continue };
        let url = path.contains("://");
        let right = string_literal(&format!("/{}", path.value));
        let (help, edit) = if url {
            ("write the path alone, such as \"/healthz\": the machine itself is asked".to_owned(), None)
        } else {
            (format!("write {right}"), Some(cx.edits().replace(path.range(), right)))
        };
        let fix = cx.safe_fix("begin with a slash", edit);
        cx.report(path.origin, format!("a check of `{}` sends a malformed request", app.name.value))
            .label(if url { "a whole address" } else { "no slash in front" })
            .help(help)
            .fix(fix);
    }
}
