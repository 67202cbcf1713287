//! `volumes`.

use serde_json::{Value as Json, json};

use super::{Cx, Outcome, moment};
use crate::sim::output;
use crate::sim::state::Volume;

/// Retention when a request does not say it, in days (flyctl-commands 1.7).
const RETENTION: i64 = 5;

/// How many hosts a region has.
const HOSTS: u32 = 6;

/// With the keys of fly-go volume_types.go.
fn shown(volume: &Volume) -> Json {
    json!({"id": volume.id, "name": volume.name, "state": "created", "size_gb": volume.size_gb,
        "region": volume.region, "zone": volume.host, "encrypted": true, "attached_machine_id": volume.attached_machine_id,
        "attached_alloc_id": null, "created_at": moment(0), "host_dedication_id": "",
        "snapshot_retention": volume.snapshot_retention, "auto_backup_enabled": volume.auto_backup_enabled,
        "host_status": "ok"})
}

/// flyctl internal/command/volumes/list.go.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let volumes = &cx.app(&name)?.volumes;
    if cx.call.on("json") {
        let volumes: Vec<Json> = volumes.iter().map(shown).collect();
        cx.print_json(&volumes);
    } else {
        let row = |v: &Volume| vec![v.id.clone(), "created".to_owned(), v.name.clone(), format!("{}GB", v.size_gb)];
        let rows: Vec<_> = volumes.iter().map(row).collect();
        cx.print(output::table(&["ID", "State", "Name", "Size"], &rows));
    }
    Ok(())
}

/// flyctl-commands 1.5: a volume more every time, whatever there is.
pub(super) fn create(cx: &mut Cx<'_>) -> Outcome {
    let app = cx.app_name()?;
    let name = cx.call.words.first().cloned().unwrap_or_default();
    let region = cx.region()?;
    if name.is_empty() || name.len() > 30 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err("invalid name: only alphanumeric characters and underscores are allowed".to_owned());
    }
    let size_gb = cx.call.number("size").unwrap_or(1);
    if size_gb < 1 {
        return Err("invalid size".to_owned());
    }
    // The flag has a default, which is always sent.
    let retention = cx.call.number("snapshot-retention").unwrap_or(RETENTION);
    let backups = !cx.call.has("scheduled-snapshots") || cx.call.on("scheduled-snapshots");
    for _ in 0..cx.call.number("count").unwrap_or(1).clamp(0, 100) {
        cx.effect()?;
        cx.take_room("failed creating volume")?;
        let volume = new(cx, &name, &region, size_gb, "volumes create");
        let made_by = cx.call.text("snapshot-id").map_or(volume.made_by, |id| format!("volumes create from {id}"));
        let volume = Volume { snapshot_retention: retention, auto_backup_enabled: backups, made_by, ..volume };
        if cx.call.on("json") {
            cx.print_json(&shown(&volume));
        } else {
            cx.print(format_args!("{:>20}: {}\n", "ID", volume.id));
        }
        cx.app_mut(&app).volumes.push(volume);
    }
    Ok(())
}

/// The host of a new volume: one without a volume of that name, as far as there are others (`--require-unique-zone`,
/// flyctl-commands 1.5), and one with room for the machine, when the request says what machine that will be. `volumes
/// create` says so only with `--vm-…`.
fn host(cx: &Cx<'_>, name: &str, region: &str, made_by: &str) -> String {
    let hinted = made_by != "volumes create" || cx.call.flags.keys().any(|flag| flag.starts_with("vm-"));
    let app = cx.call.text("app").and_then(|app| cx.state.apps.get(app));
    let taken = |host: &String| {
        app.is_some_and(|app| app.volumes.iter().any(|volume| volume.name == name && volume.host == *host))
    };
    let hosts: Vec<String> = (1..=HOSTS).map(|number| format!("{region}-{number}")).collect();
    let fits = |host: &&String| !hinted || !cx.state.full_hosts.contains(*host);
    let found = hosts.iter().filter(fits).find(|host| !taken(host)).or(hosts.iter().find(fits));
    found.or(hosts.first()).cloned().unwrap_or_default()
}

/// A volume as the platform makes it when the request says no policy.
pub(super) fn new(cx: &mut Cx<'_>, name: &str, region: &str, size_gb: i64, made_by: &str) -> Volume {
    let host = host(cx, name, region, made_by);
    Volume {
        host,
        id: cx.state.id("vol_"),
        name: name.to_owned(),
        region: region.to_owned(),
        size_gb,
        snapshot_retention: RETENTION,
        auto_backup_enabled: true,
        attached_machine_id: None,
        made_by: made_by.to_owned(),
    }
}

/// flyctl internal/command/volumes/fork.go: a volume more every time, with the size of its source and the policy that the
/// platform gives. The server is asked for the source under the name of the app. Whether it answers for a volume of
/// another app is documented nowhere; the stand-in takes one that it does not know for such a volume, of 1 GB.
pub(super) fn fork(cx: &mut Cx<'_>) -> Outcome {
    let app = cx.app_name()?;
    let id = cx.call.words.first().cloned().unwrap_or_default();
    let source = cx.app(&app)?.volumes.iter().find(|volume| volume.id == id).cloned();
    let source = source.unwrap_or_else(|| Volume { name: "unknown".to_owned(), size_gb: 1, ..Volume::default() });
    let name = cx.call.text("name").map_or(source.name, str::to_owned);
    let region = if cx.call.has("region") { cx.region()? } else { source.region };
    cx.take_room("failed to fork volume: failed creating volume")?;
    let volume = new(cx, &name, &region, source.size_gb, "volumes fork");
    cx.print(format_args!("{:>20}: {}\n", "ID", volume.id));
    cx.app_mut(&app).volumes.push(volume);
    Ok(())
}

fn volume_mut<'a>(cx: &'a mut Cx<'_>) -> Result<&'a mut Volume, String> {
    let app = cx.app_name()?;
    let id = cx.call.words.first().cloned().unwrap_or_default();
    let found = cx.app_mut(&app).volumes.iter_mut().find(|volume| volume.id == id);
    found.ok_or_else(|| format!("failed to get volume {id}: volume not found"))
}

/// A retention of 0 means that none is given (flyctl internal/command/volumes/update.go).
pub(super) fn update(cx: &mut Cx<'_>) -> Outcome {
    let retention = cx.call.number("snapshot-retention").filter(|days| *days != 0);
    let backups = cx.call.has("scheduled-snapshots").then(|| cx.call.on("scheduled-snapshots"));
    let volume = volume_mut(cx)?;
    volume.snapshot_retention = retention.unwrap_or(volume.snapshot_retention);
    volume.auto_backup_enabled = backups.unwrap_or(volume.auto_backup_enabled);
    Ok(())
}

/// Sizes are sent as they are; what is no growth the server refuses (flyctl-commands 1.5).
pub(super) fn extend(cx: &mut Cx<'_>) -> Outcome {
    let text = cx.call.text("size").unwrap_or_default().to_ascii_lowercase();
    let digits = text.trim_start_matches('+').trim_end_matches("gb");
    let size: i64 = digits.parse().map_err(|_| format!("invalid size: {text:?}"))?;
    let relative = text.starts_with('+');
    let volume = volume_mut(cx)?;
    let wanted = if relative { volume.size_gb.saturating_add(size) } else { size };
    if wanted <= volume.size_gb {
        return Err(format!("failed to extend volume: size must be greater than {} GB", volume.size_gb));
    }
    volume.size_gb = wanted;
    Ok(())
}
