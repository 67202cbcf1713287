use crate::fly_toml::PersistRootfs;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that no app keeps its data on the root file system of its machines.
    ///
    /// ## Why
    ///
    /// `persist_rootfs = "always"` keeps the root file system of a machine over restarts and updates. It is no volume:
    /// it has no snapshots, nothing can be attached to another machine, it goes with the machine, and on every size it
    /// is limited to 2,000 operations and 8 MiB per second. And what a new image brings in the folders that were
    /// written to may not be seen. Data belongs on a volume, where all of that is different.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki.vm]
    /// size = "shared-cpu-1x"
    /// persist_rootfs = "always"
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.vm]
    /// size = "shared-cpu-1x"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "persist-rootfs",
        code: "FA575",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for persist in app.toml.vm.iter().filter_map(|vm| vm.persist_rootfs) {
        if persist.value != PersistRootfs::Always {
            continue;
        }
        let edits = cx.edits();
        let edit = edits.key_of(persist.range()).and_then(|key| edits.remove_entry(key, persist.range()));
        let fix = cx.unsafe_fix("let each deploy begin with the image", edit);
        cx.report(persist.origin, format!("what `{}` writes beside its volumes has no second copy", app.name.value))
            .label("kept, and lost with the machine")
            .help(format!("remove it, and let data lie on a volume: {}", app.list_of_tables("mounts")))
            .fix(fix);
    }
}
