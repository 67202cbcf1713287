use super::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::diag::fix::string_literal;
use crate::model::App;
use crate::spec::Level;
use crate::value::{Duration, Sourced, go_duration};

declare_rule! {
    /// Checks that a health check gives up before the next one begins.
    ///
    /// ## Why
    ///
    /// A check that may wait as long as the time between two checks asks again while the last answer is still awaited:
    /// one slow answer hides the next question, and a machine that hangs is found out late. Half of the interval is a
    /// good timeout.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// grace_period = "10s"
    /// interval = "10s"
    /// timeout = "10s"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// grace_period = "10s"
    /// interval = "10s"
    /// timeout = "5s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/health-checks
    static RULE = {
        name: "check-timeout",
        code: "FA117",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

type Time = Option<Sourced<i64>>;

fn check(app: &App, cx: &mut Cx<'_>) {
    for check in app.services.iter().flat_map(|service| &service.checks) {
        overlap(check.interval, check.timeout, cx);
    }
    for (_, check) in &app.toml.checks {
        let interval = check.interval.map(|time| time.map(Duration::nanoseconds));
        overlap(interval, check.timeout.map(|time| time.map(Duration::nanoseconds)), cx);
    }
}

fn overlap(interval: Time, timeout: Time, cx: &mut Cx<'_>) {
    let (Some(interval), Some(timeout)) = (interval, timeout) else { return };
    // Without a unit they mean something else than they say, which `missing-unit` reports.
    let bare = |time: Sourced<i64>| !cx.text(time.origin).starts_with(['"', '\'']);
    if timeout.value < interval.value.max(1) || bare(interval) || bare(timeout) {
        return;
    }
    let (every, half) = (go_duration(interval.value), go_duration(interval.value / 2));
    let edit = cx.edits().replace(timeout.range(), string_literal(&half));
    let fix = cx.unsafe_fix(format!("wait for {half}"), Some(edit));
    let message = format!("the check waits for {}, and begins again every {every}", go_duration(timeout.value));
    cx.report(timeout.origin, message)
        .label("not shorter than the interval")
        .related(interval.origin, "the interval")
        .help(format!("let it give up before that, such as after half of the interval: `timeout = \"{half}\"`"))
        .fix(fix);
}
