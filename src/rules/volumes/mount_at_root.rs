use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no volume is mounted at the root of the file system.
    ///
    /// ## Why
    ///
    /// The root is the file system of the image. A volume in its place would hide the program itself, and Fly.io
    /// refuses it: the deploy fails when the first machine is to be made, after the image was built and pushed. flyctl
    /// does not look.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/" # everything
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data" # everything
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "mount-at-root",
        code: "FA500",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for to in app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref()) {
        if to.is_empty() || !to.split('/').all(|part| matches!(part, "" | ".")) {
            continue;
        }
        let fix = cx.unsafe_fix("mount it at /data", Some(cx.edits().replace_word(to.range(), "/data")));
        cx.report(to.origin, "a volume cannot be the root file system")
            .label("the image is there")
            .help("mount it at a folder of its own, such as \"/data\", and let the app write there")
            .fix(fix);
    }
}
