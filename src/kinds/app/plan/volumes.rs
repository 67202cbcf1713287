//! The steps that make volumes.

use super::AppStep;
use crate::model::{App, VolumeOrigin};
use crate::plan::{Arg, StepText, word};

/// Places in the placement of a group, the primary region first: a deploy looks for volumes there.
pub(super) fn primary_first(app: &App, group: usize) -> impl Iterator<Item = usize> + use<> {
    let placement = &app.groups[group].placement;
    let primary = placement.iter().position(|(region, _)| app.is_primary(region));
    let others = 0..placement.len();
    primary.into_iter().chain(others.filter(move |i| Some(*i) != primary))
}

/// One step per name of volumes and region. Groups that mount volumes of one name share them.
pub(super) fn volumes(app: &App) -> impl Iterator<Item = AppStep> {
    let mut steps: Vec<(AppStep, &str, &str)> = Vec::new();
    for (group, g) in app.groups.iter().enumerate() {
        let Some(mount) = g.mount else { continue };
        let name = source_of(app, mount);
        for region in primary_first(app, group) {
            let code = g.placement[region].0.as_str();
            if !steps.iter().any(|&(_, n, c)| (n, c) == (name, code)) {
                steps.push((AppStep::Volumes { mount, group, region }, name, code));
            }
        }
    }
    // The primary region first, for all names.
    steps.sort_by_key(|(_, _, code)| !app.is_primary(code));
    steps.into_iter().map(|(step, _, _)| step).collect::<Vec<_>>().into_iter()
}

/// The name of a mount's volumes.
pub(crate) fn source_of(app: &App, mount: usize) -> &str {
    app.toml.mounts[mount].source.as_ref().map_or("", |source| source.as_str())
}

/// How many volumes of a name a region needs: one for every machine that mounts it.
fn volumes_needed(app: &App, name: &str, region: &str) -> u32 {
    let groups = app.groups.iter().filter(|group| group.mount.is_some_and(|mount| source_of(app, mount) == name));
    groups.map(|group| group.machines_in(region)).sum()
}

/// The step that fills the first volume of a name, by place in `volumes`. One volume alone: whether it is there can be
/// seen, so that a run that was interrupted knows what is left to do; and what else of a cluster has data of its own
/// copies it from there.
pub(super) fn seed_text<'m>(i: usize, app: &'m App, name: Arg<'m>) -> StepText<'m> {
    let seed = &app.volumes[i];
    let source = seed.name.as_str();
    let first = volumes(app).find_map(|step| {
        let AppStep::Volumes { mount, group, region } = step else { return None };
        (source_of(app, mount) == source).then_some((mount, group, region))
    });
    let (mount, group, region) = first.unwrap_or_default();
    let policy = Policy::of(app, mount);
    let code = word(app.groups[group].placement[region].0.as_str());
    let (what, origin) = match &seed.from {
        VolumeOrigin::Snapshot(id) => ("snapshot", id.origin),
        VolumeOrigin::Volume(id) => ("fork", id.origin),
    };
    let mut command = match &seed.from {
        VolumeOrigin::Snapshot(id) => {
            let mut command = policy.create(word(source), name.clone(), code.clone());
            command.extend(["--snapshot-id".into(), word(id.as_str())]);
            command
        }
        // A fork has the size of its source; size and snapshots are set behind it, as for every volume that stands.
        VolumeOrigin::Volume(id) => vec![
            "fly".into(),
            "volumes".into(),
            "fork".into(),
            word(id.as_str()),
            "-a".into(),
            name.clone(),
            "--name".into(),
            word(source),
            "--region".into(),
            code.clone(),
        ],
    };
    machine_hint(&mut command, app, group);
    if matches!(seed.from, VolumeOrigin::Snapshot(_)) {
        command.push("--yes".into());
    }
    let mut call = vec!["seed_volume".into(), name, word(source), code];
    call.extend(policy.words());
    StepText { id: format!("volume-{source}-from-{what}"), call, command, origin }
}

/// The step that makes the volumes of one name in one region.
pub(super) fn volumes_text<'m>(mount: usize, group: usize, region: usize, app: &'m App, name: Arg<'m>) -> StepText<'m> {
    let source = source_of(app, mount);
    let region = &app.groups[group].placement[region].0;
    let count = volumes_needed(app, source, region.as_str()).to_string();
    let policy = Policy::of(app, mount);
    let mut command = policy.create(word(source), name.clone(), word(region.as_str()));
    machine_hint(&mut command, app, group);
    command.push("--yes".into());
    let mut call = vec!["volumes".into(), name, word(source), word(region.as_str()), count.into()];
    call.extend(policy.words());
    StepText { id: format!("volumes-{source}-{}", region.value), call, command, origin: app.toml.mounts[mount].origin }
}

/// What every volume of a mount has.
struct Policy {
    gigabytes: String,
    days: String,
    snapshots: &'static str,
}

impl Policy {
    fn of(app: &App, mount: usize) -> Self {
        let section = &app.toml.mounts[mount];
        let scheduled = section.scheduled_snapshots.as_ref().is_none_or(|scheduled| scheduled.value);
        Self {
            gigabytes: section.initial_size.as_ref().map_or(1, |size| size.gigabytes()).to_string(),
            days: section.snapshot_retention.as_ref().map_or(0, |days| days.value).to_string(),
            snapshots: if scheduled { "true" } else { "false" },
        }
    }

    /// As arguments of a function of the script.
    fn words<'m>(&self) -> [Arg<'m>; 3] {
        [self.gigabytes.clone().into(), self.days.clone().into(), self.snapshots.into()]
    }

    /// The command that makes one.
    fn create<'m>(&self, source: Arg<'m>, app: Arg<'m>, region: Arg<'m>) -> Vec<Arg<'m>> {
        vec![
            "fly".into(),
            "volumes".into(),
            "create".into(),
            source,
            "-a".into(),
            app,
            "--region".into(),
            region,
            "--size".into(),
            self.gigabytes.clone().into(),
            "--snapshot-retention".into(),
            self.days.clone().into(),
            format!("--scheduled-snapshots={}", self.snapshots).into(),
        ]
    }
}

/// A volume is bound to a host: without a hint it may land on one that has no room for the machine.
fn machine_hint<'m>(command: &mut Vec<Arg<'m>>, app: &'m App, group: usize) {
    let Some(vm) = app.groups[group].vm.and_then(|vm| app.toml.vm.get(vm)) else { return };
    if let Some(size) = &vm.size {
        command.extend(["--vm-size".into(), word(size.as_ref().value.0.as_str())]);
    }
    if let Some(kind) = &vm.cpu_kind {
        command.extend(["--vm-cpu-kind".into(), word(kind.as_ref().value.0.as_str())]);
    }
    if let Some(cpus) = vm.cpus.filter(|cpus| cpus.value > 0) {
        command.extend(["--vm-cpus".into(), cpus.value.to_string().into()]);
    }
    // As in fly.toml the number wins.
    let number = vm.memory_mb.map(|number| number.value).filter(|number| *number > 0);
    if let Some(memory) = number.or(vm.memory.as_ref().map(|memory| memory.mebibytes())) {
        command.extend(["--vm-memory".into(), memory.to_string().into()]);
    }
}
