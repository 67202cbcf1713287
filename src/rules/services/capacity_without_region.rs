use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that an app in several regions takes its load when the largest of them is lost.
    ///
    /// ## Why
    ///
    /// When a region fails, the proxy sends all of its requests to the others. If they have no room, the failure of one region
    /// becomes a failure everywhere: the second region was paid for and saves nothing.
    ///
    /// Load is in no file of Fly.io: this rule listens to `workload.peak_requests_per_second` and `workload.p95_latency_ms`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 3, lhr = 1 }
    /// workload = { peak_requests_per_second = 900, p95_latency_ms = 300 }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 80, hard_limit = 100 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 3, lhr = 3 }
    /// workload = { peak_requests_per_second = 900, p95_latency_ms = 300 }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 80, hard_limit = 100 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/concurrency
    /// - Fly.io, reference/load-balancing
    static RULE = {
        name: "capacity-without-region",
        code: "FA371",
        group: Group::Reliability,
        levels: Levels::ADVICE,
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
        let Some(hard) = limits.hard_limit else { continue };
        let of =
            |region: &str| -> u32 { service.groups.iter().map(|&group| app.groups[group].machines_in(region)).sum() };
        let all: u32 = service.groups.iter().map(|&group| app.groups[group].machines()).sum();
        let regions = app.regions();
        let largest = regions.iter().max_by_key(|region| of(region));
        let Some(largest) = largest.filter(|region| of(region) < all && of(region) > 0) else { continue };
        let room = |machines: u32| u64::from(hard.value) * u64::from(machines);
        let rest = all - of(largest);
        // With all machines too few, `peak-above-capacity` has the word.
        if room(all) < in_flight || room(rest) >= in_flight {
            continue;
        }
        let message = format!("without {}, `{}` turns requests away at its peak", largest.value, app.name.value);
        cx.report(Origin::written(limits.at), message)
            .label(format!("then room for {} of {in_flight}", room(rest)))
            .related(largest.origin, format!("{} machines", of(largest)))
            .related(peak, "the busiest time")
            .help("add machines in the other regions");
    }
}
