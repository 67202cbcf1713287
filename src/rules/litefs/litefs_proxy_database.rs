use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the proxy of LiteFS watches the database that the app writes to.
    ///
    /// ## Why
    ///
    /// After a write the proxy remembers how far the database was, and on other nodes waits until it is there: a user
    /// finds what he has just written. It watches `proxy.db`. With another name there it watches a database that does not
    /// exist, and readers see the past.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [env]
    /// DATABASE_URL = "sqlite:///litefs/main.db"
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
    ///   db: "db"
    /// lease:
    ///   type: "static"
    /// exec:
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [env]
    /// DATABASE_URL = "sqlite:///litefs/main.db"
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
    ///   db: "main.db"
    /// lease:
    ///   type: "static"
    /// exec:
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/proxy
    static RULE = {
        name: "litefs-proxy-database",
        code: "FA857",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
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
        let (Some((folder, _)), Some((watched, at))) = (&litefs.fuse_dir, &litefs.proxy_db) else { continue };
        let name = |path: &'_ str| {
            let rest = path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?.trim_start_matches('/');
            (!rest.is_empty() && !rest.contains('/')).then(|| rest.to_owned())
        };
        let mut files = app.sqlite_files().filter_map(|file| name(file.path).map(|name| (name, file))).peekable();
        if watched.contains('$') || files.peek().is_none() {
            continue;
        }
        let files: Vec<_> = files.collect();
        if files.iter().any(|(name, _)| name == watched) {
            continue;
        }
        let (name, file) = &files[0];
        cx.about(index)
            .within(litefs.file)
            .report(
                Origin::written(*at),
                format!("readers of `{}` may not find what they have written", app.name.value),
            )
            .label("no database of the app has this name")
            .related_in(app.file, file.value.origin, "the database of the app")
            .help(if litefs.declared {
                format!("write `database = \"{name}\"`")
            } else {
                format!("write `db: \"{name}\"`")
            });
    }
}
