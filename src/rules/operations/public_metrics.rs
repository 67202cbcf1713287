use crate::kinds::app::Access;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that the metrics of an app are not for everybody.
    ///
    /// ## Why
    ///
    /// Metrics on the port of a public service are a path of the website: whoever guesses `/metrics` reads how many
    /// users and orders there are, the names of internal services and the versions of libraries. Fly.io collects from
    /// within, so that a port of its own does, which no service has.
    ///
    /// A program may refuse such requests itself, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    ///
    /// [app.web.metrics]
    /// port = 3000
    /// path = "/metrics"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// http_service = { internal_port = 3000 }
    ///
    /// [app.web.metrics]
    /// port = 9091
    /// path = "/metrics"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, monitoring/metrics
    static RULE = {
        name: "public-metrics",
        code: "FA680",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.access.value != Access::Public {
        return;
    }
    for metrics in &app.toml.metrics {
        let Some(port) = metrics.port else { continue };
        let mut internal = app.services.iter().filter_map(|service| service.internal_port);
        let Some(of_service) = internal.find(|internal| internal.value == port.value) else { continue };
        cx.report(port.origin, format!("everybody can read the metrics of `{}`", app.name.value))
            .label("the port of a service")
            .related(of_service.origin, "open to the internet")
            .help("let the program show them on a port of its own, or refuse them to others and waive this");
    }
}
