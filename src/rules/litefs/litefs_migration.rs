use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that databases of LiteFS are not migrated by the release command.
    ///
    /// ## Why
    ///
    /// The release command runs in a machine of its own that has neither the volume nor LiteFS: it migrates an empty
    /// file, and the databases stay as they are. Besides, one node alone may write. LiteFS has a place for it: an
    /// `exec` entry of litefs.yml with `if-candidate`, which runs on the primary before the app starts.
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
    /// ## Sources
    ///
    /// - Fly.io, litefs/migrations
    /// - Fly.io, litefs/config
    static RULE = {
        name: "litefs-migration",
        code: "FA543",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(command) = app.toml.deploy.as_ref().and_then(|deploy| deploy.release_command.as_ref()) else { return };
    if !command.contains("migrat") {
        return;
    }
    let Some(litefs) = app.litefs() else { return };
    cx.report(command.origin, format!("the databases of `{}` are not migrated by this", app.name.value))
        .label("this machine has no LiteFS")
        .related(litefs, "LiteFS")
        .help("migrate in litefs.yml: an `exec` entry with `if-candidate: true`, before the app");
}
