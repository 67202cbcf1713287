use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the machines of an unmanaged Postgres cluster can have the volumes that they are given.
    ///
    /// ## Why
    ///
    /// Each node of an unmanaged cluster has a volume, and a volume has 500 GB at most. Fly.io refuses a larger one
    /// when the first node is created, and with it stops the set-up of every app that uses the cluster.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// storage_gb = 800
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// storage_gb = 500
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "unmanaged-storage",
        code: "FA526",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let most = cx.facts.volumes.size_gb_max;
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Unmanaged) {
        let storage = cluster.storage_gb;
        if storage.value <= most {
            continue;
        }
        let fix =
            cx.unsafe_fix(format!("begin with {most} GB"), Some(cx.edits().replace(storage.range(), most.to_string())));
        cx.report(storage.origin, format!("no node of `{}` can have {} GB", cluster.name.value, storage.value))
            .label(format!("a volume has {most} GB at most"))
            .help("divide the data among several clusters, or let Fly.io run it: `engine = \"managed\"` with a `plan`")
            .fix(fix);
    }
}
