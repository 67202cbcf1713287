use crate::fly_toml::Metrics;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Sourced};

declare_rule! {
    /// Checks that no process group has two entries of `metrics`.
    ///
    /// ## Why
    ///
    /// A machine has one place from which metrics are collected. Of several entries for its group flyctl takes the
    /// first and drops the others without a word. One program can show the metrics of both, or the second becomes a
    /// group of its own.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.metrics]]
    /// port = 9091
    /// path = "/metrics"
    ///
    /// [[app.web.metrics]]
    /// port = 9187
    /// path = "/metrics"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { app = "bin/serve", exporter = "bin/export" }
    ///
    /// [[app.web.metrics]]
    /// port = 9091
    /// path = "/metrics"
    ///
    /// [[app.web.metrics]]
    /// port = 9187
    /// path = "/metrics"
    /// processes = ["exporter"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/machines.go
    /// - Fly.io, monitoring/metrics
    static RULE = {
        name: "second-metrics-of-group",
        code: "FA679",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (i, metrics) in app.toml.metrics.iter().enumerate() {
        let groups = || metrics.processes.iter().flat_map(|names| &names.value);
        let shares = |earlier: &&Sourced<Metrics>| {
            let mut of_earlier = earlier.processes.iter().flat_map(|names| &names.value);
            of_earlier.any(|name| groups().any(|other| other.value == name.value))
        };
        let Some(first) = app.toml.metrics[..i].iter().find(shares) else { continue };
        cx.report(Origin::written(metrics.range()), format!("flyctl drops these metrics of `{}`", app.name.value))
            .label("the second for its group")
            .related(Origin::written(first.range()), "the first")
            .help("keep one, or say with `processes` for which group it is");
    }
}
