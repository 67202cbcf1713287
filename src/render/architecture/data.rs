//! What holds data, and what is secret: data services, volumes, secrets.

use std::fmt::Write as _;

use super::{counted, plain};
use crate::kinds::postgres::Engine;
use crate::model::{Model, ResourceId, VolumeOrigin};
use crate::spec::Kind;

pub(super) fn data(out: &mut String, model: &Model) {
    if model.postgres.is_empty() && model.redis.is_empty() && model.buckets.is_empty() {
        return;
    }
    out.push_str(
        "\n## Data services\n\n| service | on Fly.io | region | kind | used by |\n| --- | --- | --- | --- | --- |\n",
    );
    let users = |id: ResourceId| {
        let users = model.apps.iter().flat_map(|app| app.uses.iter().map(move |used| (app, used)));
        let users = users.filter(|(_, used)| used.target.value == id);
        users.map(|(app, used)| format!("{} (`{}`)", app.key.value, used.variable.value)).collect::<Vec<_>>().join(", ")
    };
    for (index, postgres) in model.postgres.iter().enumerate() {
        let kind = if let (Engine::Managed, Some(plan)) = (postgres.engine.value, &postgres.plan) {
            let (version, size) = (postgres.version.value, postgres.storage_gb.value);
            let mut kind = format!("Managed Postgres {version}, plan {}, {size} GB", plan.value);
            for database in &postgres.databases {
                let _ = write!(kind, ", database `{}`", database.value);
            }
            for (user, role) in &postgres.users {
                let _ = write!(kind, ", user `{}` ({})", user.value, role.as_str());
            }
            for (database, extension) in &postgres.extensions {
                let _ = write!(kind, ", extension `{}` in `{database}`", extension.value);
            }
            kind
        } else {
            let replicas: String =
                postgres.replicas.iter().map(|(r, n)| format!(", replica {} ×{}", r.value, n.value)).collect();
            let nodes = counted(postgres.nodes.get() as usize, "node", "nodes");
            format!("unmanaged Postgres, {nodes}, {} GB each{replicas}", postgres.storage_gb.value)
        };
        let users = users(ResourceId { kind: Kind::Postgres, index });
        let _ = writeln!(
            out,
            "| postgres.{} | `{}` | {} | {kind} | {users} |",
            postgres.key.value, postgres.name.value, postgres.region.value
        );
    }
    for (index, redis) in model.redis.iter().enumerate() {
        let replicas: Vec<&str> = redis.replicas.iter().map(|region| region.as_str()).collect();
        let mut kind = redis
            .plan
            .as_ref()
            .map_or("Upstash Redis, pay as you go".to_owned(), |plan| format!("Upstash Redis, {}", plain(plan)));
        if !replicas.is_empty() {
            let _ = write!(kind, ", replica{} in {}", if replicas.len() == 1 { "" } else { "s" }, replicas.join(", "));
        }
        kind.push_str(if redis.eviction.value { ", evicts" } else { ", refuses writes when full" });
        let users = users(ResourceId { kind: Kind::Redis, index });
        let _ = writeln!(
            out,
            "| redis.{} | `{}` | {} | {kind} | {users} |",
            redis.key.value, redis.name.value, redis.region.value
        );
    }
    for (index, bucket) in model.buckets.iter().enumerate() {
        let kind = if bucket.public.value { "Tigris bucket, public" } else { "Tigris bucket" };
        let users = if owner_uses(model, index) {
            users(ResourceId { kind: Kind::Bucket, index })
        } else {
            format!("{} (owner)", model.apps[bucket.owner.value].key.value)
        };
        let _ = writeln!(out, "| bucket.{} | `{}` | global | {kind} | {users} |", bucket.key.value, bucket.name.value);
    }
}

/// Whether the owner of a bucket has a variable for it. Its credentials it has in any case.
fn owner_uses(model: &Model, bucket: usize) -> bool {
    let id = ResourceId { kind: Kind::Bucket, index: bucket };
    model.apps[model.buckets[bucket].owner.value].uses.iter().any(|used| used.target.value == id)
}

pub(super) fn volumes(out: &mut String, model: &Model) {
    let mut rows = String::new();
    for app in &model.apps {
        for group in &app.groups {
            let Some(mount) = group.mount.map(|mount| &app.toml.mounts[mount]) else { continue };
            let text = |value: Option<&str>| value.map(plain).unwrap_or_default();
            let days = mount.snapshot_retention.as_ref().map_or(0, |days| days.value);
            let scheduled = mount.scheduled_snapshots.as_ref().is_none_or(|on| on.value);
            let snapshots = if scheduled { format!("daily, kept {days} days") } else { "none".to_owned() };
            let _ = writeln!(
                rows,
                "| {} | {} | {} | {} | {} | {snapshots} |",
                app.key.value,
                text(mount.source.as_ref().map(|s| s.as_str())),
                text(mount.destination.as_ref().map(|d| d.as_str())),
                group.machines(),
                mount.initial_size.as_ref().map_or("", |size| size.value.as_str()),
            );
        }
    }
    if !rows.is_empty() {
        out.push_str("\n## Volumes\n\n| app | volume | path | number | size | snapshots |\n| --- | --- | --- | ---: | --- | --- |\n");
        out.push_str(&rows);
        seeds(out, model);
    }
}

/// What the first volumes begin with.
fn seeds(out: &mut String, model: &Model) {
    let mut gap = "\n";
    for app in &model.apps {
        for seed in &app.volumes {
            let from = match &seed.from {
                VolumeOrigin::Snapshot(id) => format!("it was in the snapshot `{}`", id.value),
                VolumeOrigin::Volume(id) => format!("a fork of the volume `{}`", id.value),
            };
            let _ = writeln!(
                out,
                "{gap}The first volume `{}` of {} begins as {from}: it is made when there is none of that name, and all others begin empty.",
                seed.name.value, app.key.value
            );
            gap = "";
        }
    }
}

pub(super) fn secrets(out: &mut String, model: &Model) {
    use crate::kinds::app::SecretSource as From;
    let mut rows = String::new();
    for app in &model.apps {
        for secret in &app.secrets {
            let from = match &secret.source {
                From::Env(variable) => format!("`{variable}` in the environment of setup.sh"),
                From::File(path) => format!("the file {}", plain(path)),
                From::Command(words) => {
                    let words: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
                    format!("the output of {}", plain(&words.join(" ")))
                }
                From::Generate(generator) => format!("made at the first set-up, {}", generator.as_str()),
                From::Token(token) => format!("a token, made by setup.sh: {}", token.kind.as_str()),
                From::Manual(who) => format!("by hand: {}", plain(who)),
            };
            let _ = writeln!(rows, "| {} | `{}` | {from} |", app.key.value, secret.name.value);
        }
        for used in app.uses.iter().filter(|used| matches!(used.target.kind, Kind::Postgres | Kind::Redis)) {
            let _ = write!(
                rows,
                "| {} | `{}` | {}",
                app.key.value,
                used.variable.value,
                model.reference(used.target.value)
            );
            if used.is_direct() {
                rows.push_str(", past the pooler");
            }
            for (what, name) in [("database", &used.database), ("user", &used.username)] {
                if let Some(name) = name {
                    let _ = write!(rows, ", {what} `{}`", name.value);
                }
            }
            rows.push_str(" |\n");
        }
        if app.litefs.is_some() {
            let _ = writeln!(rows, "| {} | `FLY_CONSUL_URL` | Consul, for LiteFS |", app.key.value);
        }
    }
    if !rows.is_empty() {
        out.push_str("\n## Secrets\n\n| app | name | where the value comes from |\n| --- | --- | --- |\n");
        out.push_str(&rows);
    }
}
