use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that no script or workflow creates a volume without encryption.
    ///
    /// ## Why
    ///
    /// Volumes are encrypted at rest unless `--no-encryption` says otherwise, and that cannot be changed later: the data
    /// would have to move to another volume. Encryption costs nothing.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- setup.sh
    /// fly volumes create data -a my-db -r fra --no-encryption --yes
    /// ```
    ///
    /// ```toml,files,good
    /// # --- setup.sh
    /// fly volumes create data -a my-db -r fra --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, flyctl/cmd/fly_volumes_create
    static RULE = {
        name: "unencrypted-volume",
        code: "FA836",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.is(&["volumes create"]) && usage.kind != Kind::Page) {
        if usage.on("no-encryption") {
            cx.within(usage.line.file)
                .report(usage.at_word("--no-encryption"), "this volume is never encrypted")
                .label("cannot be changed later")
                .help("leave it out: encryption costs nothing");
        }
    }
    cx.back();
}
