use crate::fly_toml::TlsVersion;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;
use crate::value::Sourced;

declare_rule! {
    /// Checks that the versions of TLS that an app wants are some that the proxy speaks.
    ///
    /// ## Why
    ///
    /// The proxy offers TLS 1.2 and 1.3, spelled `TLSv1.2` and `TLSv1.3`. Older versions are broken, and not to be had. flyctl
    /// passes on any word, and Fly.io refuses the deploy.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// tls_options = { versions = ["TLSv1.1", "TLSv1.2"] }
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// tls_options = { versions = ["TLSv1.2"] }
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// tls_options = { versions = ["1.3"] }
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// tls_options = { versions = ["TLSv1.3"] }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, networking/tls
    static RULE = {
        name: "tls-version",
        code: "FA351",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let http = app.toml.http_service.iter().filter_map(|service| service.tls_options.as_ref());
    let ports = app.toml.services.iter().flat_map(|service| service.ports.iter());
    let options = http.chain(ports.filter_map(|port| port.tls_options.as_ref()));
    for versions in options.filter_map(|options| options.versions.as_ref()) {
        judge(app, versions, cx);
    }
}

fn judge(app: &App, versions: &Sourced<Vec<TlsVersion>>, cx: &mut Cx<'_>) {
    let known = cx.facts.services.tls_versions;
    let Some(wrong) = versions.iter().find(|version| !known.contains(&&***version)) else { return };
    // Spelled without the letters, or with others, the number says which one is meant.
    let meant = |version: &TlsVersion| {
        let number = version.trim_start_matches(|c: char| !c.is_ascii_digit());
        known.iter().copied().find(|known| known.trim_start_matches(|c: char| !c.is_ascii_digit()) == number)
    };
    let mut right: Vec<&str> = versions.iter().filter_map(meant).collect();
    right.dedup();
    let right = if right.is_empty() { known } else { &right };
    let fix = cx.safe_fix("name the versions that there are", cx.edits().replace_words(versions.range(), right));
    cx.report(versions.origin, format!("`{}` asks for a version of TLS that there is not", app.name.value))
        .label(format!("no `{}`", &**wrong))
        .help(format!("write `versions = {right:?}`; there are {}", list(known, "and")))
        .fix(fix);
}
