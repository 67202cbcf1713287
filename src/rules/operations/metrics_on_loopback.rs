use crate::model::App;
use crate::rules::variables::part_of;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that metrics are shown where Fly.io looks for them.
    ///
    /// ## Why
    ///
    /// Metrics are collected from outside of the machine, every 15 seconds. A listener on `127.0.0.1` or `localhost`
    /// takes connections from within alone: nothing is collected, and nothing says so.
    ///
    /// The rule finds variables with such an address and the port of `[metrics]`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// METRICS_ADDR = "127.0.0.1:9091"
    ///
    /// [app.web.metrics]
    /// port = 9091
    /// path = "/metrics"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// METRICS_ADDR = "0.0.0.0:9091"
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
        name: "metrics-on-loopback",
        code: "FA677",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
const ANY: &str = "0.0.0.0";

fn check(app: &App, cx: &mut Cx<'_>) {
    for metrics in &app.toml.metrics {
        let Some(port) = metrics.port else { continue };
        for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
            let Some((host, number)) = value.as_str().rsplit_once(':') else { continue };
            if !LOOPBACK.contains(&host) || number.parse() != Ok(port.get()) {
                continue;
            }
            let edit = part_of(value, 0..host.len(), cx).map(|range| cx.edits().replace(range, ANY));
            let fix = cx.unsafe_fix(format!("listen on {ANY}"), edit);
            cx.report(value.origin, format!("nobody can collect the metrics of `{}`", app.name.value))
                .label("reached from within the machine alone")
                .related(port.origin, "collected from outside")
                .help(format!("write `{} = \"{ANY}:{number}\"`", name.value))
                .fix(fix);
        }
    }
}
