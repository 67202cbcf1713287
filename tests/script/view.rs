//! States in a form that can be compared: without ids and times, which depend on the order of the calls.

use flyarch::sim::state::{App, Secret, State};
use serde_json::{Value as Json, json};

/// What exists, but for ids, times, and values that were made of ids.
pub(crate) fn things(state: &State) -> Json {
    let apps: serde_json::Map<String, Json> =
        state.apps.iter().map(|(name, app)| (name.clone(), app_view(app))).collect();
    let mut clusters: Vec<Json> = state
        .clusters
        .iter()
        .map(|c| json!([c.name, c.org, c.region, c.plan, c.disk, c.major, c.postgis, c.attached]))
        .collect();
    sort(&mut clusters);
    json!({"apps": apps, "clusters": clusters, "databases": state.databases, "buckets": state.buckets})
}

fn app_view(app: &App) -> Json {
    let mut addresses: Vec<Json> = app.addresses.iter().map(|a| json!([a.kind, a.region])).collect();
    let mut volumes: Vec<Json> = app
        .volumes
        .iter()
        .map(|v| {
            let attached = v.attached_machine_id.is_some();
            json!([v.name, v.region, v.size_gb, v.snapshot_retention, v.auto_backup_enabled, attached])
        })
        .collect();
    let mut machines: Vec<Json> = app
        .machines
        .iter()
        .map(|m| {
            let mounts: Vec<Json> = m.config.mounts.iter().map(|mount| json!([mount.name, mount.path])).collect();
            json!([m.region, m.group(), m.state, m.role, m.config.guest, m.config.env, mounts, image(&m.config.image)])
        })
        .collect();
    for list in [&mut addresses, &mut volumes, &mut machines] {
        sort(list);
    }
    let secrets: Vec<Json> = app.secrets.iter().map(|(name, secret)| json!([name, deployed(app, secret)])).collect();
    let releases: Vec<Json> =
        app.releases.iter().map(|r| json!([r.version, r.status, image(&r.image_ref), r.config])).collect();
    json!({"org": app.org, "network": app.network, "postgres": app.postgres, "deployed": app.deployed,
        "addresses": addresses, "volumes": volumes, "machines": machines, "secrets": secrets, "releases": releases,
        "certificates": app.certificates, "users": app.users, "databases": app.databases})
}

/// Whether a secret is older than the release that runs.
fn deployed(app: &App, secret: &Secret) -> bool {
    app.releases.last().is_some_and(|release| secret.updated < release.created)
}

fn image(reference: &str) -> &str {
    reference.split_once(":deployment-").map_or(reference, |(name, _)| name)
}

fn sort(items: &mut [Json]) {
    items.sort_by_key(ToString::to_string);
}

/// Ids of everything that holds data or works.
pub(crate) fn ids(state: &State) -> Vec<String> {
    let apps = state.apps.iter().flat_map(|(name, app)| {
        let volumes = app.volumes.iter().map(|volume| volume.id.clone());
        let machines = app.machines.iter().map(|machine| machine.id.clone());
        let addresses = app.addresses.iter().map(|address| address.id.clone());
        let secrets = app.secrets.keys().map(move |secret| format!("{name} {secret}"));
        volumes.chain(machines).chain(addresses).chain(secrets)
    });
    let clusters = state.clusters.iter().map(|cluster| cluster.id.clone());
    let names = state.apps.keys().chain(state.databases.keys()).chain(state.buckets.keys());
    apps.chain(clusters).chain(names.cloned()).collect()
}
