use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no backup relies on LiteFS Cloud.
    ///
    /// ## Why
    ///
    /// LiteFS Cloud was shut down on 2024-10-15. A configuration that still names it, or an app that still has its token,
    /// has no backups, and LiteFS writes an error to the log every few seconds.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki]
    /// secrets = ["LITEFS_CLOUD_TOKEN", "SESSION_KEY"]
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki]
    /// secrets = ["SESSION_KEY"]
    /// ```
    ///
    /// ```toml,bad
    /// [app.wiki.env]
    /// LITEFS_CLOUD_CLUSTER = "wiki" # the cluster at litefs cloud
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.env]
    /// # the cluster at litefs cloud
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
    /// backup:
    ///   type: "litefs-cloud"
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
    /// - Fly.io, litefs/cloud-backups
    /// - Fly.io, litefs/backup
    static RULE = {
        name: "litefs-cloud",
        code: "FA810",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

const PREFIX: &str = "LITEFS_CLOUD";

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        token(app, cx.about(index));
        let Some(litefs) = model.beside.runs_litefs(index) else { continue };
        if let Some(backup) = litefs.backup {
            cx.about(index)
                .within(litefs.file)
                .report(
                    Origin::written(backup),
                    format!("`{}` has no backups: LiteFS Cloud has been shut down", app.name.value),
                )
                .help("take the section out, and run `litefs export` to a bucket on a schedule");
        }
    }
}

/// A variable or a secret for LiteFS Cloud.
fn token(app: &App, cx: &mut Cx<'_>) {
    let secret = app.secrets.iter().map(|secret| &secret.name).find(|name| name.starts_with(PREFIX));
    let variable = app.toml.env.iter().find(|(name, value)| name.starts_with(PREFIX) && value.origin.is_written());
    let (at, edit) = match (secret, variable) {
        (Some(name), _) => (name.origin, cx.edits().remove_entry(name.range(), name.range())),
        (None, Some((name, value))) => (name.origin, cx.edits().remove_entry(name.range(), value.range())),
        (None, None) => return,
    };
    let fix = cx.unsafe_fix("remove it", edit);
    let ended = cx.facts.litefs.cloud_retired;
    cx.report(at, format!("the databases of `{}` have no backup", app.name.value))
        .label(format!("LiteFS Cloud ended on {ended}"))
        .help("remove it, and run `litefs export` to a bucket every day")
        .fix(fix);
}
