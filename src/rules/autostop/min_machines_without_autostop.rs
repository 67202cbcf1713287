use crate::diag::form::count;
use crate::fly_toml::AutoStop;
use crate::model::{App, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::RegionCode;

declare_rule! {
    /// Checks that `min_machines_running` does what its name promises.
    ///
    /// ## Why
    ///
    /// `min_machines_running` is no number of machines to create or to start. It is how many machines in the primary
    /// region the proxy leaves running when it stops idle ones. Where it stops none, because `auto_stop_machines` is off,
    /// the key has no effect; where it is larger than the number of machines there, all of them run, and no others come
    /// into being. How many machines there are is said by `regions`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// min_machines_running = 2
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 1, lhr = 2 }
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// min_machines_running = 2
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, lhr = 1 }
    ///
    /// [app.web.http_service]
    /// auto_stop_machines = "stop"
    /// min_machines_running = 2
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, reference/fly-proxy-autostop-autostart
    static RULE = {
        name: "min-machines-without-autostop",
        code: "FA114",
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
    for service in &app.services {
        let least = service.min_machines_running;
        if least.value == 0 || !least.origin.is_written() {
            continue;
        }
        if service.auto_stop.value == AutoStop::Off {
            no_effect(app, service, cx);
        } else if let Some(region) = app.primary_region.as_ref().filter(|_| !app.is_plain()) {
            let machines: u32 = service.groups.iter().map(|&group| app.groups[group].machines_in(region)).sum();
            if least.value > machines {
                too_many(app, service, region, machines, cx);
            }
        }
    }
}

fn no_effect(app: &App, service: &Service, cx: &mut Cx<'_>) {
    let least = service.min_machines_running;
    let edits = cx.edits();
    let edit = edits.key_of(least.range()).and_then(|key| edits.remove_entry(key, least.range()));
    let fix = cx.unsafe_fix("remove it", edit);
    let message = format!("`min_machines_running` has no effect: `{}` stops no machines", app.name.value);
    let finding = cx.report(least.origin, message).label("holds back stopping, nothing else");
    let finding = if service.auto_stop.origin.is_written() {
        finding.related(service.auto_stop.origin, "all of them run")
    } else {
        finding
    };
    let count = if app.is_plain() { "`fly scale count`" } else { "`regions`" };
    finding
        .help(format!(
            "remove it; how many machines there are is said by {count}, and `auto_stop_machines = \"stop\"` stops idle ones"
        ))
        .fix(fix);
}

fn too_many(app: &App, service: &Service, region: &RegionCode, machines: u32, cx: &mut Cx<'_>) {
    let least = service.min_machines_running;
    let place = service.groups.first().and_then(|&group| {
        let placement = &app.groups[group].placement;
        placement.iter().find(|(r, _)| r.value == *region)
    });
    let number = count(machines, "machine");
    let message =
        format!("`{}` has {number} in {region}, and {} shall stay running there", app.name.value, least.value);
    let finding = cx.report(least.origin, message).label("more than there are");
    let finding = match place {
        Some((place, count)) => {
            finding.related(if count.origin.is_written() { count.origin } else { place.origin }, "the primary region")
        }
        None => finding,
    };
    finding.help(format!("have {} machines in {region}, the primary region, or lower the number", least.value));
}
