//! Accounts in a form that can be compared: without ids and times, which depend on the order of the calls.

use serde_json::{Value as Json, json};

use crate::sim::faults::is_elsewhere;
use crate::sim::state::{App, State, Volume};

/// What exists, but for ids and times, volumes that a fault made, and what failed releases left in the history.
pub(super) fn things(state: &State) -> Json {
    let apps: serde_json::Map<String, Json> =
        state.apps.iter().map(|(name, app)| (name.clone(), app_view(app))).collect();
    let mut clusters: Vec<Json> = state
        .clusters
        .iter()
        .map(|c| json!([c.name, c.org, c.region, c.plan, c.disk, c.major, c.postgis, c.attached]))
        .collect();
    sort(&mut clusters);
    let mut tokens: Vec<Json> =
        state.tokens.iter().filter(|t| !t.revoked).map(|t| json!([t.name, t.app, t.org, t.kind, t.expiry])).collect();
    sort(&mut tokens);
    json!({"apps": apps, "clusters": clusters, "databases": state.databases, "buckets": state.buckets,
        "tokens": tokens})
}

fn app_view(app: &App) -> Json {
    let mut addresses: Vec<Json> = app.addresses.iter().map(|a| json!([a.kind, a.region])).collect();
    let mut volumes: Vec<Json> = app
        .volumes
        .iter()
        .filter(|volume| !is_elsewhere(volume) && !is_left_behind(app, volume))
        .map(|v| {
            let attached = v.attached_machine_id.is_some();
            json!([v.name, v.region, v.size_gb, v.snapshot_retention, v.auto_backup_enabled, attached])
        })
        .collect();
    let newest = app.releases.iter().rev().find(|release| release.status == "complete");
    let newest = newest.map(|release| release.version.to_string());
    let mut machines: Vec<Json> = app
        .machines
        .iter()
        .map(|m| {
            let mounts: Vec<Json> = m.config.mounts.iter().map(|mount| json!([mount.name, mount.path])).collect();
            let config = &m.config;
            json!([
                m.region,
                m.group(),
                m.state,
                m.role,
                config.guest,
                config.env,
                config.schedule,
                config.init.cmd,
                config.metadata.get("flyarch_job"),
                config.metadata.get("flyarch_release").map(|release| newest.as_ref() == Some(release)),
                mounts,
                image(&config.image)
            ])
        })
        .collect();
    for list in [&mut addresses, &mut volumes, &mut machines] {
        sort(list);
    }
    let last = app.releases.last();
    let runs = |secret: u64| last.is_some_and(|release| secret < release.created);
    let secrets: Vec<Json> = app.secrets.iter().map(|(name, secret)| json!([name, runs(secret.updated)])).collect();
    let release = last.map(|release| json!([release.status, image(&release.image_ref), release.config]));
    json!({"org": app.org, "network": app.network, "postgres": app.postgres, "deployed": app.deployed,
        "addresses": addresses, "volumes": volumes, "machines": machines, "secrets": secrets, "release": release,
        "certificates": app.certificates})
}

/// Whether a volume was made for a member of a cluster that then found no room. It is empty, which only who saw it can
/// know: the script names it, and leaves it.
fn is_left_behind(app: &App, volume: &Volume) -> bool {
    app.postgres && volume.attached_machine_id.is_none()
}

/// The ids of such volumes.
pub(super) fn left_behind(state: &State) -> Vec<&str> {
    let of = |app| move |volume: &&Volume| is_left_behind(app, volume) && !is_elsewhere(volume);
    state.apps.values().flat_map(|app| app.volumes.iter().filter(of(app))).map(|volume| volume.id.as_str()).collect()
}

fn image(reference: &str) -> &str {
    reference.split_once(":deployment-").map_or(reference, |(name, _)| name)
}

fn sort(items: &mut [Json]) {
    items.sort_by_key(ToString::to_string);
}

/// How two views differ, in a few lines for people.
pub(super) fn difference(wanted: &Json, there: &Json) -> String {
    let pretty = |value: &Json| serde_json::to_string_pretty(value).unwrap_or_default();
    let (wanted, there) = (pretty(wanted), pretty(there));
    let diff = similar::TextDiff::from_lines(&wanted, &there);
    diff.unified_diff().context_radius(4).header("wanted", "there").to_string()
}
