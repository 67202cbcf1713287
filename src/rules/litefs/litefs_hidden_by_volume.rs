use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no volume is mounted where LiteFS shows the databases.
    ///
    /// ## Why
    ///
    /// LiteFS mounts `fuse.dir` itself. A volume at the same place hides it or is hidden: the app writes to a plain file that is
    /// never replicated, and nothing says so. A volume above it takes what is written before LiteFS has started.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki.env]
    /// LITEFS_DIR = "/litefs"
    ///
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/litefs"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.env]
    /// LITEFS_DIR = "/litefs"
    ///
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    ///
    /// [[mounts]]
    /// source = "litefs"
    /// destination = "/litefs"
    ///
    /// # --- litefs.yml
    /// fuse:
    ///   dir: "/litefs"
    /// data:
    ///   dir: "/litefs/.data"
    /// proxy:
    ///   addr: ":8080"
    ///   target: "localhost:3000"
    /// lease:
    ///   type: "consul"
    ///   candidate: ${FLY_REGION == PRIMARY_REGION}
    ///   consul:
    ///     key: "litefs/${FLY_APP_NAME}"
    /// exec:
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    ///
    /// [[mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// # --- litefs.yml
    /// fuse:
    ///   dir: "/litefs"
    /// data:
    ///   dir: "/var/lib/litefs"
    /// proxy:
    ///   addr: ":8080"
    ///   target: "localhost:3000"
    /// lease:
    ///   type: "consul"
    ///   candidate: ${FLY_REGION == PRIMARY_REGION}
    ///   consul:
    ///     key: "litefs/${FLY_APP_NAME}"
    /// exec:
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/config
    /// - Fly.io, litefs/getting-started-fly
    static RULE = {
        name: "litefs-hidden-by-volume",
        code: "FA812",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some(litefs) = model.beside.runs_litefs(index) else {
            variable(app, cx.about(index));
            continue;
        };
        if let Some((folder, at)) = &litefs.fuse_dir
            && app.is_on_volume(folder)
        {
            cx.about(index)
                .within(litefs.file)
                .report(
                    Origin::written(*at),
                    format!("what `{}` writes may go past LiteFS to the volume", app.name.value),
                )
                .label("a volume is mounted here")
                .related_in(app.file, Origin::written(app.mounts_at()), "the volume")
                .help(format!(
                    "show databases elsewhere, such as `/litefs`, and mount the volume at `{}`",
                    litefs.key("data.dir")
                ));
        }
    }
}

/// Without litefs.yml the folder is known where `LITEFS_DIR` says it.
fn variable(app: &App, cx: &mut Cx<'_>) {
    let Some((_, directory)) = app.toml.env.get("LITEFS_DIR") else { return };
    let path = directory.as_str().trim_end_matches('/');
    let mounts = app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref());
    for to in mounts.filter(|to| to.trim_end_matches('/') == path) {
        cx.report(to.origin, format!("`{}` writes past LiteFS, onto its own volume", app.name.value))
            .label("LiteFS shows its databases here")
            .related(directory.origin, "as this says")
            .help("mount the volume at \"/var/lib/litefs\", and let `data.dir` of litefs.yml name that folder");
    }
}
