use crate::diag::fix::string_literal;
use crate::fly_toml::Check as TopLevelCheck;
use crate::model::{App, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Duration, Origin, Sourced, go_duration};

declare_rule! {
    /// Checks that health checks run at times that Fly.io allows, and know where to ask.
    ///
    /// ## Why
    ///
    /// Fly.io has limits for the times of checks, and treats the two kinds of checks differently. A check of a service
    /// outside of them is moved to the nearest limit with a warning, so that the file does not say what happens. A
    /// check in `[checks]` outside of them is refused.
    ///
    /// A check in `[checks]` takes its port from the `http_service` of its process group. Without a port and without
    /// such a service the deploy fails, and `fly config validate` does not notice.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.checks.alive]
    /// type = "tcp"
    /// port = 3000
    /// interval = "1s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.checks.alive]
    /// type = "tcp"
    /// port = 3000
    /// interval = "2s"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/healthz", interval = "15s", grace_period = "2m" }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// checks = [{ path = "/healthz", interval = "15s", grace_period = "60s" }]
    /// ```
    ///
    /// ```toml,bad
    /// [app.worker.checks.alive]
    /// type = "tcp"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    /// - flyctl, internal/appconfig/validation.go
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "check-bounds",
        code: "FA316",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

const SECOND: i64 = 1_000_000_000;

type Time = Option<Sourced<i64>>;

fn check(app: &App, cx: &mut Cx<'_>) {
    let (low, high) = (cx.facts.checks.service_seconds_min * SECOND, cx.facts.checks.service_seconds_max * SECOND);
    for check in app.services.iter().flat_map(|service| &service.checks) {
        bounds("an interval", check.interval, (low, high), false, cx);
        bounds("a timeout", check.timeout, (low, high), false, cx);
        // Zero is no grace period.
        let grace_period = check.grace_period.filter(|time| time.value != 0);
        bounds("a grace period", grace_period, (low, high), false, cx);
    }
    for (name, check) in &app.toml.checks {
        let nanoseconds = |time: Sourced<Duration<_>>| time.map(Duration::nanoseconds);
        let (interval, timeout) = (check.interval.map(nanoseconds), check.timeout.map(nanoseconds));
        bounds("an interval", interval, (cx.facts.checks.top_level_interval_seconds_min * SECOND, i64::MAX), true, cx);
        bounds("a timeout", timeout, (0, cx.facts.checks.top_level_timeout_seconds_max * SECOND), true, cx);
        if check.port.is_none() {
            port(app, name, check, cx);
        }
    }
}

/// Whether a time was written without a unit: then `missing-unit` has the word.
fn is_bare(time: Sourced<i64>, cx: &Cx<'_>) -> bool {
    time.value != 0 && !cx.text(time.origin).starts_with(['"', '\''])
}

fn bounds(what: &str, time: Time, (low, high): (i64, i64), refused: bool, cx: &mut Cx<'_>) {
    let Some(time) = time.filter(|time| !(low..=high).contains(&time.value)) else { return };
    if is_bare(time, cx) {
        return;
    }
    let near = string_literal(&format!("{}s", time.value.clamp(low, high) / SECOND));
    let fix = cx.safe_fix(format!("write {near}"), Some(cx.edits().replace(time.range(), near.as_str())));
    let label = match (low, high) {
        (low, i64::MAX) => format!("{}s at least", low / SECOND),
        (0, high) => format!("{}s at most", high / SECOND),
        (low, high) => format!("from {}s to {}s", low / SECOND, high / SECOND),
    };
    let text = go_duration(time.value);
    if refused {
        cx.report(time.origin, format!("flyctl refuses {what} of {text}")).help(format!("write {near}"))
    } else {
        cx.warn(time.origin, format!("no check of a service has {what} of {text}"))
            .help(format!("Fly.io would take {near} in its place: write that"))
    }
    .label(label)
    .fix(fix);
}

/// A check takes the port of the `http_service` of every group that it is for.
fn port(app: &App, name: &str, check: &Sourced<TopLevelCheck>, cx: &mut Cx<'_>) {
    let http = app.services.iter().find(|service| service.form == ServiceForm::Http);
    let of_check = |name: &str| check.processes.as_ref().is_some_and(|p| p.iter().any(|other| other.as_str() == name));
    let serves = |group: usize| http.is_some_and(|service| service.groups.contains(&group));
    let lonely = app.groups.iter().enumerate().find(|(i, group)| of_check(&group.name) && !serves(*i));
    let Some((index, group)) = lonely else { return };
    // A check for several groups asks them all on one port: which, only they know.
    let alone = check.processes.as_ref().is_some_and(|groups| groups.len() == 1);
    let service = app.services.iter().find(|service| service.groups.contains(&index));
    let port = service.and_then(|service| service.internal_port).or(app.workload.listen_port).filter(|_| alone);
    let edit = port.and_then(|port| cx.edits().insert_entry(check.range(), "port", &port.value.to_string()));
    let fix = port.and_then(|port| cx.unsafe_fix(format!("ask port {}", port.value), edit));
    let mut finding =
        cx.report(Origin::written(check.range()), format!("the deploy fails: check `{name}` has no port"));
    let group = &group.name.value;
    let help = match port {
        Some(port) => {
            finding = finding.related(port.origin, "a port on which it listens");
            format!("say which port of `{group}` is asked: port = {}", port.value)
        }
        None => format!("say which port of `{group}` is asked, such as port = 8080"),
    };
    finding.label(format!("`{group}` has no http_service to take it from")).help(help).fix(fix);
}
