use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a volume which is made from a snapshot is given a size.
    ///
    /// ## Why
    ///
    /// Without `--size` the new volume has 1 GB, whatever the snapshot holds. It has to be at least as large as the volume
    /// that the snapshot is of: the restore fails when it is needed.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- restore.md
    /// To restore:
    ///
    /// ~~~sh
    /// fly volumes create data --snapshot-id vs_1 -r fra
    /// ~~~
    /// ```
    ///
    /// ```toml,files,good
    /// # --- restore.md
    /// To restore:
    ///
    /// ~~~sh
    /// fly volumes create data --snapshot-id vs_1 -r fra -s 10
    /// ~~~
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/snapshots
    /// - flyctl, internal/command/volumes/create.go
    static RULE = {
        name: "restore-without-size",
        code: "FA835",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.is(&["volumes create"]) && !usage.is_vague()) {
        if usage.has(&["snapshot-id"]) && !usage.has(&["size"]) {
            cx.within(usage.line.file)
                .report(usage.at_word("--snapshot-id"), "the new volume has 1 GB, whatever the snapshot holds")
                .label("a smaller one is refused")
                .help("add `--size` with the size of the volume that the snapshot is of");
        }
    }
    cx.back();
}
