use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that LiteFS keeps and shows databases in two folders.
    ///
    /// ## Why
    ///
    /// `data.dir` holds LiteFS's own files, `fuse.dir` is where it shows the databases. In one folder the second hides the first,
    /// and LiteFS does not start.
    ///
    /// ## Example
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
    ///   dir: "/var/lib/litefs"
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
        name: "litefs-same-folder",
        code: "FA813",
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
        let Some(litefs) = model.beside.runs_litefs(index) else { continue };
        if let (Some((fuse, _)), Some((data, at))) = (&litefs.fuse_dir, &litefs.data_dir)
            && fuse.trim_end_matches('/') == data.trim_end_matches('/')
        {
            cx.about(index)
                .within(litefs.file)
                .report(
                    Origin::written(*at),
                    format!("LiteFS of `{}` does not start: its two folders are one", app.name.value),
                )
                .label(format!("also `{}`", litefs.key("fuse.dir")))
                .help(format!(
                    "give it two, such as `/litefs` for `{}` and `/var/lib/litefs` for `{}`",
                    litefs.key("fuse.dir"),
                    litefs.key("data.dir")
                ));
        }
    }
}
