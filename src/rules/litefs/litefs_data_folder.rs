use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that apps open the databases that LiteFS shows, and not those that it keeps.
    ///
    /// ## Why
    ///
    /// `data.dir` is where LiteFS keeps its own files; `fuse.dir` is where apps find their databases. What an app writes
    /// to the first is not sent to other nodes, and damages what LiteFS knows of them.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [env]
    /// DATABASE_URL = "sqlite:///var/lib/litefs/app.db"
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
    /// - Fly.io, litefs/config
    static RULE = {
        name: "litefs-data-folder",
        code: "FA856",
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
        let Some(litefs) = model.beside.runs_litefs(index) else { continue };
        let (Some((shown, _)), Some((kept, at))) = (&litefs.fuse_dir, &litefs.data_dir) else { continue };
        let within = |path: &str, folder: &str| {
            path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
        };
        let own = |path: &str| kept.len() > 1 && within(path, kept) && !within(path, shown);
        for file in app.sqlite_files().filter(|file| own(file.path)) {
            let name = file.path.rsplit('/').next().unwrap_or(file.path);
            let path = format!("{}/{name}", shown.trim_end_matches('/'));
            let cx = cx.about(index);
            let range = cx.part_of(file.value.origin, file.path);
            let fix = cx.unsafe_fix(format!("use {path}"), range.map(|range| cx.edits().replace(range, path.as_str())));
            cx.report(file.value.origin, format!("`{}` writes into files of LiteFS itself", app.name.value))
                .label("reaches no other node")
                .related_in(litefs.file, Origin::written(*at), "where LiteFS keeps its files")
                .help(format!("let `{}` name a file in {shown}", file.variable))
                .fix(fix);
        }
    }
}
