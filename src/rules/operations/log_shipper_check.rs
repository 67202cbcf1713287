use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that somebody notices when the log shipper stops working.
    ///
    /// ## Why
    ///
    /// The log shipper has no users who would complain. It answers on a port of its own whether it works; without a
    /// check a shipper that lost its connection runs on, and the logs of an incident are missing on the day they are
    /// needed.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.logs.build]
    /// image = "ghcr.io/superfly/fly-log-shipper:v0.0.11"
    /// ```
    ///
    /// ```toml,good
    /// [app.logs.build]
    /// image = "ghcr.io/superfly/fly-log-shipper:v0.0.11"
    ///
    /// [app.logs.checks.health]
    /// type = "http"
    /// port = 8686
    /// path = "/health"
    /// interval = "15s"
    /// timeout = "5s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, monitoring/exporting-logs
    /// - Fly.io, reference/health-checks
    static RULE = {
        name: "log-shipper-check",
        code: "FA675",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(image) = app.toml.build.as_ref().and_then(|build| build.image.as_ref()) else { return };
    let names = &cx.facts.names;
    if !app.toml.checks.is_empty() || !names.is_log_shipper(image) {
        return;
    }
    let (port, path) = (names.log_shipper.health_port, names.log_shipper.health_path);
    let entries = [
        ("type", "\"http\"".to_owned()),
        ("port", port.to_string()),
        ("path", format!("\"{path}\"")),
        ("interval", "\"15s\"".to_owned()),
        ("timeout", "\"5s\"".to_owned()),
    ];
    let table = app.table("checks.health");
    let fix = cx.unsafe_fix("ask it every 15 seconds", cx.edits().append_table(&table, &entries));
    cx.report(image.origin, format!("nobody notices when `{}` stops shipping logs", app.name.value))
        .label("no check")
        .help(format!("add `{table}`: type \"http\", port {port}, path \"{path}\""))
        .fix(fix);
}
