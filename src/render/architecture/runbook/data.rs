//! What holds data, when it fails: volumes and Postgres.

use std::fmt::Write as _;

use super::super::super::engine::quote;
use super::block;
use crate::kinds::postgres::Engine;
use crate::model::{App, Model, Postgres, ResourceId, Use};
use crate::spec::Kind;

pub(super) fn volumes(out: &mut String, model: &Model) {
    let mounted = model.apps.iter().find_map(|app| Some((app, app.groups.iter().find_map(|group| group.mount)?)));
    let Some((app, mount)) = mounted else { return };
    let mount = &app.toml.mounts[mount];
    let (name, source) = (&app.name.value, mount.source.as_ref().map_or("", |source| source.as_str()));
    let size = mount.initial_size.as_ref().map_or(1, |size| size.gigabytes());
    let _ = writeln!(
        out,
        "\n### Restore a volume\n\n\
         For instance of `{name}`: a new volume of the same name, at least as large as the old one.",
    );
    block(
        out,
        &[
            format!("fly volumes list -a {name}"),
            format!("fly volumes snapshots list VOLUME_ID -a {name}"),
            format!(
                "fly volumes create {} -a {name} --snapshot-id SNAPSHOT_ID --size {size} --region REGION --yes",
                quote(source)
            ),
        ],
    );
    let _ = writeln!(
        out,
        "\n### Fork a volume\n\n\
         For instance of `{name}`: a copy of what one holds now, in this or another region, for a machine that does not exist\n\
         yet. It has the size of its source, and keeps snapshots for 5 days until somebody says otherwise.",
    );
    let days = mount.snapshot_retention.as_ref().map_or(5, |days| days.value);
    block(
        out,
        &[
            format!("fly volumes fork VOLUME_ID -a {name} --name {} --region REGION", quote(source)),
            format!("fly volumes update NEW_VOLUME_ID -a {name} --snapshot-retention {days}"),
        ],
    );
}

pub(super) fn postgres(out: &mut String, model: &Model) {
    for (index, postgres) in model.postgres.iter().enumerate() {
        let id = ResourceId { kind: Kind::Postgres, index };
        let users = model.apps.iter().flat_map(|app| app.uses.iter().map(move |used| (app, used)));
        let users: Vec<(&App, &Use)> = users.filter(|(_, used)| used.target.value == id).collect();
        match postgres.engine.value {
            Engine::Managed => managed(out, model, postgres, &users),
            Engine::Unmanaged => unmanaged(out, model, postgres, &users),
        }
    }
}

/// The other cluster takes the place of this one in the spec.
fn settle(out: &mut String, postgres: &Postgres) {
    let _ = writeln!(
        out,
        "\nThen `name = \"NEW_NAME\"` in `[postgres.{}]`, build, and `./setup.sh`, which deploys what is staged.",
        postgres.key.value
    );
}

fn managed(out: &mut String, model: &Model, postgres: &Postgres, users: &[(&App, &Use)]) {
    let _ = writeln!(
        out,
        "\n### The database `{}` fails\n\n\
         Fly.io replaces a node that fails, in {}, by itself. When data is wrong or the region is gone, a backup or a moment\n\
         is restored into a new cluster, which the apps are attached to; the old one stays as it is. An attachment refuses\n\
         a secret that is there, so the old one is taken away first.",
        postgres.name.value, postgres.region.value
    );
    let mut lines = vec![
        format!("fly mpg list --org {}", model.project().org.value),
        "fly mpg backup list CLUSTER_ID --all".to_owned(),
        "fly mpg restore CLUSTER_ID --backup-id BACKUP_ID --name NEW_NAME  # or --pitr-time 2030-01-31T12:00:00Z"
            .to_owned(),
        "fly mpg status NEW_CLUSTER_ID".to_owned(),
    ];
    for (app, used) in users {
        let (name, variable) = (&app.name.value, &used.variable.value);
        lines.push(format!("fly secrets unset {variable} --stage -a {name}"));
        // What leads past the pooler, no attachment makes: ./setup.sh does.
        if used.is_direct() {
            continue;
        }
        let flag =
            |flag: &str, name: Option<&str>| name.map_or(String::new(), |name| format!(" {flag} {}", quote(name)));
        let (database, username) = (used.database.as_ref(), used.username.as_ref());
        let of = flag("--database", database.map(|name| name.as_str()))
            + &flag("--username", username.map(|name| name.as_str()));
        lines.push(format!("fly mpg attach NEW_CLUSTER_ID -a {name} --variable-name {variable}{of}"));
    }
    block(out, &lines);
    settle(out, postgres);
}

fn unmanaged(out: &mut String, model: &Model, postgres: &Postgres, users: &[(&App, &Use)]) {
    let (name, region) = (&postgres.name.value, &postgres.region.value);
    let _ = writeln!(
        out,
        "\n### The database `{name}` fails\n\n\
         Nobody else looks after it. In {region} the nodes elect another leader; this has them do it now:",
    );
    block(out, &[format!("fly status -a {name}"), format!("fly postgres failover -a {name}")]);
    let _ = writeln!(
        out,
        "\nInto another region: three nodes there, which need a moment to catch up; then that region as the primary one, in\n\
         the configuration and in `PRIMARY_REGION`, with the image that runs; then the failover. `--force` is for a leader\n\
         that does not answer any more.",
    );
    block(
        out,
        &[
            format!("fly machine clone MACHINE_ID --region OTHER_REGION -a {name}  # until there are three"),
            format!("fly config save -a {name} --yes"),
            format!("fly image show -a {name}"),
            format!("fly deploy . -a {name} --image IMAGE --strategy immediate --yes"),
            format!("fly postgres failover -a {name} --allow-secondary-region"),
        ],
    );
    out.push_str("\nWhen data is wrong: a new cluster from a snapshot of a volume, which the apps are attached to.\n");
    // The size of the machines is said: flyctl would ask for it otherwise.
    let memory = postgres.memory_mb.as_ref().map_or(String::new(), |memory| format!(" --vm-memory {}", memory.value));
    let mut lines = vec![
        format!("fly volumes list -a {name}"),
        format!("fly volumes snapshots list VOLUME_ID -a {name}"),
        format!(
            "fly postgres create --name NEW_NAME --org {} --region {region} --snapshot-id SNAPSHOT_ID \\\n  \
             --initial-cluster-size {} --vm-size {} --volume-size {}{memory}",
            model.project().org.value,
            postgres.nodes.value,
            quote(postgres.size.as_str()),
            postgres.storage_gb.value
        ),
    ];
    for (app, used) in users {
        let (app, variable) = (&app.name.value, &used.variable.value);
        lines.push(format!("fly secrets unset {variable} --stage -a {app}"));
        lines.push(format!("fly postgres attach NEW_NAME -a {app} --variable-name {variable} --superuser=false --yes"));
    }
    block(out, &lines);
    settle(out, postgres);
}
