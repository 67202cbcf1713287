use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
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

const SECOND: i64 = 1_000_000_000;

type Time = Option<Sourced<i64>>;

fn check(app: &App, cx: &mut Cx<'_>) {
    let bounds = (cx.facts.checks.service_seconds_min * SECOND, cx.facts.checks.service_seconds_max * SECOND);
    for check in app.services.iter().flat_map(|service| &service.checks) {
        overlap(check.interval, check.timeout, bounds, cx);
    }
    for (_, check) in &app.toml.checks {
        let interval = check.interval.map(|time| time.map(Duration::nanoseconds));
        overlap(interval, check.timeout.map(|time| time.map(Duration::nanoseconds)), (0, i64::MAX), cx);
    }
}

fn overlap(interval: Time, timeout: Time, (low, high): (i64, i64), cx: &mut Cx<'_>) {
    let (Some(interval), Some(timeout)) = (interval, timeout) else { return };
    // Without a unit they mean something else than they say, which `missing-unit` reports.
    let bare = |time: Sourced<i64>| !cx.text(time.origin).starts_with(['"', '\'']);
    if timeout.value < interval.value.max(1) || bare(interval) || bare(timeout) {
        return;
    }
    let every = go_duration(interval.value);
    let half = interval.value / 2;
    let (help, fix) = if half >= low {
        let half = go_duration(half);
        let edit = cx.edits().replace(timeout.range(), string_literal(&half));
        let help = format!("let it give up before that, such as after half of the interval: `timeout = \"{half}\"`");
        (help, cx.unsafe_fix(format!("wait for {half}"), Some(edit)))
    } else {
        // A shorter timeout than that would not be taken: the checks must be further apart.
        let twice = timeout.value.saturating_mul(2);
        let edit = (timeout.value >= low && twice <= high)
            .then(|| cx.edits().replace(interval.range(), string_literal(&go_duration(twice))));
        let fix = cx.unsafe_fix(format!("ask every {}", go_duration(twice)), edit);
        ("ask less often: set an interval that is longer than the timeout".to_owned(), fix)
    };
    let message = format!("the check waits for {}, and begins again every {every}", go_duration(timeout.value));
    cx.report(timeout.origin, message)
        .label("not shorter than the interval")
        .related(interval.origin, "the interval")
        .help(help)
        .fix(fix);
}
