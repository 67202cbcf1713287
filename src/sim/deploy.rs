//! `deploy`: what it makes, keeps and destroys (flyctl-commands 1.6, flyctl internal/command/deploy).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::{Cx, Outcome, config, ips, launch, machine, volumes};
use crate::sim::state::{App, Machine, MachineConfig, Release, Volume};

/// Volumes that no machine has, by name.
type Free = BTreeMap<String, Vec<Volume>>;

pub(super) fn deploy(cx: &mut Cx<'_>) -> Outcome {
    let app = cx.app_name()?;
    let folder = Path::new(cx.call.words.first().map_or(".", String::as_str)).to_owned();
    if !folder.is_dir() {
        return Err(format!("failed changing working directory: {}: no such directory", folder.display()));
    }
    let path = config::path(cx)?;
    let mut config = config::read(&path)?;
    if let Some(table) = config.as_object_mut() {
        table.insert("app".to_owned(), Json::String(app.clone()));
    }
    let primary = super::region(config::primary_region(&config))?;
    let image = image(cx, &app, &config, &path, &folder)?;
    let found = cx.app(&app)?;
    let first = !found.deployed && ours(found).next().is_none();
    let mut free = free(&found.volumes);
    if first {
        addresses(cx, &app, &config)?;
        first_volumes(cx, &app, &config, &primary, &mut free)?;
    }
    validate(cx, &app, &config, &free)?;
    let version = release(cx, &app, &image, config.clone());
    cx.print(format_args!("==> Building image\nimage: {image}\n"));
    let outcome = machines(cx, &app, &config, &image, version, &primary, free);
    let app = cx.app_mut(&app);
    let status = if outcome.is_ok() { "complete" } else { "failed" };
    if let Some(release) = app.releases.last_mut() {
        status.clone_into(&mut release.status);
    }
    app.deployed |= outcome.is_ok();
    outcome
}

/// The machines that a deploy looks after: not those of `machine run`.
fn ours(app: &App) -> impl Iterator<Item = &Machine> {
    app.machines.iter().filter(|machine| machine.is_of_platform())
}

fn free(volumes: &[Volume]) -> Free {
    let mut free = Free::new();
    for volume in volumes.iter().filter(|volume| volume.attached_machine_id.is_none()) {
        free.entry(volume.name.clone()).or_default().push(volume.clone());
    }
    free
}

/// The image: as said on the command line or in the file, or built from a Dockerfile, which must be there.
fn image(cx: &mut Cx<'_>, app: &str, config: &Json, path: &Path, folder: &Path) -> Result<String, String> {
    if let Some(image) = cx.call.text("image") {
        return Ok(image.to_owned());
    }
    let build = |key: &str| config.get("build").and_then(|build| build.get(key)).and_then(Json::as_str);
    if let Some(image) = build("image") {
        return Ok(image.to_owned());
    }
    if build("builder").is_none() && build("builtin").is_none() {
        // flyctl internal/command/deploy/deploy_build.go: relative to the file that names it.
        let named = build("dockerfile").map(|name| path.parent().unwrap_or(Path::new("")).join(name));
        let dockerfile: PathBuf = named.unwrap_or_else(|| folder.join("Dockerfile"));
        if !dockerfile.is_file() {
            return Err(format!("dockerfile '{}' not found", dockerfile.display()));
        }
    }
    Ok(format!("registry.fly.io/{app}:deployment-{}", cx.state.id("")))
}

/// Addresses of a first deploy: only for an app with a service and without any. A dedicated IPv4 it would ask for, and
/// without a terminal it goes without (flyctl-commands 1.3).
fn addresses(cx: &mut Cx<'_>, app: &str, config: &Json) -> Outcome {
    let serves = config::groups(config).iter().any(|group| config::serves(config, group));
    if !serves || cx.call.on("no-public-ips") || !cx.app(app)?.addresses.is_empty() {
        return Ok(());
    }
    if cx.call.on("flycast") {
        ips::allocate(cx, app, "private_v6", "global");
    } else if config.get("http_service").is_some() {
        ips::allocate(cx, app, "v6", "global");
        ips::allocate(cx, app, "shared_v4", "global");
    }
    Ok(())
}

/// One volume for each group with a mount, in the primary region, unless one of that name is free anywhere.
fn first_volumes(cx: &mut Cx<'_>, app: &str, config: &Json, primary: &str, free: &mut Free) -> Outcome {
    let mut left: BTreeMap<String, usize> = free.iter().map(|(name, volumes)| (name.clone(), volumes.len())).collect();
    for group in config::groups(config) {
        for section in config::sections(config, "mounts", &group) {
            let name = section.get("source").and_then(Json::as_str).unwrap_or_default();
            if let Some(count) = left.get_mut(name).filter(|count| **count > 0) {
                *count -= 1;
                continue;
            }
            let size = section.get("initial_size").and_then(Json::as_str).map_or(Ok(1), gigabytes)?;
            let mut volume = volumes::new(cx, name, primary, size, "deploy");
            if let Some(days) = section.get("snapshot_retention").and_then(Json::as_i64) {
                volume.snapshot_retention = days;
            }
            if let Some(on) = section.get("scheduled_snapshots").and_then(Json::as_bool) {
                volume.auto_backup_enabled = on;
            }
            cx.app_mut(app).volumes.push(volume.clone());
            free.entry(name.to_owned()).or_default().push(volume);
        }
    }
    Ok(())
}

fn gigabytes(text: &str) -> Result<i64, String> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    digits.parse().map_err(|_| format!("invalid size: '{text}'"))
}

/// flyctl internal/command/deploy/machines.go, validateVolumeConfig: only the first mount of a group is compared.
fn validate(cx: &Cx<'_>, app: &str, config: &Json, free: &Free) -> Outcome {
    let found = cx.app(app)?;
    for group in config::groups(config) {
        let mounts = config::mounts(config, &group);
        let machines: Vec<_> = found.machines.iter().filter(|machine| machine.group() == group).collect();
        if machines.is_empty() {
            if let Some((name, _)) = mounts.iter().find(|(name, _)| free.get(*name).is_none_or(Vec::is_empty)) {
                return Err(format!(
                    "creating a new machine in group '{group}' requires an unattached '{name}' volume. Create it with `fly volume create {name}`"
                ));
            }
            continue;
        }
        let mut needed: BTreeMap<&str, usize> = BTreeMap::new();
        for machine in machines {
            match (mounts.first(), machine.config.mounts.first()) {
                // `--yes` does not answer this question.
                (None, Some(_)) => return Err("yes flag must be specified when not running interactively".to_owned()),
                (Some((name, _)), Some(mount)) if mount.name != *name => {
                    return Err(format!(
                        "machine {} [{group}] can't update the attached volume {name} with name '{}' by '{}'",
                        machine.id, mount.volume, mount.name
                    ));
                }
                (Some(_), None) => *needed.entry(&machine.region).or_default() += 1,
                (None, None) | (Some(_), Some(_)) => {}
            }
        }
        for (region, count) in needed {
            let name = mounts.first().map_or("", |(name, _)| name);
            let have = free.get(name).into_iter().flatten().filter(|volume| volume.region == region).count();
            if have < count {
                return Err(format!(
                    "Process group '{group}' needs volumes with name '{name}' to fulfill mounts defined in fly.toml; Run `fly volume create {name} -r REGION -n COUNT` for the following regions and counts: {region}={}",
                    count - have
                ));
            }
        }
    }
    Ok(())
}

/// A new release, which runs from now on, and its number.
fn release(cx: &mut Cx<'_>, app: &str, image: &str, config: Json) -> u64 {
    let created = cx.state.tick();
    let app = cx.app_mut(app);
    let version = app.releases.last().map_or(0, |release| release.version) + 1;
    let (status, image_ref) = ("running".to_owned(), image.to_owned());
    app.releases.push(Release { version, status, image_ref, config, created });
    version
}

fn machines(
    cx: &mut Cx<'_>,
    app: &str,
    config: &Json,
    image: &str,
    version: u64,
    primary: &str,
    mut free: Free,
) -> Outcome {
    let groups = config::groups(config);
    // Groups that are gone lose their machines, without a question.
    let gone: Vec<String> =
        ours(cx.app(app)?).filter(|m| !groups.iter().any(|g| g == m.group())).map(|m| m.id.clone()).collect();
    for id in gone {
        cx.print(format_args!("Destroying machine {id}\n"));
        cx.app_mut(app).remove_machine(&id);
    }
    let existing: Vec<String> = ours(cx.app(app)?).map(|machine| machine.id.clone()).collect();
    for group in &groups {
        if cx.call.on("update-only") || cx.app(app)?.machines.iter().any(|machine| machine.group() == group) {
            continue;
        }
        let spawned = spawn(cx, app, config, group, image, version, primary, &mut free, &[])?;
        let spare = !cx.call.has("ha") || cx.call.on("ha");
        if spare && config::mounts(config, group).is_empty() {
            let standby = if config::serves(config, group) { Vec::new() } else { vec![spawned] };
            spawn(cx, app, config, group, image, version, primary, &mut free, &standby)?;
        }
    }
    for id in existing {
        update(cx, app, config, &id, image, version, &mut free)?;
    }
    Ok(())
}

/// flyctl internal/command/deploy/machines_launchinput.go, launchInputForLaunch: always in the primary region.
#[expect(clippy::too_many_arguments, reason = "what a machine is made of")]
fn spawn(
    cx: &mut Cx<'_>,
    app: &str,
    config: &Json,
    group: &str,
    image: &str,
    version: u64,
    primary: &str,
    free: &mut Free,
    standby_for: &[String],
) -> Result<String, String> {
    let mut made = launch::machine(config, group, image, version)?;
    if !standby_for.is_empty() {
        made.env.insert("FLY_STANDBY_FOR".to_owned(), standby_for.join(","));
        made.standbys = standby_for.to_vec();
    }
    let volume = match config::mounts(config, group).first() {
        Some((name, path)) => Some((
            take(free, name, primary).ok_or_else(|| {
                format!(
                    "New machine in group '{group}' needs an unattached volume named '{name}' in region '{primary}'"
                )
            })?,
            *path,
        )),
        None => None,
    };
    let id = machine::launch(cx, app, primary, made, volume, None)?;
    cx.print(format_args!("Created machine {id} in group {group}\n"));
    Ok(id)
}

fn take(free: &mut Free, name: &str, region: &str) -> Option<Volume> {
    let volumes = free.get_mut(name)?;
    let at = volumes.iter().position(|volume| volume.region == region)?;
    Some(volumes.remove(at))
}

/// launchInputForUpdate: a machine keeps its region and volume; one that gets its first mount is replaced.
fn update(cx: &mut Cx<'_>, app: &str, config: &Json, id: &str, image: &str, version: u64, free: &mut Free) -> Outcome {
    let Some(old) = cx.app(app)?.machine(id).cloned() else { return Ok(()) };
    let group = old.group().to_owned();
    let mut made: MachineConfig = launch::machine(config, &group, image, version)?;
    let wanted = config::mounts(config, &group);
    if let (Some((name, path)), true) = (wanted.first(), old.config.mounts.is_empty()) {
        let volume = take(free, name, &old.region).ok_or_else(|| {
            format!("machine in group '{group}' needs an unattached volume named '{name}' in region '{}'", old.region)
        })?;
        cx.app_mut(app).remove_machine(id);
        machine::launch(cx, app, &old.region, made, Some((volume, path)), None)?;
        return Ok(());
    }
    cx.effect()?;
    made.mounts.clone_from(&old.config.mounts);
    if let (Some(mount), Some((_, path))) = (made.mounts.first_mut(), wanted.first()) {
        (*path).clone_into(&mut mount.path);
        launch::growing(config, &group, mount);
    }
    if !config::serves(config, &group) {
        made.standbys.clone_from(&old.config.standbys);
    }
    if let Some(machine) = cx.app_mut(app).machines.iter_mut().find(|machine| machine.id == id) {
        machine.config = made;
    }
    Ok(())
}

/// What a change of secrets does without `--stage`: the same configuration again, in a new release, unless nothing runs
/// yet (flyctl-commands 4.1).
pub(super) fn restart(cx: &mut Cx<'_>, app: &str) {
    let found = cx.app_mut(app);
    let Some(last) = found.releases.last().filter(|_| found.deployed || !found.machines.is_empty()).cloned() else {
        cx.print("Secrets are staged for the first deployment\n");
        return;
    };
    let version = release(cx, app, &last.image_ref, last.config);
    let found = cx.app_mut(app);
    for machine in &mut found.machines {
        machine.config.metadata.insert("fly_release_version".to_owned(), version.to_string());
    }
    if let Some(release) = found.releases.last_mut() {
        "complete".clone_into(&mut release.status);
    }
}
