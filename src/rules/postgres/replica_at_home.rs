use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that replicas of an unmanaged Postgres cluster are in other regions than its nodes.
    ///
    /// ## Why
    ///
    /// `replicas` are for reading, far from the leader. A machine in the region of the cluster is no replica: it is a
    /// candidate like the other nodes, and counts when a leader is elected. Three nodes and a replica beside them are
    /// four nodes, of which three must agree. How many nodes there are at home is said by `nodes`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// region = "iad"
    /// nodes = 3
    /// replicas = { iad = 1, lhr = 1 }
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// region = "iad"
    /// nodes = 3
    /// replicas = { lhr = 1 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/advanced-guides/high-availability-and-global-replication
    static RULE = {
        name: "replica-at-home",
        code: "FA535",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for cluster in &model.postgres {
        let Some((region, count)) = cluster.replicas.iter().find(|(region, _)| *region == cluster.region) else {
            continue;
        };
        let fix = cx.unsafe_fix("remove it", cx.edits().remove_entry(region.range(), count.range()));
        let number = count.get().saturating_add(cluster.nodes.get());
        cx.report(region.origin, format!("a replica of `{}` beside its leader is one more node", cluster.name.value))
            .label(format!("{number} nodes elect the leader"))
            .related(cluster.region.origin, "the nodes are here")
            .help("remove it, or write how many nodes there shall be in `nodes`")
            .fix(fix);
    }
}
