use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that the machines of an app take the load that it expects at the busiest time.
    ///
    /// ## Why
    ///
    /// Requests in flight are requests per second times the time that one takes: 500 a second of 200 ms are 100 at any moment.
    /// When that is more than the hard limits of all machines together, requests queue at the proxy and then fail with 503,
    /// while every machine is well. When it is more than all soft limits, there is no machine left that could help another.
    ///
    /// Load is in no file of Fly.io: this rule listens to `workload.peak_requests_per_second` and `workload.p95_latency_ms`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 1, lhr = 1 }
    /// workload = { peak_requests_per_second = 900, p95_latency_ms = 300 }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 80, hard_limit = 100 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// workload = { peak_requests_per_second = 900, p95_latency_ms = 300 }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 80, hard_limit = 100 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/setting-concurrency-limits
    /// - Fly.io, apps/concurrency
    static RULE = {
        name: "peak-above-capacity",
        code: "FA370",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some((peak, in_flight)) = app.requests_in_flight() else { return };
    for service in &app.services {
        let Some(limits) = service.request_limits() else { continue };
        let machines: u32 = service.groups.iter().map(|&group| app.groups[group].machines()).sum();
        let sum = |limit: u32| u64::from(limit) * u64::from(machines);
        let name = &app.name.value;
        let at = Origin::written(limits.at);
        let hard = limits.hard_limit.map(|hard| sum(hard.value)).filter(|&hard| hard < in_flight);
        let finding = match hard {
            Some(hard) => {
                let message =
                    format!("`{name}` turns requests away at its peak: {in_flight} at a time, room for {hard}");
                cx.report(at, message)
            }
            None if sum(limits.soft_limit.value) < in_flight => cx.warn(
                at,
                format!("all machines of `{name}` are over their soft limit at its peak, {in_flight} requests"),
            ),
            None => continue,
        };
        finding
            .label(format!("times {machines} machines"))
            .related(peak, "the busiest time")
            .help("add machines, or raise the limits when a machine takes more");
    }
}
