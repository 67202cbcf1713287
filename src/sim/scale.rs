//! `scale`: numbers of machines (flyctl-commands 1.7, flyctl internal/command/scale).

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Cx, Outcome, config, launch, machine, volumes};
use crate::sim::output;
use crate::sim::state::{App, MachineConfig, Release, Volume};

/// The most machines that one command makes.
const MAX_MACHINES: i64 = 1000;

/// flyctl internal/command/scale/show_machines.go: PascalCase, by group.
pub(super) fn show(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let app = cx.app(&name)?;
    let mut groups: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for machine in app.machines.iter().filter(|machine| machine.is_of_platform()) {
        *groups.entry(machine.group()).or_default().entry(&machine.region).or_default() += 1;
    }
    let shown: Vec<Json> = groups
        .iter()
        .map(|(group, regions)| {
            let guest =
                app.machines.iter().find(|m| m.group() == *group).map(|m| m.config.guest.clone()).unwrap_or_default();
            json!({"Process": group, "Count": regions.values().sum::<usize>(), "CPUKind": guest.cpu_kind,
                "CPUs": guest.cpus, "Memory": guest.memory_mb, "Regions": regions})
        })
        .collect();
    if cx.call.on("json") {
        cx.print_json(&shown);
    } else {
        let row = |g: &Json| vec![g["Process"].to_string(), g["Count"].to_string()];
        let rows: Vec<_> = shown.iter().map(row).collect();
        cx.print(output::table(&["Name", "Count"], &rows));
    }
    Ok(())
}

/// A number as written: the total, or a difference.
#[derive(Clone, Copy)]
struct Wanted {
    number: i64,
    relative: bool,
}

/// What is to be done in one region.
struct Action {
    group: String,
    region: String,
    delta: i64,
}

/// flyctl internal/command/scale/count.go: the group must be known to the deployed configuration, and a release must be
/// complete. The number is the total of the regions that are named.
pub(super) fn count(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let config = config::remote(cx, &name)?;
    let wanted = wanted(cx)?;
    let known = config::groups(&config);
    if let Some(group) = wanted.keys().find(|group| !known.contains(group)) {
        return Err(format!("Attempting to scale unknown process groups [{group}] but valid names are {known:?}."));
    }
    let app = cx.app(&name)?;
    let Some(release) = app.releases.iter().rev().find(|release| release.status == "complete").cloned() else {
        return Err(
            "this app has no complete releases. Run `fly deploy` to create one and rerun this command".to_owned()
        );
    };
    let mut regions: Vec<String> = match cx.call.text("region") {
        Some(list) => list.split(',').map(super::region).collect::<Result<_, _>>()?,
        None => app.machines.iter().map(|machine| machine.region.clone()).collect(),
    };
    if regions.is_empty() {
        regions.push(config::primary_region(&config).to_owned());
    }
    let mut seen = std::collections::BTreeSet::new();
    regions.retain(|region| seen.insert(region.clone()));
    let most = cx.call.number("max-per-region").filter(|most| *most >= 0);
    let mut actions = Vec::new();
    for (group, wanted) in wanted {
        let running = i64::try_from(app.machines.iter().filter(|m| m.group() == group).count()).unwrap_or(i64::MAX);
        let total = if wanted.relative { running.saturating_add(wanted.number) } else { wanted.number };
        if total > MAX_MACHINES {
            return Err(format!("machine limit exceeded: {total}"));
        }
        let diffs = converge(app, &group, total.max(0), &regions, most)?;
        let changed = diffs.into_iter().filter(|(_, delta)| *delta != 0);
        actions.extend(changed.map(|(region, delta)| Action { group: group.clone(), region, delta }));
    }
    if actions.is_empty() {
        cx.print("App already scaled to desired state. No need for changes\n");
        return Ok(());
    }
    actions.iter().try_for_each(|action| act(cx, &name, &config, &release, action))
}

fn wanted(cx: &Cx<'_>) -> Result<BTreeMap<String, Wanted>, String> {
    let number = |text: &str| -> Result<Wanted, String> {
        let number: i64 = text.parse().map_err(|_| format!("strconv.Atoi: parsing \"{text}\": invalid syntax"))?;
        let relative = text.starts_with(['+', '-']);
        if relative && number == 0 {
            return Err(format!("invalid relative scale count: {text}"));
        }
        Ok(Wanted { number, relative })
    };
    if let [only] = cx.call.words.as_slice()
        && let Ok(wanted) = number(only)
    {
        return Ok(BTreeMap::from([(cx.call.text("process-group").unwrap_or("app").to_owned(), wanted)]));
    }
    let mut all = BTreeMap::new();
    for word in &cx.call.words {
        let (group, text) = word
            .split_once('=')
            .filter(|(_, text)| !text.contains('='))
            .ok_or_else(|| format!("'{word}' is not a valid process=count option"))?;
        all.insert(group.to_owned(), number(text)?);
    }
    Ok(all)
}

/// flyctl internal/command/scale/count_machines.go, convergeGroupCounts: machines are dealt round from the first region
/// on, and taken away from the last one.
fn converge(
    app: &App,
    group: &str,
    total: i64,
    regions: &[String],
    most: Option<i64>,
) -> Result<BTreeMap<String, i64>, String> {
    let have = |region: &String| i64::try_from(app.count(group, region)).unwrap_or(i64::MAX);
    let mut diffs: BTreeMap<String, i64> = regions.iter().map(|region| (region.clone(), 0)).collect();
    if let Some(most) = most {
        if i64::try_from(regions.len()).unwrap_or(i64::MAX).saturating_mul(most) < total {
            return Err(
                "the number of regions by the maximum machines per region is fewer than the expected total".to_owned()
            );
        }
        for region in regions {
            diffs.insert(region.clone(), (most - have(region)).min(0));
        }
    }
    let sum: i64 = regions.iter().map(|region| have(region) + diffs.get(region).unwrap_or(&0)).sum();
    let mut missing = total - sum;
    for region in regions.iter().cycle() {
        let Some(diff) = diffs.get_mut(region).filter(|_| missing > 0) else { break };
        if most.is_none_or(|most| have(region) + *diff < most) {
            *diff += 1;
            missing -= 1;
        }
    }
    for region in regions.iter().rev().cycle() {
        let Some(diff) = diffs.get_mut(region).filter(|_| missing < 0) else { break };
        if have(region) + *diff > 0 {
            *diff -= 1;
            missing += 1;
        }
    }
    Ok(diffs)
}

/// Machines of a group are made like its first one, or from the configuration when there is none.
fn act(cx: &mut Cx<'_>, name: &str, config: &Json, release: &Release, action: &Action) -> Outcome {
    let Action { group, region, delta } = action;
    let app = cx.app(name)?;
    let mut ours = app.machines.iter().filter(|machine| machine.group() == *group);
    if *delta < 0 {
        let surplus = ours.filter(|machine| machine.region == *region);
        let count = usize::try_from(delta.unsigned_abs()).unwrap_or(usize::MAX);
        let ids: Vec<String> = surplus.take(count).map(|machine| machine.id.clone()).collect();
        for id in ids {
            cx.app_mut(name).remove_machine(&id);
            cx.print(format_args!("  Destroyed {id} group:{group} region:{region}\n"));
        }
        return Ok(());
    }
    let (mut made, mount) = match ours.next() {
        Some(first) => {
            let mount = first.config.mounts.first().map(|m| (m.name.clone(), m.path.clone(), m.size_gb));
            (first.config.clone(), mount)
        }
        None => (launch::machine(config, group, &release.image_ref, release.version)?, new_mount(app, config, group)),
    };
    made.standbys.clear();
    made.env.remove("FLY_STANDBY_FOR");
    for _ in 0..*delta {
        let volume = match &mount {
            Some((volume, path, size)) => Some((volume_for(cx, name, volume, region, *size)?, path.as_str())),
            None => None,
        };
        let made: MachineConfig = made.clone();
        let id = machine::launch(cx, name, region, made, volume, None)?;
        cx.print(format_args!("  Created {id} group:{group} region:{region}\n"));
    }
    Ok(())
}

/// Name, path and size of the volume of a group without machines: as large as the largest of that name, else 1 GB.
fn new_mount(app: &App, config: &Json, group: &str) -> Option<(String, String, i64)> {
    let mounts = config::mounts(config, group);
    let (name, path) = mounts.first()?;
    let size = app.volumes.iter().filter(|volume| volume.name == *name).map(|volume| volume.size_gb).max();
    Some(((*name).to_owned(), (*path).to_owned(), size.unwrap_or(1)))
}

/// A free volume of the region, else a new one with the platform's policy.
fn volume_for(cx: &mut Cx<'_>, app: &str, name: &str, region: &str, size: i64) -> Result<Volume, String> {
    let free =
        |volume: &&Volume| volume.attached_machine_id.is_none() && volume.name == name && volume.region == region;
    if !cx.call.on("with-new-volumes")
        && let Some(volume) = cx.app(app)?.volumes.iter().find(free)
    {
        return Ok(volume.clone());
    }
    let volume = volumes::new(cx, name, region, size, "scale count");
    cx.app_mut(app).volumes.push(volume.clone());
    Ok(volume)
}
