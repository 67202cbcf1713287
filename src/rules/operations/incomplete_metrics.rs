use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that `[metrics]` says where metrics are.
    ///
    /// ## Why
    ///
    /// Fly.io collects metrics from a port and a path. Without the port there is nothing to connect to; that is an
    /// error. Without the path the program that shows them must answer on whatever path Fly.io asks for, which no
    /// page names: a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.metrics]
    /// port = 9091
    /// ```
    ///
    /// ```toml,good
    /// [app.web.metrics]
    /// path = "/metrics"
    /// port = 9091
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.metrics]
    /// path = "/metrics"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, monitoring/metrics
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "incomplete-metrics",
        code: "FA678",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for metrics in &app.toml.metrics {
        let at = Origin::written(metrics.range());
        let name = &app.name.value;
        if metrics.port.is_none() {
            cx.report(at, format!("metrics of `{name}` are not collected"))
                .label("no port")
                .help("say on which port they are: `port = 9091`");
        } else if metrics.path.as_ref().is_none_or(|path| path.is_empty()) {
            // The old place of the same thing.
            let key = if cx.text(at).ends_with("experimental]") { "metrics_path" } else { "path" };
            let fix = cx.unsafe_fix("add the usual path", cx.edits().insert_entry(at.range, key, "\"/metrics\""));
            cx.warn(at, format!("it is not said where the metrics of `{name}` are"))
                .label("no path")
                .help(format!("say on which path they are: `{key} = \"/metrics\"`"))
                .fix(fix);
        }
    }
}
