//! What to do when something is to be changed or has gone wrong, with the commands that do it.

use std::fmt::Write as _;

use super::super::engine::quote;
use crate::kinds::postgres::Engine;
use crate::model::Model;

pub(super) fn runbook(out: &mut String, model: &Model) {
    out.push_str(
        "\n## Runbook\n\n\
         **Set up, or mend:** `./setup.sh --dry-run` shows what is missing, `./setup.sh` adds it. Both may be repeated.\n\n\
         **Look:** `./verify.sh` compares what runs with this page, and changes nothing.\n\n\
         **Take down:** `./teardown.sh --dry-run` shows what would go; what holds data stays unless its kind is named.\n",
    );
    if let Some(app) = model.apps.first() {
        let (name, key) = (&app.name.value, &app.key.value);
        let _ = write!(
            out,
            "\n**Roll back**, for instance `{name}`: Fly.io has no command that does it; deploy an earlier image. Configuration,\n\
             secrets and the database's schema stay as they are.\n\n\
             ```sh\nfly releases -a {name} --image\nfly deploy -c {key}/fly.toml -a {name} --image IMAGE\n```\n",
        );
    }
    let mounted = model.apps.iter().find_map(|app| Some((app, app.groups.iter().find_map(|group| group.mount)?)));
    if let Some((app, mount)) = mounted {
        let mount = &app.toml.mounts[mount];
        let (name, source) = (&app.name.value, mount.source.as_ref().map_or("", |source| source.as_str()));
        let size = mount.initial_size.as_ref().map_or(1, |size| size.gigabytes());
        let _ = write!(
            out,
            "\n**Restore a volume**, for instance of `{name}`: a new volume of the same name, at least as large as the old one.\n\n\
             ```sh\nfly volumes list -a {name}\nfly volumes snapshots list VOLUME_ID -a {name}\n\
             fly volumes create {} -a {name} --snapshot-id SNAPSHOT_ID --size {size} --region REGION --yes\n```\n",
            quote(source),
        );
    }
    let managed = model.postgres.iter().find(|postgres| postgres.engine.value == Engine::Managed);
    if let Some(postgres) = managed {
        let _ = write!(
            out,
            "\n**Restore the database** `{}`: into a new cluster, then attach the apps to that.\n\n\
             ```sh\nfly mpg list --org {org}\nfly mpg backup list CLUSTER_ID --all\n\
             fly mpg restore CLUSTER_ID --backup-id BACKUP_ID --name NEW_NAME\n```\n",
            postgres.name.value,
            org = model.project().org.value,
        );
    }
    let unmanaged = model.postgres.iter().find(|postgres| postgres.engine.value == Engine::Unmanaged);
    if let Some(postgres) = unmanaged {
        let _ = write!(
            out,
            "\n**Restore the database** `{name}`, which nobody else looks after: a new cluster from a snapshot of a volume, then\n\
             attach the apps to that.\n\n\
             ```sh\nfly volumes list -a {name}\nfly volumes snapshots list VOLUME_ID -a {name}\n\
             fly postgres create --name NEW_NAME --org {org} --region {region} --snapshot-id SNAPSHOT_ID\n```\n",
            name = postgres.name.value,
            org = model.project().org.value,
            region = postgres.region.value,
        );
    }
}
