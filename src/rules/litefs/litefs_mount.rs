use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the folder in which LiteFS shows its databases is not on the volume itself.
    ///
    /// ## Why
    ///
    /// LiteFS has two folders: one in which it shows databases, which is no disk, and one for its own files, which must
    /// lie on a volume. With the volume over the first of them the app writes past LiteFS onto the raw disk: nothing is
    /// copied to other machines, and nothing says so.
    ///
    /// The first folder is known where `LITEFS_DIR` says it.
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
    /// ## Sources
    ///
    /// - Fly.io, litefs/config
    /// - Fly.io, litefs/getting-started-fly
    static RULE = {
        name: "litefs-mount",
        code: "FA542",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
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
