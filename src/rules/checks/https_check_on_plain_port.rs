use crate::diag::{Applicability, Fix};
use crate::fly_toml::HttpScheme;
use crate::model::{App, HttpCheck};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::{Origin, Sourced};

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
    /// checks = [{ path = "/healthz", protocol = "http" }]
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
        let fix = ask_plainly(&check, protocol.range(), cx);
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

/// Without TLS, and without the keys that are for it.
fn ask_plainly(check: &HttpCheck<'_>, protocol: TextRange, cx: &Cx<'_>) -> Option<Fix> {
    let name = check.tls_server_name.map(Sourced::range);
    let skip = check.tls_skip_verify.filter(|skip| skip.value).map(|skip| skip.range());
    let mut edits = vec![cx.edits().replace(protocol, "\"http\"")];
    for key in name.into_iter().chain(skip) {
        edits.push(cx.edits().remove(key)?);
    }
    edits.sort_by_key(|edit| edit.span.range.start);
    let apart = edits.windows(2).all(|pair| pair[0].span.range.end <= pair[1].span.range.start);
    apart.then(|| Fix { title: "ask in plain HTTP".to_owned(), applicability: Applicability::Unsafe, edits })
}
