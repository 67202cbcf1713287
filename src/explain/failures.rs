//! What happens when something is lost: a process, a host, a region.
//!
//! Source: Fly.io, machines/guides-examples/machine-restart-policy, reference/health-checks, apps/trouble-host-unavailable,
//! volumes/overview.

use std::collections::BTreeSet;

use super::Cx;
use crate::diag::form::count;
use crate::diag::form::sentence;
use crate::fly_toml::RestartPolicy;
use crate::model::Group;
use crate::spec::Kind;

/// What the platform does when a process ends, how often, and whether somebody said so.
fn policy(cx: &Cx<'_>, group: &Group) -> (RestartPolicy, u32, &'static str) {
    let retries = cx.facts.restart.retries;
    match group.restart.map(|at| &cx.app.toml.restart[at]) {
        Some(restart) => (restart.policy.value, restart.retries.map_or(retries, |retries| retries.value), ""),
        None => (RestartPolicy::OnFailure, retries, " (the default)"),
    }
}

/// What brings a machine back that stays down.
fn way_back(cx: &Cx<'_>, group: usize) -> &'static str {
    let services = cx.app.services.iter().filter(|service| service.groups.contains(&group));
    if services.into_iter().any(|service| service.auto_start.value) {
        "until a request starts it"
    } else {
        "until the next deploy or `fly machine start`"
    }
}

pub(super) fn crash(cx: &Cx<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for (index, group) in cx.groups() {
        let (machines, back) = (cx.machines_of(group), way_back(cx, index));
        let (policy, retries, default) = policy(cx, group);
        out.push(match policy {
            RestartPolicy::Always => format!("{machines} start again whenever the process ends."),
            RestartPolicy::Never => format!("{machines} stay down when the process ends, {back}."),
            RestartPolicy::OnFailure => format!(
                "{machines} start again after an exit code other than 0: on-failure{default}. After {} within {} minutes \
                 a machine stays down, {back}.",
                count(retries, "start"),
                cx.facts.restart.window_minutes
            ),
        });
    }
    if cx.app.services.iter().any(|service| !service.checks.is_empty()) {
        out.push(
            "A check that fails restarts nothing: the proxy sends its requests to other machines until it passes again."
                .to_owned(),
        );
    }
    out
}

pub(super) fn clean_exit(cx: &Cx<'_>) -> Vec<String> {
    let groups = cx.groups().map(|(index, group)| {
        let machines = cx.machines_of(group);
        match policy(cx, group).0 {
            RestartPolicy::Always => format!("{machines} start again, whatever the exit code."),
            RestartPolicy::Never | RestartPolicy::OnFailure => {
                format!("{machines} stay down after exit code 0, {}.", way_back(cx, index))
            }
        }
    });
    groups.collect()
}

pub(super) fn host(cx: &Cx<'_>) -> Vec<String> {
    let mut out = vec!["Machines do not move: those of a lost host are down until it is back.".to_owned()];
    for (_, group) in cx.groups() {
        let machines = cx.machines_of(group);
        if !cx.app.is_plain() {
            let alone: Vec<String> =
                group.placement.iter().filter(|(_, n)| n.get() == 1).map(|(region, _)| region.to_string()).collect();
            out.push(match (group.machines(), alone.as_slice()) {
                (1, _) => format!(
                    "{machines} are one: until the host is back, or somebody makes another, nothing {}.",
                    if group.serves { "answers" } else { "works" }
                ),
                (_, []) => format!("{machines}: every region with one has another, unless both are on that host."),
                (_, alone) => format!(
                    "{machines}: {} {} its only one; {} goes on elsewhere, farther away.",
                    sentence(alone),
                    if alone.len() == 1 { "may lose" } else { "may each lose" },
                    if group.serves { "traffic" } else { "work" }
                ),
            });
        }
        if let Some(mount) = group.mount.map(|mount| &cx.app.toml.mounts[mount]) {
            let last = if mount.scheduled_snapshots.is_some_and(|on| !on.value) {
                "there is no snapshot to go back to"
            } else {
                "the last snapshot is up to a day old"
            };
            out.push(format!("The volume of such a machine is on that host too: its data may be gone, and {last}."));
        }
    }
    out
}

pub(super) fn region(cx: &Cx<'_>) -> Vec<String> {
    if cx.app.is_plain() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for region in cx.app.regions().into_iter().map(|region| region.as_str()) {
        let mut said = Vec::new();
        for (_, group) in cx.groups().filter(|(_, group)| group.machines_in(region) > 0) {
            let (left, of) = (group.machines() - group.machines_in(region), group.machines());
            let name = if cx.app.groups.len() == 1 { String::new() } else { format!(" of `{}`", group.name.value) };
            said.push(if left == 0 {
                format!("all machines{name} are lost")
            } else {
                format!("{left} of {of} machines{name} {} left", if left == 1 { "is" } else { "are" })
            });
            if let Some((hard, peak)) = capacity(cx, group, left) {
                let takes = if left == 1 { "it takes" } else { "they take" };
                said.push(if hard >= peak {
                    format!("{takes} {hard} requests at a time, and the peak is {peak}")
                } else {
                    format!("{takes} {hard} requests at a time, which is less than the peak of {peak}")
                });
            }
        }
        let primary =
            if cx.app.is_primary(region) && cx.app.toml.deploy.as_ref().is_some_and(|d| d.release_command.is_some()) {
                " Deploys fail meanwhile: the release command runs there."
            } else {
                ""
            };
        out.push(format!("Without {region}: {}.{primary}", said.join("; ")));
        if cx.app.litefs.as_ref().is_some_and(|litefs| litefs.candidate.as_str() == region) {
            out.push(format!(
                "LiteFS has its primary in {region}: writes fail everywhere until the spec names another `candidate_region`."
            ));
        }
        let data = cx.app.uses.iter().filter_map(|used| {
            let id = used.target.value;
            let home = match id.kind {
                Kind::Postgres => cx.model.postgres[id.index].region.as_str(),
                Kind::Redis => cx.model.redis[id.index].region.as_str(),
                Kind::App | Kind::Bucket => return None,
            };
            (home == region).then(|| cx.model.reference(id))
        });
        let data: BTreeSet<String> = data.collect();
        if !data.is_empty() {
            let names: Vec<String> = data.into_iter().collect();
            let verb = if names.len() == 1 { "has its primary" } else { "have their primaries" };
            out.push(format!("{} {verb} in {region}: writes fail everywhere while it is lost.", sentence(&names)));
        }
    }
    out
}

/// How many requests so many machines take at a time, and how many there are at the busiest time.
fn capacity(cx: &Cx<'_>, group: &Group, machines: u32) -> Option<(u64, u64)> {
    let (_, peak) = cx.app.requests_in_flight()?;
    let index = cx.app.groups.iter().position(|other| std::ptr::eq(other, group))?;
    let service = cx.app.services.iter().find(|service| service.groups.contains(&index))?;
    let limits = service.request_limits()?;
    let each = limits.hard_limit.map_or(limits.soft_limit.value, |hard| hard.value);
    (machines > 0).then(|| (u64::from(each) * u64::from(machines), peak))
}
