//! What the proxy does with machines: when it starts and stops them, and what is left when nobody asks.
//!
//! Source: Fly.io, reference/fly-proxy-autostop-autostart, launch/autostop-autostart, apps/concurrency.

use super::{Cx, unless_written};
use crate::diag::form::count;
use crate::diag::form::sentence;
use crate::fly_toml::{AutoStop, ConcurrencyType};
use crate::model::{Group, Service};

/// What starts machines, and what stops them.
pub(super) fn starts_and_stops(cx: &Cx<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for (index, group) in cx.groups() {
        let machines = cx.machines_of(group);
        let Some(service) = serving(cx, index) else {
            out.push(format!(
                "{machines} belong to no service: the proxy sends them nothing, and neither starts nor stops them. They \
                 run until their process ends."
            ));
            continue;
        };
        let auto_stop = cx.app.auto_stop(index);
        if auto_stop == AutoStop::Off {
            let off = cx.app.services.iter().find(|s| s.groups.contains(&index) && s.auto_stop.value == AutoStop::Off);
            let default = off.map_or("", |service| unless_written(&service.auto_stop));
            let outvoted =
                cx.app.services.iter().any(|s| s.groups.contains(&index) && s.auto_stop.value != AutoStop::Off);
            let outvoted = if outvoted { " Another service asks for it, but one that says `off` wins." } else { "" };
            out.push(format!("{machines} run all the time: `auto_stop_machines` is `off`{default}.{outvoted}"));
        } else {
            out.push(stops(cx, group, service, auto_stop));
        }
        out.push(starts(service, auto_stop));
        out.push(limits(cx, service));
    }
    if cx.app.may_stop() {
        out.push(
            "Only what comes through the proxy counts as traffic. Work in the background, and connections to a .internal \
             name, keep no machine awake and wake none."
                .to_owned(),
        );
    }
    out
}

/// The service whose settings are told: the first that sends traffic to a group.
fn serving<'a>(cx: &Cx<'a>, group: usize) -> Option<&'a Service> {
    cx.app.services.iter().find(|service| service.groups.contains(&group))
}

fn stops(cx: &Cx<'_>, group: &Group, service: &Service, how: AutoStop) -> String {
    let (verb, again) = if how == AutoStop::Suspend {
        (
            "suspends",
            " A suspended machine goes on where it was; after a deploy or a move to another host it starts cold.",
        )
    } else {
        ("stops", "")
    };
    let (soft, counted) = soft_limit(cx, service);
    let least = service.min_machines_running.value;
    let stays = |region: &str, number: u32| if cx.app.is_primary(region) { least.clamp(1, number) } else { 1 };
    let shrinks = group.placement.iter().rev().filter(|(region, number)| number.get() > stays(region, number.get()));
    let example = shrinks.max_by_key(|(_, number)| number.get()).map(|(region, number)| {
        let n = number.get();
        format!(
            " In {} with {n} running and none over {soft} {counted}: {n} - (0 + 1) = {} too many, so one after the other \
             stops until {} is left.",
            region.value,
            n - 1,
            stays(region, n)
        )
    });
    let example = example.unwrap_or_default();
    let floor = if least == 0 {
        " The last one of a region stops when it has no traffic at all, in the primary region too: \
         `min_machines_running` is 0."
            .to_owned()
    } else {
        format!(
            " The last one of a region stops when it has no traffic at all; `min_machines_running` keeps {least} running \
             in {}, and none anywhere else.",
            cx.primary()
        )
    };
    format!(
        "Every few minutes the proxy looks at each region by itself: it counts the machines that run, and takes off those \
         over the soft limit and one more. If anything is left it {verb} one machine.{example}{floor}{again}"
    )
}

fn starts(service: &Service, auto_stop: AutoStop) -> String {
    let default = unless_written(&service.auto_start);
    if service.auto_start.value {
        format!(
            "A request for which no running machine has room starts one that is stopped: `auto_start_machines` is \
             true{default}. The proxy never makes a machine: how many there are is the most that can run."
        )
    } else if auto_stop == AutoStop::Off {
        format!("The proxy starts no machine: `auto_start_machines` is false{default}. One that has ended stays so.")
    } else {
        format!(
            "Nothing starts a machine again that the proxy has stopped: `auto_start_machines` is false{default}. This \
             contradicts stopping them."
        )
    }
}

/// The soft limit, and what it counts.
fn soft_limit(cx: &Cx<'_>, service: &Service) -> (u32, &'static str) {
    service.concurrency.as_ref().map_or((cx.facts.soft_limit, "connections"), |limits| {
        (
            limits.soft_limit.value,
            if limits.kind.value == ConcurrencyType::Requests { "requests" } else { "connections" },
        )
    })
}

fn limits(cx: &Cx<'_>, service: &Service) -> String {
    let (soft, counted) = soft_limit(cx, service);
    let default = service.concurrency.as_ref().map_or(" (the default)", |limits| unless_written(&limits.soft_limit));
    let hard = service.concurrency.as_ref().and_then(|limits| limits.hard_limit);
    let hard = hard.map_or("No limit is hard: a machine may be given any number.".to_owned(), |hard| {
        format!(
            "At {} a machine gets no more; when all are there, requests wait, and fail with 503 in the end.",
            hard.value
        )
    });
    format!("From {soft} {counted}{default} at a time the proxy prefers other machines. {hard}")
}

/// What runs after a while without traffic.
pub(super) fn quiet(cx: &Cx<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for (index, group) in cx.groups() {
        let machines = cx.machines_of(group);
        let service = serving(cx, index).filter(|_| cx.app.auto_stop(index) != AutoStop::Off);
        let Some(service) = service else {
            let all = if group.machines() > 1 { format!(", all {}", group.machines()) } else { String::new() };
            out.push(format!("{machines} go on running{all}, and cost what they cost."));
            continue;
        };
        let (least, start) = (service.min_machines_running.value, service.auto_start.value);
        if cx.app.is_plain() {
            out.push(match least {
                0 => format!("{machines} are all stopped. {}", first_request(start)),
                n => format!("{} of them in {} goes on running; all others are stopped.", n, cx.primary()),
            });
            continue;
        }
        let resting = |region: &str, number: u32| if cx.app.is_primary(region) { least.min(number) } else { 0 };
        let running: u32 = group.placement.iter().map(|(region, n)| resting(region, n.get())).sum();
        let places = group.placement.iter().map(|(region, n)| match resting(region, n.get()) {
            0 => format!("none of {} runs in {}", n.get(), region.value),
            1 => format!("1 of {} runs in {}", n.get(), region.value),
            stay => format!("{stay} of {} run in {}", n.get(), region.value),
        });
        let places = sentence(&places.collect::<Vec<_>>());
        out.push(if running == 0 {
            format!("{machines} are all stopped, and cost their disks alone. {}", first_request(start))
        } else {
            let primary = cx.app.primary_region.as_ref();
            let there = primary.map_or(0, |primary| group.machines_in(primary));
            let short = if least > there {
                format!(
                    " {} should go on running, but {} has {}: that contradicts itself.",
                    count(least, "machine"),
                    cx.primary(),
                    count(there, "machine")
                )
            } else {
                String::new()
            };
            format!(
                "{machines}: {places}. A request from elsewhere is answered by what runs, or waits for a machine to \
                 start.{short}"
            )
        });
    }
    out
}

fn first_request(starts: bool) -> &'static str {
    if starts {
        "The first request waits until one has started."
    } else {
        "Nothing starts them again but a deploy or `fly machine start`."
    }
}
