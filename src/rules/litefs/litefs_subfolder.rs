use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that databases lie directly in the folder that LiteFS shows.
    ///
    /// ## Why
    ///
    /// LiteFS has no folders below `fuse.dir`: the app cannot create its database there, and does not start.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [env]
    /// DATABASE_URL = "sqlite:///litefs/db/app.db"
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
    /// DATABASE_URL = "sqlite:///litefs/app.db"
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
    /// lease:
    ///   type: "static"
    /// exec:
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/getting-started-fly
    /// - Fly.io, litefs/faq
    static RULE = {
        name: "litefs-subfolder",
        code: "FA855",
        group: Group::Correctness,
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
        let Some(litefs) = model.beside.runs_litefs(index) else { continue };
        let Some((folder, at)) = &litefs.fuse_dir else { continue };
        let below = |path: &str| {
            let rest = path.strip_prefix(folder.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| rest.trim_start_matches('/').contains('/'))
        };
        for file in app.sqlite_files().filter(|file| folder.len() > 1 && below(file.path)) {
            let name = file.path.rsplit('/').next().unwrap_or(file.path);
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            let cx = cx.about(index);
            let range = cx.part_of(file.value.origin, file.path);
            let fix = cx.unsafe_fix(format!("use {path}"), range.map(|range| cx.edits().replace(range, path.as_str())));
            cx.report(file.value.origin, format!("`{}` cannot create this database", app.name.value))
                .label("in a folder below that of LiteFS")
                .related_in(litefs.file, Origin::written(*at), "has no folders in it")
                .help(format!("let `{}` name a file directly in {folder}", file.variable))
                .fix(fix);
        }
    }
}
