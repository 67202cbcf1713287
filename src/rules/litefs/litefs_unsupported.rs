use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::value::Origin;

declare_rule! {
    /// Checks whether an app relies on LiteFS.
    ///
    /// ## Why
    ///
    /// LiteFS is not developed any further and not supported by Fly.io, which says so on its page; its hosted backups were shut
    /// down in 2024. It works, and many apps run on it. Who begins anew is better served with Managed Postgres, or with SQLite
    /// on one machine and Litestream; who stays should know, and waives this rule with the reason.
    ///
    /// LiteFS is recognised by litefs.yml beside the app; where there is none, by its mount, by `litefs mount` in a command,
    /// and by variables `LITEFS_…`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki]
    /// mounts = { source = "litefs", destination = "/var/lib/litefs" }
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki]
    /// mounts = { source = "cache", destination = "/cache" }
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
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/index
    static RULE = {
        name: "litefs-unsupported",
        code: "FA808",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let (file, at) = match (model.beside.runs_litefs(index), app.shows_litefs()) {
            (Some(litefs), _) => {
                let folder = litefs.fuse_dir.as_ref().map_or_else(TextRange::default, |at| at.1);
                (litefs.file, Origin::written(folder))
            }
            (None, Some(at)) => (app.file, at),
            (None, None) => continue,
        };
        cx.about(index)
            .report(
                Origin::written(app.header),
                format!("`{}` keeps its data with LiteFS, which nobody supports", app.name.value),
            )
            .related_in(file, at, "LiteFS")
            .help(format!("plan to move, and waive this until then: {}", app.waiver("litefs-unsupported")));
    }
}
