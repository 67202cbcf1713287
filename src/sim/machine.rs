//! `machine`, and how machines come to be.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::config::megabytes;
use super::{Cx, Outcome, moment, region, volumes};
use crate::facts::FACTS;
use crate::sim::output;
use crate::sim::state::{Guest, Machine, MachineConfig, Mount, Volume};

/// With the keys of fly-go machine_types.go.
fn shown(machine: &Machine) -> Json {
    let checks = match &machine.role {
        Some(role) => json!([{"name": "pg", "status": "passing", "output": "ok"},
            {"name": "role", "status": "passing", "output": role}]),
        None => json!([]),
    };
    json!({"id": machine.id, "name": machine.id, "state": machine.state, "region": machine.region,
        "image_ref": {"repository": machine.config.image}, "instance_id": machine.id, "private_ip": "fdaa:0:1:a7b::2",
        "created_at": moment(0), "updated_at": moment(0), "config": machine.config, "checks": checks,
        "host_status": "ok", "cordoned": false})
}

/// flyctl internal/command/machine/list.go.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let machines = &cx.app(&name)?.machines;
    if cx.call.on("json") {
        let machines: Vec<Json> = machines.iter().map(shown).collect();
        cx.print_json(&machines);
    } else if machines.is_empty() {
        cx.print(format_args!("No machines are available on this app {name}\n"));
    } else {
        let rows: Vec<_> = machines.iter().map(|m| vec![m.id.clone(), m.state.clone(), m.region.clone()]).collect();
        cx.print(output::table(&["ID", "State", "Region"], &rows));
    }
    Ok(())
}

/// flyctl internal/command/machine/clone.go: the same machine again, with a new empty volume or one that is given;
/// another one every time. The volume comes first, and stays when there is no room for the machine.
pub(super) fn clone(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let id = cx.call.words.first().cloned().unwrap_or_default();
    let Some(source) = cx.app(&name)?.machine(&id).cloned() else {
        return Err(format!("could not get machine {id}: machine not found"));
    };
    let given = match cx.call.text("attach-volume") {
        Some(text) => Some(attachable(cx, &name, text.split(':').next().unwrap_or_default())?),
        None => None,
    };
    let target = cx.call.text("region").unwrap_or(&source.region).to_owned();
    let target = region(&target)?;
    if given.as_ref().is_some_and(|volume| volume.region != target) {
        return Err(format!("specified region {target} but volume is elsewhere, use the same region as the volume"));
    }
    let mut config = source.config.clone();
    config.standbys.clear();
    let mounts = std::mem::take(&mut config.mounts);
    let volume = mounts.into_iter().next().map(|mount| {
        let volume = given.unwrap_or_else(|| {
            let volume = volumes::new(cx, &mount.name, &target, mount.size_gb, "machine clone");
            cx.app_mut(&name).volumes.push(volume.clone());
            volume
        });
        (volume, mount.path)
    });
    let volume = volume.as_ref().map(|(volume, path)| (volume.clone(), path.as_str()));
    let role = source.role.as_ref().map(|_| "replica");
    let id = launch(cx, &name, &target, config, volume, role)?;
    cx.print(format_args!("  Machine {id} has been created...\nMachine has been successfully cloned!\n"));
    Ok(())
}

fn attachable(cx: &Cx<'_>, app: &str, id: &str) -> Result<Volume, String> {
    let volume = cx.app(app)?.volumes.iter().find(|volume| volume.id == id);
    let volume = volume.ok_or_else(|| format!("could not get existing volume: {id} not found"))?;
    match volume.attached_machine_id {
        Some(_) => Err(format!("volume {id} is already attached to a machine")),
        None => Ok(volume.clone()),
    }
}

/// flyctl internal/command/machine/run.go: one more machine every time, outside of what `deploy` and `scale` look after
/// (flyctl-commands 1.16). `machine create` does not start it.
pub(super) fn run(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let target = match cx.call.text("region") {
        Some(code) => region(code)?,
        None => FACTS.regions.first().map(|region| region.code.to_owned()).unwrap_or_default(),
    };
    let mut config =
        MachineConfig { image: cx.call.words.first().cloned().unwrap_or_default(), ..MachineConfig::default() };
    config.init.cmd = cx.call.words.get(1..).unwrap_or_default().to_vec();
    settings(cx, &mut config)?;
    let state = match (cx.call.command.as_str(), config.schedule.as_str()) {
        ("machine create", _) => "created",
        (_, "") => "started",
        // What runs at intervals runs at once for the first time, and has ended when the next command comes.
        _ => "stopped",
    };
    let id = launch(cx, &name, &target, config, None, None)?;
    if let Some(machine) = cx.app_mut(&name).machines.iter_mut().find(|machine| machine.id == id) {
        state.clone_into(&mut machine.state);
    }
    cx.print(format_args!(" Machine ID: {id}\n"));
    Ok(())
}

/// flyctl internal/command/machine/run.go, determineMachineConfig: what is not said stays, and variables and metadata are
/// added to those that are there. `--machine-config` comes first, and a `null` in it clears.
fn settings(cx: &Cx<'_>, config: &mut MachineConfig) -> Outcome {
    let call = cx.call;
    if let Some(text) = call.text("machine-config") {
        let document: Json = serde_json::from_str(text).map_err(|error| format!("invalid machine config: {error}"))?;
        if document.get("env").is_some_and(Json::is_null) {
            config.env.clear();
        }
        if let Some(words) = document.get("init").and_then(|init| init.get("cmd")) {
            let words = serde_json::from_value(words.clone());
            config.init.cmd = words.map_err(|error| format!("invalid machine config: {error}"))?;
        }
    }
    let pairs = |flag: &str| -> Result<BTreeMap<String, String>, String> {
        let values = call.flags.get(flag).into_iter().flatten();
        let pair = |text: &String| {
            let (key, value) = text.split_once('=').ok_or_else(|| format!("failed parsing --{flag}: {text}"))?;
            Ok((key.to_owned(), value.to_owned()))
        };
        values.map(pair).collect()
    };
    config.env.extend(pairs("env")?);
    config.metadata.extend(pairs("metadata")?);
    if let Some(schedule) = call.text("schedule") {
        if !["hourly", "daily", "weekly", "monthly"].contains(&schedule) {
            return Err(format!("invalid schedule: {schedule}"));
        }
        schedule.clone_into(&mut config.schedule);
    }
    if let Some(image) = call.text("image") {
        image.clone_into(&mut config.image);
    }
    let size = call.text("vm-size").or((config.guest.cpus == 0).then_some(FACTS.machine_size));
    if let Some(size) = size {
        let preset = FACTS.machine_size(size).ok_or_else(|| format!("'{size}' is an invalid machine size"))?;
        config.guest = Guest { cpu_kind: preset.kind.to_owned(), cpus: preset.cpus, memory_mb: preset.memory_mb };
    }
    if let Some(cpus) = call.number("vm-cpus").and_then(|cpus| u32::try_from(cpus).ok()) {
        config.guest.cpus = cpus;
    }
    if let Some(memory) = call.text("vm-memory") {
        config.guest.memory_mb = megabytes(memory)?;
    }
    if let Some(kind) = call.text("vm-cpu-kind") {
        kind.clone_into(&mut config.guest.cpu_kind);
    }
    Ok(())
}

/// flyctl internal/command/machine/update.go: the machine keeps its id, region and volumes. Without `--skip-start` it is
/// started.
pub(super) fn update(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let id = cx.call.words.first().cloned().unwrap_or_default();
    let Some(mut machine) = cx.app(&name)?.machine(&id).cloned() else {
        return Err(format!("could not get machine {id}: machine not found"));
    };
    cx.effect()?;
    settings(cx, &mut machine.config)?;
    if cx.call.has("command") {
        return Err("the stand-in reads commands from --machine-config alone".to_owned());
    }
    if !cx.call.on("skip-start") {
        "started".clone_into(&mut machine.state);
    }
    if let Some(known) = cx.app_mut(&name).machines.iter_mut().find(|known| known.id == id) {
        *known = machine;
    }
    cx.print(format_args!("Machine {id} updated successfully!\n"));
    Ok(())
}

/// Starts a machine, with a volume if it gets one; the volume may be one that the app has.
pub(super) fn launch(
    cx: &mut Cx<'_>,
    app: &str,
    region: &str,
    mut config: MachineConfig,
    volume: Option<(Volume, &str)>,
    role: Option<&str>,
) -> Result<String, String> {
    cx.effect()?;
    cx.take_room("failed to launch VM")?;
    if let Some((volume, _)) = &volume
        && cx.state.full_hosts.contains(&volume.host)
    {
        return Err(format!(
            "failed to launch VM: insufficient resources to create new machine with existing volume '{}'",
            volume.id
        ));
    }
    let id = format!("{:014x}", 0x1_0000_0000_0000 + cx.state.tick());
    let app = cx.app_mut(app);
    if let Some((volume, path)) = volume {
        let volume = Volume { attached_machine_id: Some(id.clone()), ..volume };
        // How it grows is said before it is known which volume it is.
        let growing = config.mounts.into_iter().next().unwrap_or_default();
        config.mounts = vec![Mount {
            name: volume.name.clone(),
            path: path.to_owned(),
            volume: volume.id.clone(),
            size_gb: volume.size_gb,
            ..growing
        }];
        match app.volumes.iter_mut().find(|known| known.id == volume.id) {
            Some(known) => *known = volume,
            None => app.volumes.push(volume),
        }
    }
    // What stands in for others waits (flyctl internal/command/deploy/machines_launchinput.go, shouldSkipLaunch).
    let state = if config.standbys.is_empty() { "started" } else { "stopped" }.to_owned();
    let machine = Machine { id: id.clone(), region: region.to_owned(), state, config, role: role.map(str::to_owned) };
    app.machines.push(machine);
    Ok(id)
}
