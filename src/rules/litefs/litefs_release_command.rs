use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that databases of LiteFS are not migrated by a release command.
    ///
    /// ## Why
    ///
    /// A release command runs on a machine of its own, without a volume and without LiteFS. A migration there changes an empty
    /// database that is thrown away, and the app starts with the old one. LiteFS runs commands on the primary itself.
    ///
    /// LiteFS is recognised by litefs.yml beside the app; where there is none, by its mount, by `litefs mount` in a command,
    /// and by variables `LITEFS_…`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki.deploy]
    /// release_command = "bin/migrate"
    ///
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.deploy]
    /// release_command = "bin/upload-assets"
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
    /// destination = "/var/lib/litefs"
    ///
    /// [deploy]
    /// release_command = "bin/migrate"
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
    ///   - cmd: "bin/migrate"
    ///     if-candidate: true
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/migrations
    static RULE = {
        name: "litefs-release-command",
        code: "FA819",
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
        let (file, at, what) = match (model.beside.runs_litefs(index), app.shows_litefs()) {
            (Some(litefs), _) => (litefs.file, Origin::written(litefs.exec.unwrap_or_default()), "what LiteFS runs"),
            (None, Some(at)) => (app.file, at, "LiteFS"),
            (None, None) => continue,
        };
        let release = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command.as_ref());
        if let Some(release) = release
            .filter(|command| ["migrate", "migration", "db:", "prisma"].iter().any(|word| command.contains(word)))
        {
            cx.about(index)
                .report(release.origin, format!("the databases of `{}` are not migrated", app.name.value))
                .label("runs without LiteFS")
                .related_in(file, at, what)
                .help(match &app.litefs {
                    Some(_) => format!("let LiteFS run it: `migrate = \"…\"` in {}", app.table("litefs")),
                    None => "let LiteFS run it: an entry of `exec` with `if-candidate: true`, and `promote: true` under `lease`".to_owned(),
                });
        }
    }
}
