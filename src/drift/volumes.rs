//! Volumes: their number, size and snapshots (`volumes` in `kinds/app/functions.sh`), and those that nobody declared.

use super::{Class, Cx, Finding, Next, command, words};
use crate::kinds::app::source_of;
use crate::live::{Dump, Volume};
use crate::model::App;
use crate::plan::StepText;

/// Whether it is not on its way out.
fn stays(volume: &Volume) -> bool {
    !volume.state.contains("destroy")
}

fn volumes(cx: &Cx<'_>, app: &App) -> Option<Vec<Volume>> {
    let volumes = cx.app(&app.name)?.volumes.as_ref()?;
    Some(volumes.iter().filter(|volume| stays(volume)).cloned().collect())
}

pub(super) fn step(cx: &mut Cx<'_>, app: &App, mount: usize, text: &StepText<'_>) {
    let name = app.name.as_str();
    let Some(all) = volumes(cx, app) else {
        return cx.not_dumped(Dump::Volumes, name, format!("the volumes of {name}"));
    };
    let [_, _, volume, region, count, gigabytes, days, snapshots] = words(&text.call)[..] else { return };
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    let (count, gigabytes, days, snapshots) = (number(count), number(gigabytes), number(days), snapshots == "true");
    let ours: Vec<&Volume> = all.iter().filter(|v| v.name == volume && v.region == region).collect();
    let have = u32::try_from(ours.len()).unwrap_or(u32::MAX);
    let at = cx.at_step(text);
    let finding = |class: Class, what: String| Finding::new(class, name, what).of(app.reference()).at(at.clone());
    let mut found = Vec::new();
    if have < count {
        found.push(
            finding(Class::Missing, format!("volumes `{volume}` in {region}"))
                .expected(count.to_string())
                .runs(have.to_string())
                .then(Next::Adds, "`setup.sh` makes what is missing, empty.")
                .person(format!(
                    "Where the data of the lost one is needed, make the volume from a snapshot before: {} lists them.",
                    command(["fly", "volumes", "list", "-a", name])
                )),
        );
    }
    // What a machine has is counted with the machines.
    let free = ours.iter().filter(|volume| volume.attached_machine_id.as_deref().unwrap_or_default().is_empty());
    for volume in free.take(have.saturating_sub(count) as usize) {
        found.push(unattached(cx, app, volume, true));
    }
    let mount = &app.toml.mounts[mount];
    let grows = mount.auto_extend_size_threshold.is_some();
    for volume in ours {
        let id = volume.id.as_str();
        let what = |what: &str| format!("{what} of the volume `{}` in {region}, {id}", volume.name);
        if volume.size_gb != gigabytes && !(grows && volume.size_gb > gigabytes) {
            let changed = finding(Class::Changed, what("the size"))
                .expected(format!("{gigabytes} GB"))
                .runs(format!("{} GB", volume.size_gb));
            found.push(if volume.size_gb < gigabytes {
                let size = gigabytes.to_string();
                let words = ["fly", "volumes", "extend", id, "--size", &size, "-a", name, "--yes"];
                changed
                    .then(Next::PutsBack, "`setup.sh` extends it.")
                    .person(format!("{} does this alone.", command(words)))
            } else {
                changed
                    .then(Next::Tells, "`setup.sh` says so, and leaves it: a volume cannot shrink.")
                    .person(format!("Say `initial_size = \"{}gb\"` in the spec.", volume.size_gb))
            });
        }
        let runs_days = volume.snapshot_retention.filter(|runs| *runs != days);
        let runs_snapshots = volume.auto_backup_enabled.filter(|runs| *runs != snapshots);
        if runs_days.is_some() || runs_snapshots.is_some() {
            let say = |days: u32, daily: bool| {
                let daily = if daily { "every day" } else { "none are made" };
                format!("{daily}, kept for {days} days")
            };
            let (days_text, daily) = (days.to_string(), format!("--scheduled-snapshots={snapshots}"));
            let words = ["fly", "volumes", "update", id, "--snapshot-retention", &days_text, &daily, "-a", name];
            found.push(
                finding(Class::Changed, what("the snapshots"))
                    .expected(say(days, snapshots))
                    .runs(say(runs_days.unwrap_or(days), runs_snapshots.unwrap_or(snapshots)))
                    .then(Next::PutsBack, "`setup.sh` sets them as declared.")
                    .person(format!("{} does this alone.", command(words))),
            );
        }
    }
    for finding in found {
        cx.add(finding);
    }
}

fn unattached(cx: &Cx<'_>, app: &App, volume: &Volume, is_declared: bool) -> Finding {
    let name = app.name.as_str();
    let has = volume.attached_machine_id.as_deref().unwrap_or_default();
    let place = if has.is_empty() { "no machine has it".to_owned() } else { format!("the machine {has} has it") };
    let what = format!("a volume `{}` in {}", volume.name, volume.region);
    let range = if is_declared { app.mounts_at() } else { app.header };
    let id = volume.id.as_str();
    Finding::new(Class::Undeclared, name, what)
        .of(app.reference())
        .runs(format!("{id}, {} GB, {place}", volume.size_gb))
        .at(cx.at(range))
        .then(Next::Tells, "`setup.sh` says so, and leaves it. It costs what it has room for.")
        .person(format!(
            "When nothing in it is needed, {} takes it away.",
            command(["fly", "volumes", "destroy", id, "-a", name, "--yes"])
        ))
}

/// Volumes whose names or regions nobody declared.
pub(super) fn surplus(cx: &mut Cx<'_>, app: &App) {
    let Some(all) = volumes(cx, app) else {
        if app.toml.mounts.is_empty() {
            let name = app.name.as_str();
            cx.not_dumped(Dump::Volumes, name, format!("the volumes of {name}"));
        }
        return;
    };
    for volume in all {
        let wanted = app.groups.iter().any(|group| {
            group.mount.is_some_and(|mount| source_of(app, mount) == volume.name)
                && group.placement.iter().any(|(region, _)| region.as_str() == volume.region)
        });
        if !wanted {
            let finding = unattached(cx, app, &volume, false);
            cx.add(finding);
        }
    }
}
