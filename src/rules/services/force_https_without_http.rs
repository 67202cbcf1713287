use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that only ports which speak HTTP send visitors to HTTPS.
    ///
    /// ## Why
    ///
    /// The redirect is the answer to an HTTP request: it needs the handler `http`. Fly.io refuses a port with `force_https` and
    /// without it; flyctl does not look.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    ///
    /// [[app.web.services.ports]]
    /// port = 443
    /// handlers = ["tls"]
    /// force_https = true
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    ///
    /// [[app.web.services.ports]]
    /// port = 443
    /// handlers = ["tls"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, networking/services
    static RULE = {
        name: "force-https-without-http",
        code: "FA339",
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
    for port in app.toml.services.iter().flat_map(|service| service.ports.iter()) {
        let Some(force) = port.force_https.filter(|force| force.value) else { continue };
        let http = port.handlers.as_ref().is_some_and(|handlers| handlers.iter().any(|handler| **handler == *"http"));
        if !http {
            let fix = cx.safe_fix("remove it", cx.edits().remove(force.range()));
            cx.report(force.origin, format!("a port of `{}` redirects, and does not speak HTTP", app.name.value))
                .label("Fly.io refuses the deploy")
                .help("remove `force_https` here; it belongs to port 80 with `handlers = [\"http\"]`")
                .fix(fix);
        }
    }
}
