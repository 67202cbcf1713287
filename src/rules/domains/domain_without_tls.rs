use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app with a domain answers HTTPS.
    ///
    /// ## Why
    ///
    /// A domain gets a certificate, and browsers ask for `https://` first. The proxy uses the certificate on ports
    /// with the `tls` handler, such as those of an `http_service`. Without such a port nothing answers, or the app
    /// must bring a certificate of its own, and the one that is renewed every few weeks is for nobody.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// domains = ["shop.example.com"]
    ///
    /// [[app.web.services]]
    /// internal_port = 8080
    /// ports = [{ port = 80, handlers = ["http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// domains = ["shop.example.com"]
    ///
    /// [[app.web.services]]
    /// internal_port = 8080
    /// ports = [{ port = 80, handlers = ["http"] }, { port = 443, handlers = ["http", "tls"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/custom-domain
    /// - Fly.io, networking/services
    static RULE = {
        name: "domain-without-tls",
        code: "FA658",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let (Some(domain), Some(service)) = (app.domains.first(), app.services.first()) else { return };
    if app.services.iter().flat_map(|service| &service.ports).any(|port| port.tls) {
        return;
    }
    cx.report(domain.origin, format!("no port of `{}` uses the certificate of `{}`", app.name.value, domain.value))
        .label("a certificate")
        .related(Origin::written(service.at), "no port with the tls handler")
        .help("add `{ port = 443, handlers = [\"http\", \"tls\"] }` to `ports`, or use `http_service`");
}
