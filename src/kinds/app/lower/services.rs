//! Services of both forms in one view, with flyctl's defaults stated.

use super::groups::select;
use crate::fly_toml::{AutoStop, Concurrency as ConcurrencySection, ConcurrencyType, FlyToml, Handler, Protocol};
use crate::lower::LowerCx;
use crate::model::{Concurrency, Group, Service, ServiceCheck, ServiceForm, ServicePort};
use crate::source::TextRange;
use crate::value::{BareUnit, Duration, Port, Sourced, Why};

static FORCE_HTTPS: Why =
    Why { reason: "plain HTTP is served unless the service says otherwise", source: "reference/configuration" };
static AUTO_STOP: Why =
    Why { reason: "machines run until a service says otherwise", source: "reference/configuration" };
static AUTO_START: Why =
    Why { reason: "the proxy starts machines when there is traffic", source: "reference/configuration" };
static MIN_MACHINES: Why =
    Why { reason: "no machine is kept running when others are stopped", source: "reference/configuration" };
static COUNTED: Why = Why { reason: "load is counted in connections", source: "apps/concurrency" };
static SOFT_LIMIT: Why =
    Why { reason: "the limit from which the proxy prefers other machines", source: "apps/concurrency" };
static ONLY_GROUP: Why =
    Why { reason: "the app has one process group", source: "flyctl internal/appconfig/validation.go" };

/// The view of all services. Completes the sections as it goes.
pub(super) fn lower(toml: &mut FlyToml, groups: &[Group], cx: &mut LowerCx<'_>) -> Vec<Service> {
    let mut services = Vec::with_capacity(usize::from(toml.http_service.is_some()) + toml.services.len());
    if let Some(section) = &mut toml.http_service {
        let at = section.range();
        let s = &mut section.value;
        let names_groups = s.processes.as_ref().is_some_and(|p| !p.is_empty());
        let serving = serving(&mut s.processes, groups, at, cx);
        let force_https = *s.force_https.get_or_insert(Sourced::filled(false, at, &FORCE_HTTPS));
        let port = |number: i64, tls: bool| {
            let port = Port::new(number)?;
            let force_https = (!tls).then_some(force_https);
            Some(ServicePort { port: Sourced::written(port, at), end: port, http: true, tls, force_https })
        };
        services.push(Service {
            at,
            form: ServiceForm::Http,
            protocol: Protocol::Tcp,
            internal_port: s.internal_port,
            ports: [port(80, false), port(443, true)].into_iter().flatten().collect(),
            auto_stop: *s.auto_stop_machines.get_or_insert(Sourced::filled(AutoStop::Off, at, &AUTO_STOP)),
            auto_start: *s.auto_start_machines.get_or_insert(Sourced::filled(true, at, &AUTO_START)),
            min_machines_running: *s.min_machines_running.get_or_insert(Sourced::filled(0, at, &MIN_MACHINES)),
            groups: serving,
            names_groups,
            concurrency: concurrency(&mut s.concurrency, cx),
            checks: s.checks.iter().map(|c| check(c.range(), c.interval, c.timeout, c.grace_period)).collect(),
        });
    }
    for (index, section) in toml.services.iter_mut().enumerate() {
        let at = section.range();
        let s = &mut section.value;
        let names_groups = s.processes.as_ref().is_some_and(|p| !p.is_empty());
        let serving = serving(&mut s.processes, groups, at, cx);
        let ports = s.ports.iter().filter_map(|p| {
            let handles =
                |name: &str| p.handlers.as_ref().is_some_and(|h| h.value.iter().any(|Handler(word)| word == name));
            let port = p.port.or(p.start_port)?;
            let end = p.end_port.map_or(port.value, |end| end.value);
            Some(ServicePort { port, end, http: handles("http"), tls: handles("tls"), force_https: p.force_https })
        });
        let ports = ports.collect();
        let tcp = s.tcp_checks.iter().map(|c| check(c.range(), c.interval, c.timeout, c.grace_period));
        let http = s.http_checks.iter().map(|c| check(c.range(), c.interval, c.timeout, c.grace_period));
        let checks = tcp.chain(http).collect();
        services.push(Service {
            at,
            form: ServiceForm::General(index),
            protocol: s.protocol.map_or(Protocol::Tcp, |protocol| protocol.value),
            internal_port: s.internal_port,
            ports,
            auto_stop: *s.auto_stop_machines.get_or_insert(Sourced::filled(AutoStop::Off, at, &AUTO_STOP)),
            auto_start: *s.auto_start_machines.get_or_insert(Sourced::filled(true, at, &AUTO_START)),
            min_machines_running: *s.min_machines_running.get_or_insert(Sourced::filled(0, at, &MIN_MACHINES)),
            groups: serving,
            names_groups,
            concurrency: concurrency(&mut s.concurrency, cx),
            checks,
        });
    }
    services
}

/// The groups that serve. With several groups and no selector the rule `service-without-processes` has the word.
fn serving(
    selector: &mut super::groups::Selector,
    groups: &[Group],
    at: TextRange,
    cx: &mut LowerCx<'_>,
) -> Vec<usize> {
    if groups.len() == 1 || selector.as_ref().is_some_and(|names| !names.is_empty()) {
        return select(selector, groups, &[0], &ONLY_GROUP, at, cx);
    }
    (0..groups.len()).collect()
}

fn concurrency(section: &mut Option<Sourced<ConcurrencySection>>, cx: &LowerCx<'_>) -> Option<Concurrency> {
    let section = section.as_mut()?;
    let at = section.range();
    let c = &mut section.value;
    Some(Concurrency {
        at,
        kind: *c.kind.get_or_insert(Sourced::filled(ConcurrencyType::Connections, at, &COUNTED)),
        soft_limit: *c.soft_limit.get_or_insert(Sourced::filled(cx.facts.soft_limit, at, &SOFT_LIMIT)),
        hard_limit: c.hard_limit,
    })
}

fn check<U: BareUnit + Copy>(
    at: TextRange,
    interval: Option<Sourced<Duration<U>>>,
    timeout: Option<Sourced<Duration<U>>>,
    grace_period: Option<Sourced<Duration<U>>>,
) -> ServiceCheck {
    let nanoseconds = |duration: Option<Sourced<Duration<U>>>| duration.map(|d| d.map(Duration::nanoseconds));
    ServiceCheck {
        at,
        interval: nanoseconds(interval),
        timeout: nanoseconds(timeout),
        grace_period: nanoseconds(grace_period),
    }
}
