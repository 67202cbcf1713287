//! Process groups: which there are, where their machines run, and which sections are theirs.

use super::super::AppSpec;
use crate::fly_toml::FlyToml;
use crate::lower::{CONFLICT, LowerCx, PLACEMENT, UNKNOWN_GROUP};
use crate::model::Group;
use crate::schema::{MISSING_KEY, nearest};
use crate::source::TextRange;
use crate::spec::Placement;
use crate::value::{Entries, Key, Name, Origin, RegionCode, Sourced, Why};

static ONE_GROUP: Why = Why {
    reason: "without `processes` flyctl has one group called app",
    source: "flyctl internal/appconfig/processgroups.go",
};
static DEFAULT_GROUP: Why = Why {
    reason: "without a selector the section is for the default group: app, or the first by name",
    source: "flyctl internal/appconfig/processgroups.go",
};
static OTHER_GROUPS: Why = Why {
    reason: "without a selector a size is for all groups that no other entry names",
    source: "flyctl internal/appconfig/processgroups.go",
};
static PROJECT_PRIMARY: Why = Why { reason: "the project's primary region", source: "docs/language.md" };
static FIRST_REGION: Why = Why {
    reason: "the app has no machine in the project's primary region, and a deploy creates the first machine in the primary region",
    source: "docs/language.md",
};

/// A selector of process groups as fly.toml has it.
pub(super) type Selector = Option<Sourced<Vec<Sourced<Name>>>>;

/// The groups of an app, as yet without a placement.
pub(super) fn declared(processes: &Entries<Name, Sourced<String>>, header: TextRange) -> Vec<Group> {
    let group = |name, command| Group {
        name,
        command,
        placement: Vec::new(),
        mount: None,
        vm: None,
        restart: None,
        serves: false,
    };
    let mut groups: Vec<Group> = Vec::with_capacity(processes.len().max(1));
    groups.extend(processes.iter().map(|(name, command)| group(name.clone(), Some(command.clone()))));
    if groups.is_empty() {
        let only = "app".parse().ok().map(|name| group(Sourced::filled(name, header, &ONE_GROUP), None));
        groups.extend(only);
    }
    groups
}

/// The groups of an app with their placement, and its primary region.
pub(super) fn lower(
    spec: &mut AppSpec,
    key: &Sourced<Key>,
    header: TextRange,
    cx: &mut LowerCx<'_>,
) -> Option<(Vec<Group>, Sourced<RegionCode>)> {
    let mut groups = declared(&spec.processes, header);
    for (name, _) in &spec.group {
        if !groups.iter().any(|group| group.name == *name) {
            unknown_group(name, &groups, cx);
        }
    }
    let shared = spec.regions.take().or_else(|| cx.project.regions.clone());
    for group in &mut groups {
        let own = spec.group.get(group.name.as_str()).and_then(|(_, settings)| settings.regions.as_ref());
        if let Some(placement) = own.or(shared.as_ref()) {
            group.placement = placement.iter().cloned().collect();
        } else {
            cx.report
                .error(PLACEMENT, Origin::written(header), format!("app.{} runs nowhere", key.value))
                .help("set `regions` here, such as `regions = { iad = 2 }`, or in [project] for all apps");
            return None;
        }
    }
    let primary = primary_region(spec, &groups, shared.as_ref(), header, cx)?;
    for group in &groups {
        if !group.placement.iter().any(|(region, _)| region.value == primary.value) {
            let at = group.placement.first().map_or(Origin::written(header), |(region, _)| region.origin);
            cx.report
                .error(PLACEMENT, at, format!("group `{}` has no machine in the primary region `{}`", group.name.value, primary.value))
                .related(primary.origin, "the primary region")
                .help("a deploy creates the first machine of every group there: add the region, or set `primary_region` to one that all groups have");
        }
    }
    Some((groups, primary))
}

fn primary_region(
    spec: &AppSpec,
    groups: &[Group],
    shared: Option<&Sourced<Placement>>,
    header: TextRange,
    cx: &LowerCx<'_>,
) -> Option<Sourced<RegionCode>> {
    if let Some(written) = &spec.primary_region {
        return Some(written.clone());
    }
    let everywhere = |region: &RegionCode| groups.iter().all(|g| g.placement.iter().any(|(r, _)| r.value == *region));
    if let Some(primary) = &cx.project.primary_region
        && everywhere(&primary.value)
    {
        return Some(Sourced::filled(primary.value.clone(), primary.range(), &PROJECT_PRIMARY));
    }
    let candidates =
        shared.map(|p| p.value[..].iter()).into_iter().flatten().chain(groups.iter().flat_map(|g| &g.placement));
    let mut candidates = candidates.map(|(region, _)| region);
    let first = candidates.clone().find(|region| everywhere(&region.value)).or_else(|| candidates.next())?;
    Some(Sourced::filled(first.value.clone(), header, &FIRST_REGION))
}

pub(super) fn unknown_group(name: &Sourced<Name>, groups: &[Group], cx: &mut LowerCx<'_>) {
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its groups are {}", names.join(", ")),
    };
    cx.report
        .error(UNKNOWN_GROUP, name.origin, format!("there is no process group `{}`", name.value))
        .help(help)
        .note("flyctl refuses it in services and restart; elsewhere the section would silently be for nobody");
}

/// The groups that a selector names. An empty one is filled with `default`, so that the result says what happens.
pub(super) fn select(
    selector: &mut Selector,
    groups: &[Group],
    default: &[usize],
    why: &'static Why,
    header: TextRange,
    cx: &mut LowerCx<'_>,
) -> Vec<usize> {
    if let Some(names) = selector.as_ref().filter(|names| !names.is_empty()) {
        let mut selected = Vec::with_capacity(names.len());
        for name in &names.value {
            match groups.iter().position(|group| group.name == *name) {
                Some(index) => selected.push(index),
                None => unknown_group(name, groups, cx),
            }
        }
        return selected;
    }
    let names = default.iter().map(|&i| Sourced::filled(groups[i].name.value.clone(), header, why));
    *selector = Some(Sourced::filled(names.collect(), header, why));
    default.to_vec()
}

/// The group of sections without a selector.
pub(super) fn default_group(groups: &[Group]) -> usize {
    let app = groups.iter().position(|group| group.name.as_str() == "app");
    app.unwrap_or_else(|| (0..groups.len()).min_by_key(|&i| groups[i].name.as_str()).unwrap_or(0))
}

/// Gives every group its mount, its size and its restart policy, and every section its selector.
pub(super) fn attach(toml: &mut FlyToml, groups: &mut [Group], cx: &mut LowerCx<'_>) {
    let default = [default_group(groups)];
    for (index, mount) in toml.mounts.iter_mut().enumerate() {
        let header = mount.range();
        for (name, missing) in [("source", mount.source.is_none()), ("destination", mount.destination.is_none())] {
            if missing {
                cx.report.error(MISSING_KEY, Origin::written(header), format!("a mount has no `{name}`")).help(
                    if name == "source" {
                        "add the name of its volumes: `source = \"data\"`"
                    } else {
                        "add the path: `destination = \"/data\"`"
                    },
                );
            }
        }
        for group in select(&mut mount.processes, groups, &default, &DEFAULT_GROUP, header, cx) {
            if groups[group].mount.is_some() {
                cx.report
                    .error(
                        CONFLICT,
                        Origin::written(header),
                        format!("a second mount for group `{}`", groups[group].name.value),
                    )
                    .help("a machine takes one volume: put both under one mount, or split the group");
            }
            groups[group].mount.get_or_insert(index);
        }
    }
    let named: Vec<String> = toml
        .vm
        .iter()
        .flat_map(|vm| vm.processes.iter().flat_map(|names| names.value.iter().map(|name| name.value.to_string())))
        .collect();
    let others: Vec<usize> =
        (0..groups.len()).filter(|&i| !named.iter().any(|name| *name == *groups[i].name.value)).collect();
    for (index, vm) in toml.vm.iter_mut().enumerate() {
        let header = vm.range();
        let written = vm.processes.as_ref().is_some_and(|names| !names.is_empty());
        for group in select(&mut vm.processes, groups, &others, &OTHER_GROUPS, header, cx) {
            // The last entry that names a group, else the first without a selector.
            if written || groups[group].vm.is_none() {
                groups[group].vm = Some(index);
            }
        }
    }
    for (index, restart) in toml.restart.iter_mut().enumerate() {
        let header = restart.range();
        for group in select(&mut restart.processes, groups, &default, &DEFAULT_GROUP, header, cx) {
            groups[group].restart = Some(index);
        }
    }
    for (_, check) in &mut toml.checks {
        let header = check.range();
        select(&mut check.processes, groups, &default, &DEFAULT_GROUP, header, cx);
    }
    for metrics in &mut toml.metrics {
        let header = metrics.range();
        select(&mut metrics.processes, groups, &default, &DEFAULT_GROUP, header, cx);
    }
    for file in &mut toml.files {
        for name in file.processes.iter().flat_map(|names| &names.value) {
            if !groups.iter().any(|group| group.name == *name) {
                unknown_group(name, groups, cx);
            }
        }
    }
}
