use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that metrics which an app has are collected.
    ///
    /// ## Why
    ///
    /// A variable such as `METRICS_PORT` says that the program shows metrics. Fly.io collects them only where
    /// `[metrics]` says so, and keeps them beside its own: without it the dashboards of the app are empty, which
    /// shows when somebody first looks.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// METRICS_PORT = "9091"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// METRICS_PORT = "9091"
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
        name: "metrics-not-scraped",
        code: "FA676",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// Variables from which programs take the port for metrics.
const PORTS: [&str; 5] =
    ["METRICS_PORT", "PROMETHEUS_PORT", "PROM_PORT", "PROMETHEUS_METRICS_PORT", "METRICS_LISTEN_PORT"];

fn check(app: &App, cx: &mut Cx<'_>) {
    if !app.toml.metrics.is_empty() {
        return;
    }
    let named = app.toml.env.iter().filter(|(name, value)| value.origin.is_written() && PORTS.contains(&name.as_str()));
    let numbered = named.filter_map(|(name, value)| Some((name, value, value.as_str().parse::<u16>().ok()?)));
    let Some((name, value, port)) = { numbered }.find(|(_, _, port)| *port > 0) else { return };
    let table = app.table("metrics");
    let entries = [("port", port.to_string()), ("path", "\"/metrics\"".to_owned())];
    let fix = cx.unsafe_fix("let them be collected", cx.edits().append_table(&table, &entries));
    cx.report(value.origin, format!("nobody collects the metrics of `{}`", app.name.value))
        .label(format!("{} alone opens the port", name.value))
        .help(format!("add `{table}` with `port = {port}` and the path, such as \"/metrics\""))
        .fix(fix);
}
