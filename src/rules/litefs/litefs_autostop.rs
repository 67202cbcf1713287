use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the proxy does not stop machines that run LiteFS.
    ///
    /// ## Why
    ///
    /// The proxy stops a machine without asking who holds the lease. A node that was stopped for a while may come back first,
    /// win the lease with old data, and what was written since is thrown away.
    ///
    /// LiteFS is recognised by litefs.yml beside the app; where there is none, by its mount, by `litefs mount` in a command,
    /// and by variables `LITEFS_…`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// [app.wiki.http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "stop"
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
    /// - Fly.io, litefs/index
    /// - Fly.io, litefs/faq
    static RULE = {
        name: "litefs-autostop",
        code: "FA809",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let (file, at, what) = match (model.beside.runs_litefs(index), app.shows_litefs()) {
            (Some(litefs), _) => {
                let lease = litefs.lease_type.as_ref().map_or_else(TextRange::default, |at| at.1);
                (litefs.file, Origin::written(lease), "the lease that they lose")
            }
            (None, Some(at)) => (app.file, at, "LiteFS"),
            (None, None) => continue,
        };
        for service in app.services.iter().filter(|service| app.stops(service)) {
            let fix = service
                .auto_stop
                .origin
                .is_written()
                .then(|| cx.about(index).edits().replace(service.auto_stop.range(), "\"off\""));
            let fix = cx.safe_fix("let machines run", fix);
            cx.about(index)
                .report(
                    service.auto_stop.origin,
                    format!("`{}` loses writes when its machines are stopped", app.name.value),
                )
                .label("idle machines are stopped")
                .related_in(file, at, what)
                .help("let them run: `auto_stop_machines = \"off\"`")
                .fix(fix);
        }
    }
}
