use crate::fly_toml::{ConcurrencyType, Protocol};
use crate::model::{App, Concurrency, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

/// The share of the hard limit that should lie between the two, in percent (Fly.io,
/// blueprints/setting-concurrency-limits).
const GAP_PERCENT: u64 = 10;

declare_rule! {
    /// Checks that every service says how much load a machine takes, and that the limits can work.
    ///
    /// ## Why
    ///
    /// Without limits the proxy counts connections, prefers other machines from 20 on, and never stops sending: one
    /// machine can be driven into the end of its memory while others idle. The soft limit is where the proxy begins to
    /// prefer, and to start, other machines; the hard limit is where it stops. Between them there must be room: when
    /// both are the same, the first request too many waits or fails while another machine is still starting.
    ///
    /// An open websocket is one request for as long as it lasts, so apps with long-lived connections are better
    /// counted in connections.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// concurrency = { type = "requests", soft_limit = 200, hard_limit = 250 }
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 250, hard_limit = 250 }
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// concurrency = { type = "requests", soft_limit = 200 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/concurrency
    /// - Fly.io, blueprints/setting-concurrency-limits
    static RULE = {
        name: "concurrency-limits",
        code: "FA102",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in app.services.iter().filter(|service| service.protocol == Protocol::Tcp) {
        match &service.concurrency {
            None => missing(app, service, cx),
            Some(limits) => judge(app, limits, cx),
        }
    }
}

fn missing(app: &App, service: &Service, cx: &mut Cx<'_>) {
    let open = app.workload.long_lived_connections.is_some_and(|flag| flag.value);
    let kind = if open { "connections" } else { "requests" };
    let literal = format!("{{ type = \"{kind}\", soft_limit = 200, hard_limit = 250 }}");
    let edit = cx.edits().insert_entry(service.at, "concurrency", &literal);
    // Limits that stand at the wrong place may be those that are meant.
    let elsewhere = app.services.iter().any(|other| app.is_stray(other) && other.concurrency.is_some());
    let fix = cx.unsafe_fix("set the limits of Fly.io's own example", edit.filter(|_| !elsewhere));
    let default = cx.facts.soft_limit;
    cx.report(Origin::written(service.at), format!("`{}` has no concurrency limits", app.name.value))
        .label("a machine may get any number of requests")
        .note(format!("without limits the proxy prefers other machines from {default} connections on, and never stops"))
        .help(format!("measure what a machine takes, and set it; until then Fly.io's example: concurrency = {literal}"))
        .fix(fix);
}

fn judge(app: &App, limits: &Concurrency, cx: &mut Cx<'_>) {
    let name = &app.name.value;
    let Some(hard) = limits.hard_limit else {
        let suggestion = limits.soft_limit.value.saturating_add(limits.soft_limit.value / 4).max(2);
        let edit = cx.edits().insert_entry(limits.at, "hard_limit", &suggestion.to_string());
        let fix = cx.unsafe_fix(format!("set a hard limit of {suggestion}"), edit);
        cx.report(Origin::written(limits.at), format!("`{name}` has no hard limit"))
            .label("until its memory ends")
            .help(format!("set `hard_limit`, a quarter above the soft limit for a start: {suggestion}"))
            .fix(fix);
        return;
    };
    let soft = limits.soft_limit;
    let suggestion = hard.value / 5 * 4 + hard.value % 5 * 4 / 5;
    if soft.value >= hard.value {
        let fix = if soft.origin.is_written() && suggestion > 0 {
            cx.unsafe_fix(
                format!("lower it to {suggestion}"),
                Some(cx.edits().replace(soft.range(), suggestion.to_string())),
            )
        } else {
            None
        };
        let message =
            format!("the soft limit of `{name}`, {}, is not below the hard limit, {}", soft.value, hard.value);
        cx.report(soft.origin, message)
            .related(hard.origin, "here the proxy stops sending")
            .help(format!("the proxy needs room to start another machine: a soft limit of about {suggestion}"))
            .fix(fix);
    } else if u64::from(hard.value - soft.value) * 100 < u64::from(hard.value) * GAP_PERCENT {
        let message = format!("the limits of `{name}` are too close: {} and {}", soft.value, hard.value);
        cx.warn(soft.origin, message).related(hard.origin, "here the proxy stops sending").help(format!(
            "a burst would be refused before another machine has started: a soft limit of about {suggestion}"
        ));
    }
    let long_lived = app.workload.long_lived_connections.filter(|flag| flag.value);
    if let (Some(long_lived), ConcurrencyType::Requests) = (long_lived, limits.kind.value) {
        cx.warn(limits.kind.origin, format!("`{name}` has long-lived connections, and is counted in requests"))
            .related(long_lived.origin, "an open connection is one request")
            .help("count connections: type = \"connections\"");
    }
}
