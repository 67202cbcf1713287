use crate::fly_toml::HttpScheme;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a health check with settings for TLS uses TLS.
    ///
    /// ## Why
    ///
    /// `tls_server_name` and `tls_skip_verify` are for checks with `protocol = "https"`. Without it the check asks in plain
    /// HTTP, and the settings say nothing: somebody believes that TLS is tested.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/healthz", tls_server_name = "shop.example.com" }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/healthz" }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "tls-keys-of-plain-check",
        code: "FA375",
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
        if check.protocol.is_some_and(|protocol| protocol.value == HttpScheme::Https) {
            continue;
        }
        let name = check.tls_server_name.map(|name| ("tls_server_name", name.origin));
        // `false` is what older files were generated with.
        let skip = check.tls_skip_verify.filter(|skip| skip.value).map(|skip| ("tls_skip_verify", skip.origin));
        let Some((key, at)) = name.or(skip) else { continue };
        let fix = cx.unsafe_fix("remove it", cx.edits().remove(at.range));
        cx.report(at, format!("`{key}` has no effect: this check of `{}` is plain HTTP", app.name.value))
            .label("no TLS here")
            .help(format!("remove `{key}`, or write `protocol = \"https\"` if the app speaks TLS on this port"))
            .fix(fix);
    }
}
