use crate::model::{App, ServiceCheck};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::{Origin, Sourced, go_duration};

declare_rule! {
    /// Checks that no machine is asked whether it works before it can have started.
    ///
    /// ## Why
    ///
    /// Checks begin with the machine. Until its process listens they fail: a deploy reports machines that only needed a
    /// few seconds more, and the proxy takes a machine that was just started to answer a request for a broken one.
    /// `grace_period` is the time for which failures do not count. It should be longer than a start takes; the checks
    /// of a service take at most 60 seconds.
    ///
    /// How long a start takes is not in any file of Fly.io. When the spec says so, in `workload.boot_seconds`, a
    /// shorter grace period is an error in production.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// interval = "15s"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.http_service.checks]]
    /// grace_period = "10s"
    /// path = "/healthz"
    /// interval = "15s"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.workload]
    /// boot_seconds = 20
    ///
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// grace_period = "10s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.workload]
    /// boot_seconds = 20
    ///
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// grace_period = "25s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, reference/health-checks
    /// - flyctl, internal/appconfig/validation.go
    static RULE = {
        name: "missing-grace-period",
        code: "FA107",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// What is suggested when nothing is known of the start, in seconds.
const SUGGESTED: i64 = 10;
/// What is added to the time that a start takes, in seconds.
const MARGIN: i64 = 5;

fn check(app: &App, cx: &mut Cx<'_>) {
    for check in app.services.iter().flat_map(|service| &service.checks) {
        match (check.grace_period, app.workload.boot_seconds) {
            (None, _) => missing(app, check, cx),
            (Some(grace), Some(boot)) if grace.value <= i64::from(boot.value) * 1_000_000_000 => {
                short(app, grace, boot, cx);
            }
            _ => {}
        }
    }
}

fn missing(app: &App, check: &ServiceCheck, cx: &mut Cx<'_>) {
    let seconds = match app.workload.boot_seconds {
        Some(boot) => (i64::from(boot.value) + MARGIN).min(cx.facts.checks.service_seconds_max),
        None => SUGGESTED,
    };
    let edit = cx.edits().insert_entry(check.at, "grace_period", &format!("\"{seconds}s\""));
    let fix = cx.unsafe_fix(format!("give machines {seconds} seconds to start"), edit);
    let message = format!("machines of `{}` fail their check while they start", app.name.value);
    let finding = cx.warn(Origin::written(check.at), message).label("no grace period");
    let finding = match app.workload.boot_seconds {
        Some(boot) => finding.related(boot.origin, format!("a start takes {} s", boot.value)),
        None => finding,
    };
    finding
        .help(format!("say how long failures do not count: `grace_period = \"{seconds}s\"`, more than a start takes"))
        .fix(fix);
}

fn short(app: &App, grace: Sourced<i64>, boot: Sourced<u32>, cx: &mut Cx<'_>) {
    let name = &app.name.value;
    let message = format!("checks of `{name}` count before its machines have started");
    let most = cx.facts.checks.service_seconds_max;
    let wanted = i64::from(boot.value) + MARGIN;
    if i64::from(boot.value) >= most {
        // No file can mend this.
        cx.warn(grace.origin, message).related(boot.origin, format!("a start takes {} s", boot.value)).help(format!(
            "a service check waits for {most} seconds at most: answer the check earlier, before the rest is loaded"
        ));
        return;
    }
    let seconds = wanted.min(most);
    let literal = format!("\"{seconds}s\"");
    let fix = cx.unsafe_fix(format!("wait for {seconds} seconds"), Some(cx.edits().replace(grace.range(), literal)));
    cx.report(grace.origin, message)
        .label(format!("{} for a start", go_duration(grace.value)))
        .related(boot.origin, format!("a start takes {} s", boot.value))
        .help(format!("wait longer than a start takes: `grace_period = \"{seconds}s\"`"))
        .fix(fix);
}
