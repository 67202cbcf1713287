use crate::fly_toml::HttpScheme;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a health check over TLS can verify the certificate.
    ///
    /// ## Why
    ///
    /// A check asks an address of the private network, and no certificate is made out to that. Without `tls_server_name` there
    /// is no name to compare the certificate with, and the check fails though the app works. `tls_skip_verify = true` compares
    /// nothing: the private network is encrypted as it is.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.broker.checks.admin]
    /// type = "http"
    /// port = 8443
    /// path = "/healthz"
    /// protocol = "https"
    /// ```
    ///
    /// ```toml,good
    /// [app.broker.checks.admin]
    /// tls_skip_verify = true
    /// type = "http"
    /// port = 8443
    /// path = "/healthz"
    /// protocol = "https"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "https-check-without-server-name",
        code: "FA374",
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
        let skips = check.tls_skip_verify.is_some_and(|skip| skip.value);
        // Where the port speaks plain HTTP, `https-check-on-plain-port` has the word.
        if skips || check.tls_server_name.is_some() || app.plain_service_behind(&check).is_some() {
            continue;
        }
        let edit = cx.edits().insert_entry(check.at, "tls_skip_verify", "true");
        let fix = cx.unsafe_fix("do not verify the certificate", edit);
        cx.report(protocol.origin, format!("a check of `{}` can verify no certificate", app.name.value))
            .label("no name to compare it with")
            .help("add `tls_server_name` with the name in the certificate, or `tls_skip_verify = true`")
            .fix(fix);
    }
}
